"""
Position marks on paper: ArUco markers of the dictionary DICT_4X4_50, whose numbers tell page kind and corner.

Measures are millimetres on A4. On A3 all but the type is √2 times as large, so that one geometry holds.
"""

from __future__ import annotations

from dataclasses import dataclass

BITS = {
    0: 0b1011010100110010,
    1: 0b0000111110011010,
    2: 0b0011001100101101,
    3: 0b1001100101000110,
    4: 0b0101010010011110,
    5: 0b0111100111001101,
    6: 0b1001111000101110,
    7: 0b1100010011110010,
    8: 0b1111111011011010,
    9: 0b1100111101010110,
}
"""The inner 4 × 4 modules, row by row; 1 is white. Around them lies one module of black."""

WIDE, HIGH = 210.0, 297.0

SHEET_SIDE, SHEET_EDGE = 14.0, 9.0
PAGE_SIDE, PAGE_EDGE = 8.0, 8.0
"""The marks of answer sheets and return slips, which are measured from; those of other pages only find it."""


@dataclass(frozen=True)
class Mark:
    """A mark: its number and its upper left corner."""

    number: int
    x: float
    y: float
    side: float

    def rows(self) -> list[str]:
        """The six rows of modules, `1` black."""
        inner = f"{BITS[self.number] ^ 0xFFFF:016b}"
        return ["111111", *(f"1{inner[at : at + 4]}1" for at in range(0, 16, 4)), "111111"]


def _corners(side: float, edge: float, first: int) -> list[Mark]:
    """Upper left, upper right, lower right, lower left."""
    right, bottom = WIDE - edge - side, HIGH - edge - side
    places = [(edge, edge), (right, edge), (right, bottom), (edge, bottom)]
    return [Mark(first + index, x, y, side) for index, (x, y) in enumerate(places)]


SHEET_MARKS = (
    *_corners(SHEET_SIDE, SHEET_EDGE, 0),
    Mark(4, SHEET_EDGE, (HIGH - SHEET_SIDE) / 2, SHEET_SIDE),
    Mark(5, WIDE - SHEET_EDGE - SHEET_SIDE, (HIGH - SHEET_SIDE) / 2, SHEET_SIDE),
)
"""0 to 3 in the corners, clockwise from the upper left; 4 at the middle of the left edge, 5 of the right."""

PAGE_MARKS = tuple(_corners(PAGE_SIDE, PAGE_EDGE, 6))
"""6 to 9 in the corners, clockwise from the upper left."""
