"""Rows of the ledger for tests that read it, written without the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.timezone import localdate

from hours.models import CountedInterval, Rule, StudyRecord
from hours.ranges import spans_of
from people.models import Member
from tests.cast import SHANGHAI


def this_year(minute: int = 0) -> datetime:
    """So many minutes after New Year in Shanghai: in the year that pages show, whenever tests run."""
    return datetime(localdate().year, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minute)


def add_record(
    member: Member,
    subject: UUID | None = None,
    *,
    at: datetime,
    seconds: int = 60,
    bucket: str = "individual",
    source: str = "online",
    **fields: object,
) -> StudyRecord:
    """A record of one counted stretch, with its interval. Its home is the member's branch on that day."""
    ended = at + timedelta(seconds=seconds)
    home = member.home(localdate(at))
    shared = {"member": member, "bucket": bucket, "subject": subject, "started_at": at, "ended_at": ended}
    record = StudyRecord.objects.create(
        **shared
        | {
            "source": source,
            "key": f"{member.key}:{at.timestamp():.0f}",
            "home": home.branch if home else None,
            "seconds": seconds,
            "counted": spans_of([(at, ended)] if seconds else []),
            "received_at": ended,
            "rule": Rule.objects.at("fair_pace", localdate(at)),
            "evidence": {"screens": 3, "spans": 1},
        }
        | fields
    )
    if seconds:
        CountedInterval.objects.create(record=record, seconds=seconds, **shared)
    return record
