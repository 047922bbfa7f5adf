"""What a visitor reports of a visit or a call, and the words with which a report is not taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from outreach.visiting import LONGEST_MINUTES, Visit, VisitMember
from people.leading import Refusal
from quizzes.on_paper import Noted

OLDEST = timedelta(days=60)
"""A visit is reported within so many days: a device that lay switched off for long is not refused."""

MOST_MEMBERS = 12
"""Members at one kitchen table at most; more than that is a meeting."""


class NotRecorded(Refusal):
    """A report that is not taken. Nothing was written, and the form keeps what was typed."""


class InTheFuture(NotRecorded):
    words = _("This time has not come yet. Please check the day, the time and the minutes.")


class TooLong(NotRecorded):
    words = _(
        "A visit takes six hours at most. Please check the minutes; two visits are recorded one by one."
    )


class TooShort(NotRecorded):
    words = _("Please say how many minutes it took.")


class TooLongAgo(NotRecorded):
    words = _("This was more than 60 days ago. Please ask the secretary to correct the record instead.")


class NobodyVisited(NotRecorded):
    words = _("Please say who was visited.")


class TooMany(NotRecorded):
    words = _("Twelve members at most are one visit. Please record the others as a visit of their own.")


class NoVisitor(NotRecorded):
    words = _("Please say who came: a visitor of the branch, or one of its leaders.")


class VisitedThemself(NotRecorded):
    words = _("Nobody visits themself. Please let somebody else record this visit.")


class NotReadTogether(NotRecorded):
    words = _("One of these lessons can no longer be read here. Please take it away from the list.")


class NotTheirReport(NotRecorded):
    words = _("This report has been recorded by somebody else already. Please begin a new one.")


class NoLongerAMember(NotRecorded):
    words = _(
        "One of these members has no record here any more. Please take them away, and tell the secretary."
    )


class NotPaired(NotRecorded):
    """Names the member, so that the visitor knows of whom the form speaks."""

    def __init__(self, name: str) -> None:
        self.words = _("You were not paired with %(name)s on that day. Please ask the secretary.") % {
            "name": name
        }


class BeforeThePairing(NotRecorded):
    def __init__(self, name: str) -> None:
        self.words = _("On that day you were not paired with %(name)s yet. Please check the day.") % {
            "name": name
        }


@dataclass(frozen=True)
class Spoken:
    """A quiz asked aloud: what was drawn beforehand, the key of the attempt, what was noted by position."""

    member: UUID
    key: UUID
    drawn: Mapping[str, Any]
    chosen: Noted


@dataclass(frozen=True)
class Visited:
    """One member of the report: how they confirmed it, and what they said."""

    member: UUID
    confirmed: str = VisitMember.Confirmed.NONE
    companion: str = ""
    wishes: str = ""
    questions: Sequence[str] = ()


@dataclass(frozen=True)
class Report:
    """A visit or call as it was typed in. `key` is made on the device; `visitors` are who came."""

    key: UUID
    started_at: datetime
    minutes: int
    members: Sequence[Visited]
    visitors: Sequence[UUID] = ()
    way: str = Visit.Way.VISIT
    outcome: str = Visit.Outcome.HELD
    place: str = ""
    lessons: Sequence[UUID] = ()
    spoken: Spoken | None = None
    device_at: datetime | None = None
    counter: int = 0

    @property
    def was_held(self) -> bool:
        return self.outcome == Visit.Outcome.HELD

    @property
    def earns_time(self) -> bool:
        return self.was_held and self.way == Visit.Way.VISIT

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(minutes=self.minutes if self.was_held else 0)

    def check_time(self, *, at: datetime) -> None:
        """:raises InTheFuture, TooLong, TooShort, TooLongAgo: when it cannot have been so."""
        if self.was_held and self.minutes > LONGEST_MINUTES:
            raise TooLong
        if self.was_held and self.minutes < 1:
            raise TooShort
        if self.started_at > at or self.ended_at > at:
            raise InTheFuture
        if self.started_at < at - OLDEST:
            raise TooLongAgo
