"""
Is the ledger what its records say? Intervals and totals are built again from the records and compared.

Records are read in batches and members in slices, each by one statement, so that memory stays the same
however many rows there are. What is found names rows and opaque keys, nobody. All of it is one moment: study
goes on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

BATCH = 100_000
"""So many records are compared at a time."""

SLICES = 64
"""Members are gone through in so many slices of their keys."""

MOST_TOLD = 1000
"""So many findings are named; all are counted."""

Progress = Callable[[str, int, int], None]

_TAKES = """
    create temporary table ledger_takes on commit drop as
        select member_key, id, taken from hours_studyrecord
            where corrects_id is not null and not isempty(taken);
    create index on ledger_takes (member_key);
    analyze ledger_takes
"""

_ENDS = """
    select least((select min(id) from hours_studyrecord), (select min(record_id) from hours_countedinterval)),
        greatest((select max(id) from hours_studyrecord), (select max(record_id) from hours_countedinterval))
"""

_RECORDS = """
    with batch as (
        select r.id, r.member_key, r.bucket, r.source, r.subject, r.started_at, r.ended_at, r.standing,
                r.seconds, r.counted, r.taken, r.claimed, r.award, r.refused, r.corrects_id, r.settles_id,
                case when t.member_key is null or isempty(r.counted) then r.counted
                    else r.counted - coalesce((select range_agg(s) from ledger_takes g, unnest(g.taken) s
                        where g.member_key = r.member_key and g.id > r.id), '{}') end as due
            from hours_studyrecord r
                left join (select distinct member_key from ledger_takes) t on t.member_key = r.member_key
            where r.id > %(after)s and r.id <= %(upto)s),
    held as (
        select i.record_id, range_agg(tstzrange(i.started_at, i.ended_at)) as spans, count(*) as pieces,
                sum(i.seconds) as seconds, sum(extract(epoch from i.ended_at - i.started_at)) as lasted,
                bool_and(i.member_key = b.member_key and i.bucket = b.bucket
                    and i.subject is not distinct from b.subject) as same,
                bool_and(extract(year from i.started_at at time zone 'Asia/Shanghai') = extract(year
                    from (i.ended_at - interval '1 microsecond') at time zone 'Asia/Shanghai')) as year
            from hours_countedinterval i left join batch b on b.id = i.record_id
            where i.record_id > %(after)s and i.record_id <= %(upto)s group by i.record_id),
    compared as (
        select coalesce(b.id, h.record_id) as id, b.member_key, coalesce(h.pieces, 0) as pieces,
            coalesce(h.seconds, 0) as seconds, array_remove(array[
                case when b.id is null then 'its intervals belong to no record' end,
                case when coalesce(h.spans, '{}') is distinct from b.due
                    then 'its intervals are not its time' end,
                case when h.seconds <> h.lasted
                    then 'its intervals do not last their seconds' end,
                case when not h.same then 'its intervals are of another member, kind or subject' end,
                case when not h.year then 'an interval reaches over New Year' end,
                case when b.seconds
                    <> case when h.spans = b.counted then h.lasted else study_length(b.counted) end
                    - case when isempty(b.taken) then 0 else study_length(b.taken) end + b.award
                    then 'its seconds are not counted - taken + award' end,
                case when b.source in ('online', 'offline') and b.settles_id is null and b.seconds
                    + case when isempty(b.claimed) then 0 else study_length(b.claimed) end
                    + case when b.refused = '{}' then 0
                        else (select sum(value::int) from jsonb_each_text(b.refused)) end
                    <> extract(epoch from b.ended_at - b.started_at)
                    then 'counted, awaiting and refused seconds are not its length' end,
                case when not range_merge(b.counted + b.taken + b.claimed)
                    <@ tstzrange(b.started_at, b.ended_at) then 'its time lies outside the row' end,
                case when b.standing <> 'counted'
                    and not (isempty(b.counted) and isempty(b.taken) and b.award = 0)
                    then 'it counts without being confirmed' end,
                case when not isempty(b.taken) and b.corrects_id is null then 'it takes from no record' end,
                case when b.corrects_id is not null and not exists (select from hours_studyrecord o
                    where o.id = b.corrects_id and o.id < b.id and o.member_key = b.member_key)
                    then 'it corrects no earlier record of the member' end,
                case when b.settles_id is not null and not exists (select from hours_studyrecord o
                    where o.id = b.settles_id and o.id < b.id and o.member_key = b.member_key
                        and o.standing = 'awaiting')
                    then 'it settles nothing of the member that awaited confirmation' end
            ], null) as wrong
        from batch b full join held h on h.record_id = b.id)
    select null, null, null, count(*) filter (where member_key is not null), sum(pieces)::bigint,
            sum(seconds)::bigint, coalesce(sum(cardinality(wrong)), 0)::bigint from compared
    union all
    (select id, member_key, wrong, 0, 0, 0, 0 from compared where cardinality(wrong) > 0
        order by id limit %(told)s)
"""

_OVERLAPS = """
    select member_key, record_id, started_at from (
        select member_key, record_id, started_at,
                lag(started_at + make_interval(secs => seconds)) over w > started_at
                    or lag(ended_at) over w > started_at as meets
            from hours_countedinterval where member_key >= %(first)s and member_key <= %(last)s
            window w as (partition by member_key order by started_at)) i
        where meets limit %(told)s
"""

_YEARS = """
    with rows as (
        select member_key, extract(year from started_at at time zone 'Asia/Shanghai')::int as year,
                extract(year from ended_at at time zone 'Asia/Shanghai')::int as last,
                seconds - award as seconds, counted, taken
            from hours_studyrecord where seconds <> award),
    due as (
        select member_key, year, sum(seconds) as seconds from (
            select member_key, year, seconds from rows where year = last
            union all
            select member_key, extract(year from lower(p) at time zone 'Asia/Shanghai')::int,
                    extract(epoch from upper(p) - lower(p))::int
                from rows, unnest(ledger_split(counted)) p where year <> last
            union all
            select member_key, extract(year from lower(p) at time zone 'Asia/Shanghai')::int,
                    -extract(epoch from upper(p) - lower(p))::int
                from rows, unnest(ledger_split(taken)) p where year <> last) parts
            group by 1, 2),
    held as (
        select member_key, extract(year from started_at at time zone 'Asia/Shanghai')::int as year,
            sum(seconds) as seconds from hours_countedinterval group by 1, 2)
    select member_key, year, coalesce(d.seconds, 0)::bigint, coalesce(h.seconds, 0)::bigint
        from due d full join held h using (member_key, year)
        where coalesce(d.seconds, 0) <> coalesce(h.seconds, 0) order by 1, 2 limit %(told)s
"""

_CLOCKS = """
    select * from (select c.member_key, array_remove(array[
            case when not c.pieces <@ c.held then 'the open sitting is not held' end,
            case when c.sitting <> study_length(c.pieces)
                then 'the open sitting does not last its seconds' end,
            case when c.subject is null and not isempty(c.pieces) then 'time is open of no lesson' end,
            case when not isempty(c.pieces) and exists (select from hours_countedinterval i
                where i.member_key = c.member_key and i.started_at > lower(c.pieces) - interval '2 days'
                    and i.started_at < upper(c.pieces)
                    and tstzmultirange(tstzrange(i.started_at, i.ended_at)) && c.pieces)
                then 'the open sitting meets time of the ledger' end,
            case when not upper_inf(c.held) and exists (select from hours_countedinterval i
                where i.member_key = c.member_key and i.started_at > %(at)s - interval '4 days'
                    and not tstzrange(i.started_at, i.ended_at)
                        * tstzrange(%(at)s - interval '2 days', null) <@ c.held)
                then 'time of the last two days is not held' end
        ], null) as wrong
    from hours_studyclock c) clocks where cardinality(wrong) > 0 order by 1 limit %(told)s
"""

_NO_CLOCKS = """
    select m.key from people_member m
        where not exists (select from hours_studyclock c where c.member_key = m.key)
            and exists (select from hours_countedinterval i where i.member_key = m.key
                and i.started_at > %(at)s - interval '4 days' and i.ended_at > %(at)s - interval '2 days')
        order by 1 limit %(told)s
"""


@dataclass
class Verification:
    """What was compared, and what differs: a sentence each, up to a thousand."""

    records: int = 0
    intervals: int = 0
    seconds: int = 0
    clocks: int = 0
    differences: int = 0
    findings: list[str] = field(default_factory=list)

    def tell(self, where: str, what: str) -> None:
        self.differences += 1
        if len(self.findings) < MOST_TOLD:
            self.findings.append(f"{where}: {what}")


def verify_ledger(*, at: datetime, progress: Progress | None = None) -> Verification:
    """Compare the intervals and totals held with what the records say, as of one moment."""
    found = Verification()
    report = progress or (lambda _what, _done, _of: None)
    with _one_moment():
        _compare_records(found, report)
        _look_for_overlaps(found, report)
        _compare_years(found, report)
        _look_at_clocks(found, at, report)
    return found


@contextmanager
def _one_moment() -> Iterator[None]:
    """One snapshot for all statements; within another transaction, that one's."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            _rows("set transaction isolation level repeatable read")
            _rows("set local work_mem = '64MB'")
        yield
        _rows("drop table if exists ledger_takes")


def _compare_records(found: Verification, report: Progress) -> None:
    _rows(_TAKES)
    [(first, last)] = _rows(_ENDS)
    if last is None:
        return
    for after in range(first - 1, last, BATCH):
        report("records", after - first + 1, last - first + 1)
        totals, *wrong = _rows(_RECORDS, after=after, upto=after + BATCH, told=MOST_TOLD)
        found.records += totals[3]
        found.intervals += totals[4] or 0
        found.seconds += totals[5] or 0
        for pk, member, words, *_nothing in wrong:
            for what in words:
                found.tell(f"record {pk}, member {member}", what)
        found.differences += totals[6] - sum(len(row[2]) for row in wrong)
    report("records", last - first + 1, last - first + 1)


def _look_for_overlaps(found: Verification, report: Progress) -> None:
    step = 2**128 // SLICES
    for part in range(SLICES):
        report("members", part, SLICES)
        values = {"first": UUID(int=part * step), "last": UUID(int=(part + 1) * step - 1)}
        for member, record, began in _rows(_OVERLAPS, told=MOST_TOLD, **values):
            found.tell(
                f"record {record}, member {member}",
                f"its interval of {began:%Y-%m-%d %H:%M:%S} overlaps another",
            )
    report("members", SLICES, SLICES)


def _compare_years(found: Verification, report: Progress) -> None:
    report("years", 0, 1)
    for member, year, due, held in _rows(_YEARS, told=MOST_TOLD):
        found.tell(f"member {member}, {year}", f"the records count {due:,} seconds, the intervals {held:,}")
    report("years", 1, 1)


def _look_at_clocks(found: Verification, at: datetime, report: Progress) -> None:
    report("clocks", 0, 1)
    [(found.clocks,)] = _rows("select count(*) from hours_studyclock")
    for member, words in _rows(_CLOCKS, at=at, told=MOST_TOLD):
        for what in words:
            found.tell(f"member {member}", what)
    for (member,) in _rows(_NO_CLOCKS, at=at, told=MOST_TOLD):
        found.tell(f"member {member}", "time of the last two days is not held: there is no clock")
    report("clocks", 1, 1)


def _rows(sql: str, **values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []
