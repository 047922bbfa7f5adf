"""The days of a year on which something was studied, for the calendar of a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from django.db import connection

from hours.totals import bounds


@dataclass(frozen=True)
class Day:
    """A day with what was counted on it, and what awaits confirmation, in seconds."""

    day: date
    seconds: int
    awaiting: int

    @property
    def minutes(self) -> int:
        return self.seconds // 60

    @property
    def awaiting_minutes(self) -> int:
        return self.awaiting // 60


@dataclass(frozen=True)
class Month:
    """A month with its days of study."""

    first: date
    days: list[Day]

    @property
    def minutes(self) -> int:
        return sum(day.seconds for day in self.days) // 60


_DAYS = """
    select (at at time zone 'Asia/Shanghai')::date, sum(seconds)::int, sum(awaiting)::int from (
        select started_at as at, seconds, 0 as awaiting from hours_countedinterval
            where member_key = %(member)s and started_at >= %(begin)s and started_at < %(end)s
        union all
        select started_at, award, 0 from hours_studyrecord
            where award <> 0 and member_key = %(member)s and started_at >= %(begin)s and started_at < %(end)s
        union all
        select r.started_at, 0, study_seconds(r.claimed) + coalesce((r.evidence->>'award')::int, 0)
            from hours_studyrecord r
            where r.standing = 'awaiting' and r.corrects_id is null and r.member_key = %(member)s
                and r.started_at >= %(begin)s and r.started_at < %(end)s
                and not exists (select from hours_studyrecord s where s.settles_id = r.id)
        union all
        select lower(pieces), study_seconds(pieces), 0 from hours_studyclock
            where member_key = %(member)s and subject is not null and not isempty(pieces)
                and lower(pieces) >= %(begin)s and lower(pieces) < %(end)s) studied
        group by 1 having sum(seconds) > 0 or sum(awaiting) > 0 order by 1
"""


def days_of_year(member: UUID, year: int) -> list[Day]:
    """The days of study in a year, in order; the open sitting and awards are in them. One query."""
    begin, end = bounds(year)
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"member": member, "begin": begin, "end": end})
        return [Day(*row) for row in cursor.fetchall()]


def calendar(days: list[Day]) -> list[Month]:
    """The months in which something was studied, the latest first, each with its days in order."""
    months = groupby(days, key=lambda found: found.day.replace(day=1))
    return [Month(first, list(found)) for first, found in months][::-1]
