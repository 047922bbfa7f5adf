"""The lesson page of a signed-in member beside a bare signed-in Wagtail page."""

from __future__ import annotations

from django.test import override_settings

from courses.outline import Module
from tests.bench.bare import settings as bare
from tests.bench.measuring import Ground, Point, Work, clients_in_words, side_by_side
from tests.bench.pages import Cookies, in_turn, showing, statements
from tests.bench.rows import Row

LESSON_SIGN = "data-study-clock"
BARE_SIGN = "<h1>一页</h1>"
MOST_STATEMENTS = 10
MOST_CPU = 1.5


def bare_work(ground: Ground, address: str, members: list[Cookies]) -> Work:
    requests = in_turn([(address, cookies) for cookies in members])
    return Work("bare Wagtail page", ground, ground.bare, requests, showing(BARE_SIGN))


def bare_statements(address: str, member: Cookies) -> int:
    names = ("MIDDLEWARE", "ROOT_URLCONF", "TEMPLATES", "WAGTAIL_I18N_ENABLED")
    with override_settings(**{name: getattr(bare, name) for name in names}):
        return statements(address, member, BARE_SIGN)


def measure(ground: Ground, modules: list[Module], members: list[Cookies], bare_address: str) -> list[Row]:
    """Every member goes through the lessons of the first course."""
    course = modules[0].url.rsplit("/", 2)[0]
    lessons = [lesson.url for module in modules if module.url.startswith(course) for lesson in module.lessons]
    fetched = [(lesson, cookies) for cookies in members for lesson in lessons]
    lesson = Work("lesson page", ground, ground.ours, in_turn(fetched), showing(LESSON_SIGN))
    points = side_by_side(lesson, bare_work(ground, bare_address, members))
    counted = statements(lessons[0], members[0], LESSON_SIGN)
    return [
        _cpu(*points[8]),
        Row(
            "courses",
            "lesson page: SQL statements",
            counted,
            "statements",
            bare_statements(bare_address, members[0]),
            target=f"≤ {MOST_STATEMENTS}",
            met=counted <= MOST_STATEMENTS,
        ),
        *(
            Row(
                "courses",
                f"lesson page, {clients_in_words(number)}",
                ours.per_second,
                "requests/s",
                limit.per_second,
            )
            for number, (ours, limit) in points.items()
        ),
    ]


def _cpu(ours: Point, limit: Point) -> Row:
    return Row(
        "courses",
        "lesson page: CPU of server and database, 8 clients",
        ours.cpu_ms,
        "ms",
        limit.cpu_ms,
        target=f"≤ {MOST_CPU} × the limit",
        met=ours.cpu_ms <= MOST_CPU * limit.cpu_ms,
    )
