"""A million beats of ten thousand members: the clock's table stays as large as it was. BEATS: fewer."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
from django.db import connection
from django.utils.timezone import now

from tests.trials.finding import Finding
from tests.trials.studying import Lesson, new_lessons, new_members

BEATS = 1_000_000
MEMBERS = 10_000
AT_ONCE = 500
EVERY = timedelta(seconds=30)
BEATS_A_LESSON = 20
LEAST_HOT = 0.95
MOST_GROWN = 1.5
"""Times the size that the table has when everybody has told of one beat."""

_BEATS = """
    select sum(t.counted) from unnest(%s::uuid[]) m(key), lateral study_beat(m.key, %s, %s, %s,
        tstzmultirange(tstzrange(%s, %s)), '{}', '{}', int4multirange(int4range(%s, %s)), '{}',
        100000, 100000) t
"""

_STATE = """
    select n_tup_upd, n_tup_hot_upd, n_dead_tup, n_live_tup, pg_relation_size(relid), pg_indexes_size(relid)
        from pg_stat_user_tables where relname = 'hours_studyclock'
"""


def tried() -> Iterator[Finding]:
    beats = max(2, int(os.environ.get("BEATS") or BEATS) // MEMBERS)
    settings = connection.get_connection_params()["options"]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, options=settings) as straight:
        members = sorted(new_members(straight, MEMBERS))
        lessons = new_lessons(straight, -(-beats // BEATS_A_LESSON))
        begins = now().replace(microsecond=0) - EVERY * beats
        counted = _all_tell(straight, members, lessons[0], begins, 0)
        before = _state(straight)
        begun = time.monotonic()
        for number in range(1, beats):
            lesson = lessons[number // BEATS_A_LESSON]
            counted += _all_tell(straight, members, lesson, begins + EVERY * number, number)
        took = time.monotonic() - begun
        after = _state(straight)
    updates, hot = after[0] - before[0], after[1] - before[1]
    told = f"{MEMBERS * beats:,} beats, {took:.0f} s"
    right = MEMBERS * beats * 30
    yield Finding(
        "a million beats", f"every second is counted ({told})", f"{counted:,} of {right:,}", counted == right
    )
    share = hot / updates
    yield Finding(
        "a million beats", f"HOT ≥ {LEAST_HOT:.0%}", f"{share:.1%} of {updates:,}", share >= LEAST_HOT
    )
    grown = after[4] / before[4]
    sizes = (
        f"{before[4] >> 10:,} kB → {after[4] >> 10:,} kB, indexes {before[5] >> 10:,} → {after[5] >> 10:,} kB"
    )
    yield Finding("a million beats", f"the table grows ≤ {MOST_GROWN} times", sizes, grown <= MOST_GROWN)
    dead = f"{after[2]:,} beside {after[3]:,} live"
    yield Finding("a million beats", "dead rows ≤ live rows", dead, after[2] <= max(after[3], MEMBERS))


def _all_tell(
    straight: psycopg.Connection, members: list[UUID], lesson: Lesson, begin: object, number: int
) -> int:
    """Everybody's beat of one half minute, some hundreds in a transaction."""
    counted = 0
    end = begin + EVERY
    for first in range(0, len(members), AT_ONCE):
        group = members[first : first + AT_ONCE]
        values = [group, lesson.subject, lesson.edition, end, begin, end, number % 40, number % 40 + 2]
        row = straight.execute(_BEATS, values, prepare=True).fetchone()
        counted += row[0] if row else 0
    return counted


def _state(straight: psycopg.Connection) -> tuple[int, ...]:
    """Of the clock's table: updates, HOT updates, dead and live rows, size of it and of its indexes."""
    straight.execute("select pg_stat_force_next_flush()")
    straight.execute("select 1")
    time.sleep(1.2)
    row = straight.execute(_STATE).fetchone()
    if row is None:
        raise LookupError("PostgreSQL keeps no statistics of the clock.")
    return tuple(row)
