"""How titles, headings and key terms sound: initials (qzlx) and full pinyin (qunzhongluxian)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product
from typing import Any

from pypinyin import Style, lazy_pinyin, pinyin

from courses.search_words import runs

MOST_SYLLABLES = 8
"""Longer pinyin is not compared to its end."""

MOST_READINGS = 6
"""Of a stretch with characters that are read in several ways."""

_APART: Any = list
"""Digits and signs stay as they are, one by one."""

UNSURE = 4
"""Characters at the beginning of a stretch of which other readings are kept too."""


@lru_cache(maxsize=4096)
def sound(run: str) -> tuple[str, ...]:
    """One syllable a character, read as in the phrases that the dictionary knows."""
    return tuple(lazy_pinyin(run, errors=_APART))


@lru_cache(maxsize=4096)
def _readings(run: str) -> tuple[tuple[str, ...], ...]:
    """All syllables of each character; of a known phrase only its own. The likeliest first."""
    likeliest = sound(run)
    others = pinyin(run, style=Style.NORMAL, heteronym=True, errors=_APART)
    if len(others) != len(likeliest):
        return tuple((each,) for each in likeliest)
    return tuple(tuple(dict.fromkeys([first, *rest])) for first, rest in zip(likeliest, others, strict=True))


def sounds_of(folded: str) -> Iterator[str]:
    """
    Lexemes of a text: from each character on, I with the initials and P with the full pinyin.

    They are asked by how they begin, so a word in the middle is found too.
    """
    for run in runs(folded):
        readings = _readings(run)
        for start in range(len(readings)):
            yield from _from(readings[start : start + MOST_SYLLABLES])


def _from(readings: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    choices = [each if n < UNSURE else each[:1] for n, each in enumerate(readings)]
    for syllables in islice(product(*choices), MOST_READINGS):
        yield "I" + "".join(syllable[0] for syllable in syllables)
        full = "".join(syllables)
        yield "P" + full
        if "v" in full:
            yield "P" + full.replace("v", "u")
