"""
What waited on a device: a hundred half minutes of one member, from four lessons, in one request.

Beside it the same statement with the same values, sent straight to PostgreSQL over as many connections. Every
request is of another member, since time that is held already would cost less. *Separate* stretches have ten
seconds between them and become a row each; *touching* ones become one row a lesson.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import psycopg
from django.db import connection
from django.utils.timezone import now

from courses.models import LessonEdition
from hours import sittings
from hours.beats import read_reports
from hours.tokens import StudyToken
from tests.bench.beats import ADDRESS, SIGNS, posts
from tests.bench.measuring import SECONDS, Ground, Work
from tests.bench.rows import Row
from tests.bench.stage import stage_readers

LESSONS = 4
BEATS_EACH = 25
INTERVALS = LESSONS * BEATS_EACH
LENGTH = 300
GAPS = {"separate": 100, "touching": 0}
"""Tenths of a second between two stretches."""

MEMBERS = 2_400
CLIENTS = 8
LEAST = 20_000
LEAST_RATIO = 0.4
OPENED = timedelta(days=3)


def stage_long_lessons(*, at: datetime) -> list[LessonEdition]:
    """Four lessons of which nobody reaches the limit."""
    return LessonEdition.objects.bulk_create(
        LessonEdition(
            translation_key=uuid4(),
            language="zh-hans",
            digest=str(n),
            title=f"长课{n}",
            html="",
            screens=[45.0] * 60,
            expected_seconds=2700,
            frozen_at=at,
        )
        for n in range(LESSONS)
    )


class Outboxes:
    """An outbox for each member of a new branch, as bodies of requests."""

    def __init__(self, lessons: Sequence[LessonEdition], kind: str) -> None:
        self.lessons = lessons
        self.kind = kind
        self.requests: list[bytes] = []

    def gather(self) -> None:
        self.requests = posts(ADDRESS, self.bodies())

    def bodies(self) -> Iterator[bytes]:
        members = stage_readers(MEMBERS)
        opened = now().replace(microsecond=0) - OPENED
        step = LENGTH + GAPS[self.kind]
        for member in members:
            yield json.dumps(
                {"pages": [self._page(member, opened, n, step) for n in range(LESSONS)]},
                separators=(",", ":"),
            ).encode()

    def _page(self, member: UUID, opened: datetime, number: int, step: int) -> list[object]:
        """The page of one lesson: opened with the others, studied after them."""
        lesson = self.lessons[number]
        begin = number * (BEATS_EACH + 1) * step
        beats = [[n, begin + n * step, LENGTH, SIGNS[n % len(SIGNS)]] for n in range(BEATS_EACH)]
        return [StudyToken(member, lesson.translation_key, lesson.pk, opened).sign(), beats]

    def of_client(self, number: int, clients: int) -> Iterator[bytes]:
        return iter(self.requests[number::clients])


def measure(ground: Ground) -> list[Row]:
    lessons = stage_long_lessons(at=now())
    return [row for kind in GAPS for row in _measured(ground, Outboxes(lessons, kind))]


def _measured(ground: Ground, outboxes: Outboxes) -> Iterable[Row]:
    work = Work(
        f"100 {outboxes.kind} intervals in one request",
        ground,
        ground.ours,
        outboxes.of_client,
        taking_all,
        prepare=outboxes.gather,
    )
    work.warm()
    point = work.at(CLIENTS)
    straight = _straight(outboxes)
    print(f"  the same statements sent straight: {straight:,.0f} intervals/s", flush=True)
    rate = point.per_second * INTERVALS
    name = f"100 {outboxes.kind} intervals in one request"
    yield Row(
        "hours",
        name,
        rate,
        "intervals/s",
        straight,
        target=f"≥ {LEAST:,}/s and ≥ {LEAST_RATIO} × the limit",
        met=rate >= LEAST and rate >= LEAST_RATIO * straight,
    )
    yield Row("hours", f"{name}: CPU of server and database", point.cpu_ms, "ms")


_ANSWER = re.compile(rb'"counted": (\d+), "sitting": \d+, "awaiting": (\d+)')


def taking_all(answer: bytes) -> bool:
    """Accept an answer that takes every second: counted, or awaiting confirmation."""
    found = _ANSWER.search(answer)
    return found is not None and sum(map(int, found.groups())) == INTERVALS * LENGTH // 10


def _straight(outboxes: Outboxes) -> float:
    """Intervals a second of the very statements, without HTTP and without reading what a page says."""
    at = now()
    asked = [statement_of(body, at=at) for body in outboxes.bodies()]
    groups = [asked[number::CLIENTS] for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        deadline = time.perf_counter() + SECONDS
        begun = time.perf_counter()
        done = sum(pool.map(_sender(deadline), groups))
        return done * INTERVALS / (time.perf_counter() - begun)


def statement_of(body: bytes, *, at: datetime) -> tuple[str, list[Any]]:
    """What PostgreSQL would be asked for a request, and with what values."""
    with patch.object(sittings, "fetch_all", return_value=[]) as sent:
        sittings.take_reports(read_reports(body, at=at), at=at)
    sql, values = sent.call_args.args
    return sql, values


def _sender(deadline: float) -> Callable[[Sequence[tuple[str, list[Any]]]], int]:
    settings = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password", "options", "prepare_threshold")
    given = {name: settings[name] for name in names if name in settings}

    def send(statements: Sequence[tuple[str, list[Any]]]) -> int:
        done = 0
        with psycopg.connect(**given, autocommit=True) as straight:
            for sql, values in statements:
                straight.execute(sql, values, prepare=True).fetchall()
                done += 1
                if time.perf_counter() > deadline:
                    break
        return done

    return send
