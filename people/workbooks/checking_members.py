"""The sheet of members: who is new, what changes, near-duplicates, and the home branch beside the name."""

from __future__ import annotations

from datetime import date
from typing import Any

from people.ciphers import blind_indexes
from people.consents import withdrawn_by
from people.models import Affiliation, Consent, Member, Standing
from people.workbooks.people_named import ELSEWHERE, GUEST, NEW, Belonging, Person, in_pieces
from people.workbooks.places import Place
from people.workbooks.plan import Check
from people.workbooks.reading import Row
from people.workbooks.values import CLEAR, alike, plain, same_phone

ASPECTS = {"membership": Standing.Aspect.MEMBERSHIP, "work": Standing.Aspect.WORK}


def check_members(check: Check) -> None:
    rows = check.book.rows["members"]
    owners = _owners(check, rows)
    not_wanted = _not_wanted(check, rows)
    phones: dict[str, Row] = {}
    for n, row in enumerate(rows):
        if n % 500 == 0:
            check.tell("members", n, len(rows))
        number = row.get("number")
        if not number:
            continue
        person = check.people.get(number)
        if person is None:
            person = check.people[number] = Person(number)
        if person.row is not None:
            check.fault(row, "number", "number_twice", row=person.row.number, sheet=person.row.table.title)
            continue
        person.row = row
        row.state = "add" if person.pk is None else "same"
        if row.bad:
            _remember_home(check, row, person)
            continue
        if person.reach == ELSEWHERE:
            check.fault(row, "number", "member_elsewhere")
            continue
        if person.pk in not_wanted and isinstance(row.get("phone"), str):
            check.remark(row, "phone", "phone_not_wanted")
        else:
            _phone(check, row, person, owners, phones)
        _details(row, person)
        _standings(check, row, person)
        _home(check, row, person)
        _guests_are_left_alone(check, row, person)


def _owners(check: Check, rows: list[Row]) -> dict[str, int]:
    """By the blind index of the telephones of the workbook, who has them already."""
    with_phone = [row for row in rows if isinstance(row.get("phone"), str)]
    owners: dict[str, int] = {}
    for n, piece in enumerate(in_pieces(with_phone)):
        check.tell("telephones", n * len(piece), len(with_phone))
        indexes = blind_indexes(row.get("phone") for row in piece)
        for row in piece:
            row.values["phone_index"] = indexes[row.get("phone")]
        found = Member.objects.filter(phone_index__in=list(indexes.values()))
        owners |= dict(found.values_list("phone_index", "pk"))
    return owners


def _not_wanted(check: Check, rows: list[Row]) -> set[int]:
    """Members whose telephone the workbook names, and who have withdrawn their consent to its being kept."""
    named = (check.people.get(row.get("number")) for row in rows if isinstance(row.get("phone"), str))
    known = [person.pk for person in named if person is not None and person.pk is not None]
    found: set[int] = set()
    for piece in in_pieces(known):
        found |= withdrawn_by(piece, Consent.Purpose.TELEPHONE)
        check.tell("telephones", len(rows), len(rows))
    return found


def _phone(check: Check, row: Row, person: Person, owners: dict[str, int], phones: dict[str, Row]) -> None:
    phone = row.get("phone")
    if phone is CLEAR:
        if person.phone_index is not None:
            _change(row, person, "phone", None)
            _change(row, person, "phone_index", None)
        return
    if phone is None:
        return
    index = row.get("phone_index")
    key = same_phone(phone)
    other = phones.setdefault(key, row)
    if other is not row:
        same = other.get("phone") == phone
        (check.fault if same else check.remark)(
            row, "phone", "phone_twice" if same else "phone_alike", row=other.number
        )
        if same:
            return
    if owners.get(index, person.pk) != person.pk:
        check.fault(row, "phone", "phone_taken")
    elif index != person.phone_index:
        _change(row, person, "phone", phone)
        _change(row, person, "phone_index", index)


def _details(row: Row, person: Person) -> None:
    for field, empty in (("name", ""), ("name_latin", ""), ("birth_year", None)):
        value = row.get(field)
        if value is None:
            continue
        wanted = empty if value is CLEAR else value
        before = getattr(person, field)
        if person.pk is None or (
            wanted != before and not (isinstance(before, str) and plain(before) == wanted)
        ):
            _change(row, person, field, wanted)
    if person.pk is None:
        person.name = row.get("name") or ""


def _change(row: Row, person: Person, field: str, value: Any) -> None:
    person.changes = person.changes or {}
    person.changes[field] = value
    if person.pk is not None:
        row.state = "change"


def _standings(check: Check, row: Row, person: Person) -> None:
    for column, aspect in ASPECTS.items():
        value, since = row.get(column), row.get(f"{column}_since")
        if value is None:
            if since is not None:
                _only_a_day(check, row, person, column, aspect, since)
            continue
        _standing(check, row, person, aspect, value, since)


def _only_a_day(check: Check, row: Row, person: Person, column: str, aspect: str, since: date) -> None:
    if not any(a == aspect and day == since for a, _, day, _ in person.standings or []):
        check.fault(row, column, "standing_missing")


def _standing(check: Check, row: Row, person: Person, aspect: str, value: str, since: date | None) -> None:
    known = [standing for standing in person.standings or [] if standing[0] == aspect]
    same_day = next((standing for standing in known if standing[2] == since), None)
    latest = known[-1] if known else None
    pk = None
    if same_day is not None:
        if same_day[1] == value:
            return
        pk = same_day[3]
    elif latest is not None and latest[1] == value:
        if since is None:
            return
        pk = latest[3]
    elif latest is not None and latest[2] == check.on and since is None:
        pk = latest[3]
    check.standings.append((person, aspect, value, since or check.on, pk))
    if person.pk is not None:
        row.state = "change"


def _home(check: Check, row: Row, person: Person) -> None:
    """The home branch, group and day that the sheet of members may say, where it is simple."""
    branch, group = check.find(row, "branch"), None
    if row.bad:
        _remember_home(check, row, person)
        return
    since = row.get("since")
    current = _current_home(person, check.on)
    where = branch or (current.branch if current else None)
    if row.get("group"):
        group = group_of(check, row, where)
        if row.bad:
            _remember_home(check, row, person)
            return
        branch = branch or (group.parent if group and current is None else None)
    if current is None:
        if branch is not None:
            if branch_fits(check, row, branch):
                home = Belonging("home", branch, group, since or check.on, None, row=row, column="branch")
                _belongs(check, row, person, home)
            else:
                _remember_home(check, row, person)
        return
    if branch is not None and branch is not current.branch:
        check.fault(row, "branch", "other_home")
    elif since is not None and since != current.since:
        check.fault(row, "since", "since_differs", since=current.since.isoformat())
    elif group is not None and group is not current.group:
        current.group, current.row, current.changed = group, row, True
        check.belongings.append((person, current))
        row.state = "change"


def _belongs(check: Check, row: Row, person: Person, home: Belonging) -> None:
    person.homes.append(home)
    check.belongings.append((person, home))
    if person.pk is not None:
        row.state = "change"


def _remember_home(check: Check, row: Row, person: Person) -> None:
    check.wrong_homes.add(person.number)


def _current_home(person: Person, on: date) -> Belonging | None:
    for home in person.homes:
        ended = home.until is not None and home.until <= on
        if home.kind == Affiliation.Kind.HOME and home.pk is not None and not ended:
            return home
    return None


def branch_fits(check: Check, row: Row, branch: Place) -> bool:
    """Members belong to a branch or a general branch."""
    if branch.kind in {"branch", "general_branch"}:
        return True
    check.fault(row, "branch", "not_a_branch", value=branch.name[:80])
    return False


def group_of(check: Check, row: Row, branch: Place | None) -> Place | None:
    """Return the group that a cell names: of the branch by its name, or any by code or full name."""
    text = row.get("group")
    if not isinstance(text, str):
        return None
    group = check.places.child(branch, text) if branch is not None else None
    if group is None:
        group = check.find(row, "group")
    if group is not None and (group.kind != "group" or (branch is not None and group.parent is not branch)):
        check.fault(row, "group", "not_its_group", value=text[:80])
        return None
    return group


def _guests_are_left_alone(check: Check, row: Row, person: Person) -> None:
    if person.reach == GUEST and row.state == "change" and not row.bad:
        check.fault(row, "number", "member_is_guest")


def check_namesakes(check: Check) -> None:
    """Point out new members who are called like another of the same branch: written twice, perhaps."""
    named: dict[tuple[int, str], Row] = {}
    arriving: dict[int, Place] = {}
    fresh: list[tuple[Row, Place, str]] = []
    for person, belonging in check.belongings:
        row = person.row
        if (
            person.reach != NEW
            or row is None
            or row.bad
            or belonging.branch is None
            or belonging.kind != "home"
        ):
            continue
        key = (id(belonging.branch), alike(person.name))
        other = named.setdefault(key, row)
        if other is not row:
            check.remark(row, "name", "name_twice", row=other.number)
        fresh.append((row, belonging.branch, key[1]))
        if belonging.branch.pk is not None:
            arriving[belonging.branch.pk] = belonging.branch
    if not arriving:
        return
    present = Affiliation.objects.on(check.on).home().filter(branch__in=list(arriving))
    known: dict[tuple[int, str], str] = {}
    for branch, name, number in present.values_list("branch_id", "member__name", "member__number").iterator():
        known[branch, alike(name)] = number
    for row, place, name in fresh:
        if place.pk is not None and (place.pk, name) in known:
            check.remark(row, "name", "name_known", number=known[place.pk, name])
