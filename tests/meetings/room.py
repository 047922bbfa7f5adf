"""A branch with people in it, and the ways tests hold meetings there."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from hours.models import StudyRecord
from meetings import closing, holding
from meetings.holding import Mark, Plan, Taken
from meetings.models import Attendance, Meeting
from people.models import Member, Organisation
from tests.cast import moment

TEN = moment("2026-03-10 10:00")
NOON = moment("2026-03-10 12:00")
"""When meetings of the tests begin, and when they are written down."""

State = Attendance.State


def after(minutes: int) -> datetime:
    """So many minutes after ten."""
    return TEN + timedelta(minutes=minutes)


def plan(kind: str = "theme_day", begin: int = 0, end: int = 90, **fields: object) -> Plan:
    return Plan(kind=kind, starts_at=after(begin), ends_at=after(end), **fields)


def opened(organisation: Organisation, by: Member, *args: object, at: datetime = NOON, **fields) -> Meeting:
    """A meeting of ninety minutes that began at ten."""
    return holding.open_meeting(organisation, plan(*args, **fields), by=by, at=at)


def said(member: Member, state: str = "present", arrived: int | None = None, key: UUID | None = None) -> Mark:
    return Mark(key or uuid4(), member.key, state, None if arrived is None else after(arrived))


def marked(meeting: Meeting, by: Member, *marks: Mark, at: datetime = NOON) -> Taken:
    return holding.mark(meeting, marks, by=by, at=at)


def closed(meeting: Meeting, by: Member, *marks: Mark, at: datetime = NOON, **times) -> Meeting:
    """The meeting with these marks, closed."""
    if marks:
        marked(meeting, by, *marks, at=at)
    return closing.close_meeting(meeting, by=by, at=at, **times)


def minutes_of(member: Member) -> float:
    return sum(StudyRecord.objects.filter(member=member).values_list("seconds", flat=True)) / 60


def state_of(meeting: Meeting, member: Member) -> str | None:
    row = meeting.attendances.filter(member=member).holding().first()
    return row.state if row else None


def everything() -> tuple[int, int, int]:
    """How many rows of attendance, records and open meetings there are: unchanged by what is refused."""
    return Attendance.objects.count(), StudyRecord.objects.count(), Meeting.objects.open().count()
