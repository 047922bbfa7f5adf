"""What is published now, each lesson with its place: one prepared statement, light rows, no models."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from wagtail.models import Page

from hours.prepared import fetch_all
from people.models import Member

COURSE_PATH = 3 * Page.steplen
MODULE_PATH = 4 * Page.steplen
"""Characters of a path down to course and module (root, home, course, module, lesson)."""


@dataclass(slots=True)
class LiveLesson:
    """A live edition and where it stands; with its words only when it was asked for by address."""

    pk: int
    key: UUID
    translation_key: UUID
    language: str
    title: str
    expected_seconds: int
    screens: list[float]
    quiz_keys: list[str]
    path: str
    address: str
    module_title: str
    module_quiz: UUID | None
    course_title: str
    summary: str | None
    html: str | None
    contents: list[dict[str, str]]
    sources: list[dict[str, str]]
    valid_as_of: date | None
    other_address: str | None
    media_seconds: int
    review_by: date | None = None

    is_live = True

    @property
    def url(self) -> str:
        return url_of(self.language, self.address)

    @property
    def minutes(self) -> int:
        """Minutes of reading and media, rounded up."""
        return -(-self.expected_seconds // 60)

    @property
    def other_url(self) -> str | None:
        """The address of the same lesson in the other language, where it is published."""
        other = "zh-hans" if self.language == "en" else "en"
        return url_of(other, self.other_address) if self.other_address else None


def url_of(language: str, address: str) -> str:
    """Return a page's address from its path in the tree, whose first part is the home page."""
    return ("/en/" if language == "en" else "/") + address.split("/", 2)[2]


_STATEMENT = """
    with open_to_reader as materialized (
        select e.id, p.path, p.url_path from courses_lessonedition e
        join wagtailcore_page p on p.id = e.page_id
        where e.is_live and e.language = %(language)s and {where}
    )
    select e.id, e.key, e.translation_key, e.language, e.title, e.expected_seconds, e.screens, e.quiz_keys,
        r.path, r.url_path, m.title, m.quiz, c.title,
        w.summary, w.html, coalesce(w.contents, '[]'), coalesce(w.sources, '[]'), w.valid_as_of, w.other,
        e.media_seconds, w.review_by
    from open_to_reader r
    join courses_lessonedition e on e.id = r.id
    cross join lateral (
        select page.title, q.key quiz from wagtailcore_page page
        join courses_modulepage mp on mp.page_ptr_id = page.id
        left join quizzes_quiz q on q.id = mp.quiz_id
        where page.path = substr(r.path, 1, {module}) offset 0
    ) m
    cross join lateral (
        select page.title from wagtailcore_page page where page.path = substr(r.path, 1, {course}) offset 0
    ) c
    left join lateral (
        select e.summary, e.html, e.contents, e.sources, e.valid_as_of, e.review_by, (
            select op.url_path from courses_lessonedition o join wagtailcore_page op on op.id = o.page_id
            where o.translation_key = e.translation_key and o.is_live and o.language <> e.language
                and courses_may_read(%(reader)s::bigint, op.path)
            limit 1) other
        where substr(r.url_path, strpos(substr(r.url_path, 2), '/') + 2) = %(address)s
    ) w on true
    order by r.path
"""
# The gate is asked first, and places are looked up one by one ("offset 0"): where the planner takes a tree
# for small that has grown since it last looked, it would else try all pages with all pages.

_PLACES = {"course": COURSE_PATH, "module": MODULE_PATH}
_GATE = "courses_may_read(%(reader)s::bigint, p.path)"
_BY_PLACE = _STATEMENT.format(where=f"starts_with(p.path, %(below)s) and {_GATE}", **_PLACES)
_BY_COURSE = _STATEMENT.format(where=f"split_part(p.url_path, '/', 3) = %(course)s and {_GATE}", **_PLACES)
_BY_QUIZZES = _STATEMENT.format(
    where=f"""case when e.quiz_keys ?| %(quizzes)s::text[] or substr(p.path, 1, {MODULE_PATH}) = any(array(
            select page.path from quizzes_quiz q join courses_modulepage mp on mp.quiz_id = q.id
            join wagtailcore_page page on page.id = mp.page_ptr_id
            where q.key = any(%(quizzes)s::text[]::uuid[])))
        then {_GATE} end""",  # noqa: S608  # constants
    **_PLACES,
)
# "case": the gate costs the most, and is asked for these lessons only.


def live_lessons(language: str, *, reader: Member | None, below: str = "") -> list[LiveLesson]:
    """
    Return the lessons that `reader` (None: a visitor) may read, below a page's path, in the tree's order.

    No gate of a higher room is asked.
    """
    values = {"language": language, "below": below, "address": "", "reader": reader.pk if reader else None}
    return list(_rows(fetch_all(_BY_PLACE, values)))


def lessons_of_course(language: str, address: str, *, reader: Member | None) -> list[LiveLesson]:
    """Return the lessons of the course of the lesson at `course/module/lesson/`, that one with its words."""
    course = address.split("/", 1)[0]
    values = {
        "language": language,
        "course": course,
        "address": address,
        "reader": reader.pk if reader else None,
    }
    return list(_rows(fetch_all(_BY_COURSE, values)))


def lessons_with_quizzes(
    language: str, quizzes: Iterable[UUID], *, reader: Member | None
) -> list[LiveLesson]:
    """Return the lessons in which one of the quizzes stands, and all those of modules that have one."""
    keys = [str(key) for key in quizzes]
    values = {"language": language, "quizzes": keys, "address": "", "reader": reader.pk if reader else None}
    return list(_rows(fetch_all(_BY_QUIZZES, values)))


def _rows(rows: list[tuple]) -> Iterator[LiveLesson]:
    for row in rows:
        values: list[Any] = list(row)
        for place in (6, 7, 15, 16):
            values[place] = json.loads(values[place])
        yield LiveLesson(*values)
