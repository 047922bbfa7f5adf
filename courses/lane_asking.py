"""
The lane's one statement: everything that may have changed since the page was made, and this member's own.

It asks together whether the session still is, whose account is open, whether the edition is live and stands
at this address, whether the gate lets the member read it, which offices they hold today, how far they are
with the lessons of the course, how fast they read; the stamp of the published tree and what of it is closed
to them. The last three say which of the kept pages is the right one, so that no process can show one that is
not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from courses.lane_reader import Reader
from courses.outline import Course, Lesson
from courses.slots import progress_in_sql
from hours.prepared import fetch_words
from hours.totals import bounds, year_of


@dataclass(frozen=True, slots=True)
class Question:
    """
    An edition at an address, and the lessons of its course, of which the states are asked.

    Only a guess, from when the page was last made: what the answer does not bear out is not used.
    """

    edition: int
    address: str
    lessons: str
    checked: str
    checks: str
    here: int


class Answer(NamedTuple):
    """
    What the statement says of a member and a page.

    `stamp`, `closed`, `offices`: see migrations/sql/lane.sql. `states`: a letter for each lesson of the
    question.
    """

    member: UUID
    member_pk: int
    password: str
    stamp: str
    closed: str
    offices: str
    pace: int
    states: str
    seconds: int


_STATEMENT = """
    select m.key::text, m.id::text, m.password, courses_stamp(), array_to_string(courses_closed(m.id), ' '),
        courses_offices(m.id), coalesce(k.pace, 100)::text, f.states, f.seconds::text
    from django_session s
    join people_member m on m.id = %s::bigint and m.is_active
    join courses_lessonedition e on e.id = %s::bigint and e.is_live
    join wagtailcore_page p on p.id = e.page_id and p.url_path = %s
    left join hours_studyclock k on k.member_key = m.key
    cross join lateral {progress}(m.id, m.key, %s::uuid[], %s::int[], %s::uuid[], %s::int,
        %s::timestamptz, %s::timestamptz) f
    where s.session_key = %s and s.expire_date > statement_timestamp() and courses_may_read(m.id, p.path)
        and not courses_read_otherwise(m.id, e.id)
"""


def question_of(course: Course, entry: Lesson) -> Question:
    """Ask for the states of all lessons of the course, in their order."""
    lessons = course.lessons
    checks = [(number, key) for number, each in enumerate(lessons, 1) for key in each.edition.quiz_keys]
    return Question(
        edition=entry.edition.pk,
        address=entry.edition.address,
        lessons=_array(each.key for each in lessons),
        checked=_array(number for number, _key in checks),
        checks=_array(key for _number, key in checks),
        here=lessons.index(entry) + 1,
    )


def _array(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads it, written once for many statements."""
    return "{" + ",".join(map(str, values)) + "}"


@lru_cache(maxsize=8)
def _year(year: int) -> tuple[str, str]:
    begin, end = bounds(year)
    return begin.isoformat(), end.isoformat()


@lru_cache(maxsize=8)
def _statement(progress: str) -> str:
    return _STATEMENT.format(progress=progress)


def ask(question: Question, reader: Reader, session: str, *, at: datetime) -> Answer | None:
    """
    Return the answer, or None when the ordinary path has to say why not. One statement.

    The mark of the password is for the caller to compare.
    """
    values = (
        str(reader.member),
        str(question.edition),
        question.address,
        question.lessons,
        question.checked,
        question.checks,
        str(question.here),
        *_year(year_of(at)),
        session,
    )
    for member, pk, password, stamp, closed, offices, pace, states, seconds in fetch_words(
        _statement(progress_in_sql()), values
    ):
        who = (UUID(member), int(pk), password)
        return Answer(*who, stamp, closed, offices, int(pace), states, int(seconds))
    return None


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read herein is read as of one moment, whatever is published meanwhile."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
        yield
