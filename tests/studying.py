"""Study through the clock, as a page reports it: somebody is there, every twenty seconds."""

from __future__ import annotations

from datetime import timedelta

from hours.beats import PageReport
from hours.clock import Beat, Kind, Sign
from hours.sittings import BeatAnswer, take_reports
from hours.tokens import StudyToken

BEAT = 300
"""Tenths of a second: a page reports each half minute."""


def study(token: StudyToken, seconds: int, *, after: int = 0) -> BeatAnswer:
    """Be there for so many seconds, so many after the page was opened; return the last answer."""
    answer = BeatAnswer()
    for counter in range(-(-seconds * 10 // BEAT)):
        start = after * 10 + counter * BEAT
        length = min(BEAT, seconds * 10 - counter * BEAT)
        signs = tuple(Sign(start + moment, Kind.PRESENT) for moment in range(0, length, 200))
        beat = Beat(start // BEAT, start, length, signs)
        at = token.issued_at + timedelta(seconds=(start + length) / 10)
        answer = take_reports([PageReport(token, [beat])], at=at)
    return answer
