"""
What pages send, read strictly: `{"pages": [["<token>", [[7, 2100, 300, "p0:2-3 p120:3-4"]], 2400]]}`.

A page is its token, its beats, and, when its beats have waited, what the device's clock shows now. A beat is
its counter, its start and length in tenths of a second since the page was opened, and its signs: a letter,
tenths since the start (negative: before it), the screens shown when they are others than before, and of media
`@` the second it stands at and `x` the rate in hundredths. See docs/study-clock.md.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import NamedTuple

from hours.clock import Beat, Sign
from hours.tokens import StudyToken, read_token

LONGEST_BODY = 96 * 1024
MOST_PAGES = 20
MOST_BEATS = 500
MOST_SIGNS = 80
LONGEST_TIME = 10**8
"""Tenths of a second: 115 days, beyond any token's lifetime."""

_MOST_COUNTED = 2**31 - 1

_PATTERN = r"([phmas])(-?\d{1,8})(?::(\d{1,4})(?:-(\d{1,4}))?)?(?:@(\d{1,6})(?:x(\d{2,3}))?)?(?: |\Z)"
_SIGN = re.compile(_PATTERN, re.ASCII)
_SIGNS = re.compile(f"(?:{_PATTERN})*", re.ASCII)
_SLOWEST_RATE, _FASTEST_RATE = 25, 400


class Malformed(Exception):
    """The body is not a report; the text says where, for whoever writes a client."""


class PageReport(NamedTuple):
    """What one page sends. `clock`: what its device believes the time is, in tenths since the opening."""

    token: StudyToken
    beats: list[Beat]
    clock: int | None = None


def read_reports(body: bytes, *, at: datetime) -> list[PageReport]:
    """
    Return the pages of a request body.

    :raises Malformed: when it is not of the form, or larger than the limits above.
    :raises TokenRefused: when a page's token is not ours or too old.
    """
    if len(body) > LONGEST_BODY:
        raise Malformed("body")
    try:
        pages = json.loads(body)["pages"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Malformed("body") from error
    if not isinstance(pages, list) or not 0 < len(pages) <= MOST_PAGES:
        raise Malformed("pages")
    reports = [_read_page(page, at) for page in pages]
    if sum(len(report.beats) for report in reports) > MOST_BEATS:
        raise Malformed("beats")
    return reports


def _read_page(page: object, at: datetime) -> PageReport:
    match page:
        case [str(token), list(beats)]:
            clock = None
        case [str(token), list(beats), int(clock)] if (
            clock is not True and clock is not False and -LONGEST_TIME < clock < LONGEST_TIME
        ):
            pass
        case _:
            raise Malformed("page")
    if len(token) > 200 or len(beats) > MOST_BEATS:
        raise Malformed("page")
    return PageReport(read_token(token, at=at), [_read_beat(beat) for beat in beats], clock)


def _read_beat(beat: object) -> Beat:
    if not (isinstance(beat, list) and len(beat) == 4):
        raise Malformed("beat")
    counter, start, length, signs = beat
    if not (type(counter) is type(start) is type(length) is int and type(signs) is str):
        raise Malformed("beat")
    if not (0 <= counter < _MOST_COUNTED and -LONGEST_TIME < start < LONGEST_TIME and 0 < length < 10**14):
        raise Malformed("beat")
    return Beat(counter, start, length, _read_signs(signs, start))


def _read_signs(text: str, start: int) -> tuple[Sign, ...]:
    if len(text) > MOST_SIGNS * 12 or not _SIGNS.fullmatch(text):
        raise Malformed("signs")
    signs = []
    first = last = 0
    for kind, after, from_screen, to_screen, position, rate in _SIGN.findall(text):
        if from_screen:
            first = int(from_screen)
            last = max(first, int(to_screen or from_screen))
        speed = min(max(int(rate), _SLOWEST_RATE), _FASTEST_RATE) / 100 if rate else 1.0
        signs.append(Sign(start + int(after), kind, first, last, int(position or 0), speed))
    if len(signs) > MOST_SIGNS:
        raise Malformed("signs")
    return tuple(signs)
