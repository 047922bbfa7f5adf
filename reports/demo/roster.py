"""The members of the demonstration: who they are, where they belong, and since when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, cycle
from random import Random

from django.contrib.auth.hashers import make_password

from people.models import Affiliation, HomeStudy, Member, Organisation
from reports.demo.chance import dice, draw_key
from reports.demo.names import Name, Sex, draw_name
from reports.demo.places import BRANCHES, BranchPlan, Places


@dataclass(frozen=True)
class Account:
    """A member with a name of their own and the demonstration's password."""

    surname: str
    given: str
    birth_year: int
    branch: str


ACCOUNTS = {
    "member": Account("李", "慧", 1988, "willow"),
    "elder": Account("王", "秀英", 1943, "willow"),
    "mobile": Account("孙", "立民", 1985, "stone"),
    "secretary": Account("张", "伟", 1974, "willow"),
    "visitor": Account("郑", "晓燕", 1981, "willow"),
    "committee": Account("何", "文涛", 1970, "county"),
    "observer": Account("覃", "明亮", 1971, "county"),
    "editor": Account("曾", "思远", 1990, "county"),
    "reviewer": Account("欧阳", "文娟", 1978, "county"),
    "sysadmin": Account("解", "宏伟", 1986, "county"),
    "auditor": Account("单", "丽萍", 1973, "county"),
    "secadmin": Account("仇", "志刚", 1982, "county"),
}
"""By member number."""

HOSTS = [
    "cloud park",
    "cloud park",
    "stone park",
    "tea park",
    "willow park",
    "cloud willow",
    "bridge hospital",
    "tea bridge",
]
"""Home and host branch of the mobile members beside the account `mobile`, whose host is `willow`."""

MOVES = ["park bridge", "school county", "stone tea"]
"""Members who changed their home branch within the year: from where, to where."""

RECENT_MOVE = "park willow"
"""Somebody who changed the branch twelve days ago: the transfer can still be undone."""

PROBATION = timedelta(days=390)
"""So long ago the youngest were admitted; their branch will soon decide on full membership."""

AGES_AT_HOME = [78, 81, 76, 85, 79, 88, 77, 80, 91, 72, 69]
"""Of those on home study beside the account `elder`."""

STAFF = {"secretary": "0512 5550 1234", "visitor": "0512 5550 1243", "committee": "0512 5550 1001"}
"""Telephones of accounts: numbers that nobody has."""


@dataclass
class Person:
    """A member as the makers of records know them."""

    member: Member
    code: str
    group: Organisation | None
    since: date
    host: str = ""
    host_since: date | None = None
    came_from: str = ""
    moved_on: date | None = None
    admitted_on: date | None = None
    home_study: HomeStudy | None = None
    offices: set[str] = field(default_factory=set)

    @property
    def number(self) -> str:
        return self.member.number

    def home_on(self, day: date) -> str:
        """The home branch on that day."""
        return self.came_from if self.moved_on and day < self.moved_on else self.code

    def joins_in(self, day: date) -> str:
        """The branch whose activities the member takes part in: for a mobile member the host."""
        return self.host if self.host_since and day >= self.host_since else self.home_on(day)

    def studies_at_home(self, day: date) -> bool:
        return self.home_study is not None and day >= self.home_study.since

    def dice(self, purpose: str) -> Random:
        return dice(purpose, self.number)


def enrol_members(places: Places, *, on: date, password: str) -> list[Person]:
    """Add the members with their affiliations and arrangements, as of the day `on`."""
    people: list[Person] = []
    taken = Counter(part for a in ACCOUNTS.values() for part in (a.surname + a.given, a.given))
    at_home = iter(AGES_AT_HOME)
    for code, plan in BRANCHES.items():
        groups = cycle(places.groups[code])
        fixed = [(number, a) for number, a in ACCOUNTS.items() if a.branch == code]
        for number, account in fixed:
            people.append(_person(_account_member(number, account, password), code, next(groups), on=on))
        for birth_year in _birth_years(plan, fixed, at_home, on.year):
            number = f"lx{len(people) + 1:04d}"
            member = _drawn_member(number, birth_year, taken, year=on.year)
            people.append(_person(member, code, next(groups), on=on))
    _arrange_home_study(people, on=on)
    _send_abroad(people, on=on)
    _move(people, on=on)
    _admit(people, on=on)
    Member.objects.bulk_create([person.member for person in people])
    Affiliation.objects.bulk_create(a for person in people for a in _affiliations(person, places))
    HomeStudy.objects.bulk_create(person.home_study for person in people if person.home_study)
    return people


def _birth_years(plan: BranchPlan, fixed: list, at_home: Iterator[int], year: int) -> list[int]:
    """The years of birth of a branch's members beside the fixed ones: home study, over 60, the others."""
    rng = dice("ages", plan.name)
    ages = [year - account.birth_year for _number, account in fixed]
    housebound = plan.home_study - sum(number == "elder" for number, _account in fixed)
    older = plan.older - sum(60 < age < 75 for age in ages)
    drawn = [next(at_home) for _ in range(housebound)]
    drawn += [rng.randint(61, 74) for _ in range(older)]
    drawn += [rng.randint(23, 59) for _ in range(plan.members - len(fixed) - len(drawn))]
    return [year - age for age in drawn]


def _account_member(number: str, account: Account, password: str) -> Member:
    rng = dice("account", number)
    name = Name(account.surname, account.given)
    return Member(
        key=draw_key(rng),
        number=number,
        password=make_password(password),
        name=name.full,
        name_latin=name.latin,
        birth_year=account.birth_year,
        phone=STAFF.get(number, "").replace(" ", "") or None,
        prefers_large_print=number == "elder",
    )


def _drawn_member(number: str, birth_year: int, taken: Counter[str], *, year: int) -> Member:
    rng = dice("member", number)
    sex = Sex.FEMALE if rng.random() < 0.36 else Sex.MALE
    name = _draw_fresh_name(rng, sex, birth_year, taken)
    age = year - birth_year
    return Member(
        key=draw_key(rng),
        number=number,
        password=make_password(None),
        name=name.full,
        name_latin=name.latin,
        birth_year=birth_year,
        phone=f"+861200000{number[2:]}" if rng.random() < 0.8 else None,
        prefers_large_print=age > 66 and rng.random() < 0.6,
    )


def _draw_fresh_name(rng: Random, sex: Sex, birth_year: int, taken: Counter[str]) -> Name:
    """A name that nobody has; a given name that others have only when fresh ones are hard to find."""
    for tries in count():
        name = draw_name(rng, sex=sex, birth_year=birth_year)
        if not taken[name.full] and taken[name.given] <= tries // 8:
            break
    taken.update((name.full, name.given))
    return name


def _person(member: Member, code: str, group: Organisation, *, on: date) -> Person:
    """Joined at 20 to 35 years of age, and came to this branch later, three years ago at the latest."""
    rng = dice("joined", member.number)
    first = member.birth_year + rng.randint(20, 35)
    year = rng.randint(min(first, on.year - 3), on.year - 3)
    return Person(member, code, group, date(year, rng.randint(1, 12), rng.randint(1, 28)))


def _arrange_home_study(people: list[Person], *, on: date) -> None:
    for person in people:
        plan = BRANCHES[person.code]
        in_branch = [p for p in people if p.code == person.code]
        oldest = sorted(in_branch, key=lambda p: (p.member.birth_year, p.number))[: plan.home_study]
        if person in oldest:
            rng = person.dice("home study")
            since = on - timedelta(days=600 if person.number == "elder" else rng.randint(150, 900))
            person.home_study = HomeStudy(
                member=person.member, since=since, review_on=on + timedelta(days=rng.randint(20, 330))
            )


def _ordinary(people: list[Person], code: str) -> list[Person]:
    """Members of a branch of working age without an account, an arrangement or a place elsewhere."""
    return [
        person
        for person in people
        if person.code == code
        and person.number not in ACCOUNTS
        and not person.home_study
        and not person.host
        and not person.moved_on
    ]


def _send_abroad(people: list[Person], *, on: date) -> None:
    """The mobile members: home here, host there, since some months or years."""
    (account,) = (person for person in people if person.number == "mobile")
    account.host, account.host_since = "willow", on - timedelta(days=410)
    for pair in HOSTS:
        home, host = pair.split()
        rng = dice("host", pair, sum(1 for person in people if person.host))
        chosen = max(_ordinary(people, home), key=lambda p: (p.member.birth_year, p.number))
        chosen.host, chosen.host_since = host, on - timedelta(days=rng.randint(90, 800))


def _move(people: list[Person], *, on: date) -> None:
    for pair in [*MOVES, RECENT_MOVE]:
        origin, target = pair.split()
        rng = dice("move", pair)
        chosen = rng.choice([p for p in _ordinary(people, target) if on.year - p.member.birth_year < 50])
        days = 12 if pair == RECENT_MOVE else rng.randint(100, 250)
        chosen.came_from, chosen.moved_on = origin, on - timedelta(days=days)


def _admit(people: list[Person], *, on: date) -> None:
    """The youngest of two branches are on probation."""
    for code in ("school", "willow"):
        youngest = max(_ordinary(people, code), key=lambda p: (p.member.birth_year, p.number))
        youngest.since = youngest.admitted_on = on - PROBATION


def _affiliations(person: Person, places: Places) -> list[Affiliation]:
    """The dated rows: home, an earlier home, and the host."""
    home, host = Affiliation.Kind.HOME, Affiliation.Kind.HOST
    branch = places.branches[person.code]
    rows = [
        Affiliation(
            member=person.member,
            kind=home,
            branch=branch,
            group=person.group,
            since=person.moved_on or person.since,
        )
    ]
    if person.moved_on:
        origin = places.branches[person.came_from]
        rows.append(
            Affiliation(
                member=person.member, kind=home, branch=origin, since=person.since, until=person.moved_on
            )
        )
    if person.host:
        there = places.branches[person.host]
        rows.append(Affiliation(member=person.member, kind=host, branch=there, since=person.host_since))
    return rows
