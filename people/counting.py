"""When a number may be told without pointing at somebody."""

from __future__ import annotations

LEAST_COUNTED = 5
"""Below so many people no number is given: it could point at one of them."""


def may_be_told(number: int, *, of: int) -> bool:
    """True when both those counted and the others among `of` are five or more."""
    return number >= LEAST_COUNTED and of - number >= LEAST_COUNTED
