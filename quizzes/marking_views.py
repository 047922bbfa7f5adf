"""Pages of the marking desk, for editors and reviewers: short answers, and keys that are put right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.admin.access import office_page
from people.admin.heading import headed
from people.audit import note_each
from people.leading import Refusal
from quizzes import hand_marking, regrading
from quizzes.hand_marking import ToMark
from quizzes.key_forms import DecisionForm, KeyForm, PointsForm
from quizzes.keys import CORRECTABLE, alike, contents_by_version, key_in_words
from quizzes.models import Question, QuestionVersion, Regrade, in_reader_language
from quizzes.regrading import PREVIEWED, NewKey, Preview

SHOWN = 50
"""Answers on the list of those that are marked."""

open_to_markers = office_page(*hand_marking.MARKERS)


@open_to_markers
def desk(request: HttpRequest) -> HttpResponse:
    """Questions whose answers wait, and the keys that were corrected last."""
    regrades = Regrade.objects.select_related("question", "decided_by").order_by("-pk")[:10]
    waiting = hand_marking.waiting_questions(request.user)
    shown = {one.question for one in waiting}
    marked = [one for one in hand_marking.marked_questions(request.user) if one.question_id not in shown]
    context = {"waiting": waiting, "marked": marked, "regrades": regrades}
    return render(request, "quizzes/admin/marking.html", _headed(_("Marking"), context))


@open_to_markers
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the next answer that waits, after the one that was skipped or marked."""
    answers = hand_marking.waiting_answers(pk, request.user)
    after = request.GET.get("after", "")
    following = [one for one in answers if one.key > after] or [one for one in answers if one.key != after]
    if following:
        return redirect("marking_answer", pk=pk, key=following[0].key)
    if answers:
        messages.info(request, _("No other answer to this question waits."))
    else:
        messages.success(request, _("No answer to this question waits any more."))
    return redirect("marking")


@open_to_markers
def answer(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One answer without a name: points for each line of the rubric, and words for the member."""
    found = hand_marking.answer_with_key(pk, key, request.user)
    if found is None:
        messages.info(request, _("This answer waits no more."))
        return redirect("marking")
    content = QuestionVersion.objects.get(pk=found.version).content
    form = PointsForm(request.POST or None, content=content, last=found.last)
    if request.method == "POST" and form.is_valid() and _gave_points(request, found, form):
        messages.success(request, _("The points are kept."))
        if found.last:
            return redirect("marking_marked", pk=pk)
        return redirect(f"{reverse('marking_question', args=[pk])}?after={key}")
    context = {
        "question": pk,
        "answer": found,
        "content": _words_of(content),
        "form": form,
        "left": len(hand_marking.waiting_answers(pk, request.user)),
    }
    return render(request, "quizzes/admin/marking_answer.html", _headed(_("Mark an answer"), context, True))


def _gave_points(request: HttpRequest, found: ToMark, form: PointsForm) -> bool:
    try:
        hand_marking.give_points(
            attempt=found.attempt, position=found.position, by=request.user, at=now(), **form.given()
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@open_to_markers
def marked(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers that were marked, the last first: another marker may change the points."""
    answers = hand_marking.marked_answers(pk, request.user)
    version = QuestionVersion.objects.filter(question=pk).order_by("-pk").first()
    if version is None:
        raise Http404
    context = {"question": pk, "stem": str(version), "answers": answers[:SHOWN], "count": len(answers)}
    return render(request, "quizzes/admin/marking_marked.html", _headed(_("Marked answers"), context, True))


@open_to_markers
def correct_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the key of a question right: fill it in, look whom it concerns, decide."""
    row = get_object_or_404(Question, pk=pk)
    groups = alike(row)
    if not groups or groups[0][0].content["kind"] not in CORRECTABLE:
        raise Http404
    wanted = request.GET.get("version", "")
    group = next((some for some in groups if any(str(one.pk) == wanted for one in some)), groups[0])
    content = contents_by_version([group[0].pk])[group[0].pk]
    page = _KeyPage(request, row, group, content)
    context = page.context() | {
        "question": row,
        "content": _words_of(content),
        "group": group,
        "others": [some for some in groups if some is not group],
    }
    if page.regrade is not None:
        messages.success(request, _told(page.regrade))
        return redirect("marking")
    return render(request, "quizzes/admin/correct_key.html", _headed(_("Correct the key"), context, True))


class _KeyPage:
    """What stands on the page: the key to fill in, then what it would change, then the decision."""

    def __init__(
        self, request: HttpRequest, row: Question, group: list[QuestionVersion], content: dict[str, Any]
    ) -> None:
        self.request, self.row, self.group = request, row, group
        self.form = KeyForm(request.POST or None, content=content)
        self.content = content
        self.words: list[str] = []
        self.preview: Preview | None = None
        self.decision: DecisionForm | None = None
        self.regrade: Regrade | None = None
        self.refused = self._refused()
        if request.method == "POST" and "change" not in request.POST and self.form.is_valid():
            self._look_or_decide()

    def _refused(self) -> str:
        """Why this reader may look and not decide; nothing when they may."""
        try:
            regrading.refuse_who_may_not(self.group, self.request.user, at=now())
        except Refusal as refusal:
            return str(refusal)
        return ""

    def _look_or_decide(self) -> None:
        try:
            new = NewKey(self.row, self.group, self.form.key())
            if "confirm" in self.request.POST:
                self._decide(new)
            if self.regrade is None:
                self._look(new)
        except Refusal as refusal:
            self.form.add_error(None, str(refusal))

    def _decide(self, new: NewKey) -> None:
        self.decision = DecisionForm(self.request.POST)
        if not self.decision.is_valid():
            return
        told = self.decision.cleaned_data
        try:
            self.regrade = regrading.apply(new, by=self.request.user, at=now(), **told)
        except Refusal as refusal:
            self.decision.add_error(None, str(refusal))

    def _look(self, new: NewKey) -> None:
        at = now()
        found = regrading.preview(new, viewer=self.request.user, on=localdate(at))
        people = [*found.gain.named, *found.fall.named]
        subjects = {one.member.pk: (one.member, {"question": self.row.pk}) for one in people}
        subjects.pop(self.request.user.pk, None)
        note_each(PREVIEWED, at=at, by=self.request.user, subjects=subjects.values())
        self.preview = found
        self.words = key_in_words(self.content | new.key)
        if self.decision is None:
            seen = regrading.last_correction(self.group)
            self.decision = DecisionForm(initial={"seen": seen})

    def context(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "preview": self.preview,
            "decision": self.decision,
            "refused": self.refused,
            "key_now": key_in_words(self.content),
            "key_then": self.words,
        }


def _told(regrade: Regrade) -> str:
    number = regrade.counts["attempts"]
    words = ngettext(
        "The key is corrected. The result of %(number)s attempt has changed.",
        "The key is corrected. The results of %(number)s attempts have changed.",
        number,
    )
    return words % {"number": number}


def _words_of(content: dict[str, Any]) -> dict[str, Any]:
    """The words of a question in the reader's language, with the case it belongs to."""
    case = content.get("case") or {}
    names = ("stem", "explanation", "source")
    said = {name: in_reader_language(content[name], content[f"{name}_en"]) for name in names}
    about = {
        name: in_reader_language(case[name], case[f"{name}_en"]) for name in ("title", "text") if name in case
    }
    return said | {"case": about}


def _headed(title: str, context: dict[str, Any], below: bool = False) -> dict[str, Any]:
    above = [(reverse("marking"), _("Marking"))] if below else []
    return headed(title, context, icon="edit", above=above)


def urls() -> list[URLPattern]:
    return [
        path("marking/", desk, name="marking"),
        path("marking/<int:pk>/", question, name="marking_question"),
        path("marking/<int:pk>/key/", correct_key, name="correct_key"),
        path("marking/<int:pk>/marked/", marked, name="marking_marked"),
        path("marking/<int:pk>/answers/<slug:key>/", answer, name="marking_answer"),
    ]
