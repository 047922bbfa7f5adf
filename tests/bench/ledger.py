"""
A ledger of twenty million rows, and one member's year in it: the totals, and the rows of the record page.

A hundred thousand members have a row every second day. The rows lie on the disk in the order in which they
came in, so that those of one member are far apart. They are written over two connections, without indexes and
checks; afterwards the indexes are made that a read may use. The constraint against overlapping intervals is
not made again: no read uses it, and it would take longer than all the rest. LEDGER_ROWS makes it smaller.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from statistics import quantiles
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg
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
ROUNDS = 200
MOST = 5.0
"""Milliseconds."""

_MEMBERS = """
    insert into people_member (key, number, name, name_latin, password, is_superuser, is_active,
            prefers_large_print)
        select gen_random_uuid(), 'ledger' || n, '党员' || n, '', '!', false, true, false
        from generate_series(1, %s) n returning key
"""

_AMONG = """
    (select key, n, md5((n %% 90)::text)::uuid as subject, %(first)s + n as id,
            %(at)s::timestamptz + n %% 40000 * interval '1 second' as begins,
            %(at)s::timestamptz + n %% 40000 * interval '1 second' + interval '15 minutes' as ends
        from unnest(%(members)s::uuid[]) with ordinality m(key, n)) m
"""

_ROWS = {
    "hours_studyrecord": f"""
        insert into hours_studyrecord (id, member_key, bucket, source, key, subject, started_at, ended_at,
                standing, seconds, counted, taken, claimed, award, counters, refused, evidence, reason,
                received_at)
            select id, key, 'individual', 'online', 'ledger' || id, subject, begins, ends, 'counted', 900,
                tstzmultirange(tstzrange(begins, ends)), '{{}}', '{{}}', 0, '{{}}', '{{}}',
                '{{"screens": 12, "spans": 1}}', '', ends
            from {_AMONG}
    """,
    "hours_countedinterval": f"""
        insert into hours_countedinterval (id, member_key, record_id, bucket, subject, started_at, ended_at,
                seconds)
            select id, key, id, 'individual', subject, begins, ends, 900 from {_AMONG}
    """,
}

_LAST = """
    select greatest(0, (select max(id) from hours_studyrecord), (select max(id) from hours_countedinterval))
"""

_CHECKS = "select conname from pg_constraint where conrelid = %s::regclass and contype in ('c', 'f')"

_INDEXES = """
    select c.conname, i.indexrelid::regclass::text,
            coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)),
            coalesce(c.contype, 'u') = 'u'
                and a.attname in ('member_key', 'record_id', 'corrects_id', 'settles_id')
        from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('u', 'x')
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = %s::regclass and not i.indisprimary
"""


def measure() -> list[Row]:
    """Last of all benches: what it leaves behind has no constraints any more."""
    rows = int(os.environ.get("LEDGER_ROWS") or ROWS)
    members = _write(rows)
    chosen = Random(4).sample(members, min(ROUNDS, len(members)))
    year = year_of(now())
    totals, _ = _measured(chosen, lambda member: studied([member], year))
    mine = StudyRecord.objects.filter
    page, objects = _measured(chosen, lambda member: records_of_year(mine(member=member), year))
    named = f"ledger of {rows:,} rows, a member's year"
    target = f"≤ {MOST:g} ms"
    return [
        Row("hours", f"{named}: totals", totals, "ms", target=target, met=totals <= MOST),
        Row("hours", f"{named}: its rows", page, "ms", target=target, met=page <= MOST),
        Row("hours", f"{named}: its rows as objects of Python", objects, "ms"),
    ]


def _write(rows: int) -> list[UUID]:
    with _straight() as straight:
        members = [key for (key,) in straight.execute(_MEMBERS, [max(1, rows // ROWS_EACH)]).fetchall()]
        (first,) = straight.execute(_LAST).fetchone() or (0,)
    at = now() - EVERY * ROWS_EACH
    # The tables name each other in foreign keys: they are freed of them one after the other.
    indexes = {table: _bare(table) for table in _ROWS}
    with ThreadPoolExecutor(len(_ROWS)) as pool:
        with step(f"Writing a ledger of {rows:,} rows"):
            list(pool.map(lambda table: _fill(table, members, first, at), _ROWS))
        with step("Making its indexes"):
            list(pool.map(lambda table: _index(table, indexes[table]), _ROWS))
    with _straight() as straight:
        sizes = "select pg_size_pretty(sum(pg_total_relation_size(t))) from unnest(%s::regclass[]) t"
        print(
            f"  The ledger takes {(straight.execute(sizes, [list(_ROWS)]).fetchone() or ['–'])[0]}",
            flush=True,
        )
    return members


@contextmanager
def _straight() -> Iterator[psycopg.Connection[Any]]:
    settings = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password")
    with psycopg.connect(
        **{name: settings[name] for name in names if name in settings}, autocommit=True
    ) as it:
        it.execute("set maintenance_work_mem = '1GB'")
        yield it


def _bare(table: str) -> list[tuple[str | None, str, str, bool]]:
    """Take checks, foreign keys and indexes from a table; return the indexes."""
    with _straight() as straight:
        for (constraint,) in straight.execute(_CHECKS, [table]).fetchall():
            straight.execute(f"alter table {table} drop constraint {constraint}")
        indexes = straight.execute(_INDEXES, [table]).fetchall()
        for constraint, index, _made, _read in indexes:
            dropped = (
                f"alter table {table} drop constraint {constraint}" if constraint else f"drop index {index}"
            )
            straight.execute(dropped)
    return indexes


def _fill(table: str, members: Sequence[UUID], first: int, at: datetime) -> None:
    with _straight() as straight:
        for number in range(ROWS_EACH):
            values = {"first": first + number * len(members), "at": at + EVERY * number, "members": members}
            straight.execute(_ROWS[table], values)


def _index(table: str, indexes: Sequence[tuple[str | None, str, str, bool]]) -> None:
    with _straight() as straight:
        for constraint, _index, made, read in indexes:
            if read:
                straight.execute(
                    f"alter table {table} add constraint {constraint} {made}" if constraint else made
                )
        straight.execute(f"vacuum (analyze) {table}")


class Stopwatch:
    """Milliseconds that PostgreSQL took, its rows received and not yet made into objects."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def __call__(self, execute: Callable[..., Any], *asked: Any) -> Any:
        begun = perf_counter()
        try:
            return execute(*asked)
        finally:
            self.waits.append((perf_counter() - begun) * 1000)


def _measured(members: Sequence[UUID], read: Callable[[UUID], list[Any]]) -> tuple[float, float]:
    """Of a hundred members 95 have their year within so many ms: from PostgreSQL, and as objects."""
    watch, whole = Stopwatch(), []
    for member in members:
        begun = perf_counter()
        with connection.execute_wrapper(watch):
            found = read(member)
        whole.append((perf_counter() - begun) * 1000)
        if not found:
            raise LookupError(f"Nothing was found of {member}.")
    half, longest = quantiles(watch.waits, n=2)[0], max(watch.waits)
    print(f"  {len(found)} rows: half within {half:.2f} ms, the longest {longest:.1f} ms", flush=True)
    return quantiles(watch.waits, n=20)[-1], quantiles(whole, n=20)[-1]
