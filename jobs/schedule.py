"""What runs by the clock: rooms register functions, the `scheduler` command runs them when they are due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

Work = Callable[[datetime], object]

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = time(3, 10)
"""When nightly jobs become due, Asia/Shanghai."""


@dataclass(frozen=True)
class Job:
    """A named function that is given the time at which it runs."""

    name: str
    work: Work
    nightly: bool

    def is_due(self, *, at: datetime, last: datetime | None) -> bool:
        """True when the job should run at `at`, having last begun at `last`. A missed night is made up."""
        if last is None:
            return True
        if not self.nightly:
            return at - last >= timedelta(seconds=55)
        local = at.astimezone(SHANGHAI)
        night = datetime.combine(local.date(), NIGHT, SHANGHAI)
        if night > local:
            night -= timedelta(days=1)
        return last < night


JOBS: dict[str, Job] = {}


def every_minute(name: str) -> Callable[[Work], Work]:
    """Register a function to run once a minute."""
    return _register(name, nightly=False)


def nightly(name: str) -> Callable[[Work], Work]:
    """Register a function to run once a night, at 3:10 in Shanghai."""
    return _register(name, nightly=True)


def _register(name: str, *, nightly: bool) -> Callable[[Work], Work]:
    def keep(work: Work) -> Work:
        JOBS[name] = Job(name, work, nightly)
        return work

    return keep
