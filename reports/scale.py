"""A synthetic organisation of any size, for measurement: written by COPY, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db import connection, transaction

from hours.models import Bucket, Rule, Source
from hours.totals import SHANGHAI, bounds, year_of
from people.models import Affiliation, Member, Office, Organisation
from people.organisations import step_of
from reports.demo.chance import dice, draw_key
from reports.demo.ledger import Entry, Piece, copy_rows, draw_ids, write_entries
from reports.demo.lessons import LessonFacts, live_lessons
from reports.demo.names import Sex, draw_name

BRANCHES_EACH = 10
"""Branches below one general branch."""

GROUPS_EACH = 2

FOUNDED = date(2010, 7, 1)
"""When all of it was founded."""

MEMBERS_AT_ONCE = 500
"""Members written together; memory does not grow with the organisation."""

LONGEST = timedelta(minutes=75)
"""No record lasts longer, so that those of a member have room beside one another."""


class AlreadyThere(Exception):
    """An organisation of this seed was made before."""


class NoRoom(Exception):
    """The year is too young for so many records of one member."""


@dataclass(frozen=True)
class Size:
    """How large the organisation is to be."""

    members: int
    branches: int
    records: int = 40
    seed: int = 1
    counties: int = 1


@dataclass(frozen=True)
class Place:
    """A row of the tree: its number, path and key."""

    pk: int
    path: str
    key: UUID


@dataclass
class Grown:
    """What was made, with the numbers of two who can sign in."""

    secretary: str
    member: str
    county_secretary: str = ""
    rows: dict[str, int] = field(default_factory=dict)

    def count(self, table: str, rows: int) -> None:
        self.rows[table] = self.rows.get(table, 0) + rows


@dataclass(frozen=True)
class Enrolled:
    """A member as the writer of records needs them."""

    index: int
    pk: int
    key: UUID
    branch: int
    group: int
    leads: int | None
    """The organisation of which they are the secretary."""


@transaction.atomic
def grow(size: Size, *, at: datetime, password: str) -> Grown:
    """
    Make an organisation of that size beside what is there, with its records from New Year to `at`.

    :raises AlreadyThere: when this seed was used before.
    :raises NoRoom: when the records of a member would overlap.
    """
    if Member.objects.filter(number=number_of(size, 0)).exists():
        raise AlreadyThere
    begin, _end = bounds(year_of(at))
    if size.records and (at - begin) / size.records < 2 * LONGEST:
        raise NoRoom
    with connection.cursor() as cursor:
        # Foreign keys are checked after each COPY: kept for the end they would fill the server's memory.
        cursor.execute("set constraints all immediate")
    grown = Grown(secretary=number_of(size, 0), member=number_of(size, size.branches))
    counties, branches = _found(size, grown)
    if size.counties > 1:
        grown.county_secretary = number_of(size, size.branches + 1)
    writer = _Writer(size, begin, at, [lesson for course in live_lessons() for lesson in course])
    members, hashed = _members(size, counties, branches), make_password(password)
    while batch := list(islice(members, MEMBERS_AT_ONCE)):
        _write_members(size, batch, grown, hashed, begin.astimezone(SHANGHAI).date())
        writer.write(batch, grown)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return grown


def number_of(size: Size, index: int) -> str:
    """The member number: the first `branches` of them are the secretaries, one a branch."""
    return f"s{size.seed}m{index + 1:07d}"


def _found(size: Size, grown: Grown) -> tuple[list[Place], list[tuple[Place, list[Place]]]]:
    """Found the tree; return the counties, and the branches, each with its groups."""
    kind = Organisation.Kind
    rng = dice("scale", size.seed, "places")
    rows: list[tuple] = []
    states: list[tuple] = []
    numbers = iter(draw_ids("people_organisation", _places(size)))

    def found(parent: Place | None, what: str, name: str, name_en: str) -> Place:
        pk = next(numbers)
        place = Place(pk, (parent.path if parent else "") + step_of(pk), draw_key(rng))
        above = parent.pk if parent else None
        level = Organisation.Level.COUNTY if parent is None else ""
        rows.append((pk, place.key, above, place.path, what, name, name_en, level, "", "", FOUNDED))
        states.append((pk, above, name, name_en, FOUNDED))
        return place

    city = None
    if size.counties > 1:
        city = found(
            None, kind.COMMITTEE, f"第{size.seed}合成市委员会", f"Synthetic City {size.seed} Committee"
        )
    counties = [
        found(city, kind.COMMITTEE, f"第{c}合成县委员会", f"Synthetic County {c} Committee")
        for c in range(size.seed, size.seed + size.counties)
    ]
    branches = []
    for n in range(size.branches):
        if n % BRANCHES_EACH == 0:
            m = n // BRANCHES_EACH + 1
            county = counties[n * size.counties // size.branches]
            general = found(county, kind.GENERAL_BRANCH, f"第{m}党总支", f"General Branch {m}")
        branch = found(general, kind.BRANCH, f"第{n + 1}党支部", f"Branch {n + 1}")
        groups = [found(branch, kind.GROUP, f"第{g}党小组", f"Group {g}") for g in range(1, GROUPS_EACH + 1)]
        branches.append((branch, groups))
    grown.count(
        "organisations",
        copy_rows(
            "people_organisation",
            "id, key, parent_id, path, kind, name, name_en, level, sector, external_code, founded_on",
            rows,
        ),
    )
    copy_rows("people_organisationstate", "organisation_id, parent_id, name, name_en, since", states)
    return counties, branches


def _places(size: Size) -> int:
    above = size.counties + (size.counties > 1)
    return above + -(-size.branches // BRANCHES_EACH) + size.branches * (1 + GROUPS_EACH)


def _members(
    size: Size, counties: list[Place], branches: list[tuple[Place, list[Place]]]
) -> Iterator[Enrolled]:
    """Members spread evenly over the branches, their numbers drawn as they are needed."""
    leading = {n: branch.pk for n, (branch, _groups) in enumerate(branches)}
    if size.counties > 1:
        leading |= {size.branches + 1 + n: county.pk for n, county in enumerate(counties)}
    for first in range(0, size.members, MEMBERS_AT_ONCE):
        count = min(MEMBERS_AT_ONCE, size.members - first)
        for index, pk in enumerate(draw_ids("people_member", count), first):
            branch, groups = branches[index % size.branches]
            yield Enrolled(
                index=index,
                pk=pk,
                key=draw_key(dice("scale", size.seed, "key", index)),
                branch=branch.pk,
                group=groups[index // size.branches % GROUPS_EACH].pk,
                leads=leading.get(index),
            )


def _write_members(size: Size, batch: list[Enrolled], grown: Grown, password: str, new_year: date) -> None:
    """Members, their home and the secretaries' offices. Two or three of all can sign in."""
    since = date(new_year.year - 3, 7, 1)
    person = "id, key, number, password, name, name_latin, birth_year, prefers_large_print"
    able = {0: password, size.branches: password}
    if size.counties > 1:
        able[size.branches + 1] = password
    grown.count(
        "members",
        copy_rows(
            "people_member",
            f"{person}, is_active, is_superuser",
            (_member_row(size, m, able, new_year.year) for m in batch),
        ),
    )
    home = Affiliation.Kind.HOME
    rows = ((m.pk, m.branch, m.group, home, since) for m in batch)
    grown.count(
        "affiliations",
        copy_rows("people_affiliation", "member_id, branch_id, group_id, kind, since", rows),
    )
    offices = ((m.pk, m.leads, Office.Kind.SECRETARY, since) for m in batch if m.leads)
    grown.count("offices", copy_rows("people_office", "member_id, organisation_id, kind, since", offices))


def _member_row(size: Size, member: Enrolled, able: dict[int, str], year: int) -> tuple:
    rng = dice("scale", size.seed, "member", member.index)
    birth_year = year - (rng.randint(61, 88) if rng.random() < 0.289 else rng.randint(21, 60))
    name = draw_name(rng, sex=rng.choice(list(Sex)), birth_year=birth_year)
    password = able.get(member.index, UNUSABLE_PASSWORD_PREFIX)
    number = number_of(size, member.index)
    return (member.pk, member.key, number, password, name.full, name.latin, birth_year, False, True, False)


@dataclass(frozen=True)
class _Writer:
    """Writes the records of a batch of members, each in its own part of the year."""

    size: Size
    begin: datetime
    at: datetime
    lessons: list[LessonFacts]

    def write(self, batch: list[Enrolled], grown: Grown) -> None:
        rule = Rule.objects.at(Rule.Name.FAIR_PACE, self.at.date())
        entries = [entry for member in batch for entry in self._entries(member, rule.pk)]
        records, intervals = write_entries(entries)
        grown.count("study records", records)
        grown.count("counted intervals", intervals)

    def _entries(self, member: Enrolled, rule: int) -> Iterator[Entry]:
        rng = dice("scale", self.size.seed, "records", member.index)
        part = (self.at - self.begin) / self.size.records if self.size.records else timedelta()
        for n in range(self.size.records):
            room = int((part - LONGEST).total_seconds())
            start = (self.begin + n * part).replace(microsecond=0) + timedelta(seconds=rng.randrange(1, room))
            if rng.random() < 0.8:
                yield self._sitting(rng, member, start, rule)
            else:
                yield self._meeting(rng, member, start)

    def _sitting(self, rng: Random, member: Enrolled, start: datetime, rule: int) -> Entry:
        lesson = rng.choice(self.lessons) if self.lessons else None
        first, quiet = rng.randint(240, 700), rng.randint(15, 240)
        second = rng.choice((0, 0, rng.randint(60, 500)))
        pieces = [Piece(start, start + timedelta(seconds=first))]
        if second:
            again = pieces[0].end + timedelta(seconds=quiet)
            pieces.append(Piece(again, again + timedelta(seconds=second)))
        end = start + timedelta(seconds=first + quiet + second)
        return Entry(
            member=member.key,
            bucket=Bucket.INDIVIDUAL,
            source=Source.ONLINE,
            key=f"{member.key}:{lesson.key if lesson else ''}:{int(start.timestamp())}",
            pieces=pieces,
            started_at=start,
            ended_at=end,
            received_at=end,
            home=member.branch,
            recorded_in=member.branch,
            subject=lesson.key if lesson else None,
            edition=lesson.edition.pk if lesson else None,
            rule=rule,
            refused={"quiet": quiet},
            evidence={"screens": rng.randint(2, 8), "spans": len(pieces)},
        )

    def _meeting(self, rng: Random, member: Enrolled, start: datetime) -> Entry:
        end = start + timedelta(minutes=rng.choice((45, 60, 75)))
        return Entry(
            member=member.key,
            bucket=Bucket.COLLECTIVE,
            source=Source.MEETING,
            key=f"{int(start.timestamp())}:{member.key}",
            pieces=[Piece(start, end)],
            started_at=start,
            ended_at=end,
            received_at=end,
            home=member.branch,
            recorded_in=member.branch,
            evidence={"roll": 18},
        )
