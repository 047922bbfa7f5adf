"""
The arithmetic of study time: signs of presence in, counted and uncounted stretches out.

Nothing here knows the database or the web. `docs/study-clock.md` is the specification; `study-clock.js`
follows it too, to show the member what the server will say. What counts is decided here.

A page reports *beats*: stretches of at most a minute, each with the *signs* seen in it. After a sign of
presence silence is counted up to the reading time of what was on the screen, and not beyond. A hidden page
counts nothing unless something plays; what plays counts from each sign that it plays, no longer than it can
last.

Times are whole tenths of a second since the page was opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

LEAST_ALLOWANCE = 200
"""Twenty seconds of silence are always counted after a sign of presence, however little is on the screen."""

LONGEST_BEAT = 600
"""A page reports each half minute; a beat that claims more than a minute is cut."""


class Kind(StrEnum):
    """What a sign says; one letter, since it is sent over poor networks."""

    PRESENT = "p"  # a key, the pointer, scrolling, an answer, a page turned
    HIDDEN = "h"  # the page was hidden or left
    MEDIA = "m"  # media plays from here on
    ALOUD = "a"  # the page is being read aloud from here on
    STOPPED = "s"  # what played has ended by itself; nobody need be there


_PRESENT, _HIDDEN, _MEDIA, _STOPPED = (
    kind.value for kind in (Kind.PRESENT, Kind.HIDDEN, Kind.MEDIA, Kind.STOPPED)
)
"""As plain text: comparing with an enumeration costs ten times as much, and is done for every sign."""


class Sign(NamedTuple):
    """One sign: when, what, the screens then shown, and of media the second it stood at and its rate."""

    at: int
    kind: str
    first: int = 0
    last: int = 0
    position: int = 0
    rate: float = 1.0


class Beat(NamedTuple):
    """One reported stretch: the page's count of its beats, its begin and length, its signs."""

    counter: int
    start: int
    length: int
    signs: tuple[Sign, ...]


class Span(NamedTuple):
    """A stretch of time, `begin` included, `end` not."""

    begin: int
    end: int


class Refusal(StrEnum):
    """Why a second was not counted."""

    QUIET = "quiet"  # longer without a sign than what was on the screen takes to read
    HIDDEN = "hidden"  # the page was hidden
    ELSEWHERE = "elsewhere"  # that moment is counted already: another page, device or meeting
    CLOSED = "closed"  # the page was not open, between two visits that make one sitting
    LESSON_LIMIT = "lesson_limit"  # beyond what this lesson can earn in a year
    DAY_LIMIT = "day_limit"  # beyond what a day of individual study can earn
    CLAIMED = "claimed"  # one report claimed more than a minute
    FUTURE = "future"  # later than the server's clock
    OUTSIDE = "outside"  # before the page was opened


@dataclass(frozen=True)
class Pace:
    """How fast this reader is expected to be: seconds a screen, seconds of media, and the reader's factor."""

    screens: Sequence[float]
    media: float = 0
    factor: float = 1.0
    _known: dict[tuple[int, int], int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def allowance(self, first: int, last: int) -> int:
        """Return the tenths of silence that count while the screens `first` to `last` are shown."""
        end = len(self.screens) - 1
        first, last = min(max(first, 0), max(end, 0)), min(last, end)
        known = self._known.get((first, last))
        if known is None:
            known = max(LEAST_ALLOWANCE, round(sum(self.screens[first : last + 1]) * self.factor * 10))
            self._known[first, last] = known
        return known


@dataclass
class Reckoning:
    """What beats amount to. Spans of one kind may touch and overlap; whoever adds them up unites them."""

    counted: list[Span] = field(default_factory=list)
    refused: dict[Refusal, list[Span]] = field(default_factory=dict)
    screens: set[int] = field(default_factory=set)
    media: list[Span] = field(default_factory=list)
    claimed: int = 0

    def count(self, begin: int, end: int) -> None:
        if begin < end:
            self.counted.append(Span(begin, end))

    def refuse(self, why: Refusal, begin: int, end: int) -> None:
        if begin < end:
            self.refused.setdefault(why, []).append(Span(begin, end))


def reckon(beats: Iterable[Beat], pace: Pace) -> Reckoning:
    """Return what `beats` amount to, in any order and doubled as they may be. Each stands for itself."""
    result = Reckoning()
    for beat in beats:
        reckon_one(result, beat, pace)
    return result


def reckon_one(result: Reckoning, beat: Beat, pace: Pace) -> None:
    """Add to `result` what one more beat amounts to."""
    end = beat.start + min(beat.length, LONGEST_BEAT)
    result.claimed += max(0, beat.length - LONGEST_BEAT)
    reached = until = beat.start
    state: Sign | None = None
    for sign in sorted(beat.signs, key=itemgetter(0)):
        at, kind, first, last, position, rate = sign
        if at >= end:
            break
        if at > reached:
            reached = _settle(result, state, until, since=reached, to=at)
        state, until = sign, at
        if kind == _MEDIA:
            until += max(0, round((pace.media - position) / rate * 10))
        elif kind != _HIDDEN and kind != _STOPPED:
            until += pace.allowance(first, last)
            if kind == _PRESENT and at >= beat.start and pace.screens:
                end_screen = len(pace.screens) - 1
                result.screens.update(range(min(first, end_screen), min(last, end_screen) + 1))
    _settle(result, state, until, since=reached, to=end)


def _settle(result: Reckoning, state: Sign | None, until: int, *, since: int, to: int) -> int:
    """Count or refuse the stretch from `since` to `to`, ruled by the sign `state`; return where it ends."""
    if to <= since:
        return since
    if state is not None and state.kind == _HIDDEN:
        result.refuse(Refusal.HIDDEN, since, to)
        return to
    counted_to = min(to, max(since, until))
    result.count(since, counted_to)
    result.refuse(Refusal.QUIET, counted_to, to)
    if state is not None and state.kind == _MEDIA and since < counted_to:
        played = [state.position + (moment - state.at) * state.rate / 10 for moment in (since, counted_to)]
        result.media.append(Span(int(played[0]), max(int(played[0]) + 1, round(played[1]))))
    return to


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the union of `spans` as stretches in order that neither touch nor overlap."""
    spans = list(spans)
    if len(spans) == 1 and spans[0].begin < spans[0].end:
        return spans
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1].end:
            found[-1] = Span(found[-1].begin, max(end, found[-1].end))
        elif end > begin:
            found.append(Span(begin, end))
    return found


def total(spans: Iterable[Span]) -> int:
    """Return the length of the union of `spans`: what two of them share counts once."""
    return sum(end - begin for begin, end in merged(spans))
