"""A question of the bank on its own page: as members see it, its review, its versions; for who writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from people.admin.access import office_page
from people.admin.heading import headed
from people.leading import Refusal
from people.models import Office
from quizzes import reviewing
from quizzes.models import Question
from quizzes.question_preview import previews
from quizzes.question_steps import acts_for, life_of

for_writers = office_page(Office.Kind.EDITOR, Office.Kind.REVIEWER)

Act = Callable[[Question, HttpRequest], Question]

ACTS: dict[str, Act] = {
    "submit": lambda question, request: reviewing.submit(question, by=request.user, at=now()),
    "take-back": lambda question, request: reviewing.take_back(question, by=request.user, at=now()),
    "approve": lambda question, request: reviewing.approve(
        question, digest=request.POST.get("digest", ""), by=request.user, at=now()
    ),
    "send-back": lambda question, request: reviewing.send_back(
        question, words=request.POST.get("words", ""), by=request.user, at=now()
    ),
    "take-into-use": lambda question, request: reviewing.take_into_use(question, by=request.user, at=now()),
    "retire": lambda question, request: reviewing.retire(question, by=request.user, at=now()),
    "bring-back": lambda question, request: reviewing.bring_back(question, by=request.user, at=now()),
}

DONE = {
    "submit": gettext_lazy("Submitted: a reviewer who wrote none of it will look at the question."),
    "take-back": gettext_lazy("Taken back from review. You can go on writing."),
    "approve": gettext_lazy("Approved."),
    "send-back": gettext_lazy("Sent back. The editor finds your sentence on this page and on the desk."),
    "take-into-use": gettext_lazy("In use: members are asked this question from now on."),
    "retire": gettext_lazy("Retired: nobody is asked this question any more."),
    "bring-back": gettext_lazy("Brought back. It is not asked until it is taken into use."),
}


@never_cache
@for_writers
def question_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The question in both languages, with its key; what can be done; what was done."""
    question = _question(pk)
    acts = acts_for(question, request.user, at=now())
    context = {
        "question": question,
        "previews": previews(question),
        "acts": acts,
        "digest": reviewing.digest_now(question),
        "is_changed": bool(reviewing.changed_since_approved([question])),
        "life": life_of(question),
        "most_characters": reviewing.MOST_CHARACTERS,
    }
    above = [(reverse("wagtailsnippets_quizzes_question:list"), _("Questions"))]
    title = str(question)[:60]
    return render(request, "quizzes/admin/question.html", headed(title, context, icon="help", above=above))


@require_POST
@for_writers
def act_on_question(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One step of the review; what was refused is said."""
    question = _question(pk)
    if act not in ACTS:
        raise Http404
    try:
        done = ACTS[act](question, request)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(DONE[act]))
        _warn_of_quizzes(request, done, act)
    return redirect("quizzes_question", pk=pk)


def _warn_of_quizzes(request: HttpRequest, question: Question, act: str) -> None:
    empty = reviewing.quizzes_asking_nothing(question) if act == "retire" else []
    for quiz in empty:
        words = _("The quiz “%(quiz)s” has no question in use now: nobody can pass it.")
        messages.warning(request, words % {"quiz": quiz})


def _question(pk: int) -> Any:
    rows = Question.objects.select_related("version", "passage__work", "case", "written_by")
    return get_object_or_404(rows, pk=pk)


def urls() -> list[URLPattern]:
    return [
        path("quizzes/questions/<int:pk>/", question_page, name="quizzes_question"),
        path("quizzes/questions/<int:pk>/<slug:act>/", act_on_question, name="quizzes_question_act"),
    ]
