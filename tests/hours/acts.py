"""What the tests of acts on the ledger share: records that await, what a member has, whether all agrees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.db import connection

from hours.ledger import Event, Piece, add
from hours.models import CountedInterval, StudyRecord
from people.models import Member, Organisation
from tests.cast import moment

TEN = moment("2026-03-10 10:00")
NOON = moment("2026-03-10 12:00")
LESSON = UUID(int=7)


def stretch(begin: int, end: int) -> Piece:
    """From so many minutes after ten to so many."""
    return TEN + timedelta(minutes=begin), TEN + timedelta(minutes=end)


def write(
    member: Member,
    *pieces: tuple[int, int],
    bucket: str = "individual",
    source: str = "offline",
    standing: str = "counted",
    key: str = "",
    at: datetime = NOON,
    recorded_in: Organisation | None = None,
    award: int = 0,
    evidence: dict | None = None,
) -> StudyRecord:
    """A record of stretches in minutes after ten."""
    spans = [stretch(begin, end) for begin, end in pieces]
    event = Event(
        member=member,
        bucket=bucket,
        source=source,
        key=key or f"{source}:{bucket}:{pieces}",
        started_at=min((begin for begin, _end in spans), default=TEN),
        ended_at=max((end for _begin, end in spans), default=TEN),
        pieces=spans,
        award=award,
        subject=LESSON if bucket == "individual" else None,
        standing=standing,
        recorded_in=recorded_in,
        evidence=evidence or {},
    )
    return add(event, at=at)


def awaiting(member: Member, *pieces: tuple[int, int], source: str = "offline", **fields) -> StudyRecord:
    return write(member, *pieces, source=source, standing="awaiting", **fields)


def minutes_of(member: Member) -> float:
    """All that is counted for the member, awards included."""
    rows = StudyRecord.objects.filter(member=member)
    return sum(row.seconds for row in rows) / 60


def held_by(member: Member) -> Sequence[tuple[int, int]]:
    """The counted stretches, in minutes after ten, those that touch as one."""
    found: list[tuple[int, int]] = []
    for row in CountedInterval.objects.filter(member=member).order_by("started_at"):
        begin, end = (int((when - TEN).total_seconds()) // 60 for when in (row.started_at, row.ended_at))
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


_DISAGREE = """
    with held as (select record_id, range_agg(tstzrange(started_at, ended_at)) spans
            from hours_countedinterval group by 1),
        said as (select record_id, spans from ledger_rebuilt where not isempty(spans))
    select count(*) from held full join said using (record_id) where held.spans is distinct from said.spans
"""


def assert_all_agrees(member: Member) -> None:
    """Rows, intervals and awards tell the same; nothing overlaps; what can be rebuilt is what is held."""
    rows = StudyRecord.objects.filter(member=member)
    intervals = CountedInterval.objects.filter(member=member)
    awards = sum(row.award for row in rows)
    assert sum(row.seconds for row in rows) == sum(piece.seconds for piece in intervals) + awards
    ends = [(piece.started_at, piece.ended_at) for piece in intervals.order_by("started_at")]
    assert all(first[1] <= then[0] for first, then in pairwise(ends))
    with connection.cursor() as cursor:
        cursor.execute(_DISAGREE)
        assert cursor.fetchone() == (0,)
