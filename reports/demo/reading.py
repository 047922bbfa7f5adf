"""What is studied alone, in sittings, some without a network; with limits and paces as the clock has them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from hours.clock import Span
from hours.counting_rules import CountingRules, counting_rules
from hours.models import Bucket, Source, Standing, StudyClock
from hours.pace import learned
from hours.slots import reading_times
from reports.demo.gatherings import COMMITTEE, Year
from reports.demo.ledger import Entry, Piece
from reports.demo.lessons import LessonFacts
from reports.demo.roster import Person
from reports.demo.ruling import RulesOfTheYear
from reports.demo.shapes import Shape, draw_shape

SLOT = timedelta(minutes=45)
"""Kept free for a sitting, with a quiz after it."""

CLOSED_AFTER = timedelta(minutes=10)
"""A sitting goes to the ledger when it has been silent so long."""

AWAY = 0.08
"""How many of the sittings that do not end a lesson are without a network."""


@dataclass(frozen=True)
class Wish:
    """A member is about to try a quiz."""

    person: Person
    quiz: UUID
    at: datetime


@dataclass
class Reader:
    """What the clock knows of a reader: what each lesson has earned in a year, and their own pace."""

    person: Person
    pace: int = 100
    lessons: int = 0
    earned: dict[tuple[UUID, int], int] = field(default_factory=lambda: defaultdict(int))

    @property
    def in_large_print(self) -> bool:
        return self.person.member.prefers_large_print

    def expected(self, lesson: LessonFacts, rules: CountingRules) -> float:
        """Seconds that the lesson takes in the print that this reader reads."""
        large = rules.large_print if self.in_large_print else 1
        return sum(reading_times(lesson.edition.pk).screens) * large

    def room(self, lesson: LessonFacts, year: int, rules: CountingRules) -> int:
        """What the lesson can still earn in that year."""
        times = reading_times(lesson.edition.pk)
        most = rules.most(times, large_print=self.in_large_print, pace=self.pace)
        return most - self.earned[lesson.key, year]

    def finish(self, lesson: LessonFacts, year: int, rules: CountingRules) -> None:
        """The end was reached for the first time: the pace is learned from it."""
        taken = max(1, self.earned[lesson.key, year])
        bounds = {"slowest": rules.pace_slowest, "fastest": rules.pace_fastest}
        self.pace = learned(self.pace, self.expected(lesson, rules), taken, **bounds)
        self.lessons += 1


def read_lessons(year: Year, courses: list[list[LessonFacts]], rules: RulesOfTheYear) -> list[Wish]:
    """Write everyone's sittings of the year; return who wanted to try which quiz when."""
    counting = counting_rules(year.at)
    wishes: list[Wish] = []
    for person in year.people:
        reader = Reader(person)
        plan = _plan(person, _in_order(person, courses), person.dice("plan"), year.at.year)
        rng = person.dice("sittings")
        for begin, (lesson, is_last) in zip(_moments(year, person, rng, len(plan)), plan, strict=False):
            shape = draw_shape(rng, _length(rng, reader, lesson, is_last, counting, year))
            shape = shape.limited(reader.room(lesson, begin.year, counting))
            entry = _written(year, person, lesson, begin, shape, is_last, rules)
            year.entries.append(entry)
            reader.earned[lesson.key, begin.year] += entry.seconds
            if is_last:
                before = year.reached.get((person.number, lesson.key))
                if before is None or entry.ended_at < before[1]:
                    reader.finish(lesson, begin.year, counting)
                    year.reached[person.number, lesson.key] = (lesson, entry.ended_at)
                later = entry.ended_at + timedelta(seconds=rng.randint(40, 110))
                wishes += [Wish(person, quiz, later) for quiz in lesson.quizzes]
        if plan:
            year.clocks.append(
                StudyClock(member=person.member, pace=reader.pace, pace_lessons=reader.lessons)
            )
    return wishes


def _moments(year: Year, person: Person, rng: Random, count: int) -> list[datetime]:
    """When the member sat down to read; the account `member` did so this week, to go on with today."""
    diary = year.diaries[person.number]
    days = [year.first] * count
    if days and person.number == "member":
        days[-1] = year.last - timedelta(days=4)
    return sorted(filter(None, [diary.draw_free(rng, day, year.last, SLOT) for day in days]))


def _length(
    rng: Random, reader: Reader, lesson: LessonFacts, is_last: bool, rules: CountingRules, year: Year
) -> float:
    """The seconds of a sitting: most of the lesson when its end is reached, else a part of it."""
    slow = reader.person.dice("slow").uniform(0.75, 1.35)
    if year.at.year - reader.person.member.birth_year > 60:
        slow *= 1.25
    if reader.person.number == "elder":
        slow, is_last = 3, True
    share = rng.uniform(0.65, 1.05) if is_last else rng.uniform(0.35, 0.65)
    return reader.expected(lesson, rules) * slow * share


def _in_order(person: Person, courses: list[list[LessonFacts]]) -> list[LessonFacts]:
    """The courses in the order in which the member takes them: most begin with the first one."""
    rng = person.dice("order")
    others = courses[1:]
    rng.shuffle(others)
    first = 0 if rng.random() < 0.7 or person.number == "member" else 1
    if person.number == "elder":  # the first course is read with the visitor
        first = len(others)
    others[first:first] = courses[:1]
    return [lesson for course in others for lesson in course]


def _plan(
    person: Person, lessons: list[LessonFacts], rng: Random, year: int
) -> list[tuple[LessonFacts, bool]]:
    """The lessons of a member's sittings, one after the other; True where the end is reached."""
    finished, again = _diligence(person, rng, year)
    if person.number == "member":
        finished, again = 4, 4
    finished = min(finished, len(lessons))
    plan: list[tuple[LessonFacts, bool]] = []
    for lesson in lessons[:finished]:
        plan += [(lesson, False)] * rng.choice((0, 0, 1, 1, 2)) + [(lesson, True)]
    for _ in range(again if plan else 0):
        place = rng.randrange(len(plan))
        if plan[place][1]:
            plan.insert(rng.randint(place + 1, len(plan)), (plan[place][0], False))
    if finished < len(lessons) and (person.number == "member" or rng.random() < 0.7):
        plan.append((lessons[finished], False))
    return plan


def _diligence(person: Person, rng: Random, year: int) -> tuple[int, int]:
    """How many lessons a member has finished, and how often they came back to one."""
    if person.number == "elder":
        return 6, 0
    if person.home_study:
        return (rng.randint(1, 3), 2) if rng.random() < 0.3 else (0, 0)
    low, high = rng.choices(((2, 4), (5, 11), (12, 19), (20, 20)), (12, 36, 28, 24))[0]
    if person.offices & COMMITTEE:
        low, high = max(low, 10), max(high, 16)
    elif year - person.member.birth_year > 60:
        low, high = min(low, 3), min(high, 14)
    finished = rng.randint(low, high)
    return finished, rng.randint(1, 3 + finished // 2)


def _written(
    year: Year,
    person: Person,
    lesson: LessonFacts,
    begin: datetime,
    shape: Shape,
    is_last: bool,
    rules: RulesOfTheYear,
) -> Entry:
    """What a sitting leaves in the ledger, as the clock writes it: at once, or when the device is back."""
    branch = person.joins_in(begin.date())  # the host leads
    screens = len(lesson.edition.screens)
    stamp = int(begin.timestamp())
    seen = screens if is_last else max(1, screens * 3 // 5)
    facts: dict[str, Any] = {
        "member": person.member.key,
        "bucket": Bucket.INDIVIDUAL,
        "started_at": begin,
        "ended_at": begin + timedelta(seconds=shape.ends),
        "home": year.places.branches[person.home_on(begin.date())].pk,
        "recorded_in": year.places.branches[branch].pk,
        "subject": lesson.key,
        "edition": lesson.edition.pk,
        "refused": shape.refused_seconds,
        "rule": rules.fair_pace(begin.date()),
    }
    evidence = {"rules": rules.applied(begin.date()), "spans": len(shape.pieces), "screens": seen}
    pieces = [_piece(begin, span) for span in shape.pieces]
    away = person.dice(f"away {stamp}")
    if not is_last and away.random() < AWAY and shape.pieces:
        back = begin + timedelta(seconds=shape.ends, hours=away.randint(1, 9), minutes=away.randint(0, 59))
        if back < year.at and (branch == "willow" or rules.counts_offline(back.date())):
            return _offline(facts, pieces, evidence, back, rules, lesson=lesson, shape=shape)
    quiet = [[stamp + a, b - a] for a, b in shape.refused.get("quiet", [])]
    return Entry(
        source=Source.ONLINE,
        key=f"{person.member.key}:{lesson.key}:{stamp}:{stamp * 1000}",
        opened_at=begin,
        received_at=facts["ended_at"] + CLOSED_AFTER + timedelta(seconds=stamp % 60),
        pieces=pieces,
        evidence=evidence | ({"quiet": quiet} if quiet else {}),
        **facts,
    )


def _offline(
    facts: dict[str, Any],
    pieces: list[Piece],
    evidence: dict[str, Any],
    back: datetime,
    rules: RulesOfTheYear,
    *,
    lesson: LessonFacts,
    shape: Shape,
) -> Entry:
    """What waited on the device: counted, or awaiting confirmation, by the rule of the day it came."""
    begin: datetime = facts["started_at"]
    opened = begin - timedelta(seconds=4)
    midnight = datetime.combine(begin.date(), datetime.min.time(), begin.tzinfo)
    stamps = f"{int(opened.timestamp())}:0:{int(midnight.timestamp())}"
    counts = rules.counts_offline(back.date())
    return Entry(
        source=Source.OFFLINE,
        key=f"{facts['member']}:{lesson.key}:{stamps}",
        opened_at=opened,
        received_at=back,
        standing=Standing.COUNTED if counts else Standing.AWAITING,
        pieces=pieces if counts else (),
        claimed=() if counts else pieces,
        counters=(0, -(-shape.ends // 30)),
        evidence=evidence,
        **facts,
    )


def _piece(begin: datetime, span: Span) -> Piece:
    return Piece(begin + timedelta(seconds=span.begin), begin + timedelta(seconds=span.end))
