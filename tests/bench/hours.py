"""Beats of many members, each counting half a minute durably, beside the least that such a view can cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import cycle

from django.utils.timezone import now

from courses.models import LessonEdition
from hours.tokens import StudyToken
from people.models import Member
from tests.bench.bare import views as bare
from tests.bench.measuring import Ground, Point, Work, clients_in_words, side_by_side
from tests.bench.rows import Row

LEAST_BEATS = 1_000
CLIENTS_OF_TARGET = 8
EVERY = 30
"""Seconds of study between two beats of a member, as study-clock.js sends them."""

BEATS_A_LESSON = 30
"""Then the member goes on to the next lesson, and the sitting is written to the ledger."""

BEGAN = timedelta(hours=20)
"""How long ago the pages were opened: the beats tell of the time since, faster than it passed."""


class Walk:
    """One member who studies lesson after lesson without a pause."""

    def __init__(self, tokens: Sequence[str], *, since: datetime, beats: int) -> None:
        self.tokens = tokens
        # In the middle of a second, so that the way of a beat to the server does not move it into the next.
        self.began = int(since.timestamp()) * 1000 + 1_500
        self.first = beats
        self.done = 0

    def next_body(self) -> bytes:
        """The page's report of the next half minute: three signs of presence and a tick."""
        lesson, beat = divmod(self.first + self.done, BEATS_A_LESSON)
        begin = self.began + self.done * EVERY * 1000
        self.done += 1
        # A page that goes on begins its report with the last sign that the server has.
        head = begin if beat == 0 or self.done == 1 else begin - 10_000
        signs = f'[{head},"p",0,1],[{begin + 5_000},"p",0,1],[{begin + 20_000},"p",1,2]'
        token = self.tokens[lesson % len(self.tokens)]
        at = int(now().timestamp() * 1000)
        return f'{{"token":"{token}","now":{at},"signs":[{signs},[{begin + 30_000},"t",1,2]]}}'.encode()


def walks(members: Sequence[Member], sign: Callable[[Member, datetime], list[str]]) -> list[Walk]:
    """One walk a member, each at another place of the first lesson: sittings do not end together."""
    since = now() - BEGAN
    return [
        Walk(sign(member, since), since=since, beats=n % BEATS_A_LESSON) for n, member in enumerate(members)
    ]


def posts(address: str, group: Sequence[Walk]) -> Callable[[int, int], Iterator[bytes]]:
    """Each client sends for members of its own, in turn: the beats of one member follow one another."""
    head = f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json"

    def of_client(number: int, clients: int) -> Iterator[bytes]:
        for walk in cycle(group[number::clients]):
            body = walk.next_body()
            yield f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    return of_client


def counting(seconds: str) -> Callable[[bytes], bool]:
    """Accept an answer that counts so many seconds (a pattern)."""
    pattern = re.compile(rb'"counted": ?%s,' % seconds.encode())
    return lambda answer: answer.startswith(b"HTTP/1.1 200") and pattern.search(answer) is not None


def measure(ground: Ground, members: Sequence[Member], editions: Sequence[LessonEdition]) -> list[Row]:
    def ours(member: Member, since: datetime) -> list[str]:
        return [StudyToken(member.key, e.translation_key, e.pk, since).sign() for e in editions]

    def least(member: Member, since: datetime) -> list[str]:
        return [bare.sign(member.key, int(since.timestamp()))]

    beat = Work(
        "beat", ground, ground.ours, posts("/api/v1/study/beats", walks(members, ours)), counting(str(EVERY))
    )
    limit = Work(
        "least view", ground, ground.ours, posts("/bench/beats", walks(members, least)), counting("[34]0")
    )
    points = side_by_side(beat, limit)
    mine, view = points[CLIENTS_OF_TARGET]
    return [
        *(_rate(number, *pair, durable=ground.durable) for number, pair in points.items()),
        Row("hours", "beat: half answered within, 8 clients", mine.p50, "ms", view.p50),
        Row("hours", "beat: 95 % answered within, 8 clients", mine.p95, "ms", view.p95),
        Row("hours", "beat: CPU of server and database, 8 clients", mine.cpu_ms, "ms", view.cpu_ms),
    ]


def _rate(clients: int, mine: Point, view: Point, *, durable: bool) -> Row:
    work = f"beats, {clients_in_words(clients)}"
    if clients != CLIENTS_OF_TARGET:
        return Row("hours", work, mine.per_second, "beats/s", view.per_second)
    return Row(
        "hours",
        work,
        mine.per_second,
        "beats/s",
        view.per_second,
        target=f"≥ {LEAST_BEATS:,}/s, durable",
        met=durable and mine.per_second >= LEAST_BEATS,
    )
