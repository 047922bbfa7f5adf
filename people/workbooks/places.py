"""The organisations that a workbook may name: those the importer leads, and the new ones it brings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from people.models import Member, Organisation
from people.organisations import STEP
from people.workbooks.reading import Row
from people.workbooks.refusals import Wrong
from people.workbooks.values import alike, plain

FIELDS = ("name", "name_en", "kind", "sector", "level", "external_code", "founded_on")
"""What is compared and written of an organisation, beside its place and its sector line."""

BELOW: dict[str | None, frozenset[str]] = {
    Organisation.Kind.COMMITTEE: frozenset(
        {Organisation.Kind.COMMITTEE, Organisation.Kind.GENERAL_BRANCH, Organisation.Kind.BRANCH}
    ),
    Organisation.Kind.GENERAL_BRANCH: frozenset({Organisation.Kind.BRANCH}),
    Organisation.Kind.BRANCH: frozenset({Organisation.Kind.GROUP}),
    Organisation.Kind.GROUP: frozenset(),
}
"""What may stand directly below what. The database holds the same line."""


class Place:
    """An organisation: one that stands (`pk`), or one that a row of the workbook brings (`row`)."""

    __slots__ = (
        "changes", "closed_on", "external_code", "founded_on", "inside", "kind", "level", "name", "name_en",
        "own", "parent", "path", "pk", "row", "sector", "sector_parent",
    )  # fmt: skip

    pk: Any
    parent: Any
    path: str
    row: Any
    sector_parent: Any
    closed_on: date | None
    inside: bool | None
    own: bool | None
    name: str
    name_en: str
    kind: str
    sector: str
    level: str
    external_code: str
    founded_on: date | None

    def __init__(self, **fields: Any) -> None:
        for name in self.__slots__:
            setattr(self, name, fields.get(name))
        self.changes: dict[str, Any] = {}

    @property
    def parent_id(self) -> int | None:
        """What the rules on offices ask for."""
        return self.parent.pk if self.parent else None

    @property
    def lost(self) -> bool:
        """True for one that a row would bring which is wrong or waits."""
        return self.pk is None and self.row is not None and (self.row.bad or self.row.waits)

    def names(self) -> list[str]:
        """From the top of the tree to this one."""
        found: list[str] = []
        place: Place | None = self
        while place is not None:
            found.append(place.name)
            place = place.parent
        return found[::-1]

    @property
    def full_name(self) -> str:
        return "/".join(self.names())


def path_key(text: str) -> str:
    """Return what full names are compared by; any of the usual arrows may stand between the parts."""
    return re.sub(r"[>›→\\]", "/", alike(text)).strip("/")


class Places:
    """Organisations found by code, by full name from the top, or by as much of its end as is unambiguous."""

    def __init__(self) -> None:
        self.by_pk: dict[int, Place] = {}
        self.new: list[Place] = []
        self._codes: dict[str, Place] = {}
        self._codes_alike: dict[str, Place] = {}
        self._full: dict[str, Place | None] = {}
        self._ends: dict[str, Place | None] = {}
        self._children: dict[tuple[int, str], Place] = {}

    def add(self, place: Place) -> None:
        """Make a place findable. One outside the importer's reach lends its name to full names only."""
        if place.pk is not None:
            self.by_pk[place.pk] = place
        else:
            self.new.append(place)
        self.index(place)

    def index(self, place: Place) -> None:
        if not place.inside or place.closed_on is not None:
            return
        if place.external_code:
            self._codes.setdefault(plain(place.external_code), place)
            self._codes_alike.setdefault(alike(place.external_code), place)
        parts = [path_key(name) for name in place.names()]
        _note(self._full, "/".join(parts), place)
        for start in range(1, len(parts)):
            _note(self._ends, "/".join(parts[start:]), place)
        if place.parent is not None:
            self._children.setdefault((id(place.parent), parts[-1]), place)

    def with_code(self, code: str) -> Place | None:
        return self._codes.get(code)

    def nearly_with_code(self, code: str) -> Place | None:
        return self._codes_alike.get(alike(code))

    def with_full_name(self, text: str) -> Place | None:
        return self._full.get(path_key(text))

    def also(self, text: str, place: Place) -> None:
        """Let an organisation be found by another name, where nothing else is called so."""
        self._full.setdefault(path_key(text), place)

    def child(self, parent: Place | None, name: str) -> Place | None:
        """The one directly below `parent` that is called so."""
        return self._children.get((id(parent), path_key(name)))

    def find(self, text: str) -> Place:
        """
        Return the organisation that a cell names.

        :raises Wrong: when there is none, or more than one.
        """
        found = self._codes.get(text) or self._codes_alike.get(alike(text))
        if found is not None:
            return found
        key = path_key(text)
        for index in (self._full, self._ends):
            if key in index:
                place = index[key]
                if place is None:
                    raise Wrong("organisation_ambiguous", value=text[:80])
                return place
        raise Wrong("organisation_unknown", value=text[:80])

    def standing(self) -> Iterator[Place]:
        """Those that stand already, within the importer's reach."""
        return (place for place in self.by_pk.values() if place.inside)


def _note(index: dict[str, Place | None], key: str, place: Place) -> None:
    if index.setdefault(key, place) is not place:
        index[key] = None


def load_places(viewer: Member, *, on: date) -> Places:
    """Return what the importer leads, with all below, and the names above it. Two queries."""
    led = Organisation.objects.led_by(viewer, on=on)
    columns = ("pk", "path", "parent_id", "sector_parent_id", "closed_on", *FIELDS)
    rows = list(led.order_by("path").values(*columns))
    above = {row["path"][: STEP * n] for row in rows for n in range(1, len(row["path"]) // STEP)} - {
        row["path"] for row in rows
    }
    over = (
        list(Organisation.objects.filter(path__in=above).order_by("path").values(*columns)) if above else []
    )
    managed = set(Organisation.objects.managed_by(viewer, on=on).values_list("pk", flat=True))
    places = Places()
    inside = {row["pk"] for row in rows}
    for row in sorted([*over, *rows], key=lambda row: len(row["path"])):
        parent = places.by_pk.get(row.pop("parent_id"))
        sector = row.pop("sector_parent_id")
        own = row["pk"] in managed
        places.add(Place(**row, parent=parent, sector_parent=sector, inside=row["pk"] in inside, own=own))
    return places


def place_of_row(row: Row, parent: Place, fields: dict[str, Any]) -> Place:
    """A new organisation, with a path that tells where it will stand and is no real one yet."""
    return Place(row=row, parent=parent, path=f"{parent.path}......", inside=True, own=True, **fields)
