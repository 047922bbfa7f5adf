"""Requests of members, for those who answer them: corrections for leaders, erasures for a second person."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from people import audit, corrections, erasure
from people.leading import Refusal
from people.models import LEADING, CorrectionRequest, Erasure, Member, Office, Sight
from people.rights import guards_accounts
from people.rights_forms import AnswerForm, ErasureForm, RefusalForm

OPENS = LEADING | {Office.Kind.SECURITY_ADMINISTRATOR}
ANSWERED_SHOWN = 20


def answers_requests(member: Member) -> bool:
    """True when the page of requests is this member's business today."""
    return any(office.kind in OPENS for office in member.held_offices(localdate()))


def waiting_for(member: Member) -> int | None:
    """How many requests wait for this member's answer, in one query; for who answers none: None, in none."""
    if not answers_requests(member):
        return None
    on = localdate()
    asked = CorrectionRequest.objects.for_answer_by(member, on=on).open().values("pk")
    return asked.union(Erasure.objects.for_decision_by(member, on=on).open().values("pk"), all=True).count()


@never_cache
@login_required
def requests(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, and what is overdue below, in counts."""
    if not answers_requests(request.user):
        raise Http404
    on = localdate()
    mine = CorrectionRequest.objects.for_answer_by(request.user, on=on).select_related("member", "answer")
    erasures = Erasure.objects.for_decision_by(request.user, on=on).open().select_related("member")
    context = {
        "open": list(mine.open().order_by("due_on", "pk")),
        "answered": list(mine.exclude(answer=None).order_by("-answer__at", "-pk")[:ANSWERED_SHOWN]),
        "erasures": list(erasures.order_by("due_on", "pk")),
        "overdue": corrections.overdue_below(request.user, on=on),
        "today": on,
        "guards": guards_accounts(request.user, on),
        "form": ErasureForm(),
    }
    _note_looks(request, corrections.LOOKED, [*context["open"], *context["answered"]])
    _note_looks(request, erasure.LOOKED, context["erasures"])
    return render(request, "people/requests.html", context)


def _note_looks(request: HttpRequest, what: audit.Action, rows: list) -> None:
    """One row in the audit for each member whose requests are shown."""
    if rows:
        audit.note_each(
            what,
            at=now(),
            by=request.user,
            subjects=[(member, {}) for member in {row.member for row in rows}],
            address=audit.shortened_address(request),
        )


@never_cache
@login_required
def answer(request: HttpRequest, key: UUID) -> HttpResponse:
    """One request for correction, and its answer."""
    everything = CorrectionRequest.objects.select_related("member", "answer")
    mine = everything.for_answer_by(request.user, on=localdate())
    found = audit.visible_or_404(request, corrections.LOOKED, among=mine, everything=everything, key=key)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            corrections.answer(key, by=request.user, at=now(), **form.cleaned_data)
        except Refusal as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Your answer is kept, and the member can read it."))
        return redirect("people:requests")
    audit.note_look(request, corrections.LOOKED, member=found.member)
    context = {"asked": found, "form": form, "today": localdate()}
    return render(request, "people/request_answer.html", context)


@never_cache
@login_required
def decide(request: HttpRequest, key: UUID) -> HttpResponse:
    """One erasure, for the second person: confirm, or refuse with a reason."""
    everything = Erasure.objects.select_related("member", "asked_by", "decision")
    mine = everything.for_decision_by(request.user, on=localdate())
    found = audit.visible_or_404(request, erasure.LOOKED, among=mine, everything=everything, key=key)
    form = RefusalForm(request.POST if "refuse" in request.POST else None)
    if request.method == "POST" and ("erase" in request.POST or form.is_valid()):
        try:
            if "erase" in request.POST:
                erasure.confirm(key, by=request.user, at=now())
                messages.success(request, _("The member is erased. It cannot be undone."))
            else:
                erasure.refuse(key, words=form.cleaned_data["words"], by=request.user, at=now())
                messages.success(request, _("The erasure is refused; who asked can read why."))
        except Refusal as refusal:
            messages.warning(request, str(refusal))
        return redirect("people:requests")
    audit.note_look(request, erasure.LOOKED, member=found.member)
    return render(request, "people/erasure_decide.html", {"asked": found, "form": form})


@login_required
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """A security administrator begins an erasure of a member they see, for a second person to confirm."""
    on = localdate()
    if not guards_accounts(request.user, on):
        raise Http404
    form = ErasureForm(request.POST)
    visible = Member.objects.visible_to(request.user, sight=Sight.IDENTITY, on=on)
    number = form.cleaned_data["number"].strip().lower() if form.is_valid() else ""
    member = visible.filter(number=number).first() if number else None
    if member is None:
        messages.warning(request, _("No member of your organisation has this number."))
        return redirect("people:requests")
    try:
        erasure.ask(member=member, reason=form.cleaned_data["reason"], by=request.user, at=now())
        messages.success(request, _("The erasure is noted. A second person has to confirm it."))
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    return redirect("people:requests")
