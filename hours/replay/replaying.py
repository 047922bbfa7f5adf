"""Replaying a learner trace through the page's clock and the server, and comparing with the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from hours.replay.browser import Browser
from hours.replay.server import Server
from hours.replay.traces import Trace


@dataclass(frozen=True)
class Outcome:
    """What a trace came to."""

    trace: Trace
    by_year: dict[int, int]
    refused: dict[str, int]

    @property
    def counted_seconds(self) -> int:
        return sum(self.by_year.values())

    @property
    def is_right(self) -> bool:
        return self.trace.is_right(self.counted_seconds)

    def as_told(self) -> dict[str, Any]:
        """What is printed of it."""
        return {
            "name": self.trace.name,
            "truth_seconds": self.trace.truth_seconds,
            "counted_seconds": self.counted_seconds,
            "error": round(self.counted_seconds - self.trace.truth_seconds, 3),
            "by_year": {str(year): seconds for year, seconds in self.by_year.items()},
            "refused": self.refused,
        }


def replay(trace: Trace, browser: Browser, *, monotonic_sleeps: bool = True) -> Outcome:
    """
    Play a trace and return what it came to. Whatever it wrote is taken back.

    :raises BrowserFailed: when the page's module fails.
    """
    with transaction.atomic():
        server = Server(trace)
        browser.play(trace, server, monotonic_sleeps=monotonic_sleeps)
        server.settle()
        outcome = Outcome(trace, server.by_year(), server.refused())
        transaction.set_rollback(True)
    return outcome
