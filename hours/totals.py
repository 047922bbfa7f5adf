"""Totals of a year: intervals, open sitting and awards, by kind of study. Seconds until they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from hours.models import Bucket, Rule, as_hours
from people.models import Organisation

SHANGHAI = ZoneInfo("Asia/Shanghai")


def year_of(moment: datetime) -> int:
    """The calendar year in Shanghai."""
    return moment.astimezone(SHANGHAI).year


def bounds(year: int) -> tuple[datetime, datetime]:
    """The first moment of the year in Shanghai, and of the next."""
    begin, end = (datetime(y, 1, 1, tzinfo=SHANGHAI) for y in (year, year + 1))
    return begin.astimezone(UTC), end.astimezone(UTC)


def reckoned_on(year: int, *, on: date) -> date:
    """The day by whose rules a year is reckoned: today, and for a year that has ended its last day."""
    return min(on, date(year, 12, 31))


@dataclass(frozen=True)
class YearRules:
    """The rules by which a year's seconds become study hours, as they stand on one day."""

    minutes_per_hour: Decimal
    member_hours: Decimal
    office_hours: Decimal
    caps: dict[str, Decimal]
    rules: dict[str, Rule] = field(default_factory=dict, compare=False)

    @property
    def who_leads(self) -> Rule | None:
        """Whether the host or the home branch leads for a mobile member, with its source."""
        return self.rules.get(Rule.Name.HOST_LEADS)

    def cap_seconds(self, bucket: str) -> int:
        """Up to so many seconds a year a kind of study counts towards the requirement."""
        return int(self.caps[bucket] * self.minutes_per_hour * 60)

    def required(self, *, leads: bool) -> Decimal:
        return self.office_hours if leads else self.member_hours


def rules_on(day: date) -> YearRules:
    """Read the rules in force on that day. One query."""
    rules = Rule.objects.in_force(day)
    return YearRules(
        minutes_per_hour=rules[Rule.Name.MINUTES_PER_STUDY_HOUR].value,
        member_hours=rules[Rule.Name.YEARLY_HOURS_MEMBER].value,
        office_hours=rules[Rule.Name.YEARLY_HOURS_OFFICE].value,
        caps={
            Bucket.CONCENTRATED: rules[Rule.Name.CONCENTRATED_CAP_HOURS].value,
            Bucket.COLLECTIVE: rules[Rule.Name.COLLECTIVE_CAP_HOURS].value,
            Bucket.INDIVIDUAL: rules[Rule.Name.INDIVIDUAL_CAP_HOURS].value,
        },
        rules=rules,
    )


@dataclass
class YearTotal:
    """One member's counted seconds of a year, by kind of study."""

    seconds: dict[str, int] = field(default_factory=dict)

    def add(self, bucket: str, seconds: int) -> None:
        self.seconds[bucket] = self.seconds.get(bucket, 0) + seconds

    @property
    def counted(self) -> int:
        return sum(self.seconds.values())

    def towards_requirement(self, rules: YearRules) -> int:
        """Seconds that count towards the year's requirement: each kind of study up to its cap."""
        return sum(min(seconds, rules.cap_seconds(bucket)) for bucket, seconds in self.seconds.items())

    def hours(self, rules: YearRules) -> Decimal:
        """Study hours towards the requirement, rounded down to the half, once."""
        return as_hours(self.towards_requirement(rules), minutes_per_hour=rules.minutes_per_hour)


class Studied(NamedTuple):
    """What one member studied of one subject in a year, of one kind."""

    member: UUID
    bucket: str
    subject: UUID | None
    seconds: int
    last_at: datetime


# An interval counts exactly its length, so that its end need not be read: the index has all of it.
_STUDIED = """
    select member_key, bucket, subject, sum(seconds)::int, max(started_at + seconds * interval '1 second')
        from hours_countedinterval
        where member_key = any(%(members)s) and started_at >= %(begin)s and started_at < %(end)s
        group by member_key, bucket, subject
    union all
    select member_key, bucket, subject, sum(award)::int, max(ended_at)
        from hours_studyrecord
        where award <> 0 and member_key = any(%(members)s)
            and started_at >= %(begin)s and started_at < %(end)s
        group by member_key, bucket, subject
    union all
    select member_key, 'individual', subject,
            study_seconds(pieces * tstzrange(%(begin)s, %(end)s)::tstzmultirange), last_at
        from hours_studyclock
        where subject is not null and member_key = any(%(members)s)
"""

_RECORDED_HERE = """
    union all
    select i.member_key, i.bucket, i.subject, sum(i.seconds)::int, max(i.ended_at)
        from hours_countedinterval i
            join hours_studyrecord r on r.id = i.record_id
            join people_organisation o on o.id = r.recorded_in_id
        where i.member_key = any(%(guests)s) and i.started_at >= %(begin)s and i.started_at < %(end)s
            and o.path like any(%(here)s)
        group by i.member_key, i.bucket, i.subject
    union all
    select r.member_key, r.bucket, r.subject, sum(r.award)::int, max(r.ended_at)
        from hours_studyrecord r join people_organisation o on o.id = r.recorded_in_id
        where r.award <> 0 and r.member_key = any(%(guests)s)
            and r.started_at >= %(begin)s and r.started_at < %(end)s and o.path like any(%(here)s)
        group by r.member_key, r.bucket, r.subject
"""


def studied(
    members: Iterable[UUID],
    year: int,
    *,
    guests: Iterable[UUID] = (),
    recorded_in: Iterable[Organisation] = (),
) -> list[Studied]:
    """
    Return what these members studied in the year, open sittings included. One query, however many.

    Of `guests` only what was recorded in `recorded_in` or below. Their open sitting stands nowhere yet: it
    is written when it ends, by the branch that leads.
    """
    begin, end = bounds(year)
    values = {"members": list(members), "begin": begin, "end": end, "guests": list(guests)}
    sql = _STUDIED
    if values["guests"]:
        sql += _RECORDED_HERE
        values["here"] = [f"{place.path}%" for place in recorded_in]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Studied(*row) for row in cursor.fetchall()]


def year_totals(rows: Iterable[Studied]) -> dict[UUID, YearTotal]:
    """Add up by member. A member who has not studied is not in it."""
    totals: dict[UUID, YearTotal] = {}
    for row in rows:
        totals.setdefault(row.member, YearTotal()).add(row.bucket, row.seconds)
    return totals


def seconds_by_subject(rows: Iterable[Studied]) -> dict[tuple[UUID, UUID], int]:
    """Add up by (member, subject)."""
    found: dict[tuple[UUID, UUID], int] = {}
    for row in rows:
        if row.subject is not None:
            found[row.member, row.subject] = found.get((row.member, row.subject), 0) + row.seconds
    return found
