"""Lesson pages for tests of the clock: what they report, in seconds since they were opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from hours.beats import PageReport
from hours.clock import Beat, Sign
from hours.models import CountedInterval, StudyRecord
from hours.sittings import BeatAnswer, take_reports
from hours.slots import ReadingTimes
from hours.tokens import StudyToken
from people.models import Member
from tests.cast import moment

LESSON = UUID(int=7)
TEN = moment("2026-03-10 10:00")


def long_lesson(_edition: int) -> ReadingTimes:
    """A thousand screens of a minute each: no limit of the lesson is met in a test."""
    return ReadingTimes((60.0,) * 1000, 0)


def short_lesson(_edition: int) -> ReadingTimes:
    """One screen of a minute: with the factor of 1.5 it earns 90 seconds in a year."""
    return ReadingTimes((60.0,), 0)


@dataclass(frozen=True)
class Page:
    """A lesson page that a member opened at a moment."""

    member: Member
    subject: UUID = LESSON
    opened: datetime = TEN
    edition: int = 1
    large: bool = False

    @property
    def token(self) -> StudyToken:
        return StudyToken(self.member.key, self.subject, self.edition, self.opened, self.large)

    def another(self, **changes: object) -> Page:
        return replace(self, **changes)  # type: ignore[arg-type]

    def report(self, *beats: Beat, clock: float | None = None) -> PageReport:
        return PageReport(self.token, list(beats), None if clock is None else round(clock * 10))

    def send(self, *beats: Beat, at: float, clock: float | None = None, lesson=long_lesson) -> BeatAnswer:
        """Report so many seconds after the opening."""
        return take_reports(
            [self.report(*beats, clock=clock)], at=self.opened + timedelta(seconds=at), times=lesson
        )

    def read(self, begin: float, end: float, *, lesson=long_lesson, counter: int | None = None) -> BeatAnswer:
        """Be there all the time from `begin` to `end`, and report it then."""
        return self.send(*there(begin, end, counter=counter), at=end, lesson=lesson)


def beat(counter: int, begin: float, length: float, signs: Sequence[tuple[float, str]] | None = None) -> Beat:
    """A beat with signs at seconds since the opening; without any: somebody is there as it begins."""
    if signs is None:
        signs = [(begin, "p")]
    told = tuple(Sign(round(at * 10), kind) for at, kind in signs)
    return Beat(counter, round(begin * 10), round(length * 10), told)


def there(begin: float, end: float, *, counter: int | None = None) -> list[Beat]:
    """Beats of half a minute, with somebody there in each."""
    number = int(begin // 30) if counter is None else counter
    beats = []
    while begin < end:
        beats.append(beat(number, begin, min(30, end - begin)))
        begin, number = begin + 30, number + 1
    return beats


def rows(member: Member) -> list[StudyRecord]:
    return list(StudyRecord.objects.filter(member=member.key).order_by("pk"))


def stretches(member: Member, since: datetime = TEN) -> list[tuple[int, int]]:
    """The counted intervals of the ledger, in seconds from a moment."""
    held = CountedInterval.objects.filter(member=member.key).order_by("started_at")
    return [
        (int((row.started_at - since).total_seconds()), int((row.ended_at - since).total_seconds()))
        for row in held
    ]


def adds_up(record: StudyRecord) -> bool:
    """Counted, awaiting and refused seconds are the row's length."""
    claimed = sum((span.upper - span.lower).total_seconds() for span in record.claimed)
    length = (record.ended_at - record.started_at).total_seconds()
    return record.seconds + claimed + sum(record.refused.values()) == length
