"""Dates in folded text, however they are written: 1938年9月, 一九三八年九月, 1938-09, 29 September 1938."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIGITS = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")} | {"零": "0"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_SMALL = "[一二三四五六七八九]"
_CHINESE = re.compile(
    r"(?=[\d〇零一二三四五六七八九十])(?:(?:(?<!\d)(?P<y>\d{4}|[〇零一二三四五六七八九]{4})年)?"
    rf"(?<![\d十])(?P<m>\d{{1,2}}|十[一二]?|{_SMALL})月(?:份|(?P<d>\d{{1,2}}|{_SMALL}?十{_SMALL}?|{_SMALL})[日号])?"
    r"|(?<!\d)(?P<only>\d{4}|[〇零一二三四五六七八九]{4})年)"
)
_NUMBERS = re.compile(r"(?<!\d)(?P<y>\d{4})[-./](?P<m>\d{1,2})(?:[-./](?P<d>\d{1,2}))?(?!\d)")
_ENGLISH = re.compile(
    rf"\b(?=[\djfmasond])(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?(?P<m>{_MONTH})"
    r"(?: (?P<d2>\d{1,2})(?:st|nd|rd|th)?(?!\d))?(?:,? (?P<y>\d{4}))?\b"
)
_YEAR = re.compile(r"(?<![\d.,])(?P<y>1[89]\d\d|20\d\d)(?!\d)")


@dataclass(frozen=True)
class Day:
    """A date, as much of it as was written, and where it stands."""

    start: int
    end: int
    year: int | None
    month: int | None = None
    day: int | None = None

    @property
    def lexeme(self) -> str:
        """As it is asked for."""
        parts = [f"{self.year}"] if self.year else ["m"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part]
        return "D" + "-".join(parts)

    @property
    def lexemes(self) -> set[str]:
        """All under which it is found."""
        found = {Day(0, 0, self.year, self.month, self.day).lexeme}
        if self.year:
            found |= {Day(0, 0, self.year).lexeme, Day(0, 0, self.year, self.month).lexeme}
        if self.month:
            found |= {Day(0, 0, None, self.month).lexeme, Day(0, 0, None, self.month, self.day).lexeme}
        return found


REACH = 24
"""Characters on either side of a year or month within which the rest of its date stands."""


def places_of(day: Day, folded: str) -> Iterator[tuple[int, int]]:
    """Where in a text `day` stands, or a date within it. Only the places of its year or month are read."""
    last = 0
    for anchor in _anchors(day).finditer(folded):
        begin = max(last, anchor.start() - REACH)
        for found in dates_in(folded[begin : anchor.end() + REACH]):
            if day.lexeme in found.lexemes and begin + found.start >= last:
                yield begin + found.start, begin + found.end
                last = begin + found.end


def _anchors(day: Day) -> re.Pattern[str]:
    numerals = "〇一二三四五六七八九"
    if day.year:
        chinese = "".join("[〇零]" if digit == "0" else numerals[int(digit)] for digit in str(day.year))
        return re.compile(f"{day.year}|{chinese}")
    month = day.month or 0
    chinese = numerals[month] if month < 10 else "十" + (numerals[month - 10] if month > 10 else "")
    return re.compile(f"0?{month}月|{chinese}月|[-./]0?{month}\\b|{_MONTHS[month - 1]}")


def dates_in(folded: str) -> Iterator[Day]:
    """Every date, each stretch of text once."""
    taken: list[tuple[int, int]] = []
    for pattern in (_CHINESE, _NUMBERS, _ENGLISH, _YEAR):
        for found in pattern.finditer(folded):
            if any(start < found.end() and found.start() < end for start, end in taken):
                continue
            day = _day(found)
            if day:
                taken.append(found.span())
                yield day


def _day(found: re.Match[str]) -> Day | None:
    parts = found.groupdict()
    year = _number(parts.get("y") or parts.get("only"))
    month = _month(parts.get("m"))
    day = _number(parts.get("d") or parts.get("d2"))
    if parts.get("m") and (month is None or not 1 <= month <= 12):
        return None
    if parts.get("m", "") and str(parts["m"])[:3] in _MONTHS and not (year or day):
        return None  # a month's name alone is a word like another
    if (day is not None and not 1 <= day <= 31) or not (year or month):
        return None
    return Day(*found.span(), year, month, day)


def _month(text: str | None) -> int | None:
    if text and text[:3] in _MONTHS:
        return _MONTHS.index(text[:3]) + 1
    return _number(text)


def _number(text: str | None) -> int | None:
    """Of 38, 三八 or 三十八."""
    if not text:
        return None
    if "十" in text:
        tens, ones = text.split("十", 1)
        return 10 * (_number(tens) or 1) + (_number(ones) or 0)
    return int("".join(_DIGITS.get(character, character) for character in text))
