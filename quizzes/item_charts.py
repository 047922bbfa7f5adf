"""Small charts of figures, drawn on the server: what stands where, in a width of a hundred."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

WIDTH = 100


@dataclass(frozen=True)
class Bar:
    """A share as a bar. `words` say the same to those who do not see it."""

    share: float
    words: str

    @property
    def length(self) -> str:
        return f"{WIDTH * min(1.0, max(0.0, self.share)):.1f}"


@dataclass(frozen=True)
class Scale:
    """A figure between -1 and 1 as a point on a line with its zero in the middle."""

    figure: float
    words: str

    @property
    def at(self) -> str:
        return f"{WIDTH * (1 + min(1.0, max(-1.0, self.figure))) / 2:.1f}"


def percent(share: float) -> int:
    """A share as a whole per cent, a half rounded up."""
    return int(share * 100 + 0.5)


def facility_bar(facility: float) -> Bar:
    return Bar(facility, _("%(percent)s %% of the points were earned") % {"percent": percent(facility)})


def discrimination_scale(discrimination: float) -> Scale:
    figure = f"{discrimination:+.2f}"
    return Scale(discrimination, _("%(figure)s on a line from -1 to +1") % {"figure": figure})


@dataclass(frozen=True)
class ThirdsBars:
    """How many of the better and of the weaker third gave an answer: two bars, one above the other."""

    high: float
    low: float

    @property
    def better(self) -> Bar:
        return Bar(self.high, "")

    @property
    def weaker(self) -> Bar:
        return Bar(self.low, "")

    @property
    def words(self) -> Any:
        shares = {"high": percent(self.high), "low": percent(self.low)}
        return _("%(high)s %% of the better third, %(low)s %% of the weaker third") % shares
