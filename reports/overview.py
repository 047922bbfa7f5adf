"""
A branch at a glance: its members against the modules, as far as the viewer may see of each of them.

Eleven statements whatever the number of rows: session and viewer, offices, organisation, five here, audit,
and what awaits whoever leads.

What a page may tell of home study. By name it is known to the member, the committee of the own branch and the
assigned visitor. Everybody else must not find out by arithmetic either:

* No row of theirs says what is asked of the member, so a missing requirement cannot be seen. Minutes are
  shown as they are.
* Whoever sees hours by name can work out for themselves who has the ordinary hours. A count that left out
  those on home study would differ from that by exactly those persons. So their counts take no notice of home
  study at all: everybody who has the hours, of all members.
* How many are on home study is told only where it is five or more and the others are five or more too, and
  never of a group: branch less group would be the number of the rest. Branches have no member in common, so
  nothing can be taken from one another between them.

What an observer may learn is counted of five people or more, and what is left of a branch when its groups are
taken away is nobody, or five people or more as well: see `reports.counting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from courses.outline import Course, Module, outline
from courses.slots import Wanted
from hours.lessons import lessons_vouched
from hours.requirement import required_hours
from hours.totals import (
    Studied,
    YearRules,
    YearTotal,
    rules_on,
    seconds_by_subject,
    studied,
    year_totals,
)
from people.models import Affiliation, Member, Organisation, Sight
from people.organisations import overview_paths
from programmes.models import LessonReached
from quizzes.results import Best, best_results
from reports.counting import LEAST_COUNTED, may_be_told, parts_are_large_enough


@dataclass(frozen=True)
class Cell:
    """A member and a module: minutes and best result as far as the viewer may see them, and what is done."""

    minutes: int
    percent: int | None
    passed: bool
    done: int
    lessons: int

    @property
    def is_done(self) -> bool:
        return self.lessons > 0 and self.done == self.lessons

    @property
    def is_begun(self) -> bool:
        return self.minutes > 0 or self.done > 0 or self.percent is not None


@dataclass(frozen=True)
class Row:
    """
    A member's line. `is_guest`: with this branch as a host, so hours are those that it recorded itself.

    `asked`: what the rule asks of such a member, arrangements aside. It is shown only where the viewer knows
    of arrangements.
    """

    member: Member
    hours: Decimal
    asked: Decimal
    knows_arrangement: bool
    is_guest: bool
    last_at: datetime | None
    cells: list[Cell]

    @property
    def is_home_study(self) -> bool:
        """True when the member studies at home and the viewer is one of those who know of it."""
        return self.knows_arrangement and self.member.is_home_study

    @property
    def shows_required(self) -> bool:
        """Whether the line may say what is asked, or that nothing is."""
        return self.knows_arrangement and not self.is_guest

    @property
    def required(self) -> Decimal | None:
        """What is asked; None when nothing is (home study), or when the viewer is not to know."""
        return self.asked if self.shows_required and not self.member.is_home_study else None

    @property
    def has_the_hours(self) -> bool:
        return self.hours >= self.asked

    @property
    def is_on_track(self) -> bool:
        return self.required is not None and self.hours >= self.required


@dataclass(frozen=True)
class ModuleCount:
    """How many of the members have finished a module; None when too few people to give a number."""

    module: Module
    done: int | None
    members: int


@dataclass
class Overview:
    """
    Everything the page shows. `sights`: what the viewer's offices show here in general; the rows hold less
    where a member is a guest or away. `is_withheld`: no count may be told, it would give away a smaller one.
    """

    organisation: Organisation
    sights: frozenset[Sight]
    year: int
    at: datetime
    courses: list[Course]
    is_direct: bool = False
    is_withheld: bool = False
    who_leads: str = ""
    rows: list[Row] = field(default_factory=list)

    @property
    def modules(self) -> list[Module]:
        return [module for course in self.courses for module in course.modules]

    @property
    def at_home(self) -> list[Row]:
        """Those who are counted here: each member is, in the home branch, once."""
        return [row for row in self.rows if not row.is_guest]

    @property
    def guests(self) -> int:
        return len(self.rows) - len(self.at_home)

    @property
    def mobile(self) -> int:
        return sum(row.member.is_mobile for row in self.rows)

    @property
    def studying(self) -> int:
        """How many have studied anything this year."""
        return sum(row.last_at is not None for row in self.at_home)

    @property
    def knows_arrangements(self) -> bool:
        """True for those who know by name who studies at home: they see exact counts."""
        return all(row.knows_arrangement for row in self.at_home)

    @property
    def counted(self) -> list[Row]:
        """The denominator: those of whom something is asked, or everybody where that would give them away."""
        if not self.knows_arrangements:
            return self.at_home
        return [row for row in self.at_home if row.required is not None]

    @property
    def complete(self) -> int:
        """How many of them have the hours."""
        return sum(row.has_the_hours for row in self.counted)

    @property
    def home_study(self) -> int | None:
        """How many are on home study; None when that is not to be told."""
        number = sum(row.member.is_home_study for row in self.at_home)
        if self.knows_arrangements:
            return number
        unknown = [row.member.is_home_study for row in self.at_home if not row.knows_arrangement]
        is_group = self.organisation.kind == Organisation.Kind.GROUP
        return number if not is_group and may_be_told(sum(unknown), of=len(unknown)) else None

    @property
    def shows_total(self) -> bool:
        """Whether to say how many belong here: to those who see names always, else when five or more."""
        return self.shows_names or not (self.is_withheld or len(self.at_home) < LEAST_COUNTED)

    def count_by_module(self) -> list[ModuleCount]:
        """The same without names."""
        rows = self.at_home
        return [
            ModuleCount(
                module, sum(row.cells[n].is_done for row in rows) if self.shows_total else None, len(rows)
            )
            for n, module in enumerate(self.modules)
        ]

    @property
    def shows_names(self) -> bool:
        return Sight.IDENTITY in self.sights

    @property
    def shows_hours(self) -> bool:
        return Sight.HOURS in self.sights

    @property
    def shows_scores(self) -> bool:
        return Sight.SCORES in self.sights


def sights_over(viewer: Member, organisation: Organisation, *, on: date) -> frozenset[Sight]:
    """What all the viewer's offices together show of the people in `organisation`, unless one is mobile."""
    found: frozenset[Sight] = frozenset()
    for office in viewer.held_offices(on):
        if organisation.path.startswith(office.organisation.path):
            found |= office.sights
    return found


def opens_overview(viewer: Member, organisation: Organisation, *, on: date) -> bool:
    """True when the viewer's offices open the overview of `organisation`. No query beside the offices."""
    return organisation.path.startswith(tuple(overview_paths(viewer, on=on)))


def branch_overview(
    viewer: Member,
    organisation: Organisation,
    *,
    language: str,
    at: datetime,
    on: date,
    directly: bool = False,
) -> Overview:
    """
    Return the overview of a branch or group. `organisation` comes from `visible_to(viewer)`.

    `directly`: only of those who belong to this very organisation and to no branch below it.
    """
    overview = Overview(
        organisation,
        sights_over(viewer, organisation, on=on),
        on.year,
        at,
        outline(language, reader=viewer),
        directly,
    )
    if not overview.shows_names:
        overview.is_withheld = not parts_are_large_enough(organisation, on=on)
    members = _members(viewer, overview, on)
    places = [
        place for place in viewer.places_showing(Sight.HOURS, on) if organisation.path.startswith(place.path)
    ]
    facts = _Facts.gather(members, overview, rules_on(on), places)
    overview.rows = [facts.row(member) for member in members]
    rule = facts.rules.who_leads
    overview.who_leads = rule.in_words if rule else ""
    return overview


def _members(viewer: Member, overview: Overview, on: date) -> list[Member]:
    """
    Who stands in the overview, with all that is asked of them in one statement; guests only beside names.

    Whose office opens the overview with names sees the names of all who are present below it.
    """
    place = overview.organisation
    mine = Affiliation.objects.of(OuterRef("pk"), on=on)
    here = mine.directly_in(place) if overview.is_direct else mine.within(place)
    counted = here if overview.shows_names else here.home()
    return list(
        Member.objects.filter(Exists(counted), erased_at=None)
        .annotate(
            is_at_home=Exists(here.home()),
            reached=ArraySubquery(LessonReached.objects.filter(member=OuterRef("pk")).values("lesson")),
            vouched=ArraySubquery(lessons_vouched(OuterRef("key"))),
        )
        .with_arrangements(on=on)
        .with_office_kinds(on=on)
        .with_sights(viewer, Sight.ARRANGEMENT, Sight.HOURS, Sight.SCORES, on=on)
        .only("key", "name", "name_latin")
        .order_by("name_latin", "name", "pk")
    )


@dataclass
class _Facts:
    """What is known of all members, read set by set."""

    modules: list[Module]
    wanted: list[list[Wanted]]
    rules: YearRules
    totals: dict[UUID, YearTotal]
    seconds: dict[tuple[UUID, UUID], int]
    last: dict[UUID, datetime]
    results: dict[tuple[int, UUID], Best]

    @classmethod
    def gather(
        cls, members: Iterable[Member], overview: Overview, rules: YearRules, places: list[Organisation]
    ) -> _Facts:
        """Read hours of those whose hours the viewer sees, and of guests what was recorded in `places`."""
        members = list(members)
        rows: list[Studied] = []
        if overview.shows_hours:
            rows = studied(
                [member.key for member in members if member.shows_hours],
                overview.year,
                guests=[member.key for member in members if not member.shows_hours],
                recorded_in=places,
            )
        last: dict[UUID, datetime] = {}
        for row in rows:
            last[row.member] = max(row.last_at, last.get(row.member, row.last_at))
        return cls(
            modules=overview.modules,
            wanted=[[lesson.wanted for lesson in module.lessons] for module in overview.modules],
            rules=rules,
            totals=year_totals(rows),
            seconds=seconds_by_subject(rows),
            last=last,
            results=best_results([member.pk for member in members]),
        )

    def row(self, member: Member) -> Row:
        total = self.totals.get(member.key, YearTotal())
        asked = required_hours(office_kinds=set(member.office_kinds), is_home_study=False, rules=self.rules)
        reached, vouched = set(member.reached), set(member.vouched)
        return Row(
            member=member,
            hours=total.hours(self.rules),
            asked=asked or Decimal(0),
            knows_arrangement=member.shows_arrangement,
            is_guest=not member.is_at_home,
            last_at=self.last.get(member.key),
            cells=[
                self._cell(member, module, wanted, reached, vouched)
                for module, wanted in zip(self.modules, self.wanted, strict=True)
            ],
        )

    def _cell(
        self,
        member: Member,
        module: Module,
        wanted: list[Wanted],
        reached: set[UUID],
        vouched: set[UUID],
    ) -> Cell:
        seconds = done = 0
        for lesson in wanted:
            seconds += self.seconds.get((member.key, lesson.key), 0)
            if lesson.key in vouched:
                done += 1
            elif lesson.key in reached:
                done += all((member.pk, key) in self.results for key in lesson.quiz_keys)
        best = None
        if member.shows_scores and module.quiz_key:
            best = self.results.get((member.pk, module.quiz_key))
        return Cell(
            minutes=seconds // 60,
            percent=best.percent if best else None,
            passed=bool(best and best.passed),
            done=done,
            lessons=len(wanted),
        )
