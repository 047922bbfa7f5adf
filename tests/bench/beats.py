"""
Beats of half a minute, as lesson pages send them, beside the least that such a view can cost.

The server keeps its own time and lets nobody study a minute twice. So each measurement has members of its
own, who opened a lesson two and a half minutes ago and are in the middle of a sitting; a client sends what
their pages would have told since: four beats each, within the two minutes in which a beat is prompt. One beat
of twenty goes to the next lesson, by which the sitting is closed and written to the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from courses.models import LessonEdition
from hours.tokens import StudyToken
from tests.bench.bare import views as bare
from tests.bench.measuring import CLIENTS, Ground, Point, Work, clients_in_words, side_by_side
from tests.bench.rows import Row
from tests.bench.stage import stage_readers

ADDRESS = "/api/v1/study/beats"
LEAST_ADDRESS = "/bench/beats"
LEAST_RATIO = 0.8
MOST_CPU = 0.7
MOST_WAIT = 8.0
MOST_BODY = 150
CLIENTS_OF_TARGET = 8

READERS = 8_000
"""Members of a measurement; a multiple of every number of clients, so that a member stays with one."""

OPENED = timedelta(seconds=150)
EVERY = 30
"""Seconds of study between two beats of a page."""

BEATS_EACH = 4
TURNS = 5
"""One member of so many goes to the next lesson with the last of the four beats: one beat of twenty."""

SIGNS = ("p0:2-3 p104:3-4 p217", "p-83:3-4 p47:4-5", "p-12:4-5 p88 p203:5-6", "p-97:5-6 p3 p151:6-7 p249")

_BEGIN = """
    select count(*) from unnest(%s::uuid[]) m(key), lateral study_beat(m.key, %s, %s, %s,
        tstzmultirange(tstzrange(%s, %s)), '{}', '{}', '{[0,2)}', '{}', 3600, 28800)
"""


class Readers:
    """Members who study, new ones for each measurement, and the requests of their pages."""

    def __init__(self, editions: Sequence[LessonEdition]) -> None:
        self.editions = editions
        self.requests: list[bytes] = []

    def gather(self) -> None:
        """Let new members open a page and tell of its first half minute; what follows is for the clients."""
        members = stage_readers(READERS)
        opened = now().replace(microsecond=0) - OPENED
        begin_sittings(members, self.editions[0], opened)
        self.requests = posts(ADDRESS, told(members, self.editions, opened))

    def of_client(self, number: int, clients: int) -> Iterator[bytes]:
        return iter(self.requests[number::clients])


def begin_sittings(members: Iterable[UUID], edition: LessonEdition, opened: datetime) -> None:
    """Count the first half minute of a page for all of them: each has an open sitting then."""
    first = opened + timedelta(seconds=EVERY)
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [sorted(members), edition.translation_key, edition.pk, first, opened, first])


def told(members: Sequence[UUID], editions: Sequence[LessonEdition], opened: datetime) -> Iterator[bytes]:
    """The bodies of everybody's second beat, then of everybody's third, and so on."""
    first, other = editions[0], editions[1]
    later = opened + timedelta(seconds=EVERY * BEATS_EACH)
    tokens = [StudyToken(m, first.translation_key, first.pk, opened).sign() for m in members]
    for beat in range(1, BEATS_EACH + 1):
        for n, member in enumerate(members):
            if beat == BEATS_EACH and n % TURNS == 0:
                token = StudyToken(member, other.translation_key, other.pk, later).sign()
                yield body(token, 0, 0, SIGNS[0])
            else:
                yield body(tokens[n], beat, beat * EVERY * 10, SIGNS[beat - 1])


def body(token: str, counter: int, start: int, signs: str) -> bytes:
    """A report of half a minute, without a blank too much: what study-clock.js sends."""
    return f'{{"pages":[["{token}",[[{counter},{start},{EVERY * 10},"{signs}"]]]]}}'.encode()


def posts(address: str, bodies: Iterable[bytes]) -> list[bytes]:
    head = f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json"
    return [f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]


def counting(seconds: str) -> Callable[[bytes], bool]:
    """Accept an answer that counts so many seconds (a pattern)."""
    pattern = re.compile(rb'"counted": ?%s,' % seconds.encode())
    return lambda answer: answer.startswith(b"HTTP/1.1 200") and pattern.search(answer) is not None


def measure(ground: Ground, editions: Sequence[LessonEdition]) -> list[Row]:
    readers = Readers(editions)
    least = posts(LEAST_ADDRESS, _least_told(READERS))

    def of_client(number: int, clients: int) -> Iterator[bytes]:
        return iter(least[number::clients])

    accept = counting(str(EVERY))
    beat = Work("beat", ground, ground.ours, readers.of_client, accept, prepare=readers.gather)
    limit = Work("least view", ground, ground.least, of_client, accept)
    points = side_by_side(beat, limit)
    mine, view = points[CLIENTS_OF_TARGET]
    return [
        *(_rate(number, *points[number], durable=ground.durable) for number in CLIENTS),
        _at_most("beat: CPU of server and database, 8 clients", mine.cpu_ms, view.cpu_ms, MOST_CPU),
        Row("hours", "beat: half answered within, 8 clients", mine.p50, "ms", view.p50),
        _at_most("beat: 95 % answered within, 8 clients", mine.p95, view.p95, MOST_WAIT),
        *_counted(editions),
    ]


def _least_told(members: int) -> Iterator[bytes]:
    tokens = [bare.sign(key.bytes, 0) for key in bare.somebody(members)]
    for beat in range(1, BEATS_EACH + 1):
        for token in tokens:
            yield body(token, beat, beat * EVERY * 10, SIGNS[beat - 1])


def _rate(clients: int, mine: Point, view: Point, *, durable: bool) -> Row:
    return Row(
        "hours",
        f"beats, {clients_in_words(clients)}",
        mine.per_second,
        "beats/s",
        view.per_second,
        target=f"≥ {LEAST_RATIO} × the limit, durable",
        met=durable and mine.per_second >= LEAST_RATIO * view.per_second,
    )


def _at_most(work: str, figure: float, limit: float, most: float) -> Row:
    return Row("hours", work, figure, "ms", limit, target=f"≤ {most} ms", met=figure <= most)


def _counted(editions: Sequence[LessonEdition]) -> list[Row]:
    """The statements and the bytes of one beat that goes on with a sitting."""
    (member,) = stage_readers(1)
    opened = now().replace(microsecond=0) - OPENED
    begin_sittings([member], editions[0], opened)
    bodies = list(told([member], [editions[0], editions[0]], opened))[: BEATS_EACH - 1]
    client = Client(HTTP_HOST="127.0.0.1")
    client.post(ADDRESS, bodies[0], content_type="application/json")
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(ADDRESS, bodies[1], content_type="application/json")
    if answer.json()["counted"] != EVERY:
        raise LookupError(f"The beat was answered {answer.status_code} {answer.content!r}.")
    bytes_ = max(map(len, bodies))
    return [
        Row(
            "hours",
            "beat: SQL statements",
            len(captured),
            "statements",
            1,
            target="1",
            met=len(captured) == 1,
        ),
        Row("hours", "beat: body", bytes_, "bytes", target=f"≤ {MOST_BODY}", met=bytes_ <= MOST_BODY),
    ]
