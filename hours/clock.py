"""
The arithmetic of study time: signs of presence in, counted and uncounted stretches out.

Nothing here knows the database or the web. `study-clock.js` follows the same rules to show the member what
the server will say; what counts is decided here.

A page reports *signs*: the member was seen to be there (a key, the pointer, scrolling), the page was hidden,
media played, or merely a tick (the page is still open). After a sign of presence silence is counted up to the
reading time of what was on the screen, and not beyond. A hidden page counts nothing unless media plays; media
counts from each sign that it plays, no longer than it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

LEAST_ALLOWANCE = 20
"""Seconds of silence that are always counted after a sign of presence, however little is on the screen."""

LARGE_PRINT_FACTOR = 1.5
"""Large print holds fewer words a screen and is read more slowly."""


class Kind(StrEnum):
    """What a sign says; one letter, since it is sent over poor networks."""

    PRESENT = "p"  # a key, the pointer, scrolling, an answer
    TICK = "t"  # the page is still open and visible, nothing else is known
    HIDDEN = "h"  # the page was hidden or left
    PLAYING = "m"  # media plays from here on


class Sign(NamedTuple):
    """
    One sign: `at` in whole seconds on the server's clock, and the screens then shown, first and last.

    `ms` says which of two signs of the same second came first; it counts nothing.
    """

    at: int
    kind: Kind
    first: int = 0
    last: int = 0
    ms: int = 0


class Span(NamedTuple):
    """A stretch of whole seconds, `begin` included, `end` not."""

    begin: int
    end: int


class Refusal(StrEnum):
    """Why a second was not counted."""

    QUIET = "quiet"  # longer without a sign than what was on the screen takes to read
    HIDDEN = "hidden"  # the page was hidden
    ELSEWHERE = "elsewhere"  # that moment is counted already: another page, device or meeting
    CLOSED = "closed"  # the page was not open, between two visits that make one sitting
    OUTSIDE = "outside"  # before the page was opened or later than now


@dataclass
class Reckoning:
    """What the signs amount to. Spans of one kind may touch and overlap; whoever adds them up unites them."""

    counted: list[Span] = field(default_factory=list)
    refused: dict[Refusal, list[Span]] = field(default_factory=dict)
    present: int = 0
    screens: set[int] = field(default_factory=set)

    def count(self, begin: int, end: int) -> None:
        if begin < end:
            self.counted.append(Span(begin, end))

    def refuse(self, why: Refusal, begin: int, end: int) -> None:
        if begin < end:
            self.refused.setdefault(why, []).append(Span(begin, end))


def allowance(screens: Sequence[float], first: int, last: int, *, factor: float = 1.0) -> int:
    """Return the seconds of silence that are counted while the screens `first` to `last` are shown."""
    shown = sum(screens[max(first, 0) : last + 1])
    return max(LEAST_ALLOWANCE, round(shown * factor))


def reckon(
    signs: Iterable[Sign], screens: Sequence[float], *, factor: float = 1.0, media: int = 0
) -> Reckoning:
    """
    Return what `signs` amount to, given in seconds the reading time of each screen and the length of media.

    Signs may come doubled and in any order. The first sign of a series opens it and counts nothing by itself.
    """
    result = Reckoning()
    state: Sign | None = None
    until = reached = 0
    for sign in sorted(set(signs), key=lambda sign: (sign.at, sign.ms, sign)):
        if state is not None:
            _settle(result, state, until, since=reached, to=sign.at)
        reached = sign.at
        if sign.kind is Kind.PRESENT:
            result.present += 1
            result.screens.update(range(max(sign.first, 0), min(sign.last, len(screens) - 1) + 1))
            until = sign.at + allowance(screens, sign.first, sign.last, factor=factor)
        if sign.kind is Kind.PLAYING:
            until = sign.at + media
        if sign.kind is not Kind.TICK:
            state = sign
    return result


def _settle(result: Reckoning, state: Sign, until: int, *, since: int, to: int) -> None:
    """Count or refuse the stretch from `since` to `to`, which the last telling sign `state` rules."""
    if state.kind is Kind.HIDDEN:
        result.refuse(Refusal.HIDDEN, since, to)
        return
    result.count(since, min(to, until))
    result.refuse(Refusal.QUIET, max(since, until), to)


def total(spans: Iterable[Span]) -> int:
    """Return the seconds in the union of `spans`: what two of them share counts once."""
    seconds, reached = 0, None
    for begin, end in sorted(spans):
        start = begin if reached is None else max(begin, reached)
        if end > start:
            seconds += end - start
            reached = end
    return seconds
