"""Planning visits: a day, a visitor, a member. A plan is done by a recorded visit, or cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from outreach.arranged import PlannedVisit
from outreach.pairing import current_pairing, missing_consents
from outreach.visiting import Visit
from people import audit
from people.leading import NotThatDay, NotYourBranch, Refusal, home_of, leads, led_by, lock_member
from people.models import Affiliation, Member, MemberQuerySet, Organisation, Pairing

PLANNED = audit.action("visit.planned", _("Planned a visit"))
CANCELLED = audit.action("visit.cancelled", _("Cancelled a planned visit"))

PLANNED_WITHIN = timedelta(days=92)
NOTE = 200


class NotPairedNow(Refusal):
    words = _("This visitor and this member are not paired now. Please pair them first.")


class ConsentMissing(Refusal):
    words = _("Both have to agree to the pairing before somebody else plans their visits.")


class AlreadyPlanned(Refusal):
    words = _("This visit is planned for that day already.")


class AlreadyDone(Refusal):
    words = _("This plan is done or cancelled already.")


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


@transaction.atomic
def plan_visit(
    member: Member, *, visitor: Member, day: date, note: str = "", by: Member, at: datetime
) -> PlannedVisit:
    """
    Plan a visit for a day: the visitor themself, or who leads the member's branch.

    Somebody else than the visitor plans only once both have agreed.

    :raises NotYourBranch, NotPairedNow, ConsentMissing, NotThatDay, AlreadyPlanned: and nothing is changed.
    """
    on = localdate(at)
    lock_member(member)
    home = home_of(member, on=on)
    if by != visitor and not leads(by, home.branch, on=on):
        raise NotYourBranch
    pairing = current_pairing(visitor, member, on=on)
    if pairing is None:
        raise NotPairedNow
    if by != visitor and missing_consents([pairing])[pairing.pk]:
        raise ConsentMissing
    if not on <= day <= on + PLANNED_WITHIN:
        raise NotThatDay
    if PlannedVisit.objects.open().filter(visitor=visitor, member=member, day=day).exists():
        raise AlreadyPlanned
    plan = PlannedVisit.objects.create(
        visitor=visitor,
        member=member,
        day=day,
        note=note.strip()[:NOTE] or None,
        planned_by=by,
        planned_at=at,
    )
    details = {"visitor": str(visitor.key), "day": f"{day}"}
    audit.note(PLANNED, at=at, by=by, member=member, organisation=home.branch, details=details)
    return plan


@transaction.atomic
def cancel_plan(plan: PlannedVisit, *, by: Member, at: datetime) -> None:
    """
    Cancel a plan: the visitor, or who leads the member's branch.

    :raises NotYourBranch, AlreadyDone: and nothing is changed.
    """
    held = PlannedVisit.objects.select_for_update(of=("self",)).select_related("member").get(pk=plan.pk)
    if not PlannedVisit.objects.for_planner(by, on=localdate(at)).filter(pk=held.pk).exists():
        raise NotYourBranch
    if held.visit_id or held.cancelled_at:
        raise AlreadyDone
    held.cancelled_at, held.cancelled_by = at, by
    held.save(update_fields=["cancelled_at", "cancelled_by"])
    details = {"plan": str(held.key)}
    audit.note(CANCELLED, at=at, by=by, member=held.member, details=details)


def settle(visit: Visit, *, visitors: Iterable[Member], members: Iterable[Member]) -> int:
    """Say of open plans up to the end of that week that this visit did them; a call does none."""
    if visit.way != Visit.Way.VISIT:
        return 0
    sunday = monday_of(localdate(visit.started_at)) + timedelta(days=6)
    plans = PlannedVisit.objects.open().filter(visitor__in=list(visitors), member__in=list(members))
    return plans.filter(day__lte=sunday).update(visit=visit)


def plans_of(visitor: Member, *, to: date) -> list[PlannedVisit]:
    """The visitor's open plans up to that day, those whose day has passed first. One query."""
    plans = PlannedVisit.objects.open().filter(visitor=visitor, day__lte=to)
    return list(plans.select_related("member").order_by("day", "pk"))


def plans_of_branch(branch: Organisation, *, on: date, to: date) -> list[PlannedVisit]:
    """The open plans for members at home in the branch, with their visitors. One query."""
    home = Affiliation.objects.of(OuterRef("member"), on=on).home().filter(branch=branch)
    plans = PlannedVisit.objects.open().filter(Exists(home), day__lte=to, member__erased_at=None)
    return list(plans.select_related("member", "visitor").order_by("day", "visitor__number", "pk"))


def members_to_plan_for(viewer: Member, *, on: date) -> MemberQuerySet:
    """Members one is paired with, and those at home where one leads, as far as one sees them."""
    paired = Pairing.objects.on(on).filter(member=OuterRef("pk"), visitor=viewer)
    home = Affiliation.objects.of(OuterRef("pk"), on=on).home().within(*led_by(viewer, on=on))
    seen = Member.objects.visible_to(viewer, on=on).filter(Exists(paired) | Exists(home), is_active=True)
    return seen.exclude(pk=viewer.pk)


def visitors_to_plan(member: Member, viewer: Member, *, on: date) -> list[Member]:
    """Whose visits the viewer plans: of who leads all visitors of the member, else only one's own."""
    home = member.home(on)
    pairings = Pairing.objects.on(on).filter(member=member).select_related("visitor").order_by("pk")
    if home is None or not leads(viewer, home.branch, on=on):
        pairings = pairings.filter(visitor=viewer)
    return [pairing.visitor for pairing in pairings]


def plans_for(member: Member, *, on: date) -> list[PlannedVisit]:
    """What is planned for a member from that day on. One query."""
    plans = PlannedVisit.objects.open().filter(member=member, day__gte=on)
    return list(plans.select_related("visitor").order_by("day", "pk"))
