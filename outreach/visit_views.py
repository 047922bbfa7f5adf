"""Pages of a visitor: whom I visit, recording a visit or a call, what was recorded, plans and questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from outreach import planning, questions, visit_form
from outreach.arranged import MemberQuestion, PlannedVisit
from outreach.assigned import is_visitor
from outreach.one_visit import explained
from outreach.rounds import may_report, rounds_of
from outreach.visit_forms import AnswerForm, PlanForm, ToldForm
from outreach.visiting import Visit
from outreach.visits import record_visit
from people.audit import Action, action, note_each, note_look, shortened_address, visible_or_404
from people.leading import Refusal
from people.models import Member
from quizzes.answers import NotOnThePaper, TooLong

VISITS_LOOKED = action("visits.looked", gettext_lazy("Looked at the members to visit"))
VISIT_LOOKED = action("visit.looked", gettext_lazy("Looked at a visit"))
QUESTION_LOOKED = action("question.looked", gettext_lazy("Looked at a member's question"))
PLANNING_LOOKED = action("visit.planning_looked", gettext_lazy("Looked at planning a visit"))
FORM_LOOKED = action("visit.form_looked", gettext_lazy("Opened the form of a visit"))


@never_cache
@login_required
def visits(request: HttpRequest) -> HttpResponse:
    """The members assigned to a visitor, what is planned, and what is to be found out."""
    day = localdate()
    if not is_visitor(request.user, on=day):
        raise Http404
    found = rounds_of(request.user, on=day, language=get_language() or "zh-hans")
    note_look(request, VISITS_LOOKED, details={"members": len(found.rounds)})
    return render(request, "outreach/visits.html", {"found": found, "today": day})


@never_cache
@login_required
def record(
    request: HttpRequest, way: str = Visit.Way.VISIT, outcome: str = Visit.Outcome.HELD
) -> HttpResponse:
    """
    Record a visit, a call, or that nobody was home. What cannot be taken comes back with everything typed.

    To a script it answers with JSON, so that a form may wait on a device until there is a network.
    """
    if not may_report(request.user, on=localdate()):
        raise Http404
    page = visit_form.prepared(request, way=way, outcome=outcome, at=now())
    if request.method != "POST":
        _note_looks(request, FORM_LOOKED, [one.member for one in page.asked_for])
        return render(request, "outreach/record.html", page.context)
    form = page.form
    if form.is_valid():
        try:
            done = record_visit(form.report(by=request.user), by=request.user, at=now())
        except Refusal as refusal:
            form.add_error(None, refusal.words)
        except NotOnThePaper:
            form.add_error(None, _("One of the answers is not on this paper. Please open the quiz again."))
        except TooLong as error:
            words = _("One of the answers is too long: it takes %(longest)d characters at most.")
            form.add_error(None, words % {"longest": error.args[0]})
        else:
            return _recorded(request, reverse("outreach:visit", args=[done.visit.key]), is_new=done.is_new)
    if _wants_json(request):
        refused = [str(error) for errors in form.errors.values() for error in errors]
        return JsonResponse({"refused": refused}, status=422)
    return render(request, "outreach/record.html", page.context, status=422)


def _note_looks(request: HttpRequest, what: Action, members: Iterable[Member]) -> None:
    """One row for each member looked at; one's own is nobody's business."""
    others: list[tuple[Member, dict]] = [(member, {}) for member in members if member.pk != request.user.pk]
    if others:
        note_each(what, at=now(), by=request.user, subjects=others, address=shortened_address(request))


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("accept", "").startswith("application/json")


def _recorded(request: HttpRequest, url: str, *, is_new: bool) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"recorded": url})
    if is_new:
        messages.success(request, _("It is recorded."))
    else:
        words = _("This report was recorded already. What was recorded then holds; nothing was added.")
        messages.info(request, words)
    return redirect(url)


@never_cache
@login_required
def visit(request: HttpRequest, key: UUID) -> HttpResponse:
    """One visit: who, when, what was read, what counts of it and why, questions and wishes."""
    day = localdate()
    seen = Visit.objects.visible_to(request.user, on=day).select_related("branch", "recorded_by")
    found = visible_or_404(request, VISIT_LOOKED, among=seen, everything=Visit.objects, key=key)
    shown = explained(found, viewer=request.user, on=day)
    _note_looks(request, VISIT_LOOKED, [line.row.member for line in shown.lines])
    return render(request, "outreach/visit.html", {"shown": shown, "visit": found})


@never_cache
@login_required
def plan(request: HttpRequest, key: UUID) -> HttpResponse:
    """Plan a visit to a member: one's own, or by who leads the branch for any of the member's visitors."""
    day = localdate()
    among = planning.members_to_plan_for(request.user, on=day)
    member = visible_or_404(request, PLANNING_LOOKED, among=among, everything=Member.objects, key=key)
    options = planning.visitors_to_plan(member, request.user, on=day)
    form = PlanForm(request.POST or None, visitors=options, initial={"day": day})
    if request.method == "POST" and form.is_valid():
        try:
            planning.plan_visit(member, **form.cleaned_data, by=request.user, at=now())
        except Refusal as refusal:
            form.add_error(None, refusal.words)
        else:
            messages.success(request, _("The visit is planned."))
            return _back(request, member)
    if request.method != "POST":
        note_look(request, PLANNING_LOOKED, member=member)
    context = {"member": member, "form": form, "planned": planning.plans_for(member, on=day)}
    return render(request, "outreach/plan.html", context)


def _back(request: HttpRequest, member: Member) -> HttpResponse:
    """To one's own round, or for who leads to the branch's visits."""
    day = localdate()
    if is_visitor(request.user, on=day):
        return redirect("outreach:visits")
    home = member.home(day)
    return redirect("outreach:branch_visits", key=home.branch.key) if home else redirect("people:branches")


@login_required
@require_POST
def cancel(request: HttpRequest, key: UUID) -> HttpResponse:
    """Cancel a planned visit."""
    mine = PlannedVisit.objects.for_planner(request.user, on=localdate()).select_related("member")
    found = visible_or_404(
        request,
        planning.CANCELLED,
        among=mine,
        everything=PlannedVisit.objects.select_related("member"),
        key=key,
    )
    try:
        planning.cancel_plan(found, by=request.user, at=now())
        messages.success(request, _("The planned visit is cancelled."))
    except Refusal as refusal:
        messages.error(request, refusal.words)
    return _back(request, found.member)


@never_cache
@login_required
def question(request: HttpRequest, key: UUID) -> HttpResponse:
    """A member's question: write the answer, then say when it was told."""
    day, at = localdate(), now()
    mine = MemberQuestion.objects.for_answering(request.user, on=day).select_related("member", "taken_by")
    everything = MemberQuestion.objects.select_related("member")
    asked = visible_or_404(request, QUESTION_LOOKED, among=mine, everything=everything, key=key)
    act = request.POST.get("act", "")
    forms: dict[str, Any] = {
        "answer": AnswerForm(request.POST if act == "answer" else None, initial={"answer": asked.answer}),
        "told": ToldForm(request.POST if act == "told" else None, initial={"on": day}),
    }
    if act in forms and forms[act].is_valid():
        try:
            if act == "answer":
                questions.answer(asked, forms[act].cleaned_data["answer"], by=request.user, at=at)
                messages.success(request, _("The answer is kept. Tell it at the next visit or call."))
                return redirect("outreach:question", key=key)
            questions.tell(asked, on=forms[act].cleaned_data["on"], by=request.user, at=at)
            messages.success(request, _("Told. The question is no longer on your list."))
            return _back(request, asked.member)
        except Refusal as refusal:
            forms[act].add_error(None, refusal.words)
    if request.method != "POST":
        note_look(request, QUESTION_LOOKED, member=asked.member)
    return render(request, "outreach/question.html", {"question": asked, "forms": forms})
