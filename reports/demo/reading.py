"""What is studied alone: lessons read in sittings, each with its counted pieces and what was not counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from hours.clock import Refusal
from hours.models import Bucket, Rule, Source
from reports.demo.gatherings import COMMITTEE, Year
from reports.demo.ledger import Entry, Piece
from reports.demo.lessons import LessonFacts
from reports.demo.roster import Person

SLOT = timedelta(minutes=45)
"""Kept free for a sitting, with a quiz after it."""

CLOSED_AFTER = timedelta(minutes=10)
"""A sitting goes to the ledger when it has been silent so long."""


@dataclass(frozen=True)
class Wish:
    """A member is about to try a quiz."""

    person: Person
    quiz: UUID
    at: datetime


@dataclass(frozen=True)
class Shape:
    """A sitting without its time of day: counted pieces from its beginning on, and seconds not counted."""

    pieces: list[tuple[int, int]]
    refused: dict[str, int]

    @property
    def seconds(self) -> int:
        """From the beginning to the last thing known of it; quiet at the end belongs to it."""
        return sum(end - begin for begin, end in self.pieces) + sum(self.refused.values())


def read_lessons(year: Year, courses: list[list[LessonFacts]]) -> list[Wish]:
    """Write everyone's sittings of the year; return who wanted to try which quiz when."""
    rules = list(Rule.objects.filter(name=Rule.Name.FAIR_PACE).order_by("-valid_from"))
    wishes: list[Wish] = []
    for person in year.people:
        plan = _plan(person, _in_order(person, courses), person.dice("plan"), year.at.year)
        rng = person.dice("sittings")
        for begin, (lesson, is_last) in zip(_moments(year, person, rng, len(plan)), plan, strict=False):
            entry = _entry(year, person, lesson, begin, _draw_shape(rng, _age(person, year)), is_last)
            day = begin.date()
            rule = next(rule for rule in rules if rule.valid_from <= day)
            year.entries.append(Entry(**entry, rule=rule.pk))
            if is_last:
                year.reached.setdefault((person.number, lesson.key), (lesson, entry["ended_at"]))
                later = entry["ended_at"] + timedelta(seconds=rng.randint(40, 110))
                wishes += [Wish(person, quiz, later) for quiz in lesson.quizzes]
    return wishes


def _moments(year: Year, person: Person, rng: Random, count: int) -> list[datetime]:
    """When the member sat down to read; the account `member` did so this week, to go on with today."""
    diary = year.diaries[person.number]
    days = [year.first] * count
    if days and person.number == "member":
        days[-1] = year.last - timedelta(days=4)
    return sorted(filter(None, [diary.draw_free(rng, day, year.last, SLOT) for day in days]))


def _age(person: Person, year: Year) -> int:
    return year.at.year - person.member.birth_year


def _in_order(person: Person, courses: list[list[LessonFacts]]) -> list[LessonFacts]:
    """The courses in the order in which the member takes them: most begin with the first one."""
    rng = person.dice("order")
    others = courses[1:]
    rng.shuffle(others)
    first = 0 if rng.random() < 0.7 or person.number == "member" else 1
    others[first:first] = courses[:1]
    return [lesson for course in others for lesson in course]


def _plan(
    person: Person, lessons: list[LessonFacts], rng: Random, year: int
) -> list[tuple[LessonFacts, bool]]:
    """The lessons of a member's sittings, one after the other; True where the end is reached."""
    finished, again = _pace(person, rng, year)
    if person.number == "member":
        finished, again = 4, 6
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


def _pace(person: Person, rng: Random, year: int) -> tuple[int, int]:
    """How many lessons a member has finished, and how often they came back to one."""
    if person.home_study:
        return (rng.randint(1, 3), 2) if person.number == "elder" or rng.random() < 0.3 else (0, 0)
    low, high = rng.choices(((2, 4), (5, 11), (12, 19), (20, 20)), (12, 36, 28, 24))[0]
    if person.offices & COMMITTEE:
        low, high = max(low, 10), max(high, 16)
    elif year - person.member.birth_year > 60:
        low, high = min(low, 3), min(high, 14)
    finished = rng.randint(low, high)
    return finished, rng.randint(2, 5 + finished)


def _draw_shape(rng: Random, age: int) -> Shape:
    """Six to twenty minutes in one to three pieces; between and after them quiet, or the page was hidden."""
    total = int(rng.triangular(6, 20, 15 if age > 60 else 10) * 60)
    count = rng.choices((1, 2, 3), (5, 3, 2))[0]
    cuts = sorted(rng.sample(range(60, total - 60, 45), count - 1))
    pieces: list[tuple[int, int]] = []
    refused: dict[str, int] = {}
    now = 0
    for begin, end in zip([0, *cuts], [*cuts, total], strict=True):
        if pieces:
            now += _refuse(rng, refused, rng.randint(15, 240))
        pieces.append((now, now + end - begin))
        now += end - begin
    if rng.random() < 0.35:
        _refuse(rng, refused, rng.randint(10, 200))
    return Shape(pieces, refused)


def _refuse(rng: Random, refused: dict[str, int], seconds: int) -> int:
    why = Refusal.QUIET if rng.random() < 0.7 else Refusal.HIDDEN
    refused[str(why)] = refused.get(str(why), 0) + seconds
    return seconds


def _entry(
    year: Year, person: Person, lesson: LessonFacts, begin: datetime, shape: Shape, is_last: bool
) -> dict:
    """What a closed sitting leaves in the ledger, as the study clock writes it."""
    ended = begin + timedelta(seconds=shape.seconds)
    branches = year.places.branches
    screens = len(lesson.edition.screens)
    stamp = int(begin.timestamp())
    return {
        "member": person.member.key,
        "bucket": Bucket.INDIVIDUAL,
        "source": Source.ONLINE,
        "key": f"{person.member.key}:{lesson.key}:{stamp}:{stamp}",
        "pieces": [
            Piece(begin + timedelta(seconds=a), begin + timedelta(seconds=b)) for a, b in shape.pieces
        ],
        "started_at": begin,
        "ended_at": ended,
        "received_at": ended + CLOSED_AFTER + timedelta(seconds=stamp % 60),
        "home": branches[person.home_on(begin.date())].pk,
        "recorded_in": branches[person.joins_in(begin.date())].pk,  # the host leads
        "subject": lesson.key,
        "edition": lesson.edition.pk,
        "refused": shape.refused,
        "evidence": {
            "screens": screens if is_last else max(1, screens * 3 // 5),
            "spans": len(shape.pieces),
        },
    }
