"""QR codes as drawings."""

from __future__ import annotations

import re
from typing import Literal

import segno

Level = Literal["l", "m", "q", "h"]

_DARK = re.compile(b"\x01+")
QUIET = 4
"""Units of white that a reader wants on each side."""


def qr_svg(text: str, error: Level = "q", *, mask: int | None = None) -> str:
    """
    Return a QR code as SVG: one black path, a unit a module, with the white around it that readers want.

    Upper-case letters and digits make a smaller code. `mask`: a fixed mask saves the search for the best of
    eight, which takes most of the time; a reader takes any.
    """
    rows = segno.make(text, error=error, micro=False, boost_error=False, mask=mask).matrix
    side = len(rows) + 2 * QUIET
    path = "".join(
        f"M{run.start()} {y}h{run.end() - run.start()}v1H{run.start()}z"
        for y, row in enumerate(rows)
        for run in _DARK.finditer(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-{QUIET} -{QUIET} {side} {side}" '
        f'width="{side}" height="{side}"><path d="{path}"/></svg>'
    )
