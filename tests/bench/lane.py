"""The lesson page of a signed-in member by the lane, beside a bare Wagtail page and an empty view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses.outline import Module
from people.models import Member
from tests.bench.courses import LESSON_SIGN, bare_work
from tests.bench.measuring import CLIENTS, Ground, Point, Work, clients_in_words
from tests.bench.pages import Cookies, as_request, in_turn, showing
from tests.bench.rows import Row
from tests.bench.stage import read_on

MOST_CPU = 1.0
MOST_STATEMENTS = 2
LEAST_PER_SECOND = 2000
EMPTY = "/bench/empty"


class Readers:
    """Members who have read a page more than a minute ago: the next one sets its cookies anew."""

    def __init__(self, members: Sequence[Member], cookies: Sequence[Cookies], lessons: Sequence[str]) -> None:
        self.signed_in = list(zip(members, cookies, strict=True))
        self.lessons = lessons
        self.requests: list[bytes] = []

    def gather(self) -> None:
        fresh = [read_on(member, cookies) for member, cookies in self.signed_in]
        self.requests = [as_request(lesson, cookies) for cookies in fresh for lesson in self.lessons]

    def of_client(self, number: int, clients: int) -> Iterator[bytes]:
        return islice(cycle(self.requests), number * len(self.requests) // clients, None)


def measure(
    ground: Ground,
    modules: Sequence[Module],
    members: Sequence[Member],
    cookies: Sequence[Cookies],
    bare_address: str,
) -> list[Row]:
    """Every member goes through the lessons of the first course."""
    course = modules[0].url.rsplit("/", 2)[0]
    lessons = [lesson.url for module in modules if module.url.startswith(course) for lesson in module.lessons]
    readers = Readers(members, cookies, lessons)
    bare = bare_work(ground, bare_address, list(cookies))
    accept = showing(LESSON_SIGN)
    lane = Work("lesson by the lane", ground, ground.ours, readers.of_client, accept, prepare=readers.gather)
    empty = Work("empty view", ground, ground.ours, in_turn([(EMPTY, {})]), showing("empty"))
    for work in (lane, lane, bare, empty):  # the lane twice: the first time pages are made
        work.warm()
    points = {n: (lane.at(n), bare.at(n), empty.at(n)) for n in CLIENTS}
    counted = statements(lessons[0], read_on(*readers.signed_in[0]))
    name = "lesson page with the learner's state, signed in"
    return [
        *(_cpu(f"{name}: CPU of server and database, {clients_in_words(n)}", *points[n][:2]) for n in (1, 8)),
        Row(
            "courses",
            f"{name}: SQL statements",
            counted,
            "statements",
            target=f"≤ {MOST_STATEMENTS}",
            met=counted <= MOST_STATEMENTS,
        ),
        *(_rate(f"{name}, {clients_in_words(n)}", n, *points[n][:2]) for n in CLIENTS),
        Row("courses", "empty view with the full middleware: CPU, 8 clients", points[8][2].cpu_ms, "ms"),
        Row("courses", "bare signed-in Wagtail page: CPU, 8 clients", points[8][1].cpu_ms, "ms"),
    ]


def statements(address: str, cookies: Cookies) -> int:
    """Of a page that is kept: the third time it is fetched."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies.load(cookies)
    for _turn in range(2):
        client.get(address)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address)
    if LESSON_SIGN not in page.content.decode():
        raise LookupError(f"{address} answered {page.status_code}.")
    return len(captured)


def _cpu(work: str, ours: Point, limit: Point) -> Row:
    met = ours.cpu_ms <= MOST_CPU
    return Row("courses", work, ours.cpu_ms, "ms", limit.cpu_ms, target=f"≤ {MOST_CPU:.0f} ms", met=met)


def _rate(work: str, clients: int, ours: Point, limit: Point) -> Row:
    if clients != 32:
        return Row("courses", work, ours.per_second, "requests/s", limit.per_second)
    met = ours.per_second >= LEAST_PER_SECOND
    target = f"≥ {LEAST_PER_SECOND:,}"
    return Row("courses", work, ours.per_second, "requests/s", limit.per_second, target=target, met=met)
