"""The sheet of offices: only such as the importer may give, below what they lead."""

from __future__ import annotations

from datetime import date
from typing import Any

from people.appointments import GIVEN_TO_ONESELF
from people.authority import may_give
from people.workbooks.checking_belonging import person_of
from people.workbooks.people_named import GUEST, Held, Person
from people.workbooks.places import Place
from people.workbooks.plan import Check
from people.workbooks.reading import Row
from people.workbooks.values import CLEAR


def check_offices(check: Check) -> None:
    rows = check.book.rows["offices"]
    offices = check.viewer.held_offices(check.on)
    for n, row in enumerate(rows):
        if n % 500 == 0:
            check.tell("offices", n, len(rows))
        if row.bad:
            continue
        person = person_of(check, row)
        place = check.find(row, "organisation") if person is not None else None
        if person is None or place is None:
            continue
        held = _known(person, place, row)
        until = None if row.get("until") is CLEAR else row.get("until")
        if held is not None and held.row is not None:
            check.fault(row, "kind", "office_twice", row=held.row.number)
            continue
        if held is not None and (row.get("until") is None or until == held.until):
            continue
        fits = _may(check, row, person, place, offices)
        if not fits or not _days_fit(check, row, person, place, until, held):
            continue
        if held is None:
            row.state = "add"
            _hold(check, row, person, Held(row.get("kind"), place, row.get("since"), until, row=row))
        else:
            held.until, held.row, held.changed = until, row, True
            row.state = "change"
            check.held.append((person, held))


def _known(person: Person, place: Place, row: Row) -> Held | None:
    for held in person.held or []:
        if held.place is place and held.kind == row.get("kind") and held.since == row.get("since"):
            return held
    return None


def _hold(check: Check, row: Row, person: Person, held: Held) -> None:
    person.held = [*(person.held or []), held]
    check.held.append((person, held))


def _may(check: Check, row: Row, person: Person, place: Any, offices: list) -> bool:
    kind = row.get("kind")
    if place.lost:
        return True  # the row waits with its organisation
    if not may_give(offices, kind, place):
        check.fault(row, "kind", "office_not_yours")
    elif person.pk == check.viewer.pk and kind not in GIVEN_TO_ONESELF:
        check.fault(row, "number", "office_for_oneself")
    elif person.reach == GUEST:
        check.fault(row, "number", "member_is_guest")
    return not row.bad


def _days_fit(
    check: Check, row: Row, person: Person, place: Place, until: date | None, known: Held | None = None
) -> bool:
    since = row.get("since")
    if until is not None and until < since:
        check.fault(row, "until", "ends_before_it_begins")
        return False
    for held in person.held or []:
        if held is known or held.place is not place or held.kind != row.get("kind"):
            continue
        if (held.until is None or held.until >= since) and (until is None or until >= held.since):
            check.fault(row, "since", "office_held")
            return False
    return True
