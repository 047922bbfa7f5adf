"""The page "Reached by us": who opens it where, and its lines, as far as the viewer may see of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from outreach.reach import THRESHOLDS, Reached, Way, reached_in
from people.leading import led_by, sits_on_committee
from people.models import Member, Office, Organisation, Sight
from people.offices import COMMITTEE
from people.organisations import OrganisationQuerySet

COUNTING = COMMITTEE | {Office.Kind.OBSERVER}
"""Offices that open the counts of their organisation and of all below; names are for fewer."""


@dataclass(frozen=True)
class Line:
    """
    A member and the last contact. `way` and `tried` are for those who know what is arranged for the member:
    a visit or a pack would tell others who studies at home.
    """

    member: Member
    last: date | None
    way: str
    tried: date | None
    phone: str
    is_home_study: bool


def opens_counts(viewer: Member, *, on: date) -> OrganisationQuerySet:
    """The organisations whose counts the viewer's offices open."""
    paths = [o.organisation.path for o in viewer.held_offices(on) if o.kind in COUNTING]
    places = Organisation.objects.at_or_below(*paths).existing_on(on)
    return places.exclude(kind=Organisation.Kind.GROUP)


def entrances(viewer: Member, *, on: date) -> list[Organisation]:
    """The organisations of these offices themselves, each once. No query beside the offices."""
    found = {
        o.organisation.pk: o.organisation
        for o in viewer.held_offices(on)
        if o.kind in COUNTING and o.organisation.kind != Organisation.Kind.GROUP
    }
    return list(found.values())


def opens_names(viewer: Member, organisation: Organisation, *, on: date) -> bool:
    """True for the committee of the branch itself, and for who leads it or an organisation above it."""
    return sits_on_committee(viewer, organisation, on=on) or any(
        organisation.path.startswith(place.path) for place in led_by(viewer, on=on)
    )


def knows_ways(viewer: Member, organisation: Organisation, *, on: date) -> bool:
    """True for the committee of this very organisation: it arranges home study, and knows of it by name."""
    return sits_on_committee(viewer, organisation, on=on)


def chosen_days(typed: str) -> int:
    """The days that were asked for; 0 for everybody."""
    return int(typed) if typed in {str(days) for days in THRESHOLDS} else 0


def reached_among(found: Iterable[Reached], *, days: int, way: str, knows: bool, on: date) -> list[Reached]:
    """Those whom nobody has reached for so many days, or whose last contact was in this way."""
    rows = [one for one in found if not days or one.is_unreached(days, on=on)]
    return [one for one in rows if not (knows and way in Way.values) or one.way == way]


def numbers_unreached(found: Iterable[Reached], *, on: date) -> list[tuple[int, int]]:
    """For 30, 60 and 90 days: how many nobody has reached."""
    rows = list(found)
    return [(days, sum(one.is_unreached(days, on=on) for one in rows)) for days in THRESHOLDS]


def everybody_in(organisation: Organisation, *, on: date) -> list[Reached]:
    return reached_in(organisation, on=on)


def lines_of(viewer: Member, rows: Iterable[Reached], *, knows: bool, on: date) -> list[Line]:
    """The lines of a page, in the order of the rows. One query."""
    page = list(rows)
    people = (
        Member.objects.visible_to(viewer, on=on)
        .filter(pk__in=[one.member for one in page])
        .with_sights(viewer, Sight.CONTACT, Sight.ARRANGEMENT, on=on)
        .with_arrangements(on=on)
        .in_bulk()
    )
    return [_line(people[one.member], one, knows) for one in page if one.member in people]


def _line(member: Member, one: Reached, knows: bool) -> Line:
    return Line(
        member=member,
        last=one.last,
        way=one.way_in_words if knows else "",
        tried=one.tried_since if knows else None,
        phone=(member.phone or "") if member.shows_contact else "",
        is_home_study=member.shows_arrangement and member.is_home_study,
    )
