"""Giving and ending offices 任免, one at a time or at a change of term 换届. Nothing is half done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Least
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people.audit import action, note, note_each
from people.authority import candidates, gives, may_give
from people.models import Member, Office, Organisation
from people.offices import COMMITTEE, OfficeQuerySet

GIVEN = action("office.given", _("An office was given"))
ENDED = action("office.ended", _("An office was ended"))
WITHDRAWN = action("office.withdrawn", _("An office was withdrawn before it began"))
HANDED_OVER = action("office.handed_over", _("A committee was handed over to the next term"))

GIVEN_TO_ONESELF = frozenset({Office.Kind.GROUP_LEADER, Office.Kind.VISITOR})
"""In a small branch the secretary also leads a group and visits. Nobody gives themself any other office."""


class AppointmentRefused(Exception):
    """An office cannot be given or ended like this."""


class NotTheirsToGive(AppointmentRefused):
    """This office, in this organisation, is given by somebody else, or does not exist there."""


class NotForOneself(AppointmentRefused):
    """Nobody gives themself an office, or ends their own."""


class NotAmongTheirPeople(AppointmentRefused):
    """The member is not below any office of who gives."""


class OrganisationIsClosed(AppointmentRefused):
    """The organisation does not exist any more on that day."""


class HeldAlready(AppointmentRefused):
    """The member holds this office there at that time."""


class AnotherAdministrator(AppointmentRefused):
    """The member is another of the three administrators at that time."""


class DaysDoNotFit(AppointmentRefused):
    """The days lie in the past, or the last comes before the first, or after the office itself has ended."""


class HasEnded(AppointmentRefused):
    """The office is not held any more."""


class NotOneSecretary(AppointmentRefused):
    """A committee has one secretary."""


class NamedTwice(AppointmentRefused):
    """A member holds one place in a committee."""


class TermHasJustBegun(AppointmentRefused):
    """An office of this committee begins on that day or later."""


REFUSED_BY_THE_DATABASE: dict[str, type[AppointmentRefused]] = {
    "nobody_holds_the_same_office_twice_at_once": HeldAlready,
    "nobody_is_two_of_the_three_administrators": AnotherAdministrator,
}


@contextmanager
def one_step() -> Iterator[None]:
    """One transaction; what the database refuses gets its name from the domain."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        refusal = REFUSED_BY_THE_DATABASE.get(constraint)
        if refusal is None:
            raise
        raise refusal from error


def appoint(
    member: Member,
    kind: str,
    organisation: Organisation,
    *,
    since: date,
    until: date | None = None,
    by: Member,
    at: datetime,
    address: str = "",
) -> Office:
    """
    Give `member` an office in `organisation` from `since` to the last day `until` (None: until it is ended).

    :raises AppointmentRefused: by its subclasses, when it is not `by`'s to give or does not fit.
    """
    today = localdate(at)
    if since < today or (until is not None and until < since):
        raise DaysDoNotFit
    if member.pk == by.pk and kind not in GIVEN_TO_ONESELF:
        raise NotForOneself
    with one_step():
        place = locked(organisation, since)
        if not may_give(offices_of(by, today), kind, place):
            raise NotTheirsToGive
        _must_be_candidates([member], by, today)
        office = Office.objects.create(
            member=member, organisation=place, kind=kind, since=since, until=until, given_by=by
        )
        note(GIVEN, at=at, by=by, member=member, organisation=place, address=address, details=_told(office))
    return office


def relieve(office: Office, *, last_day: date, by: Member, at: datetime, address: str = "") -> None:
    """
    End an office with `last_day`, yesterday at the earliest; who stands in for it ends with it.

    One that has not begun is withdrawn: it never was, and only the audit tells of it.

    :raises AppointmentRefused: by its subclasses.
    """
    today = localdate(at)
    with one_step():
        place = locked(office.organisation)
        held = Office.objects.select_for_update().filter(pk=office.pk).select_related("member").first()
        if held is None or (held.until is not None and held.until < today):
            raise HasEnded
        if held.member_id == by.pk and held.kind not in GIVEN_TO_ONESELF:
            raise NotForOneself
        if not any(gives(own, held.kind, place) for own in offices_of(by, today)):
            raise NotTheirsToGive
        withdrawn = held.since > today
        if withdrawn:
            Office.objects.filter(stands_in_for=held).delete()
            held.delete()
        else:
            _end(held, last_day, today)
        what = WITHDRAWN if withdrawn else ENDED
        note(what, at=at, by=by, member=held.member, organisation=place, address=address, details=_told(held))


def hand_over(
    organisation: Organisation,
    places: Sequence[tuple[str, Member]],
    *,
    on: date,
    by: Member,
    at: datetime,
    address: str = "",
) -> list[Office]:
    """
    Change the term 换届: on that day the committee's offices begin anew; the old ended the day before.

    Who stays in office has two rows, one for each term.

    :raises AppointmentRefused: by its subclasses; then nothing has changed.
    """
    today = localdate(at)
    if on < today:
        raise DaysDoNotFit
    _must_be_a_committee(places, by)
    with one_step():
        place = locked(organisation, on)
        own = offices_of(by, today)
        if not all(may_give(own, kind, place) for kind, _member in places):
            raise NotTheirsToGive
        _must_be_candidates([member for _kind, member in places], by, today)
        ended = _end_term(place, on)
        begun = Office.objects.bulk_create(
            [
                Office(member=member, organisation=place, kind=kind, since=on, given_by=by)
                for kind, member in places
            ]
        )
        told = {"since": on.isoformat(), "ended": len(ended), "given": len(begun)}
        note(HANDED_OVER, at=at, by=by, organisation=place, address=address, details=told)
        for what, offices in ((ENDED, ended), (GIVEN, begun)):
            subjects = [(office.member, _told(office)) for office in offices]
            note_each(what, at=at, by=by, subjects=subjects, organisation=place, address=address)
    return begun


def in_committee(organisation: Organisation, *, from_day: date) -> OfficeQuerySet:
    """Offices of its committee held on that day or later, stand-ins included."""
    return Office.objects.filter(
        Q(until=None) | Q(until__gte=from_day), organisation=organisation, kind__in=COMMITTEE
    )


def offices_of(member: Member, on: date) -> list[Office]:
    """The offices held now, read afresh: what is remembered on the member may be older than the lock."""
    return list(Office.objects.held_by(member, on=on).select_related("organisation"))


def locked(organisation: Organisation, on: date | None = None) -> Organisation:
    """
    Lock an organisation, so that its offices change one act at a time and it is not moved meanwhile.

    :raises OrganisationIsClosed: when it does not exist any more `on` that day.
    """
    place = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if on is not None and place.closed_on is not None and place.closed_on <= on:
        raise OrganisationIsClosed
    return place


def _must_be_a_committee(places: Sequence[tuple[str, Member]], by: Member) -> None:
    kinds = [kind for kind, _member in places]
    members = {member.pk for _kind, member in places}
    if not COMMITTEE.issuperset(kinds):
        raise NotTheirsToGive
    if kinds.count(Office.Kind.SECRETARY) != 1:
        raise NotOneSecretary
    if len(members) != len(places):
        raise NamedTwice
    if by.pk in members:
        raise NotForOneself


def _must_be_candidates(members: Sequence[Member], by: Member, today: date) -> None:
    chosen = {member.pk for member in members}
    if candidates(by, on=today).filter(pk__in=chosen).count() != len(chosen):
        raise NotAmongTheirPeople


def _end(held: Office, last_day: date, today: date) -> None:
    earliest = max(held.since, today - timedelta(days=1))
    if last_day < earliest or (held.until is not None and last_day > held.until):
        raise DaysDoNotFit
    _end_stand_ins(held.stand_ins.all(), last_day)
    held.until = last_day
    held.save(update_fields=["until"])


def _end_stand_ins(stand_ins: OfficeQuerySet, last_day: date) -> None:
    stand_ins.filter(since__gt=last_day).delete()
    stand_ins.update(until=Least("until", last_day))


def _end_term(place: Organisation, on: date) -> list[Office]:
    """End the committee's offices the day before; refuse when one begins later."""
    last_day = on - timedelta(days=1)
    present = in_committee(place, from_day=on)
    _end_stand_ins(present.filter(stands_in_for__isnull=False), last_day)
    ended = list(present.select_related("member").order_by("pk"))
    if any(office.since >= on for office in ended):
        raise TermHasJustBegun
    present.update(until=last_day)
    for office in ended:
        office.until = last_day
    return ended


def _told(office: Office) -> dict[str, str | None]:
    """What the audit keeps of an office: no name."""
    return {
        "office": office.kind,
        "since": office.since.isoformat(),
        "until": office.until.isoformat() if office.until else None,
    }
