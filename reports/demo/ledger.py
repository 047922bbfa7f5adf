"""Many study records at once into the ledger, each with its counted intervals, by COPY."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from hours.models import Standing
from hours.ranges import spans_of

HELD_FOR = timedelta(days=3)
"""A day longer than a clock holds what is counted."""


class Piece(NamedTuple):
    """A counted stretch without a gap."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> int:
        return int((self.end - self.begin).total_seconds())


@dataclass(frozen=True)
class Entry:
    """
    One row of the ledger to be. Its seconds are those of its pieces, no more and no less.

    `claimed` are those of a row that awaits confirmation; `counters` the device's reports: first, and beyond.
    """

    member: UUID
    bucket: str
    source: str
    key: str
    pieces: Sequence[Piece]
    received_at: datetime
    started_at: datetime
    ended_at: datetime
    home: int | None = None
    recorded_in: int | None = None
    recorded_by: int | None = None
    subject: UUID | None = None
    edition: int | None = None
    rule: int | None = None
    opened_at: datetime | None = None
    standing: str = Standing.COUNTED
    claimed: Sequence[Piece] = ()
    counters: tuple[int, int] | None = None
    refused: dict[str, int] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        return sum(piece.seconds for piece in self.pieces)


_RECORD_COLUMNS = (
    "id, member_key, home_id, recorded_in_id, recorded_by_id, bucket, source, key, subject, edition,"
    " started_at, ended_at, seconds, counted, refused, evidence, rule_id, reason, received_at,"
    " opened_at, standing, taken, claimed, award, counters"
)
_INTERVAL_COLUMNS = "member_key, record_id, bucket, subject, started_at, ended_at, seconds"


def write_entries(entries: Sequence[Entry]) -> tuple[int, int]:
    """Add the entries to the ledger; return how many records and intervals that made."""
    ids = draw_ids("hours_studyrecord", len(entries))
    copy_rows("hours_studyrecord", _RECORD_COLUMNS, map(_record_row, ids, entries))
    pieces = copy_rows(
        "hours_countedinterval",
        _INTERVAL_COLUMNS,
        (
            (e.member, pk, e.bucket, e.subject, piece.begin, piece.end, piece.seconds)
            for pk, e in zip(ids, entries, strict=True)
            for piece in e.pieces
        ),
    )
    _hold(entries)
    return len(entries), pieces


_HOLD = """
    insert into hours_studyclock (member_key, pace, pace_lessons, held)
        select member, 100, 0, range_agg(tstzrange(begins, ends))
            from unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[]) piece(member, begins, ends)
            group by member order by member
        on conflict (member_key) do update set held = hours_studyclock.held + excluded.held
"""


def _hold(entries: Sequence[Entry]) -> None:
    """The clocks hold what counts of the last two days, so that no page can count it again."""
    last = max((entry.received_at for entry in entries), default=None)
    if last is None:
        return
    pieces = [(e.member, p.begin, p.end) for e in entries for p in e.pieces if p.end > last - HELD_FOR]
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [[piece[n] for piece in pieces] for n in range(3)])


def _record_row(pk: int, entry: Entry) -> tuple:
    return (
        pk,
        entry.member,
        entry.home,
        entry.recorded_in,
        entry.recorded_by,
        entry.bucket,
        entry.source,
        entry.key,
        entry.subject,
        entry.edition,
        entry.started_at,
        entry.ended_at,
        entry.seconds,
        spans_of(entry.pieces),
        json.dumps(entry.refused),
        json.dumps(entry.evidence),
        entry.rule,
        "",
        entry.received_at,
        entry.opened_at,
        entry.standing,
        "{}",
        spans_of(entry.claimed),
        0,
        f"{{[{entry.counters[0]},{entry.counters[1]})}}" if entry.counters else "{}",
    )


def draw_ids(table: str, count: int) -> list[int]:
    """Take `count` numbers from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)", [table, count]
        )
        return [pk for (pk,) in cursor.fetchall()]


def copy_rows(table: str, columns: str, rows: Iterable[Sequence[object]]) -> int:
    """Write `rows` into a table as they come; return how many."""
    written = 0
    connection.ensure_connection()
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"copy {table} ({columns}) from stdin") as copy,
    ):
        for row in rows:
            copy.write_row(row)
            written += 1
    return written
