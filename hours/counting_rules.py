"""The rules by which the clock counts, as they stand at a moment. Read again each minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.utils.timezone import localdate

from hours.clock import Pace
from hours.models import Standing
from hours.rules import Rule
from hours.slots import ReadingTimes


@dataclass(frozen=True)
class CountingRules:
    """Factors are numbers, lengths whole seconds."""

    fair_pace: float
    large_print: float
    pace_slowest: float
    pace_fastest: float
    lesson_factor: float
    day_seconds: int
    offline_standing: str

    def readers_factor(self, *, large_print: bool, pace: int) -> float:
        """How much longer than the calm reader this one takes: large print, and a pace of their own."""
        own = min(max(pace / 100, self.pace_slowest), self.pace_fastest)
        return (self.large_print if large_print else 1) / own

    @lru_cache(maxsize=4096)  # noqa: B019  # the rules of a few minutes live at a time
    def pace(self, times: ReadingTimes, *, large_print: bool, pace: int) -> Pace:
        factor = self.fair_pace * self.readers_factor(large_print=large_print, pace=pace)
        return Pace(times.screens, times.media, factor)

    @lru_cache(maxsize=4096)  # noqa: B019
    def most(self, times: ReadingTimes, *, large_print: bool, pace: int) -> int:
        """The seconds that a lesson can earn this reader in a year. Media take no longer for anybody."""
        reading = sum(times.screens) * self.readers_factor(large_print=large_print, pace=pace)
        return round((reading + times.media) * self.lesson_factor)


def counting_rules(at: datetime) -> CountingRules:
    """The rules of that moment: one query a minute."""
    return _read(at.replace(second=0, microsecond=0))


def rules_of_day(day: date, *, at: datetime) -> CountingRules:
    """The rules of the day on which something happened that is told later, at `at`."""
    return _read(at.replace(second=0, microsecond=0), day)


@lru_cache(maxsize=64)
def _read(minute: datetime, day: date | None = None) -> CountingRules:
    rules = {name: rule.value for name, rule in Rule.objects.in_force(day or localdate(minute)).items()}
    name = Rule.Name
    return CountingRules(
        fair_pace=float(rules[name.FAIR_PACE]),
        large_print=float(rules[name.LARGE_PRINT]),
        pace_slowest=float(rules[name.PACE_SLOWEST]),
        pace_fastest=float(rules[name.PACE_FASTEST]),
        lesson_factor=float(rules[name.LESSON_FACTOR]),
        day_seconds=int(rules[name.INDIVIDUAL_DAY_HOURS] * rules[name.MINUTES_PER_STUDY_HOUR] * 60),
        offline_standing=Standing.COUNTED if rules[name.OFFLINE_COUNTS] else Standing.AWAITING,
    )
