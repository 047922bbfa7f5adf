"""The acts by which a branch arranges something for a member: home study, a visitor, their standing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import audit
from people.arrangements import HomeStudy, Pairing, Standing
from people.leading import (
    NotForYourself,
    NotThatDay,
    NotYourBranch,
    NotYourCommittee,
    Refusal,
    home_of,
    leads,
    leads_itself,
    lock_member,
    sits_on_committee,
    visitors_of,
)
from people.mobility import end_on

if TYPE_CHECKING:
    from people.models import Member

BEGUN_WITHIN = timedelta(days=366)
"""How far back home study can be arranged from."""

REVIEWED_WITHIN = timedelta(days=366)
"""A review is no further away than this: an arrangement that nobody looks at again is none."""

ARRANGED = audit.action("home_study.arranged", _("Arranged home study"))
REVIEWED = audit.action("home_study.reviewed", _("Reviewed home study"))
ENDED = audit.action("home_study.ended", _("Ended home study"))
SET_STANDING = audit.action("standing.set", _("Set a member's standing"))
ASSIGNED = audit.action("visitor.assigned", _("Assigned a visitor"))
TOOK_OFF = audit.action("visitor.taken_off", _("Ended the work of a visitor for a member"))


class AlreadyArranged(Refusal):
    words = _("Home study is arranged for this member already.")


class NotArranged(Refusal):
    words = _("Home study is not arranged for this member now.")


class NotAVisitor(Refusal):
    words = _("This person holds no office of visitor there today. Please give them the office first.")


class AlreadyAssigned(Refusal):
    words = _("This visitor is assigned to the member already.")


class NotAssigned(Refusal):
    words = _("This visitor is not assigned to the member now.")


class SameStanding(Refusal):
    words = _("This is the member's standing already.")


class StandingOfThatDay(Refusal):
    words = _("Another standing begins on that day already. Please choose another day.")


class NotThatKind(Refusal):
    words = _("This standing does not exist.")


@transaction.atomic
def arrange_home_study(
    member: Member, *, since: date, review_on: date, by: Member, at: datetime
) -> HomeStudy:
    """
    Arrange home study from that day on, to be looked at again on `review_on`. No reason is asked or kept.

    :raises NotYourCommittee, NotForYourself, NotThatDay, AlreadyArranged: and nothing is changed.
    """
    on = _committee_day(member, by, at)
    if not on - BEGUN_WITHIN <= since <= on:
        raise NotThatDay
    _check_review(review_on, on)
    latest = member.home_studies.order_by("-since").first()
    if latest is not None and (latest.until is None or latest.until > since):
        raise AlreadyArranged
    arranged = HomeStudy.objects.create(member=member, since=since, review_on=review_on)
    details = {"since": f"{since}", "review_on": f"{review_on}"}
    audit.note(ARRANGED, at=at, by=by, member=member, details=details)
    return arranged


@transaction.atomic
def review_home_study(member: Member, *, review_on: date, by: Member, at: datetime) -> HomeStudy:
    """
    The committee looked at it, and it goes on until the next review.

    :raises NotYourCommittee, NotForYourself, NotArranged, NotThatDay: and nothing is changed.
    """
    on = _committee_day(member, by, at)
    arranged = _arranged(member, on)
    _check_review(review_on, on)
    before, arranged.review_on = arranged.review_on, review_on
    arranged.save(update_fields=["review_on"])
    details = {"was": f"{before}", "review_on": f"{review_on}"}
    audit.note(REVIEWED, at=at, by=by, member=member, details=details)
    return arranged


@transaction.atomic
def end_home_study(member: Member, *, by: Member, at: datetime) -> None:
    """
    From today on home study is no longer arranged.

    :raises NotYourCommittee, NotForYourself, NotArranged: and nothing is changed.
    """
    on = _committee_day(member, by, at)
    end_on(_arranged(member, on), on)
    audit.note(ENDED, at=at, by=by, member=member)


@transaction.atomic
def set_standing(
    member: Member, *, aspect: str, value: str, since: date, by: Member, at: datetime
) -> Standing:
    """
    From that day on the member is full or probationary, on the job or retired.

    :raises NotYourBranch, NotForYourself, NotThatKind, NotThatDay, SameStanding, StandingOfThatDay: and
        nothing is changed.
    """
    on = localdate(at)
    lock_member(member)
    home = home_of(member, on=on)
    if not leads(by, home.branch, on=on):
        raise NotYourBranch
    if by == member:
        raise NotForYourself
    if value not in Standing.VALUES.get(aspect, frozenset()):
        raise NotThatKind
    if since > on:
        raise NotThatDay
    said = Standing.objects.filter(member=member, aspect=aspect)
    if said.filter(since=since).exists():
        raise StandingOfThatDay
    before = said.filter(since__lt=since).order_by("since").last()
    if before is not None and before.value == value:
        raise SameStanding
    standing = Standing.objects.create(member=member, aspect=aspect, value=value, since=since)
    details = {"standing": value, "since": f"{since}"}
    audit.note(SET_STANDING, at=at, by=by, member=member, organisation=home.branch, details=details)
    return standing


@transaction.atomic
def assign_visitor(member: Member, *, visitor: Member, by: Member, at: datetime) -> Pairing:
    """
    From today on the visitor brings study to the member, and sees what a visitor sees.

    :raises NotYourBranch, NotAVisitor, AlreadyAssigned: and nothing is changed.
    """
    on = localdate(at)
    lock_member(member)
    home = home_of(member, on=on)
    if not leads_itself(by, home.branch, on=on):
        raise NotYourBranch
    if visitor == member or not visitors_of(home.branch, on=on).filter(member=visitor).exists():
        raise NotAVisitor
    if Pairing.objects.on(on).filter(member=member, visitor=visitor).exists():
        raise AlreadyAssigned
    pairing = Pairing.objects.create(member=member, visitor=visitor, since=on)
    details = {"visitor": f"{visitor.key}"}
    audit.note(ASSIGNED, at=at, by=by, member=member, organisation=home.branch, details=details)
    return pairing


@transaction.atomic
def end_pairing(member: Member, *, visitor: Member, by: Member, at: datetime) -> None:
    """
    From today on this visitor no longer comes to the member.

    :raises NotYourBranch, NotAssigned: and nothing is changed.
    """
    on = localdate(at)
    lock_member(member)
    home = home_of(member, on=on)
    if not leads_itself(by, home.branch, on=on):
        raise NotYourBranch
    pairing = Pairing.objects.on(on).filter(member=member, visitor=visitor).first()
    if pairing is None:
        raise NotAssigned
    end_on(pairing, on)
    details = {"visitor": f"{visitor.key}"}
    audit.note(TOOK_OFF, at=at, by=by, member=member, organisation=home.branch, details=details)


def _committee_day(member: Member, by: Member, at: datetime) -> date:
    """Hold the member, make sure that `by` sits on their own branch's committee, and return the day."""
    on = localdate(at)
    lock_member(member)
    if not sits_on_committee(by, home_of(member, on=on).branch, on=on):
        raise NotYourCommittee
    if by == member:
        raise NotForYourself
    return on


def _arranged(member: Member, on: date) -> HomeStudy:
    arranged = HomeStudy.objects.on(on).filter(member=member).first()
    if arranged is None:
        raise NotArranged
    return arranged


def _check_review(review_on: date, on: date) -> None:
    if not on < review_on <= on + REVIEWED_WITHIN:
        raise NotThatDay
