"""Standing in: the sight and the work of an office, lent for a period to somebody else."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people.appointments import (
    AppointmentRefused,
    DaysDoNotFit,
    HasEnded,
    NotAmongTheirPeople,
    NotForOneself,
    NotTheirsToGive,
    locked,
    one_step,
)
from people.audit import action, note
from people.authority import candidates
from people.models import Member, MemberQuerySet, Office
from people.offices import COMMITTEE, OfficeQuerySet

DELEGATED = action("office.delegated", _("An office was delegated for a period"))
TAKEN_BACK = action("office.taken_back", _("A delegated office was taken back"))

DELEGABLE = COMMITTEE | {Office.Kind.GROUP_LEADER, Office.Kind.REVIEWER}
"""A visitor's members are assigned to somebody else instead; administrators are appointed, never lent."""

WRITING = frozenset({Office.Kind.EDITOR, Office.Kind.REVIEWER})
"""Who may stand in for a reviewer. A reviewer sees no members, only those who write as well."""


class NotToBeDelegated(AppointmentRefused):
    """This office is not lent: it is itself lent, or one of those that are only given."""


def delegate(
    office: Office, member: Member, *, since: date, until: date, by: Member, at: datetime, address: str = ""
) -> Office:
    """
    Let `member` stand in for one's own office, from `since` to the last day `until`.

    :raises AppointmentRefused: by its subclasses; then nothing has changed.
    """
    today = localdate(at)
    if since < today or until < since:
        raise DaysDoNotFit
    if member.pk == by.pk:
        raise NotForOneself
    with one_step():
        place = locked(office.organisation, since)
        own = Office.objects.select_for_update().get(pk=office.pk)
        if own.member_id != by.pk:
            raise NotTheirsToGive
        if own.stands_in_for_id is not None or own.kind not in DELEGABLE:
            raise NotToBeDelegated
        if own.until is not None and own.until < today:
            raise HasEnded
        if since < own.since or (own.until is not None and until > own.until):
            raise DaysDoNotFit
        if not may_stand_in(own, by, on=today).filter(pk=member.pk).exists():
            raise NotAmongTheirPeople
        stand_in = Office.objects.create(
            member=member,
            organisation=place,
            kind=own.kind,
            since=since,
            until=until,
            given_by=by,
            stands_in_for=own,
        )
        told = {"office": own.kind, "since": since.isoformat(), "until": until.isoformat()}
        note(DELEGATED, at=at, by=by, member=member, organisation=place, address=address, details=told)
    return stand_in


def may_stand_in(office: Office, viewer: Member, *, on: date) -> MemberQuerySet:
    """Whom the holder may ask to stand in: those they see by name; for a reviewer, editors and reviewers."""
    if office.kind != Office.Kind.REVIEWER:
        return candidates(viewer, on=on)
    writing = Office.objects.held_on(on).filter(kind__in=WRITING, stands_in_for=None)
    return Member.objects.filter(pk__in=writing.values("member"), erased_at=None)


def take_back(stand_in: Office, *, by: Member, at: datetime, address: str = "") -> None:
    """
    End what one has delegated: at once, or with today when it began today; unbegun, it is withdrawn.

    :raises AppointmentRefused: by its subclasses.
    """
    today = localdate(at)
    with one_step():
        place = locked(stand_in.organisation)
        lent = (
            Office.objects.select_for_update(of=("self",))
            .filter(pk=stand_in.pk)
            .select_related("stands_in_for", "member")
            .first()
        )
        if lent is None or lent.until is None or lent.until < today:
            raise HasEnded
        if lent.stands_in_for is None or lent.stands_in_for.member_id != by.pk:
            raise NotTheirsToGive
        last_day = max(lent.since, today - timedelta(days=1))
        if lent.since > today:
            lent.delete()
        else:
            lent.until = last_day
            lent.save(update_fields=["until"])
        told = {"office": lent.kind, "until": last_day.isoformat() if lent.since <= today else None}
        note(TAKEN_BACK, at=at, by=by, member=lent.member, organisation=place, address=address, details=told)


def lent_by(member: Member, *, on: date) -> OfficeQuerySet:
    """What the member has delegated and has not ended, soonest first."""
    return (
        Office.objects.filter(stands_in_for__member=member, until__gte=on)
        .select_related("member", "organisation")
        .order_by("since", "pk")
    )


def delegable(member: Member, *, on: date) -> list[Office]:
    """The offices of a member that somebody may stand in for."""
    return [o for o in member.held_offices(on) if o.kind in DELEGABLE and o.stands_in_for_id is None]
