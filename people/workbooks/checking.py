"""The dry run: what a workbook would add and change, and all that is wrong with it. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any

from people.models import Member
from people.workbooks.checking_belonging import check_affiliations, check_overlaps
from people.workbooks.checking_members import check_members, check_namesakes
from people.workbooks.checking_offices import check_offices
from people.workbooks.checking_organisations import check_organisations
from people.workbooks.columns import KINDS
from people.workbooks.people_named import NEW, Person, load_people
from people.workbooks.places import Places, load_places
from people.workbooks.plan import Check
from people.workbooks.reading import Row, Tell, Workbook, read_workbook

SAMPLE = 10
"""Rows of each kind that are shown as an example."""


@dataclass
class Findings:
    """What came of a check: the plan that could be written, and the report that is shown."""

    check: Check
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    waiting: dict[str, set[int]] = field(default_factory=dict)
    samples: dict[str, list[list[str]]] = field(default_factory=dict)

    @property
    def has_faults(self) -> bool:
        problems = self.check.book.problems
        return problems.stops or problems.errors > 0

    def report(self) -> dict[str, Any]:
        """The findings as JSON."""
        problems = self.check.book.problems
        order = {table.title: n for n, table in enumerate(self.check.book.tables)}
        return {
            "problems": sorted(problems.kept, key=lambda p: (order.get(p[1], -1), p[2] or 0)),
            "stops": problems.counts["stop"],
            "errors": problems.errors,
            "warnings": problems.counts["warning"],
            "counts": {kind: dict(counts) for kind, counts in self.counts.items()},
            "samples": self.samples,
            "bad": {sheet: sorted(rows) for sheet, rows in problems.bad.items()},
            "waiting": {sheet: sorted(rows) for sheet, rows in self.waiting.items()},
            "identity": self.check.book.has_identity_numbers,
        }


def check_workbook(
    file: IO[bytes],
    name: str,
    *,
    by: Member,
    on: date,
    tell: Tell,
    skip: Mapping[str, set[int]] | None = None,
) -> Findings:
    """
    Read the file and compare it with what stands. Rows in `skip` (by sheet) are passed over.

    :raises people.workbooks.refusals.Refused: when the file cannot be read at all.
    """
    book = read_workbook(file, name, tell, skip)
    places = load_places(by, on=on)
    check = Check(book=book, places=places, viewer=by, on=on, tell=tell)
    if not book.problems.stops:
        check_organisations(check)
        check.people = _people(book, places, on=on, tell=tell)
        check_members(check)
        check_affiliations(check)
        check_overlaps(check)
        check_offices(check)
        _everybody_is_at_home(check)
        settle(check)
        check_namesakes(check)
    return _found(check)


def _people(book: Workbook, places: Places, *, on: date, tell: Tell) -> dict[str, Person]:
    numbers = {
        row.get("number")
        for kind in ("members", "affiliations", "offices")
        for row in book.rows[kind]
        if row.get("number")
    }
    return load_people(numbers, places, on=on, tell=lambda done, total: tell("comparing", done, total))


def _everybody_is_at_home(check: Check) -> None:
    """A new member without a home branch would be seen by nobody."""
    for person in check.people.values():
        if person.reach != NEW or person.row is None or person.row.bad:
            continue
        homes = [b for b in person.homes if b.kind == "home" and (b.until is None or b.until > check.on)]
        if not homes and not check.home_was_wrong(person):
            check.book.fault(person.row, "branch", "no_home")


def settle(check: Check) -> None:
    """Let rows wait that hang on a row which is wrong, down to the last of them."""
    for place in check.places.new:  # parents come before their children
        if place.parent is not None and place.parent.lost:
            place.row.waits = True
    for place, sector in check.sector_lines:
        if sector.lost:
            place.row.waits = True
    for person in check.people.values():
        if person.row is None:
            continue
        for belonging in person.homes:
            own = belonging.row is person.row
            if own and any(place is not None and place.lost for place in (belonging.branch, belonging.group)):
                person.row.waits = True
    for n, (person, belonging) in enumerate(check.belongings):
        if n % 2_000 == 0:
            check.tell("comparing", n, len(check.belongings))
        lost = any(place is not None and place.lost for place in (belonging.branch, belonging.group))
        if belonging.row is not None and (lost or person.lost):
            belonging.row.waits = True
    for person, held in check.held:
        if held.row is not None and (person.lost or held.place.lost):
            held.row.waits = True


def _found(check: Check) -> Findings:
    findings = Findings(check)
    for code in KINDS:
        counts: Counter[str] = Counter()
        samples: list[list[str]] = []
        for n, row in enumerate(check.book.rows[code]):
            if n % 2_000 == 0:
                check.tell("comparing", n, len(check.book.rows[code]))
            state = "bad" if row.bad else "waiting" if row.waits else row.state
            counts[state] += 1
            if state == "waiting":
                findings.waiting.setdefault(row.table.title, set()).add(row.number)
            if state in {"add", "change"} and len(samples) < SAMPLE:
                samples.append([row.table.title, str(row.number), state, _sample(row)])
        if counts:
            findings.counts[code] = counts
            findings.samples[code] = samples
    return findings


def _sample(row: Row) -> str:
    kind = KINDS[row.table.kind]
    shown = [column.show(row.get(column.name)) for column in kind.columns if column.name != "phone"]
    return " · ".join(str(value) for value in shown if isinstance(value, str | int | date))[:160]
