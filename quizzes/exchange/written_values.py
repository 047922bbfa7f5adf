"""How answers are written in cells of workbooks and Word tables: letters, right and wrong, blanks, pairs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from quizzes.exchange.carried import Blank, Pair, RubricRow

LETTERS = "ABCDEFGHIJKL"

YES = frozenset(["正确", "对", "√", "✓", "✔", "是", "t", "true", "y", "yes", "right", "1", "v"])
NO = frozenset(
    ["错误", "错", "×", "✗", "✘", "x", "否", "f", "false", "n", "no", "wrong", "0", "不正确", "不对", "╳"]
)

ARROW = "→"
_ARROWS = ("→", "->", "=>", "⇒")
_BAR = "|"
_BARS = ("|", "｜")
_MARK = re.compile(r"\[(数字|日期|number|date)\]\s*", re.IGNORECASE)
_KIND = {"数字": "number", "number": "number", "日期": "date", "date": "date"}
_TOLERANCE = re.compile(r"\s*(?:±|\+/-|\+-)\s*([0-9.]+)\s*$")
_POINTS = re.compile(r"(\d{1,3})\s*(?:分|points?|p|点)?\s*[|｜:：]\s*", re.IGNORECASE)


class NotUnderstood(Exception):
    """What stands there is no answer of this kind. `code` says why, `values` what it is about."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def right_or_wrong(text: str) -> bool | None:
    """True for 对, √, TRUE …, False for 错, ×, FALSE …, None for anything else."""
    told = unicodedata.normalize("NFKC", text).strip().strip("。.()（）").casefold()
    if told in YES:
        return True
    return False if told in NO else None


def letters_in(text: str) -> list[str] | None:
    """The letters of an answer like ABD, a、b or 选项 C, in order; None when it is something else."""
    told = unicodedata.normalize("NFKC", text).upper()
    told = re.sub(r"选项|答案|OPTION|[\s,;:、，；。./&()和与及]", "", told)
    if not told or any(letter not in LETTERS for letter in told):
        return None
    return sorted(set(told))


def escaped(text: str, marks: Iterable[str]) -> str:
    """The text with a stroke before strokes and before marks that would divide it."""
    text = text.replace("\\", "\\\\")
    for mark in marks:
        text = text.replace(mark, "\\" + mark)
    return text


def unescaped(text: str, marks: Iterable[str] = (*_BARS, *_ARROWS, "[")) -> str:
    ends = "|".join(re.escape(mark) for mark in ("\\", *marks))
    return re.sub(rf"\\({ends})", r"\1", text)


def divided(text: str, marks: Iterable[str], most: int = 0) -> list[str]:
    """The parts between marks that have no stroke before them; they are still escaped."""
    ends = "|".join(re.escape(mark) for mark in marks)
    parts: list[str] = []
    start = 0
    for found in re.finditer(rf"\\.|({ends})", text, re.DOTALL):
        if found[1] is None or (most and len(parts) == most):
            continue
        parts.append(text[start : found.start()])
        start = found.end()
    return [*parts, text[start:]]


# Blanks: one line each; what is accepted stands between bars.


def line_of_blank(blank: Blank, accepted: list[str]) -> str:
    words = _BAR.join(escaped(text, _BARS) for text in accepted)
    if blank.kind == "text":
        return "\\" + words if words.startswith("[") else words
    mark = {"number": "[数字] ", "date": "[日期] "}[blank.kind]
    return mark + words + (f" ±{blank.tolerance}" if blank.tolerance else "")


def blank_of_line(line: str) -> Blank:
    """
    Return what a line says of a blank.

    :raises NotUnderstood: when it says nothing, or its number or date is none.
    """
    kind, tolerance = "text", ""
    if found := _MARK.match(line):
        kind, line = _KIND[found[1].lower()], line[found.end() :]
    if kind == "number" and (found := _TOLERANCE.search(line)):
        tolerance, line = number(found[1]), line[: found.start()]
    accepted = [unescaped(part).strip() for part in divided(line, _BARS)]
    accepted = [text for text in accepted if text]
    if not accepted:
        raise NotUnderstood("no_answer")
    if kind == "number":
        accepted = [number(text) for text in accepted]
    return Blank(accepted, kind=kind, tolerance="" if tolerance == "0" else tolerance)


def number(text: str) -> str:
    """
    Return a number as it is kept: no exponent, no zeros at the end.

    :raises NotUnderstood: when it is none, or needs more than four places behind the point.
    """
    told = unicodedata.normalize("NFKC", text).strip().replace(",", "").replace("−", "-")
    try:
        value = Decimal(told)
    except InvalidOperation:
        raise NotUnderstood("no_number", text=text[:40]) from None
    if not value.is_finite() or value.adjusted() >= 14 or int(value.as_tuple().exponent) < -30:
        raise NotUnderstood("no_number", text=text[:40])
    plain = f"{value:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("", "-", "-0") else plain


# Pairs: “text → what belongs to it”


def cell_of_pair(text: str, match: str) -> str:
    left, right = escaped(text, _ARROWS), escaped(match, _ARROWS)
    return f"{left} {ARROW} {right}".strip()


def pair_of_cell(cell: str) -> Pair:
    """
    Return the two sides.

    :raises NotUnderstood: when there is no arrow.
    """
    sides = divided(cell, _ARROWS, most=1)
    if len(sides) == 1:
        raise NotUnderstood("no_arrow", text=cell[:40])
    return Pair(unescaped(sides[0]).strip(), unescaped(sides[1]).strip())


# The rubric: one line each, “2 | what earns them”


def line_of_rubric(points: int, text: str) -> str:
    return f"{points} | {text}".strip()


def rubric_of(lines: str, lines_en: str = "") -> list[RubricRow]:
    rows = [_rubric_row(line) for line in lines.split("\n") if line.strip()]
    for row, line in zip(rows, [one for one in lines_en.split("\n") if one.strip()], strict=False):
        row.text_en = _rubric_row(line).text
    return rows


def _rubric_row(line: str) -> RubricRow:
    found = _POINTS.match(line.strip())
    if found and 1 <= int(found[1]) <= 100:
        return RubricRow(line.strip()[found.end() :].strip(), int(found[1]))
    return RubricRow(line.strip(), 1)
