"""Numbers as Word and WPS write them: what stands before an item, and whether a browser can show the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn

_DIGITS = "零一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_PLAIN = re.compile(r"%[1-9][.．、)）]?$")


def chinese(number: int, digits: str = _DIGITS, ten: str = "十", hundred: str = "百") -> str:
    """12 is 十二, 120 is 一百二十. Above 9,999 the figures stay."""
    if not 0 < number < 10_000:
        return str(number)
    words, zero = "", False
    thousand = "千" if ten == "十" else "仟"
    for unit, name in ((1000, thousand), (100, hundred), (10, ten), (1, "")):
        digit = number // unit % 10
        if digit:
            words += (digits[0] if zero and words else "") + digits[digit] + name
            zero = False
        else:
            zero = True
    return words.removeprefix("一") if 10 <= number < 20 and ten == "十" else words


def roman(number: int) -> str:
    words = ""
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        words += sign * (number // value)
        number %= value
    return words


def _letters(number: int) -> str:
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)


FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda n: f"{n:02}",
    "decimalFullWidth": lambda n: str(n).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "upperRoman": roman,
    "lowerRoman": lambda n: roman(n).lower(),
    "upperLetter": _letters,
    "lowerLetter": lambda n: _letters(n).lower(),
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "ideographDigital": lambda n: "".join(_DIGITS[int(d)] for d in str(n)).replace("零", "〇"),
    "japaneseDigitalTenThousand": lambda n: "".join(_DIGITS[int(d)] for d in str(n)).replace("零", "〇"),
    "chineseLegalSimplified": lambda n: chinese(n, _FORMAL, "拾", "佰"),
    "ideographTraditional": lambda n: _STEMS[(n - 1) % 10],
    "ideographZodiac": lambda n: _BRANCHES[(n - 1) % 12],
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda n: f"({n})",
    "ordinal": str,
    "none": lambda n: "",
}


@dataclass
class Level:
    format: str
    text: str
    start: int = 1

    @property
    def is_bullet(self) -> bool:
        return self.format == "bullet"

    @property
    def is_plain(self) -> bool:
        """True when a browser's own numbered list shows the same."""
        return self.format == "decimal" and bool(_PLAIN.match(self.text.strip()))


@dataclass
class Numbers:
    """The lists of a Word file, counted as the reader comes past their items."""

    abstract: dict[str, dict[int, Level]] = field(default_factory=dict)
    of_list: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, dict[int, int]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, root: Any) -> Numbers:
        """Read the part `numbering.xml`; without one there are no lists."""
        numbers = cls()
        if root is None:
            return numbers
        linked: dict[str, str] = {}
        named: dict[str, dict[int, Level]] = {}
        for abstract in root.iter(qn("w:abstractNum")):
            levels = {}
            for level in abstract.findall(qn("w:lvl")):
                levels[int(level.get(qn("w:ilvl"), "0"))] = Level(
                    _value(level, "w:numFmt") or "decimal",
                    _value(level, "w:lvlText"),
                    _whole(_value(level, "w:start"), 1),
                )
            name = abstract.get(qn("w:abstractNumId"), "")
            numbers.abstract[name] = levels
            if style := _value(abstract, "w:styleLink"):
                named[style] = levels
            if style := _value(abstract, "w:numStyleLink"):
                linked[name] = style
        numbers.abstract |= {name: named[style] for name, style in linked.items() if style in named}
        for listed in root.iter(qn("w:num")):
            name = listed.get(qn("w:numId"), "")
            numbers.of_list[name] = _value(listed, "w:abstractNumId")
            for changed in listed.findall(qn("w:lvlOverride")):
                if start := _value(changed, "w:startOverride"):
                    level = _whole(changed.get(qn("w:ilvl")), 0)
                    numbers.overrides.setdefault(name, {})[level] = _whole(start, 1)
        return numbers

    def next(self, name: str, level: int) -> tuple[Level, int, str] | None:
        """Count an item: its level, its number, and how its number reads. None: it is in no list."""
        kept = self.of_list.get(name)
        levels = self.abstract.get(kept or "", {})
        if level not in levels:
            return None
        counts = self.counts.setdefault(kept or "", {})
        if name not in self.begun:
            self.begun.add(name)
            for changed, start in self.overrides.get(name, {}).items():
                counts[changed] = start - 1
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]
        return levels[level], counts[level], self._words(levels, counts, level)

    def _words(self, levels: dict[int, Level], counts: dict[int, int], level: int) -> str:
        own = levels[level]
        if own.is_bullet:
            return ""

        def number(found: re.Match[str]) -> str:
            n = int(found[1]) - 1
            other = levels.get(n, own)
            return FORMATS.get(other.format, str)(counts.get(n, other.start))

        return re.sub(r"%([1-9])", number, own.text).strip()


def _value(element: Any, name: str) -> str:
    found = element.find(qn(name))
    return (found.get(qn("w:val")) or "") if found is not None else ""


def _whole(text: str | None, otherwise: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return otherwise
