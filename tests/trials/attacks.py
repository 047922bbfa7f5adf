"""
What is tried against such clocks: never does anybody earn more than the wall clock showed.

One request that claims decades (what Kolibri books), a script that beats every second from ten tabs, a device
whose clock is two days ahead, an outbox that is sent ten times.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import psycopg
from django.utils.timezone import now

from hours.beats import read_reports
from hours.sittings import BeatAnswer, take_reports
from tests.trials.finding import Finding
from tests.trials.studying import Lesson, body, counted, new_lessons, new_members, token

TABS = 10
MINUTES = 10
TWO_DAYS = 2 * 24 * 36_000
"""Tenths of a second."""


class Attack:
    """A member of its own, the time at which the page was opened, and what was answered."""

    def __init__(self, straight: psycopg.Connection, name: str, *, minutes: int) -> None:
        self.straight = straight
        self.name = name
        (self.member,) = new_members(straight, 1)
        self.opened = now().replace(microsecond=0) - timedelta(minutes=minutes)
        self.wall = minutes * 60
        self.answers: list[BeatAnswer] = []

    def send(self, pages: Sequence[Sequence[object]], *, after: float) -> None:
        at = self.opened + timedelta(seconds=after)
        self.answers.append(take_reports(read_reports(body(pages), at=at), at=at))

    def page(self, lesson: Lesson, opened: datetime | None = None) -> str:
        return token(self.member, lesson, opened or self.opened)

    def found(self, wall: int | None = None) -> Finding:
        """Whether the answers, the ledger and the clock agree, and none is more than the wall clock."""
        wall = self.wall if wall is None else wall
        added, united, held = counted(self.straight, [self.member])
        told = sum(answer.counted + answer.awaiting for answer in self.answers)
        why: dict[str, int] = {}
        for answer in self.answers:
            for reason, seconds in answer.refused.items():
                why[reason] = why.get(reason, 0) + seconds
        reasons = ", ".join(f"{reason} {seconds:,}" for reason, seconds in sorted(why.items()))
        holds = added == united == held and told == added and added <= wall and bool(why)
        return Finding(
            "attack", f"{self.name}: at most {wall:,} s", f"{added:,} s; refused: {reasons}", holds
        )


def tried() -> Iterator[Finding]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as straight:
        lessons = new_lessons(straight, TABS)
        yield _decades(straight, lessons)
        yield _ten_tabs(straight, lessons)
        yield _clock_ahead(straight, lessons)
        yield from _outbox_again(straight, lessons)


def _decades(straight: psycopg.Connection, lessons: list[Lesson]) -> Finding:
    attack = Attack(straight, "31.8 years in one request", minutes=3)
    attack.send([[attack.page(lessons[0]), [[0, 0, 10**10, "p0:0-59"]]]], after=180)
    return attack.found(60)


def _ten_tabs(straight: psycopg.Connection, lessons: list[Lesson]) -> Finding:
    attack = Attack(straight, f"a beat every second from {TABS} tabs", minutes=MINUTES)
    pages = [attack.page(lesson) for lesson in lessons]
    for second in range(MINUTES * 60):
        beats = [[second, second * 10, 600, "p0:0-59"]]
        attack.send([[page, beats] for page in pages], after=second + 1)
    return attack.found()


def _clock_ahead(straight: psycopg.Connection, lessons: list[Lesson]) -> Finding:
    attack = Attack(straight, "a device clock two days ahead", minutes=MINUTES)
    page = attack.page(lessons[0])
    for n in range(MINUTES * 2):
        beats = [[n, TWO_DAYS + n * 300, 300, "p0:0-9"]]
        shown = TWO_DAYS + (n + 1) * 300
        attack.send([[page, beats, shown]] if n % 2 else [[page, beats]], after=(n + 1) * 30)
    return attack.found()


def _outbox_again(straight: psycopg.Connection, lessons: list[Lesson]) -> Iterator[Finding]:
    attack = Attack(straight, "an outbox sent ten times", minutes=60)
    beats = [[n, n * 400, 300, "p0:0-9"] for n in range(50)]
    for turn in range(10):
        attack.send([[attack.page(lessons[0]), beats]], after=3600 + turn)
    attack.send([[attack.page(lessons[1]), beats]], after=3620)
    later = attack.page(lessons[0], attack.opened + timedelta(seconds=3))
    attack.send([[later, beats]], after=3630)
    first, *others = (answer.counted for answer in attack.answers)
    again = sum(others[:9])
    yield attack.found(60 * 60)
    yield Finding(
        "attack", "the same outbox counts nothing again", f"{first:,} s, then {again} s", again == 0 < first
    )
