"""
A branch at a glance: its members against the modules, as far as the viewer's office lets them see.

Ten statements whatever the number of rows: session and viewer, the organisation, offices, and six here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from courses.outline import Course, Module, outline
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
from people.models import OVERVIEW_OFFICES, Member, Organisation, Sight
from programmes.models import LessonReached
from quizzes.results import Best, best_results

LEAST_COUNTED = 5
"""Below so many people no number is given: it could point at one of them."""


@dataclass(frozen=True)
class Cell:
    """A member and a module: minutes, best result and whether all of it is done."""

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
    """A member's line. `required` None: nothing is asked (home study)."""

    member: Member
    hours: Decimal
    required: Decimal | None
    last_at: datetime | None
    cells: list[Cell]

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
    """Everything the page shows. `sights`: what the viewer's office lets them see here."""

    organisation: Organisation
    sights: frozenset[Sight]
    year: int
    at: datetime
    courses: list[Course]
    rows: list[Row] = field(default_factory=list)

    @property
    def modules(self) -> list[Module]:
        return [module for course in self.courses for module in course.modules]

    @property
    def studying(self) -> int:
        """How many have studied anything this year."""
        return sum(row.last_at is not None for row in self.rows)

    @property
    def asked(self) -> list[Row]:
        """Those of whom something is asked: the denominator."""
        return [row for row in self.rows if row.required is not None]

    @property
    def on_track(self) -> int:
        return sum(row.is_on_track for row in self.asked)

    @property
    def home_study(self) -> int:
        return len(self.rows) - len(self.asked)

    def count_by_module(self) -> list[ModuleCount]:
        """The same without names."""
        few = len(self.rows) < LEAST_COUNTED
        return [
            ModuleCount(
                module, None if few else sum(row.cells[n].is_done for row in self.rows), len(self.rows)
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
    """What all the viewer's offices together let them see of the people in `organisation`."""
    found: frozenset[Sight] = frozenset()
    for office in viewer.held_offices(on):
        if organisation.path.startswith(office.organisation.path):
            found |= office.sights
    return found


def opens_overview(viewer: Member, organisation: Organisation, *, on: date) -> bool:
    """True when the viewer's offices open the overview of `organisation`. No query beside the offices."""
    offices = [office for office in viewer.held_offices(on) if office.kind in OVERVIEW_OFFICES]
    return any(organisation.path.startswith(office.organisation.path) for office in offices)


def branch_overview(
    viewer: Member, organisation: Organisation, *, language: str, at: datetime, on: date
) -> Overview:
    """Return the overview of a branch or group. `organisation` comes from `visible_to(viewer)`."""
    overview = Overview(
        organisation, sights_over(viewer, organisation, on=on), on.year, at, outline(language)
    )
    members = list(
        Member.objects.present_in(organisation, on=on)
        .with_arrangements(on=on)
        .with_office_kinds(on=on)
        .order_by("name_latin", "name", "pk")
    )
    rows = studied([member.key for member in members], on.year)
    facts = _Facts.gather(members, overview.modules, rows, rules_on(on))
    overview.rows = [facts.row(member) for member in members]
    return overview


@dataclass
class _Facts:
    """What is known of all members, read set by set."""

    modules: list[Module]
    rules: YearRules
    totals: dict[UUID, YearTotal]
    seconds: dict[tuple[UUID, UUID], int]
    last: dict[UUID, datetime]
    reached: set[tuple[int, UUID]]
    results: dict[tuple[int, UUID], Best]

    @classmethod
    def gather(
        cls, members: Iterable[Member], modules: list[Module], rows: list[Studied], rules: YearRules
    ) -> _Facts:
        ids = [member.pk for member in members]
        last: dict[UUID, datetime] = {}
        for row in rows:
            last[row.member] = max(row.last_at, last.get(row.member, row.last_at))
        return cls(
            modules=modules,
            rules=rules,
            totals=year_totals(rows),
            seconds=seconds_by_subject(rows),
            last=last,
            reached=set(LessonReached.objects.filter(member__in=ids).values_list("member_id", "lesson")),
            results=best_results(ids),
        )

    def row(self, member: Member) -> Row:
        total = self.totals.get(member.key, YearTotal())
        return Row(
            member=member,
            hours=total.hours(self.rules),
            required=required_hours(
                office_kinds=set(member.office_kinds), is_home_study=member.is_home_study, rules=self.rules
            ),
            last_at=self.last.get(member.key),
            cells=[self._cell(member, module) for module in self.modules],
        )

    def _cell(self, member: Member, module: Module) -> Cell:
        seconds = sum(self.seconds.get((member.key, lesson.key), 0) for lesson in module.lessons)
        done = sum(
            (member.pk, lesson.key) in self.reached
            and all((member.pk, key) in self.results for key in lesson.wanted.quiz_keys)
            for lesson in module.lessons
        )
        best = self.results.get((member.pk, module.quiz_key)) if module.quiz_key else None
        return Cell(
            minutes=seconds // 60,
            percent=best.percent if best else None,
            passed=bool(best and best.passed),
            done=done,
            lessons=len(module.lessons),
        )
