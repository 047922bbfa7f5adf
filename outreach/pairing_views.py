"""Pages of a branch about visits, for those who lead it: what was recorded, and who is paired with whom."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from outreach.arranged import PairingConsent
from outreach.branch_visits import branches_led, open_questions, visits_of_branch, week_of
from outreach.pairing import PairingDesk, note_consent, pairing_desk, withdraw_consent
from outreach.visit_forms import ConsentForm
from people import arranging
from people.audit import action, note_look, visible_or_404
from people.branch_forms import PersonField
from people.leading import Refusal, leads_itself
from people.models import Member, Organisation, Pairing

BRANCH_VISITS_LOOKED = action("visits.branch_looked", gettext_lazy("Looked at the visits of a branch"))
PAIRING_LOOKED = action("pairings.looked", gettext_lazy("Looked at who is paired with whom"))

A_PAGE = 50


def _branch(request: HttpRequest, key: UUID) -> Organisation:
    led = branches_led(request.user, on=localdate())
    everything = Organisation.objects.branches()
    return visible_or_404(request, BRANCH_VISITS_LOOKED, among=led, everything=everything, key=key)


@never_cache
@login_required
def branch_visits(request: HttpRequest, key: UUID) -> HttpResponse:
    """The week of the branch, open questions, and what was recorded, the latest first."""
    day = localdate()
    branch = _branch(request, key)
    page = Paginator(visits_of_branch(branch), A_PAGE).get_page(request.GET.get("page"))
    week = week_of(branch, on=day)
    details = {"visits": len(page), "plans": len(week.plans)}
    note_look(request, BRANCH_VISITS_LOOKED, organisation=branch, details=details)
    context = {
        "branch": branch,
        "page": page,
        "week": week,
        "questions": open_questions(branch, request.user, on=day),
    }
    return render(request, "outreach/branch_visits.html", context)


@never_cache
@login_required
def pairing(request: HttpRequest, key: UUID) -> HttpResponse:
    """Helpers with what they carry, who is paired, who agreed, and to whom nobody comes yet."""
    day = localdate()
    branch = _branch(request, key)
    if request.method == "POST":
        return _act(request, branch)
    desk = pairing_desk(request.user, branch, on=day)
    cared = [*desk.paired, *desk.unpaired]
    note_look(request, PAIRING_LOOKED, organisation=branch, details={"members": len(cared)})
    context = {
        "desk": desk,
        "acts": leads_itself(request.user, branch, on=day),
        "ways": PairingConsent.Way.choices,
        "today": day,
    }
    return render(request, "outreach/pairing.html", context)


def _act(request: HttpRequest, branch: Organisation) -> HttpResponse:
    """Pair, note or take back a consent, or end a pairing; a refusal is said and nothing changes."""
    desk = pairing_desk(request.user, branch, on=localdate())
    try:
        messages.success(request, _done(request, desk))
    except Refusal as refusal:
        messages.error(request, refusal.words)
    return redirect("outreach:pairing", key=branch.key)


class NotOnTheDesk(Refusal):
    words = gettext_lazy("Please choose a member and a visitor from the list.")


class NoSuchDay(Refusal):
    words = gettext_lazy("Please say how and on which day they agreed.")


def _done(request: HttpRequest, desk: PairingDesk) -> str:
    act, at = request.POST.get("act"), now()
    cared = {str(one.member.key): one for one in [*desk.paired, *desk.unpaired]}
    chosen = cared.get(request.POST.get("member", ""))
    if chosen is None:
        raise NotOnTheDesk
    if act == "pair":
        visitor = _visitor(request, desk)
        arranging.assign_visitor(chosen.member, visitor=visitor, by=request.user, at=at)
        return _("Paired. Please ask both, and note that they agree.")
    by_visitor = {str(paired.pairing.visitor.key): paired.pairing for paired in chosen.pairings}
    pairing = by_visitor.get(request.POST.get("visitor", ""))
    if pairing is None:
        raise NotOnTheDesk
    if act == "end":
        arranging.end_pairing(pairing.member, visitor=pairing.visitor, by=request.user, at=at)
        return _("The pairing has ended.")
    if act == "withdraw":
        withdraw_consent(pairing, side=request.POST.get("side", ""), by=request.user, at=at)
        return _("It is noted that the consent is taken back.")
    if act == "agree":
        return _agreed(request, pairing)
    raise Http404


def _agreed(request: HttpRequest, pairing: Pairing) -> str:
    form = ConsentForm(request.POST, ways=PairingConsent.Way.choices)
    if not form.is_valid() or form.cleaned_data["side"] not in PairingConsent.Side.values:
        raise NoSuchDay
    note_consent(pairing, **form.cleaned_data, by=request.user, at=now())
    return _("It is noted that they agree.")


def _visitor(request: HttpRequest, desk: PairingDesk) -> Member:
    field = PersonField()
    field.offer(helper.member for helper in desk.helpers)
    visitor = field.people.get(request.POST.get("visitor", ""))
    if visitor is None:
        raise NotOnTheDesk
    return visitor
