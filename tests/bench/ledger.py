"""
A ledger of twenty million rows, and one member's year in it: the totals, and the rows of the record page.

A hundred thousand members have a row every second day; the rows lie on the disk in the order in which they
came in, so that those of one member are far apart. They are written without indexes; afterwards those are made
that reading may use, the constraint against overlapping intervals among them. LEDGER_ROWS makes it smaller.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from random import Random
from statistics import quantiles
from time import perf_counter
from uuid import UUID

from django.db import connection
from django.utils.timezone import now

from config.progress import step
from hours.models import StudyRecord
from hours.record import records_of_year
from hours.totals import studied, year_of
from tests.bench.rows import Row

ROWS = 20_000_000
ROWS_EACH = 200
EVERY = timedelta(days=2)
TABLES = ("hours_studyrecord", "hours_countedinterval")
ROUNDS = 200
MOST = 5.0
"""Milliseconds."""

_MEMBERS = """
    insert into people_member (key, number, name, name_latin, password, is_superuser, is_active,
            prefers_large_print)
        select gen_random_uuid(), 'ledger' || n, '党员' || n, '', '!', false, true, false
        from generate_series(1, %s) n returning key
"""

_ROWS = """
    with written as (
        insert into hours_studyrecord (member_key, bucket, source, key, subject, started_at, ended_at,
                standing, seconds, counted, taken, claimed, award, counters, refused, evidence, reason,
                received_at)
            select key, 'individual', 'online', 'ledger' || %(number)s || ':' || key,
                md5((n %% 90)::text)::uuid, begins, begins + interval '15 minutes', 'counted', 900,
                tstzmultirange(tstzrange(begins, begins + interval '15 minutes')), '{}', '{}', 0, '{}', '{}',
                '{"screens": 12, "spans": 1}', '', begins + interval '20 minutes'
            from (select key, n, %(at)s::timestamptz + n %% 40000 * interval '1 second' as begins
                from unnest(%(members)s::uuid[]) with ordinality m(key, n)) m
            returning id, member_key, subject, started_at, ended_at)
    insert into hours_countedinterval (member_key, record_id, bucket, subject, started_at, ended_at, seconds)
        select member_key, id, 'individual', subject, started_at, ended_at, 900 from written
"""

_INDEXES = """
    select c.conname, i.indexrelid::regclass::text, i.indrelid::regclass::text,
            coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)),
            a.attname in ('member_key', 'record_id', 'corrects_id', 'settles_id')
        from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('u', 'x')
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = any(%s::regclass[]) and not i.indisprimary
"""


def measure() -> list[Row]:
    rows = int(os.environ.get("LEDGER_ROWS") or ROWS)
    members = _write(rows)
    chosen = Random(4).sample(members, ROUNDS)
    year = year_of(now())
    print(f"  {_size()}", flush=True)
    totals = _measured(chosen, lambda member: studied([member], year))
    page = _measured(chosen, lambda m: records_of_year(StudyRecord.objects.filter(member=m), year))
    named = f"ledger of {rows:,} rows"
    return [
        Row(
            "hours",
            f"{named}: a member's year, totals",
            totals,
            "ms",
            target=f"≤ {MOST} ms",
            met=totals <= MOST,
        ),
        Row(
            "hours",
            f"{named}: a member's year, its rows",
            page,
            "ms",
            target=f"≤ {MOST} ms",
            met=page <= MOST,
        ),
    ]


def _write(rows: int) -> list[UUID]:
    each = max(1, rows // ROWS_EACH)
    at = now() - EVERY * ROWS_EACH
    with connection.cursor() as cursor:
        with step(f"Writing a ledger of {rows:,} rows"):
            cursor.execute("set session_replication_role = replica")  # foreign keys: all of it is consistent
            cursor.execute("set maintenance_work_mem = '1GB'")
            cursor.execute(_MEMBERS, [each])
            members = [key for (key,) in cursor.fetchall()]
            cursor.execute(_INDEXES, [list(TABLES)])
            indexes = cursor.fetchall()
            for constraint, index, table, _made, _read in indexes:
                gone = (
                    f"alter table {table} drop constraint {constraint}"
                    if constraint
                    else f"drop index {index}"
                )
                cursor.execute(gone)
            for number in range(ROWS_EACH):
                cursor.execute(_ROWS, {"number": number, "at": at + EVERY * number, "members": members})
        with step("Making its indexes"):
            for constraint, _index, table, made, read in indexes:
                if read:
                    cursor.execute(
                        f"alter table {table} add constraint {constraint} {made}" if constraint else made
                    )
            cursor.execute("set session_replication_role = origin")
        with step("Vacuuming it"):
            cursor.execute("vacuum (analyze) hours_studyrecord, hours_countedinterval, people_member")
    return members


def _size() -> str:
    with connection.cursor() as cursor:
        sizes = "select pg_size_pretty(sum(pg_total_relation_size(t))) from unnest(%s::regclass[]) t"
        cursor.execute(sizes, [list(TABLES)])
        return f"The ledger takes {cursor.fetchone()[0]}."


def _measured(members: list[UUID], read: Callable[[UUID], list]) -> float:
    """Milliseconds in which 95 of 100 members' years are read, each for the first time."""
    waits = []
    for member in members:
        begun = perf_counter()
        found = read(member)
        waits.append((perf_counter() - begun) * 1000)
        if not found:
            raise LookupError(f"Nothing was found of {member}.")
    print(
        f"  {len(found)} rows, p50 {quantiles(waits, n=2)[0]:.2f} ms, longest {max(waits):.1f} ms", flush=True
    )
    return quantiles(waits, n=20)[-1]
