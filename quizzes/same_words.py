"""When what was written into a blank is what the key accepts. Arithmetic, without Django."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def fills(blank: Mapping[str, Any], given: str) -> bool:
    """
    Whether a text fills a blank: {"kind": text, number or date, "accepted", "accepted_en", "tolerance"}.

    Full and half width, spaces, letter case and punctuation make no difference.
    """
    wanted = [*blank["accepted"], *blank.get("accepted_en", ())]
    if blank["kind"] == "number":
        return any(_near(number, given, blank.get("tolerance")) for number in wanted)
    told = plain(given)
    return bool(told) and any(plain(text) == told for text in wanted)


def plain(text: str) -> str:
    """Return the letters and digits of a text, in half width and lower case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def _near(wanted: str, given: str, tolerance: str | None) -> bool:
    try:
        distance = abs(Decimal(wanted) - Decimal(unicodedata.normalize("NFKC", given).strip()))
    except InvalidOperation:
        return False
    return distance <= Decimal(tolerance or 0)
