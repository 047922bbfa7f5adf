"""
Dates as people write them. Arithmetic, without Django.

1921年7月23日, 一九二一年七月二十三日, 1921-07-23, 1921/7/23, 1921.7.23, 19210723, 23 July 1921,
July 23, 1921; the year and month, or the year alone; month and day where the key has no year. 7/8/1921 is
none: it is one date to one reader and another to the next.

The key says how exact the answer must be; what the answer says beyond that is not asked.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

from quizzes.numerals import NUMERAL, chinese

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

_NUMBER = rf"(?:\d{{1,4}}|[{NUMERAL}]{{1,5}})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<name>[a-z]{3,9})\.?"
_YEAR = r"(?P<year>\d{3,4})"

_WHOLE = [
    re.compile(pattern)
    for pattern in (
        rf"(?:公元)?(?P<year>{_NUMBER})年(?:(?P<month>{_NUMBER})月份?(?:(?P<day>{_NUMBER})[日号]?)?)?",
        rf"{_YEAR}(?P<apart>[-./、,· ])(?P<month>\d{{1,2}})(?:(?P=apart)(?P<day>\d{{1,2}}))?",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
        rf"{_YEAR}|(?P<chinese>[{NUMERAL}]{{4}})",
        rf"(?:{_DAY} (?:of )?)?{_MONTH} ?,? ?{_YEAR}",
        rf"{_MONTH} {_DAY} ?,? ?{_YEAR}",
        rf"{_YEAR} ?,? ?{_MONTH}(?: {_DAY})?",
    )
]
_WITHOUT_YEAR = [
    re.compile(pattern)
    for pattern in (
        rf"(?P<month>{_NUMBER})月(?P<day>{_NUMBER})[日号]",
        rf"{_DAY} (?:of )?{_MONTH}",
        rf"{_MONTH} {_DAY}",
    )
]
_SHORT = re.compile(r"(?P<month>\d{1,2})[-./](?P<day>\d{1,2})")


@dataclass(frozen=True)
class Written:
    """A date as far as it was said."""

    year: int | None
    month: int | None = None
    day: int | None = None


def date_written(text: str, *, may_lack_year: bool = False) -> Written | None:
    """
    Return the date a folded text says (see `same_words.folded`), or None when it says none that exists.

    `may_lack_year`: 7.1 and 7/1 are a month and a day; otherwise only what cannot be anything else is.
    """
    told = re.sub(r"\s+", " ", text).rstrip("。. ")
    told = re.sub(rf"(?<=[年月日号\-./]) | (?=[年月日号\-./])|(?<=[{NUMERAL}]) ", "", told)
    shapes = [*_WHOLE, *_WITHOUT_YEAR, *([_SHORT] if may_lack_year else [])]
    for shape in shapes:
        found = shape.fullmatch(told)
        date = _read(found.groupdict()) if found else None
        if date is not None:
            return date
    return None


def is_the_date(key: Written, told: Written) -> bool:
    """Whether an answer says the date of the key, as exactly as the key does."""
    wanted = (key.year, key.month, key.day)
    said = (told.year, told.month, told.day)
    return all(one is None or one == other for one, other in zip(wanted, said, strict=True))


def _read(parts: dict[str, str | None]) -> Written | None:
    name = parts.get("name")
    month = _month_named(name) if name else _whole(parts.get("month"))
    year, day = _whole(parts.get("year") or parts.get("chinese")), _whole(parts.get("day"))
    said = [parts.get(place) for place in ("year", "month", "day")]
    if any(word and number is None for word, number in zip(said, (year, month, day), strict=True)):
        return None
    if (name and month is None) or year == 0 or (year is None and month is None):
        return None
    if month is not None and not 1 <= month <= 12:
        return None
    # 29 February exists in a year that nobody named.
    if day is not None and (month is None or not 1 <= day <= monthrange(year or 2000, month)[1]):
        return None
    return Written(year, month, day)


def _whole(word: str | None) -> int | None:
    if not word:
        return None
    return int(word) if word.isdecimal() else chinese(word)


def _month_named(name: str) -> int | None:
    for number, month in enumerate(MONTHS, 1):
        if name in {month, month[:3]} or (name == "sept" and number == 9):
            return number
    return None
