"""Characters on paper: which of them can be printed, what keeps together on a line, and pinyin above them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from pypinyin import Style, pinyin

STAND_IN = "〓"
"""What printers set for a character they do not have."""

JOIN = "\u2060"
"""Word joiner: no line ends here."""

BREAK = "\u200b"
"""Zero-width space: a line may end here."""

_ENDLESS = re.compile("[!-~\u00a1-\u02af]{20,}")
_NOT_FIRST = "，。、；：？！…—）》」』】〕〉〗”’％%·"
_UNITS = "年月日号时分秒周岁人名位个次条章节页项部篇卷届天元里米亩吨度倍万亿％%℃"
_NUMBER_AND_UNIT = re.compile(rf"(?<=\d)(?=[{_UNITS}])|(?<=\w)(?=[·•・‧])")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")

FONT_FOLDERS = tuple(
    Path(str(files("justmytype_intl_cjk").joinpath("fonts", "ofl", name)))
    for name in ("notosanssc", "notosansjp")
)


def tidied(value: Any, missing: set[str]) -> Any:
    """
    Return the value with all its strings fit to print; characters without a picture are added to `missing`.

    They are printed as 〓. Controls and invisible marks go; line breaks stay.
    """
    if isinstance(value, str):
        return "".join(_fit(letter, missing) for letter in unicodedata.normalize("NFC", value))
    if isinstance(value, Mapping):
        return {key: tidied(inner, missing) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [tidied(inner, missing) for inner in value]
    return value


def kept_together(text: str) -> str:
    """
    Return the text with a number and its unit, and a name and the dot behind it, on one line.

    A word without end, such as an address, may be broken, so that it does not run off the page.
    """
    joined = _NUMBER_AND_UNIT.sub(JOIN, text)
    return _ENDLESS.sub(lambda found: re.sub("(.{8})(?=.)", rf"\1{BREAK}", found.group()), joined)


def with_pinyin(text: str) -> list[Any]:
    """
    Return the text in pieces: plain strings, and pairs of a character and how it is read here.

    Readings go by the words of the phrase dictionary: 银行 yín háng, 行走 xíng zǒu.
    """
    readings = pinyin(text, style=Style.TONE, errors=_each)
    pieces: list[Any] = []
    for letter, reading in zip(text, readings, strict=True):
        if _HAN.match(letter) and reading[0] != letter:
            pieces.append([letter, reading[0]])
            continue
        glue = JOIN if letter in _NOT_FIRST else ""
        if pieces and isinstance(pieces[-1], str):
            pieces[-1] += letter
        else:
            pieces.append(glue + letter)
    return pieces


def _each(text: str) -> Any:
    """What has no reading, letter by letter."""
    return list(text)


def _fit(letter: str, missing: set[str]) -> str:
    if letter in "\n\t":
        return letter if letter == "\n" else " "
    if ord(letter) in _glyphs():
        return letter
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Mn") or unicodedata.name(letter, "").startswith(
        "VARIATION"
    ):
        return ""
    if unicodedata.category(letter) == "Zs":
        return " "
    missing.add(letter)
    return STAND_IN


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    """The characters of both fonts."""
    held: set[int] = set()
    for folder in FONT_FOLDERS:
        for path in folder.glob("*.ttf"):
            with TTFont(path, lazy=True) as font:
                held |= font.getBestCmap().keys()
    return frozenset(held)
