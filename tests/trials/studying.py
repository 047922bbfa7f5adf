"""Who studies what in the trials, and what their pages send."""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg

from hours.tokens import StudyToken

ADDRESS = "/api/v1/study/beats"

_MEMBERS = """
    insert into people_member (key, number, name, name_latin, password, is_superuser, is_active,
            prefers_large_print)
        select gen_random_uuid(), right(gen_random_uuid()::text, 12) || n, '党员' || n, '', '!', false,
            true, false
        from generate_series(1, %s) n returning key
"""

_LESSON = """
    insert into courses_lessonedition (key, translation_key, language, digest, title, summary, html, contents,
            sources, screens, expected_seconds, media_seconds, quiz_keys, frozen_at, is_live)
        values (gen_random_uuid(), %s, 'zh-hans', '', '长课', '', '', '[]', '[]', %s, 2700, 0, '[]', now(),
            false)
        returning id
"""

_SECONDS = """
    select coalesce(sum(s), 0)::bigint from (
        select sum(seconds) from hours_countedinterval where member_key = any(%(members)s)
        union all
        select sum(study_seconds(pieces)) from hours_studyclock where member_key = any(%(members)s)) parts(s)
"""

_UNITED = """
    with spans (member, span) as (
        select member_key, tstzrange(started_at, ended_at) from hours_countedinterval
            where member_key = any(%(members)s)
        union all
        select member_key, unnest(pieces) from hours_studyclock where member_key = any(%(members)s))
    select coalesce(sum(study_seconds(whole)), 0)::bigint
        from (select range_agg(span) as whole from spans group by member) united
"""

_HELD = """
    select coalesce(sum(study_seconds(held)), 0)::bigint from hours_studyclock
        where member_key = any(%(members)s)
"""


@dataclass(frozen=True)
class Lesson:
    """An edition of which nobody reaches the limit soon: an hour and seven minutes a year."""

    subject: UUID
    edition: int


def new_members(connection: psycopg.Connection[Any], number: int) -> list[UUID]:
    return [key for (key,) in connection.execute(_MEMBERS, [number]).fetchall()]


def new_lessons(connection: psycopg.Connection[Any], number: int) -> list[Lesson]:
    subjects = [uuid4() for _ in range(number)]
    screens = json.dumps([45.0] * 60)
    return [
        Lesson(subject, connection.execute(_LESSON, [subject, screens]).fetchone()[0]) for subject in subjects
    ]


def token(member: UUID, lesson: Lesson, opened: datetime) -> str:
    return StudyToken(member, lesson.subject, lesson.edition, opened).sign()


def body(pages: Sequence[Sequence[object]]) -> bytes:
    return json.dumps({"pages": pages}, separators=(",", ":")).encode()


def counted(connection: psycopg.Connection[Any], members: Sequence[UUID]) -> tuple[int, int, int]:
    """Seconds of the ledger and the open sittings: added up, united, and held by the clock."""
    values = {"members": list(members)}
    found = [connection.execute(sql, values).fetchone() for sql in (_SECONDS, _UNITED, _HELD)]
    added, united, held = (row[0] for row in found if row)
    return added, united, held


def report(server: http.client.HTTPConnection, sent: bytes) -> dict[str, Any]:
    """
    Send one request and return the answer.

    :raises OSError, HTTPException: when there is no answer, and for any other than 200.
    """
    server.request("POST", ADDRESS, sent, {"Content-Type": "application/json"})
    answer = server.getresponse()
    told = answer.read()
    if answer.status != 200:
        raise http.client.HTTPException(f"{answer.status} {told[:200]!r}")
    found: dict[str, Any] = json.loads(told)
    return found
