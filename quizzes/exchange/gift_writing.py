"""Questions as GIFT. What GIFT has no place for stands in comments, which Moodle passes over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from quizzes.exchange.carried import (
    BLANK,
    FILL_IN,
    MATCHING,
    SEVERAL,
    SHORT,
    SINGLE,
    TRUE_FALSE,
    Carried,
    Option,
    Pair,
)
from quizzes.exchange.paths import path_of

_SIGNS = re.compile(r"[\\~=#{}:]")
_BRACKETS = re.compile(r"[\\\[\]]")


def write_gift(questions: Iterable[Carried]) -> str:
    """Return the file. The caller has left out what GIFT cannot hold (`quizzes.exchange.holding`)."""
    parts: list[str] = []
    path = None
    for question in questions:
        if path_of(question) != path:
            path = path_of(question)
            parts.append(f"$CATEGORY: {path}\n")
        parts.append(f"{_about(question)}{_written(question)}\n")
    return "\n".join(parts)


def _stroked(found: re.Match[str]) -> str:
    return "\\" + found[0]


def _escaped(text: str) -> str:
    return _SIGNS.sub(_stroked, text).replace("\n", "\\n")


_FORMAT = re.compile(r"\s*\[(?:html|markdown|plain|moodle)\]", re.IGNORECASE)


def _words(text: str) -> str:
    """Words that begin like the name of a format get the name of theirs before them."""
    return ("[plain]" if _FORMAT.match(text) else "") + _escaped(text)


def _about(question: Carried) -> str:
    said = [("id", question.reference)] if question.reference else []
    said += [("tag", tag) for tag in question.tags]
    said += [("source", question.source)] if question.source else []
    said += [("points", str(question.points))] if question.points != 1 else []
    said += [("difficulty", str(question.difficulty))] if question.difficulty != 1 else []
    marks = [f"[{name}:{_BRACKETS.sub(_stroked, text)}]" for name, text in said]
    if question.kind in (SEVERAL, MATCHING) and not question.is_partial:
        marks.append("[all-or-nothing]")
    return f"// {' '.join(marks)}\n" if marks else ""


def _written(question: Carried) -> str:
    title = f"::{_escaped(question.reference)}::" if question.reference else ""
    general = f"####{_words(question.explanation)}" if question.explanation else ""
    if question.kind == FILL_IN:
        before, _blank, after = question.stem.partition(BLANK)
        return f"{title}[plain]{_escaped(before)}{{{_blank_of(question)}{general}}}{_escaped(after)}"
    return f"{title}[plain]{_escaped(question.stem)}{{{_inside(question)}{general}}}"


def _inside(question: Carried) -> str:
    if question.kind == SHORT:
        return ""
    if question.kind == TRUE_FALSE:
        return _true_false(question.options)
    if question.kind == MATCHING:
        return "".join(_pair(pair) for pair in question.pairs) + "\n"
    right = sum(option.is_right for option in question.options)
    return "".join(_option(question, option, right) for option in question.options) + "\n"


def _true_false(options: list[Option]) -> str:
    right = next(option for option in options if option.is_right)
    wrong = next(option for option in options if not option.is_right)
    told = "TRUE" if right is options[0] else "FALSE"
    if right.feedback:
        return f"{told}#{_words(wrong.feedback)}#{_words(right.feedback)}"
    return f"{told}#{_words(wrong.feedback)}" if wrong.feedback else told


def _option(question: Carried, option: Option, right: int) -> str:
    """Weights are written where they say more than the sign, or the words begin like one."""
    sign = "=" if option.is_right and question.kind == SINGLE else "~"
    weight = weight_of(question, option, right)
    shows = question.kind == SEVERAL or option.text.startswith("%")
    told = f"%{weight}%" if shows else ""
    return f"\n\t{sign}{told}{_words(option.text)}" + (
        f"#{_words(option.feedback)}" if option.feedback else ""
    )


def weight_of(question: Carried, option: Option, right: int) -> str:
    """What an option earns, in per cent. All or nothing: a wrong choice takes everything away."""
    if question.kind == SINGLE:
        return "100" if option.is_right else "0"
    share = Decimal(100) / right
    if not option.is_right:
        share = -share if question.is_partial else Decimal(-100)
    return f"{share:.5f}".rstrip("0").rstrip(".")


def _pair(pair: Pair) -> str:
    return f"\n\t={_words(pair.text)} -> {_words(pair.match)}"


def _blank_of(question: Carried) -> str:
    blank = question.blanks[0]
    accepted = [*blank.accepted, *(text for text in blank.accepted_en if text not in blank.accepted)]
    if blank.kind == "number":
        tolerance = f":{blank.tolerance}" if blank.tolerance else ""
        values = [f"{value}{tolerance}" for value in accepted]
        return "#" + (values[0] if len(values) == 1 else "".join(f"={value}" for value in values))
    return "".join(f"={_weighed(starred(text))}" for text in accepted)


def _weighed(text: str) -> str:
    return ("%100%" if text.startswith("%") else "") + _words(text)


def starred(text: str) -> str:
    """A star in an answer stands for anything in Moodle, unless a stroke is before it."""
    return text.replace("*", "\\*")
