"""What a check knows and collects: the workbook, those it names, and what would be written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from people.models import Member
from people.workbooks.people_named import Belonging, Held, Person
from people.workbooks.places import Place, Places
from people.workbooks.reading import Row, Tell, Workbook
from people.workbooks.refusals import Wrong


@dataclass
class Check:
    """A check under way, and afterwards the plan: rows that are wrong or wait are not written."""

    book: Workbook
    places: Places
    viewer: Member
    on: date
    tell: Tell
    people: dict[str, Person] = field(default_factory=dict)
    sector_lines: list[tuple[Place, Place]] = field(default_factory=list)
    """Organisations with a new sector line, and which."""

    standings: list[tuple[Person, str, str, date, int | None]] = field(default_factory=list)
    """Aspect, value, day; the row that changes, or None for a new one."""

    belongings: list[tuple[Person, Belonging]] = field(default_factory=list)
    held: list[tuple[Person, Held]] = field(default_factory=list)
    wrong_homes: set[str] = field(default_factory=set)
    """Numbers of new members whose home is said, on a row that is wrong."""

    rows_places: dict[int, Place] = field(default_factory=dict)
    """By the identity of a row, the organisation it tells of."""

    def fault(self, row: Row, column: str, code: str, /, **params: Any) -> None:
        self.book.fault(row, column, code, **params)

    def remark(self, row: Row, column: str, code: str, /, **params: Any) -> None:
        self.book.remark(row, column, code, **params)

    def find(self, row: Row, column: str) -> Place | None:
        """Return the organisation that a cell names; a wrong one is noted. None also for an empty cell."""
        text = row.get(column)
        if not isinstance(text, str):
            return None
        try:
            return self.places.find(text)
        except Wrong as wrong:
            self.fault(row, column, wrong.code, **wrong.params)
            return None

    def home_was_wrong(self, person: Person) -> bool:
        return person.number in self.wrong_homes
