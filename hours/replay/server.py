"""The server as a trace meets it: the real function and the real database, at simulated moments."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from hours.api import answer_to
from hours.clock import Refusal
from hours.counting_rules import counting_rules
from hours.replay.traces import Trace
from hours.sittings import SILENCE_ENDS_A_SITTING
from hours.slots import ReadingTimes
from hours.tokens import StudyToken
from people.models import Member

_CLOSE = """
    select study_close(k, %(at)s) from hours_studyclock k
        where member_key = %(member)s and subject is not null and last_at < %(before)s
"""

_KEEP = """
    select study_keep(study_closed(k), %(at)s) from hours_studyclock k
        where member_key = %(member)s and subject is not null and last_at < %(before)s
"""

_BY_YEAR = """
    select extract(year from moment at time zone 'Asia/Shanghai')::int, sum(seconds)::int from (
        select started_at, seconds from hours_countedinterval where member_key = %(member)s
        union all select started_at, award from hours_studyrecord where member_key = %(member)s
    ) earned(moment, seconds) group by 1 having sum(seconds) <> 0 order by 1
"""

_REFUSED = """
    select why, sum(r.lost::int)::int from hours_studyrecord, jsonb_each_text(refused) r(why, lost)
        where member_key = %(member)s group by 1
"""

_TOLD = frozenset({Refusal.CLAIMED, Refusal.FUTURE, Refusal.OUTSIDE, Refusal.ELSEWHERE})
"""Reasons that pages are told: such seconds never were, or stand in a row of the ledger already."""


class Server:
    """Takes what the devices of a trace send, for a member made for its sake alone. In a transaction."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.member = Member.objects.create(number=f"trace-{uuid.uuid4().hex[:14]}", name="trace")
        self.lessons = {key: number for number, key in enumerate(trace.lessons, start=1)}
        self.times = {number: trace.lessons[key].times for key, number in self.lessons.items()}
        self.last_at: datetime | None = None
        self.told: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self._seen: set[str] = set()

    def moment(self, seconds: float) -> datetime:
        """The true moment so many seconds after the start of the trace."""
        return (self.trace.starts + timedelta(seconds=seconds)).astimezone(UTC)

    def page(self, lesson: str, seconds: float) -> dict[str, Any]:
        """What a page of that lesson carries when it is made at that moment."""
        at = self.moment(seconds)
        edition = self.lessons[lesson]
        token = StudyToken(
            member=self.member.key,
            subject=uuid.uuid5(self.member.key, lesson),
            edition=edition,
            issued_at=at,
            large_print=self.trace.large_print,
            pace=min(round(self.trace.pace * 100), 255),
        )
        pace = counting_rules(at).pace(self.times[edition], large_print=token.large_print, pace=token.pace)
        return {
            "token": token.sign(),
            "screens": list(pace.screens),
            "media": pace.media,
            "factor": pace.factor,
        }

    def answer(self, body: str, seconds: float) -> tuple[int, dict[str, Any]]:
        """What the server says to a body that it receives at that moment."""
        at = self.moment(seconds)
        if self.last_at is not None and at - self.last_at > SILENCE_ENDS_A_SITTING:
            self._close(self.last_at + SILENCE_ENDS_A_SITTING + timedelta(minutes=1))
        self.last_at = at
        status, answer = answer_to(body.encode(), at=at, times=self._reading_times)
        self.statuses[status] += 1
        if status == 200 and body not in self._seen:
            self._seen.add(body)
            for why in _TOLD & answer["refused"].keys():
                self.told[str(why)] += answer["refused"][why]
        return status, answer

    def _reading_times(self, edition: int) -> ReadingTimes:
        return self.times[edition]

    def _close(self, at: datetime) -> None:
        """What the task of each minute does, for this member alone: others' sittings go on."""
        values = {"member": self.member.key, "at": at, "before": at - SILENCE_ENDS_A_SITTING}
        with connection.cursor() as cursor:
            cursor.execute(_CLOSE, values)
            cursor.execute(_KEEP, values)

    def settle(self) -> None:
        """End what is open."""
        if self.last_at is not None:
            self._close(self.last_at + timedelta(days=1))

    def by_year(self) -> dict[int, int]:
        """Counted seconds by year in Shanghai."""
        with connection.cursor() as cursor:
            cursor.execute(_BY_YEAR, {"member": self.member.key})
            return dict(cursor.fetchall())

    def refused(self) -> dict[str, int]:
        """Seconds that were not counted, by reason: as the rows say, and what only pages were told."""
        with connection.cursor() as cursor:
            cursor.execute(_REFUSED, {"member": self.member.key})
            return dict(sorted((Counter(dict(cursor.fetchall())) | self.told).items()))
