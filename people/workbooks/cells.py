"""What a cell holds when it was read, before it is known what its column means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum


class Mark(Enum):
    """Cells whose content is not a value."""

    FORMULA = "formula"
    ERROR = "error"
    TOO_LONG = "too long"
    NO_DAY = "no day"


Cell = str | float | date | Mark | None

LAST_SERIAL = 73_050
"""The end of the year 2099 by either system, near enough."""


def day_of_serial(serial: float, *, since_1904: bool) -> date | None:
    """
    Return the day that Excel shows for a number, or None for one it has no real day for.

    The system of 1900 counts a 29 February 1900 that never was.
    """
    days = int(serial)
    if since_1904:
        return date(1904, 1, 1) + timedelta(days=days) if 0 <= days <= LAST_SERIAL else None
    if not 1 <= days <= LAST_SERIAL or days == 60:
        return None
    return date(1899, 12, 31) + timedelta(days=days if days < 60 else days - 1)


def column_letters(index: int) -> str:
    """Return what Excel shows above the column: 0 is A, 27 is AB."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column."""


@dataclass
class Sheet:
    """The rows with content of one sheet, each with the number that Excel shows beside it."""

    title: str
    rows: list[tuple[int, list[Cell]]]
    since_1904: bool = False
    hidden: bool = False
    merges: list[Merge] = field(default_factory=list)

    def head(self, count: int) -> Iterator[tuple[int, list[Cell]]]:
        yield from self.rows[:count]

    def spread_merges(self, *, most: int) -> None:
        """
        Write the value of each merged range into all its cells. Rows without content of their own stay blank.

        Merged ranges that would fill more than `most` cells are left.
        """
        if not self.merges:
            return
        place = {number: n for n, (number, _) in enumerate(self.rows)}
        width = max(len(values) for _, values in self.rows)
        filled = 0
        for top, left, bottom, right in self.merges:
            start = place.get(top)
            if start is None or left >= len(self.rows[start][1]):
                continue
            value = self.rows[start][1][left]
            right = min(right, width - 1)
            for n in range(start, len(self.rows)):
                number, values = self.rows[n]
                if number > bottom or filled > most:
                    break
                filled += right - left + 1
                values.extend([None] * (right + 1 - len(values)))
                values[left : right + 1] = [value] * (right + 1 - left)
