"""Numbers as people write them: Arabic or Chinese numerals, grouped, with 万 and 亿. Without Django."""

from __future__ import annotations

import re
from fractions import Fraction

DIGITS = {
    **dict(zip("〇一二三四五六七八九", range(10), strict=True)),
    **dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    "两": 2,
}
TENS = {"廿": 20, "卅": 30, "卌": 40}
STEPS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
GREAT = {"万": 10**4, "亿": 10**8}

NUMERAL = "".join([*DIGITS, *TENS, *STEPS, *GREAT])
"""Every character of a Chinese number."""

_DIGIT = "".join(DIGITS)
ARABIC = r"(?<![\d.,])(?:[1-9]\d{0,2}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?(?![.,]?\d)"
"""1921, 1,234,567 or 2.50: never 19,21 or 1.2.3."""

WRITTEN = re.compile(
    rf"(?P<arabic>{ARABIC})(?P<great>[百千万亿]{{0,2}}(?![{NUMERAL}]))"
    rf"|(?P<whole>[{NUMERAL}]+)(?:点(?P<decimals>[{_DIGIT}]+)(?![{NUMERAL}]))?"
)


def value_of(found: re.Match[str]) -> Fraction | None:
    """Return the number that `WRITTEN` found, or None when it says no one number, as 二三十 does."""
    if found["arabic"]:
        value = Fraction(found["arabic"].replace(",", ""))
        for step in found["great"]:
            value *= STEPS.get(step) or GREAT[step]
        return value
    whole = chinese(found["whole"])
    if whole is None or not found["decimals"]:
        return None if whole is None else Fraction(whole)
    return Fraction(f"{whole}.{_digits(found['decimals'])}")


def chinese(run: str) -> int | None:
    """
    Return the value of a run of Chinese numerals, or None.

    Digit by digit it is a number from four digits on, or with a zero among them: 一九二一, 一〇五. Shorter
    ones are names as often as numbers: 五四, 九一八. What is said loosely is none: 二三十, 一百五, 千万.
    """
    if all(char in DIGITS for char in run):
        is_number = len(run) == 1 or len(run) >= 4 or (run[0] not in "〇零" and set(run) & set("〇零"))
        return int(_digits(run)) if is_number else None
    return _placed(run)


def spelled(run: str) -> str | None:
    """Return a run that is digits only with a gap between any two, 五四 as "5 4"; else None."""
    return " ".join(str(DIGITS[char]) for char in run) if all(char in DIGITS for char in run) else None


def _digits(run: str) -> str:
    return "".join(str(DIGITS[char]) for char in run)


def _placed(run: str) -> int | None:
    """The value of a number with its places named: 一万零五百, 二十三, 一亿四千万."""
    total = 0
    for name in ("亿", "万"):
        before, sign, run = run.rpartition(name)
        if not sign:
            continue
        value = _placed(before) if name == "亿" else _below_ten_thousand(before, first=not total)
        if not value or value >= 10**4 * (1 if name == "万" else 10**4):
            return None
        total += value * GREAT[name]
        if run and run[0] in DIGITS and len(run) == 1:
            return None  # 一万五 is fifteen thousand to one reader and 10,005 to another
    if not run:
        return total or None
    rest = _below_ten_thousand(run, first=not total)
    return None if rest is None else total + rest


def _below_ten_thousand(run: str, *, first: bool) -> int | None:
    total, last_step = 0, 10**4
    while run:
        run, had_zero = run.lstrip("〇零"), run[0] in "〇零"
        if had_zero and (not run or (first and not total)):
            return None
        read = _one_place(run, starts=first and not total)
        if read is None:
            return None
        value, step, used = read
        # 一百五: the place below a hundred was left out without a zero.
        if step >= last_step or (step == 1 and last_step > 10 and not had_zero and last_step < 10**4):
            return None
        total, last_step, run = total + value, step, run[used:]
    return total or None


def _one_place(run: str, *, starts: bool) -> tuple[int, int, int] | None:
    """The value at the beginning of a run, its place, and how many characters it takes."""
    if run[0] in TENS:
        return TENS[run[0]], 10, 1
    if run[0] in STEPS:
        return (10, 10, 1) if starts and STEPS[run[0]] == 10 else None
    if run[0] not in DIGITS:
        return None
    if len(run) > 1 and run[1] in STEPS:
        return DIGITS[run[0]] * STEPS[run[1]], STEPS[run[1]], 2
    return DIGITS[run[0]], 1, 1
