"""The sheet of affiliations: home and host, each with its days."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from people.models import Affiliation
from people.workbooks.checking_members import branch_fits, group_of
from people.workbooks.people_named import ELSEWHERE, GUEST, OWN, Belonging, Person
from people.workbooks.places import Place
from people.workbooks.plan import Check
from people.workbooks.reading import Row
from people.workbooks.values import CLEAR, alike


def check_affiliations(check: Check) -> None:
    rows = check.book.rows["affiliations"]
    for n, row in enumerate(rows):
        if n % 500 == 0:
            check.tell("affiliations", n, len(rows))
        if row.bad:
            _remember(check, row)
            continue
        person = person_of(check, row)
        if person is None:
            continue
        _check(check, row, person)
        if row.bad:
            _remember(check, row)


def person_of(check: Check, row: Row) -> Person | None:
    """Return the member whom a row of affiliations or offices is about, or note why there is none."""
    person = check.people.get(row.get("number"))
    if person is None:
        check.fault(row, "number", "member_unknown", value=row.get("number"))
        return None
    if person.reach == ELSEWHERE:
        if person.row is not None:
            row.waits = True  # said once, on the sheet of members
        else:
            check.fault(row, "number", "member_elsewhere")
        return None
    name = row.get("name")
    called = person.row.get("name") if person.row is not None else None
    if name and alike(name) not in {alike(person.name), alike(called or person.name)}:
        check.remark(row, "name", "name_differs")
    return person


def _check(check: Check, row: Row, person: Person) -> None:
    branch = check.find(row, "branch")
    if branch is None:
        return
    kind, since, until = row.get("kind"), row.get("since"), row.get("until")
    _short_form(row, person, branch)
    known = next((b for b in person.homes if b.kind == kind and b.since == since), None)
    if known is not None and known.row is not None and known.row is not row:
        if known.branch is branch and known.row is person.row:
            pass  # the home branch stands on the sheet of members too: one affiliation, and no fault
        else:
            check.fault(row, "since", "affiliation_twice", row=known.row.number)
            return
    if known is None:
        _new(check, row, person, branch)
        return
    if known.branch is not branch:
        check.fault(row, "branch", "branch_differs")
        return
    group = group_of(check, row, branch)
    if row.bad:
        return
    wanted_group = None if row.get("group") is CLEAR else (group if group is not None else known.group)
    wanted_until = None if until is CLEAR else (until if until is not None else known.until)
    if wanted_group is known.group and wanted_until == known.until:
        return
    if known.pk is not None and person.reach == GUEST:
        check.fault(row, "number", "member_is_guest")
        return
    if not _days_fit(check, row, since, wanted_until):
        return
    known.group, known.until = wanted_group, wanted_until
    if known.pk is not None:
        if not known.changed:
            check.belongings.append((person, known))
        known.row, known.changed = row, True
        row.state = "change"


def _short_form(row: Row, person: Person, branch: Place) -> None:
    """The sheet of members may name the home branch of a new member without a day; this row says the day."""
    if person.row is None or person.row.get("since"):
        return
    for home in person.homes:
        short = home.pk is None and home.column == "branch" and home.row is person.row
        if short and home.branch is branch and home.kind == row.get("kind"):
            home.since = row.get("since")


def _new(check: Check, row: Row, person: Person, branch: Place) -> None:
    if person.reach == GUEST:
        check.fault(row, "number", "member_is_guest")
        return
    until = row.get("until")
    until = None if until is CLEAR else until
    if not branch_fits(check, row, branch) or not _days_fit(check, row, row.get("since"), until):
        return
    group = group_of(check, row, branch)
    if row.bad:
        return
    row.state = "add"
    belonging = Belonging(row.get("kind"), branch, group, row.get("since"), until, row=row)
    person.homes.append(belonging)
    check.belongings.append((person, belonging))


def _days_fit(check: Check, row: Row, since: date, until: date | None) -> bool:
    if until is None or until > since:
        return True
    check.fault(row, "until", "ends_before_it_begins")
    return False


def _remember(check: Check, row: Row) -> None:
    person = check.people.get(row.get("number") or "")
    if person is not None and row.get("kind") in {None, Affiliation.Kind.HOME}:
        check.wrong_homes.add(person.number)


def check_overlaps(check: Check) -> None:
    """Nobody has two homes, or two hosts, at a time."""
    touched = {id(person): person for person, _ in check.belongings}
    for n, person in enumerate(touched.values()):
        if n % 500 == 0:
            check.tell("overlaps", n, len(touched))
        if len(person.homes) < 2:
            continue
        for kind in Affiliation.Kind.values:
            theirs = sorted((b for b in person.homes if b.kind == kind), key=lambda b: b.since)
            for earlier, later in pairwise(b for b in theirs if b.row is None or not b.row.bad):
                if earlier.until is None or earlier.until > later.since:
                    _overlap(check, person, kind, earlier, later)


def _overlap(check: Check, person: Person, kind: str, earlier: Belonging, later: Belonging) -> None:
    row = later.row or earlier.row
    if row is None:
        return
    other = earlier if row is later.row else later
    hidden = other.branch is None or person.reach != OWN
    params = {} if hidden else {"branch": other.branch.name[:80] if other.branch else ""}
    column = "branch" if row.table.kind == "members" else "since"
    code = "two_homes" if kind == Affiliation.Kind.HOME else "two_hosts"
    check.fault(row, column, code, **({"branch": ""} | params))
    check.wrong_homes.add(person.number)
