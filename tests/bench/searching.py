"""Search over twenty thousand lessons: each kind of question, what the page costs, how large the index is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from statistics import quantiles
from time import perf_counter

from django.db import connection
from django.test import Client
from django.utils.timezone import now

from config.progress import step
from courses.search import Narrowed
from courses.search_index import index_editions
from courses.search_results import results, suggestions
from people.models import Member
from tests.bench.library import NUMBER, sample_titles, stage_library
from tests.bench.rows import Row
from tests.bench.stage import sign_in, stage_branch

MOST_MS = 60.0
SAMPLE = 60
"""Questions of each kind, all different where they are cut from titles."""

PUBLISHED = 100
FOUND = b"<mark>"

COMMON = ["群众", "学习", "党员", "支部", "会议", "的", "一", "党", "工作", "组织"]
DATES = ["1938年9月", "1949-10", "九月", "1978", "2022年10月", "一九四九年", "10月1日", "December 1978"]
ENGLISH = ["masses", "mass line", "party members", "study", "meeting", "learn", "organisations", "branch"]


def measure() -> list[Row]:
    """Make the library, and ask."""
    with step(f"Publishing {NUMBER:,} lessons"):
        stage_library()
    reader = stage_branch("查找支部", 1).members[0]
    minute = count()

    def answer(text: str, language: str = "zh-hans") -> object:
        # Each in a minute of its own: how often one may ask is not what is measured.
        at = now() + timedelta(minutes=next(minute))
        return results(text, reader=reader, narrowed=Narrowed(language=language), page=1, at=at)

    titles = sample_titles(SAMPLE)
    kinds: dict[str, tuple[Callable[[str], object], Sequence[str]]] = {
        "words of a title": (answer, [title[1:7] for title in titles]),
        "two characters": (answer, [title[2:4] for title in titles]),
        "common words": (answer, COMMON),
        "two words": (answer, [f"{title[:2]} {title[3:5]}" for title in titles]),
        "dates": (answer, DATES),
        "pinyin initials": (answer, ["qzlx", "zgdz", "dyxx", "zzsh", "gmct", "lgwb", "dzb", "xxfl"]),
        "English": (lambda text: answer(text, "en"), ENGLISH),
        "traditional characters": (answer, ["群眾路線", "組織生活會", "黨員", "學習強國", "紀律"]),
        "one wrong character": (answer, [f"{title[1:4]}砼{title[5:7]}" for title in titles]),
        "suggestions": (
            lambda text: suggestions(
                text, reader=reader, language="zh-hans", at=now() + timedelta(minutes=next(minute))
            ),
            [title[:2] for title in titles],
        ),
    }
    waits = {name: _waits(ask, texts) for name, (ask, texts) in kinds.items()}
    return [
        _row(
            f"search, {NUMBER:,} lessons, all kinds: p95", [wait for each in waits.values() for wait in each]
        ),
        *(_row(f"search, {name}: p95", each) for name, each in waits.items()),
        _page(reader, [title[1:5] for title in titles]),
        _publishing(),
        *_sizes(),
    ]


def _waits(ask: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Milliseconds of each answer, every question asked once before."""
    for text in texts:
        ask(text)
    found = []
    for n in range(SAMPLE * 2):
        begun = perf_counter()
        ask(texts[n % len(texts)])
        found.append((perf_counter() - begun) * 1000)
    return found


def _row(work: str, waits: Sequence[float]) -> Row:
    figure = quantiles(waits, n=20)[-1]
    return Row("courses", work, figure, "ms", target=f"≤ {MOST_MS:.0f} ms", met=figure <= MOST_MS)


def _page(reader: Member, texts: Sequence[str]) -> Row:
    """The whole page in this process, with session and template; fewer than one may ask in a minute."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies.load(sign_in(reader))

    def fetch(text: str) -> None:
        page = client.get("/search/", {"q": text})
        if page.status_code != 200 or FOUND not in page.content:
            raise LookupError(f"The page answered {page.status_code} and shows nothing for {text}.")

    waits = []
    for text in texts[:50]:
        begun = perf_counter()
        fetch(text)
        waits.append((perf_counter() - begun) * 1000)
    return _row("search page, words of a title: p95", waits[5:])


def _publishing() -> Row:
    """What the index adds to publishing a lesson."""
    with connection.cursor() as cursor:
        cursor.execute("select edition_id from courses_searchentry order by edition_id limit %s", [PUBLISHED])
        keys = [key for (key,) in cursor.fetchall()]
    begun = perf_counter()
    for key in keys:
        index_editions([key])
    return Row(
        "courses", "search: added to publishing a lesson", (perf_counter() - begun) * 1000 / PUBLISHED, "ms"
    )


def _sizes() -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_relation_size('lessons_by_their_words') / 1e6,"
            " pg_total_relation_size('courses_searchentry') / 1e6,"
            " pg_total_relation_size('courses_lessonedition') / 1e6"
        )
        index, whole, lessons = cursor.fetchone()
    return [
        Row("courses", f"search: index of {NUMBER:,} lessons", index, "MB"),
        Row("courses", "search: index and entries, beside the lessons", whole, "MB", lessons),
    ]
