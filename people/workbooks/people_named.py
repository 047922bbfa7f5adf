"""The members that a workbook names: those who are known already, and the new ones it brings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from people.models import Affiliation, Member, Office, Standing
from people.workbooks.places import Place, Places
from people.workbooks.reading import Row

MANY = 5_000
"""Keys asked for in one query."""

OWN, GUEST, ELSEWHERE, NEW = "own", "guest", "elsewhere", "new"
"""At home in what the importer leads; there as a guest; neither; not yet known."""

Item = TypeVar("Item")


@dataclass(slots=True)
class Belonging:
    """A home or host affiliation: one that stands (`pk`), or one that a row brings or changes."""

    kind: str
    branch: Place | None
    group: Place | None
    since: date
    until: date | None
    pk: int | None = None
    row: Row | None = None
    column: str = "since"
    changed: bool = False


@dataclass(slots=True)
class Held:
    """An office, in the same way."""

    kind: str
    place: Place
    since: date
    until: date | None
    pk: int | None = None
    row: Row | None = None
    changed: bool = False


class Person:
    """A member by number."""

    __slots__ = (
        "birth_year", "changes", "held", "homes", "name", "name_latin", "number", "phone_index", "pk",
        "reach", "row", "standings",
    )  # fmt: skip

    def __init__(self, number: str) -> None:
        self.number = number
        self.pk: Any = None
        self.name = self.name_latin = ""
        self.birth_year: int | None = None
        self.phone_index: str | None = None
        self.reach = NEW
        self.row: Any = None
        self.changes: Any = None
        self.homes: list[Belonging] = []
        self.held: list[Held] | None = None
        self.standings: list[tuple[str, str, date, int]] | None = None

    @property
    def lost(self) -> bool:
        """True for a new one whose row is wrong or waits."""
        return self.pk is None and (self.row is None or self.row.bad or self.row.waits)


def in_pieces(items: Sequence[Item], size: int = MANY) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def load_people(
    numbers: Collection[str], places: Places, *, on: date, tell: Callable[[int, int], None]
) -> dict[str, Person]:
    """Return those of these numbers who are known already, with where they belong and what they hold."""
    people: dict[str, Person] = {}
    wanted = list(numbers)
    for n, piece in enumerate(in_pieces(wanted)):
        by_pk = _members(piece)
        _belongings(by_pk, places, on=on)
        _standings_and_offices(by_pk, places)
        people |= {person.number: person for person in by_pk.values()}
        tell(n * MANY, len(wanted))
    return people


def _members(numbers: Sequence[str]) -> dict[int, Person]:
    found: dict[int, Person] = {}
    columns = ("pk", "number", "name", "name_latin", "birth_year", "phone_index", "erased_at")
    for row in Member.objects.filter(number__in=numbers).values_list(*columns):
        person = found[row[0]] = Person(row[1])
        person.pk, _, person.name, person.name_latin, person.birth_year, person.phone_index, erased = row
        person.reach = ELSEWHERE
        if erased:
            person.name = ""
    return found


def _belongings(people: dict[int, Person], places: Places, *, on: date) -> None:
    columns = ("member_id", "kind", "branch_id", "group_id", "since", "until", "pk")
    rows = Affiliation.objects.filter(member__in=list(people)).order_by("since").values_list(*columns)
    for member, kind, branch, group, since, until, pk in rows:
        person = people[member]
        place = places.by_pk.get(branch)
        within = place is not None and place.inside
        part = places.by_pk.get(group) if group else None
        person.homes.append(Belonging(kind, place if within else None, part, since, until, pk))
        if within and person.name and (until is None or until > on):
            person.reach = OWN if kind == Affiliation.Kind.HOME or person.reach == OWN else GUEST


def _standings_and_offices(people: dict[int, Person], places: Places) -> None:
    reachable = [pk for pk, person in people.items() if person.reach in {OWN, GUEST}]
    columns = ("member_id", "aspect", "value", "since", "pk")
    for member, aspect, value, since, pk in (
        Standing.objects.filter(member__in=reachable).order_by("since").values_list(*columns)
    ):
        person = people[member]
        person.standings = [*(person.standings or []), (aspect, value, since, pk)]
    offices = Office.objects.filter(member__in=list(people), organisation__in=_inside(places))
    for member, kind, organisation, since, until, pk in offices.values_list(
        "member_id", "kind", "organisation_id", "since", "until", "pk"
    ):
        person = people[member]
        person.held = [*(person.held or []), Held(kind, places.by_pk[organisation], since, until, pk)]


def _inside(places: Places) -> list[int]:
    return [place.pk for place in places.standing()]
