"""When somebody finds time to study: evenings and weekends, less in summer, and never twice at once."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from hours.totals import SHANGHAI

MONTHS = (0.9, 0.6, 1.0, 1.0, 1.0, 0.9, 0.45, 0.45, 0.9, 1.1, 1.2, 1.1)
"""How much study there is in each month, January first: little at Spring Festival and in the heat."""

WORKDAY = ((0.12, 6 * 60 + 40, 45), (0.13, 12 * 60 + 15, 40), (0.75, 19 * 60, 150))
WEEKEND = ((0.35, 8 * 60 + 30, 150), (0.30, 14 * 60, 150), (0.35, 19 * 60, 140))
"""Parts of a day: how likely, the first minute, and the minutes in which one begins."""

REST = timedelta(minutes=5)
"""Between two things that one does."""


def moment(day: date, minute: int, second: int = 0) -> datetime:
    """A time of day in Shanghai."""
    return datetime.combine(day, time(minute // 60, minute % 60, second), SHANGHAI)


def draw_day(rng: Random, first: date, last: date) -> date:
    """A day between the two, weekends twice as likely and months by their season."""
    while True:
        day = first + timedelta(days=rng.randint(0, (last - first).days))
        likely = MONTHS[day.month - 1] / max(MONTHS) * (1.0 if day.weekday() > 4 else 0.5)
        if rng.random() < likely:
            return day


def draw_moment(rng: Random, day: date) -> datetime:
    """A time on that day when somebody with work to do would sit down to read."""
    parts = WEEKEND if day.weekday() > 4 else WORKDAY
    ((_, first, minutes),) = rng.choices(parts, weights=[part[0] for part in parts])
    return moment(day, first + rng.randrange(minutes), rng.randrange(60))


@dataclass
class Diary:
    """What a member has done, each stretch once."""

    taken: list[tuple[datetime, datetime]] = field(default_factory=list)

    def is_free(self, begin: datetime, end: datetime) -> bool:
        return all(end + REST <= start or stop + REST <= begin for start, stop in self.taken)

    def take(self, begin: datetime, end: datetime) -> None:
        insort(self.taken, (begin, end))

    def draw_free(self, rng: Random, first: date, last: date, length: timedelta) -> datetime | None:
        """Find a free moment with so much time after it, and take it; None when there seems to be none."""
        for _ in range(50):
            begin = draw_moment(rng, draw_day(rng, first, last))
            if self.is_free(begin, begin + length):
                self.take(begin, begin + length)
                return begin
        return None
