"""Whose meetings an office opens: who plans them, takes the roll and closes them."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from people.leading import led_by
from people.models import Member, Office, Organisation
from people.offices import COMMITTEE

Kind = Organisation.Kind


def holds(member: Member, organisation: Organisation, *, on: date) -> bool:
    """
    Whether the member takes the roll of meetings of `organisation` on that day.

    Its committee does, who leads it or an organisation above it, a group's leader for the group, and for a
    group the committee of its branch too.
    """
    if any(organisation.path.startswith(place.path) for place in led_by(member, on=on)):
        return True
    return any(_opens(office, organisation) for office in member.held_offices(on))


def _opens(office: Office, organisation: Organisation) -> bool:
    here = office.organisation_id == organisation.pk
    if office.kind == Office.Kind.GROUP_LEADER:
        return here
    is_group = organisation.kind == Kind.GROUP
    return office.kind in COMMITTEE and (
        here or (is_group and office.organisation_id == organisation.parent_id)
    )


def opens_meetings(office: Office) -> bool:
    """Whether an office is one of those that hold meetings: for the navigation."""
    return office.kind in COMMITTEE or office.kind == Office.Kind.GROUP_LEADER


def own_places(member: Member, *, on: date) -> list[Organisation]:
    """The organisations that the member's own offices hold meetings of, each once."""
    found = {o.organisation_id: o.organisation for o in member.held_offices(on) if opens_meetings(o)}
    return list(found.values())


def places_held(member: Member, *, on: date, at: str = "") -> Q:
    """
    The condition on organisations whose meetings the member opens; none: nothing.

    `at` leads from the rows that are asked to the organisation.
    """
    places = Q(pk__in=[])
    for office in member.held_offices(on):
        if office.kind == Office.Kind.GROUP_LEADER:
            places |= Q(**{f"{at}pk": office.organisation_id})
        elif office.kind in COMMITTEE:
            places |= Q(**{f"{at}pk": office.organisation_id})
            places |= Q(**{f"{at}parent": office.organisation_id, f"{at}kind": Kind.GROUP})
    for place in led_by(member, on=on):
        places |= Q(**{f"{at}path__startswith": place.path})
    return places


KINDS: dict[str, tuple[str, ...]] = {
    Kind.BRANCH: ("theme_day", "general", "lecture", "committee", "life"),
    Kind.GROUP: ("group", "life"),
    Kind.GENERAL_BRANCH: ("committee",),
    Kind.COMMITTEE: ("committee",),
}
"""Which meetings an organisation holds, the usual one first."""
