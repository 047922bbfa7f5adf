"""
A member's own reading pace: learned from finished lessons within the bounds of rules, shown to the member.

It only ever gives time: silence is counted longer for who reads slowly. It measures nobody and is shown to
nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from hours.counting_rules import counting_rules
from hours.models import StudyClock
from hours.prepared import fetch_all
from hours.slots import reading_times
from hours.tokens import StudyToken
from hours.totals import bounds, year_of
from people.models import Member

WEIGHT = 4
"""A finished lesson moves the pace by a quarter of the difference."""

LEAST_SECONDS = 60
"""A lesson that takes less to read says nothing about anybody's pace."""


_PACE = "select pace from hours_studyclock where member_key = %s"


def pace_of(member: UUID) -> int:
    """The pace in hundredths of the calm reader's. One query."""
    rows = fetch_all(_PACE, [member])
    return rows[0][0] if rows else 100


@dataclass(frozen=True)
class OwnPace:
    """A member's own pace, for the member alone: in hundredths of the calm reader's."""

    pace: int = 100
    lessons: int = 0

    @property
    def seconds(self) -> int:
        """How long this member takes for what a calm reader reads in a minute."""
        return round(6000 / self.pace)


def own_pace(member: Member) -> OwnPace:
    """What the clock has learned of this member. One query."""
    found = StudyClock.objects.filter(pk=member.key).values_list("pace", "pace_lessons").first()
    return OwnPace(*found) if found else OwnPace()


def learned(pace: int, expected: float, taken: int, *, slowest: float, fastest: float) -> int:
    """
    Return the pace after a lesson that takes a calm reader `expected` seconds and this one took `taken`.

    >>> learned(100, 600, 1200, slowest=0.4, fastest=1)
    88
    """
    seen = min(max(expected / taken, slowest), fastest) * 100
    return round(min(max(pace + (seen - pace) / WEIGHT, slowest * 100), fastest * 100))


_LEARN = """
    update hours_studyclock set pace = %(pace)s, pace_lessons = pace_lessons + 1 where member_key = %(member)s
"""

_TAKEN = """
    select pace, (select coalesce(sum(seconds), 0) from hours_countedinterval
            where member_key = %(member)s and subject = %(subject)s
                and started_at >= %(begin)s and started_at < %(end)s)
        + case when subject = %(subject)s then sitting else 0 end
        from hours_studyclock where member_key = %(member)s for update
"""


def learn(token: StudyToken, *, at: datetime) -> None:
    """
    Learn from a lesson that the member has just finished. In a transaction.

    Large print and media are taken out: what is learned is how long reading takes this member by itself.
    """
    times = reading_times(token.edition)
    rules = counting_rules(at)
    expected = sum(times.screens) * (rules.large_print if token.large_print else 1)
    begin, end = bounds(year_of(at))
    values = {"member": token.member, "subject": token.subject, "begin": begin, "end": end}
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, values)
        row = cursor.fetchone()
        if row is None or expected < LEAST_SECONDS:
            return
        pace, seconds = row
        taken = max(1, int(seconds) - int(times.media))
        new = learned(pace, expected, taken, slowest=rules.pace_slowest, fastest=rules.pace_fastest)
        cursor.execute(_LEARN, {"member": token.member, "pace": new})
