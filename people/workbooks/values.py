"""Cells into values: what people write for a date, a number, a telephone, a word of a list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from jobs.schedule import SHANGHAI
from people.workbooks.cells import Cell, Mark, day_of_serial
from people.workbooks.refusals import Wrong


class Clear(Enum):
    """The word that empties a field; an empty cell leaves it as it is."""

    CLEAR = "clear"


CLEAR = Clear.CLEAR
CLEARING = frozenset({"清空", "清除", "clear"})
"""What to write in a cell to empty the field."""

EVALUATED = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

_IDENTITY = re.compile(r"[1-9]\d{5}(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[T\s]+[\d:.]+Z?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_OTHER_ORDER = re.compile(
    r"\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{2,4}|\d{2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}"
)

MOST_EXACT = 10**15
"""From here on Excel keeps fifteen digits of a number and puts zeros for the others."""


def escaped(text: str) -> str:
    """Return text that no spreadsheet evaluates; `unescaped` gives it back."""
    if text.startswith((*EVALUATED, "'")) or text.strip().lower() in CLEARING:
        return "'" + text
    return text


def unescaped(text: str) -> str:
    """Return what was meant by a text with an apostrophe in front."""
    if text.startswith("'") and escaped(text[1:]) == text:
        return text[1:]
    return text


def plain(text: str) -> str:
    """Return the text without control characters and with single blanks, as it is kept."""
    return " ".join(_CONTROL.sub("", text).split())


def alike(text: str) -> str:
    """Return what near-duplicates have in common: no case, no width, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def is_identity_number(text: str) -> bool:
    """True for the eighteen characters of a resident identity number, its check digit being right."""
    if len(text) < 18:
        return False
    text = "".join(unicodedata.normalize("NFKC", text).upper().split())
    if not _IDENTITY.fullmatch(text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == text[17]


def written(cell: Cell) -> str | Clear:
    """
    Return a cell as text.

    :raises Wrong: when it holds a formula, an error, or more than a cell can.
    """
    if isinstance(cell, str):
        text = unescaped(cell.strip(" \u3000\xa0\n"))
        if text == cell.strip(" \u3000\xa0\n"):
            if text.startswith("="):
                raise Wrong("formula")
            if text.strip().lower() in CLEARING:
                return CLEAR
        return plain(text)
    if isinstance(cell, float):
        if not cell.is_integer():
            return repr(cell)
        if abs(cell) >= MOST_EXACT:
            raise Wrong("rounded")
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    if cell is Mark.FORMULA:
        raise Wrong("formula")
    if cell is Mark.TOO_LONG:
        raise Wrong("too_long_for_a_cell")
    raise Wrong("error_value" if cell is Mark.ERROR else "no_such_day")


Reader = Callable[[Cell, bool], Any]
"""Reads a cell; the second tells whether the workbook counts its days from 1904."""


def text(most: int) -> Reader:
    """Words of at most so many characters."""

    def read(cell: Cell, since_1904: bool) -> str | Clear:
        found = written(cell)
        if found is not CLEAR:
            if is_identity_number(found):
                raise Wrong("identity_number")
            if len(found) > most:
                raise Wrong("too_long", most=most)
        return found

    return read


def number(cell: Cell, since_1904: bool) -> str | Clear:
    """A member number."""
    found = written(cell)
    if found is CLEAR:
        raise Wrong("cannot_be_cleared")
    tidy = alike(found).replace("-", "")
    if is_identity_number(tidy):
        raise Wrong("identity_number")
    if not re.fullmatch(r"[a-z0-9]{1,20}", tidy):
        raise Wrong("number_form", value=found[:40])
    return tidy


def phone(cell: Cell, since_1904: bool) -> str | Clear:
    found = written(cell)
    if found is CLEAR:
        return found
    if is_identity_number(found):
        raise Wrong("identity_number")
    tidy = re.sub(r"[-()·.]", "", alike(found))
    if not re.fullmatch(r"\+?[0-9]{6,18}", tidy):
        raise Wrong("phone_form")
    return tidy


def same_phone(tidy: str) -> str:
    """Return what two ways of writing one telephone have in common."""
    return re.sub(r"^(\+|00)86", "", tidy)


def birth_year(cell: Cell, since_1904: bool) -> int | Clear:
    """A year; of a whole date nothing else is kept."""
    if isinstance(cell, date):
        return _plausible_year(cell.year)
    found = written(cell)
    if found is CLEAR:
        return found
    tidy = alike(found)
    match = (
        re.fullmatch(r"(\d{4})年?", tidy)
        or _DAY.fullmatch(tidy)
        or re.fullmatch(r"(\d{4})[-/.年]\d{1,2}月?", tidy)
    )
    if match is None:
        raise Wrong("year_form", value=found[:40])
    return _plausible_year(int(match[1]))


def _plausible_year(year: int) -> int:
    if not 1900 <= year <= datetime.now(SHANGHAI).year:
        raise Wrong("year_range", value=year)
    return year


def day(cell: Cell, since_1904: bool) -> date | Clear:
    """A day: a real date, a text in one of the usual forms, or Excel's number of the day."""
    if isinstance(cell, date):
        return _plausible_day(cell)
    if isinstance(cell, float):
        return _day_of_number(cell, since_1904)
    found = written(cell)
    if found is CLEAR:
        return found
    tidy = unicodedata.normalize("NFKC", found).strip()
    if re.fullmatch(r"\d{4,8}(\.\d+)?", tidy):
        return _day_of_number(float(tidy), since_1904)
    match = _DAY.fullmatch(tidy)
    if match is None:
        raise Wrong("day_order" if _OTHER_ORDER.fullmatch(tidy) else "day_form", value=found[:40])
    return _real_day(match, found)


def _day_of_number(number: float, since_1904: bool) -> date:
    if 1900 <= number <= 2100 and number.is_integer():
        raise Wrong("day_is_a_year", value=int(number))
    compact = _COMPACT.fullmatch(str(int(number)))
    if compact:
        return _real_day(compact, str(int(number)))
    found = day_of_serial(number, since_1904=since_1904)
    if found is None:
        raise Wrong("day_form", value=f"{number:g}")
    return _plausible_day(found)


def _real_day(match: re.Match[str], found: str) -> date:
    try:
        return _plausible_day(date(int(match[1]), int(match[2]), int(match[3])))
    except ValueError:
        raise Wrong("no_such_date", value=found[:40]) from None


def _plausible_day(day: date) -> date:
    if not date(1900, 1, 1) <= day < date(2100, 1, 1):
        raise Wrong("day_range", value=day.isoformat())
    return day


def one_of(words: Callable[[], Mapping[str, str]]) -> Reader:
    """One of a list of words, in either language."""

    def read(cell: Cell, since_1904: bool) -> str | Clear:
        found = written(cell)
        if found is CLEAR:
            return found
        value = words().get(alike(found))
        if value is None:
            raise Wrong("not_in_list", value=found[:40])
        return value

    return read
