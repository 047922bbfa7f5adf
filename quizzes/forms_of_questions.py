"""
In which forms each kind of question reaches people besides the screen: on paper, and by ear.

Plain data without the database, in the language that is active. Nothing of it tells the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from paper.content import GAP, Answered, PrintedCase, PrintedQuestion
from paper.sheet import LETTERS, MOST_LINES
from quizzes.questions import Question, in_reader_language

Kind = Question.Kind

ANSWERED: dict[str, Answered] = {
    Kind.SINGLE_CHOICE: "boxes",
    Kind.MULTIPLE_CHOICE: "boxes",
    Kind.TRUE_FALSE: "boxes",
    Kind.FILL_IN: "blanks",
    Kind.ORDERING: "order",
    Kind.MATCHING: "pairs",
    Kind.SHORT_ANSWER: "words",
}
"""How each kind is answered on paper."""

MOST_OPTIONS = 8
"""Options of a choice: letters that a row of the answer sheet has."""

MOST_ROWS = 12
"""Rows of either side to put in order or to match that a sheet has room for."""

FEWEST_LINES, MOST_WRITING_LINES = 3, 10

MOST_HEARD, MOST_BLANKS_HEARD, LONGEST_HEARD = 6, 4, 600
"""What can be kept in mind by ear: rows or options, blanks, and characters of a text."""

Place = Mapping[str, Any]
"""A place of a drawn paper (see `Attempt`)."""


def as_written(content: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return a place of a paper for a question that nobody has drawn, such as in a preview.

    Choices stand as they were written; what is to be put in order or matched is mixed, always the same way.
    """
    keys = [option["key"] for option in content["options"]]
    place: dict[str, Any] = {
        "kind": content["kind"],
        "options": sorted(keys) if content["kind"] == Kind.ORDERING else keys,
    }
    if content.get("matches"):
        place["matches"] = sorted(match["key"] for match in content["matches"])
    if content.get("blanks"):
        place["blanks"] = len(content["blanks"])
    return place


@dataclass(frozen=True)
class _Words:
    """The words of a question in the order of its paper, in the active language."""

    kind: str
    stem: str
    options: list[str]
    matches: list[str]
    blanks: int
    points: int
    case: PrintedCase | None


def _words(content: Mapping[str, Any], place: Place | None) -> _Words:
    at = as_written(content) if place is None else place
    texts = {row["key"]: _local(row, "text") for row in [*content["options"], *content.get("matches", ())]}
    return _Words(
        kind=content["kind"],
        stem=_local(content, "stem"),
        options=[texts[key] for key in at["options"]],
        matches=[texts[key] for key in at.get("matches", ())],
        blanks=at.get("blanks", 0),
        points=content.get("points", 1),
        case=_case(content),
    )


def _local(row: Mapping[str, Any], name: str) -> str:
    return in_reader_language(row[name], row[f"{name}_en"])


def _case(content: Mapping[str, Any]) -> PrintedCase | None:
    case = content.get("case")
    return PrintedCase(*(_local(case, name) for name in ("title", "text", "source"))) if case else None


def printed(content: Mapping[str, Any], place: Place | None = None) -> PrintedQuestion:
    """Return a question for the press, in the order of its paper; without one, as `as_written` has it."""
    words = _words(content, place)
    return PrintedQuestion(
        stem=words.stem,
        takes_several=words.kind == Kind.MULTIPLE_CHOICE,
        options=words.options,
        answered=ANSWERED[words.kind],
        matches=words.matches,
        blanks=words.blanks,
        lines=lines_for(words.points) if words.kind == Kind.SHORT_ANSWER else 0,
        points=words.points,
        case=words.case,
    )


def lines_for(points: int) -> int:
    """Lines to write a short answer on: two for each point, within bounds."""
    return min(max(2 * points, FEWEST_LINES), MOST_WRITING_LINES)


def is_printable(content: Mapping[str, Any]) -> bool:
    """Whether an answer sheet has room for the answer."""
    options, matches = len(content["options"]), len(content.get("matches", ()))
    match ANSWERED[content["kind"]]:
        case "boxes":
            return options <= MOST_OPTIONS
        case "blanks":
            return len(content.get("blanks", ())) <= MOST_LINES
        case _:
            return options <= MOST_ROWS and matches <= MOST_ROWS


@dataclass(frozen=True)
class Heard:
    """
    A question as it is read aloud, and what to say of how it is answered.

    `options`, `matches`: both sides as they stand on the paper; `rows`: the same with letters and numbers, as
    they are read. `case`: what is read before the first question about it. `not_by_ear`: why it is more than
    an ear can keep in mind, in words; empty when it is not.
    """

    stem: str
    how: str
    options: list[str] = field(default_factory=list)
    matches: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    case: list[str] = field(default_factory=list)
    not_by_ear: str = ""

    @property
    def lettered(self) -> list[str]:
        """The other side of a question to match, as it is read."""
        return self.rows[len(self.options) :]


def spoken(content: Mapping[str, Any], place: Place | None = None) -> Heard:
    """Return a question for reading aloud, in the order of its paper; without one, as `as_written` has it."""
    words = _words(content, place)
    return Heard(
        stem=_stem_heard(words),
        how=_how(words),
        options=words.options,
        matches=words.matches,
        rows=_rows(words),
        case=[words.case.title, words.case.text] if words.case else [],
        not_by_ear=_not_by_ear(words),
    )


def spoken_lines(content: Mapping[str, Any], place: Place | None = None) -> list[str]:
    """Return everything that is said of a question, in order."""
    heard = spoken(content, place)
    return [*heard.case, heard.stem, heard.how, *heard.rows, *filter(None, [heard.not_by_ear])]


def _stem_heard(words: _Words) -> str:
    """The stem; a blank is called by its number."""
    if words.kind != Kind.FILL_IN:
        return words.stem
    texts = GAP.split(words.stem)
    texts += [""] * (words.blanks + 1 - len(texts))
    said = texts[0]
    for number, text in enumerate(texts[1:], 1):
        said += blank_name(number, len(texts) - 1) + text
    return said


def blank_name(number: int, of: int) -> str:
    """What a blank is called when it is read aloud."""
    return _("(blank)") if of == 1 else _("(blank %(number)d)") % {"number": number}


def _how(words: _Words) -> str:
    match words.kind:
        case Kind.MULTIPLE_CHOICE:
            return _("Which of these are right? It may be several.")
        case Kind.TRUE_FALSE:
            return _("Is that right or wrong?")
        case Kind.FILL_IN:
            if words.blanks == 1:
                return _("What belongs in the blank?")
            return _("What belongs in each blank?")
        case Kind.ORDERING:
            return _("Please say these in their order, the first one first.")
        case Kind.MATCHING:
            return _("Please say for each number which letter belongs to it.")
        case Kind.SHORT_ANSWER:
            return _("Please answer in your own words.")
        case _:
            return _("Which of these is right?")


def _rows(words: _Words) -> list[str]:
    lettered = [f"{letter}: {text}" for letter, text in zip(LETTERS, words.options, strict=False)]
    if words.kind != Kind.MATCHING:
        return lettered
    numbered = [f"{number}: {text}" for number, text in enumerate(words.options, 1)]
    return numbered + [f"{letter}: {text}" for letter, text in zip(LETTERS, words.matches, strict=False)]


def _not_by_ear(words: _Words) -> str:
    by_rows = words.kind in {Kind.ORDERING, Kind.MATCHING}
    if by_rows and max(len(words.options), len(words.matches)) > MOST_HEARD:
        return _("These are many rows for the ear. Please let the member read along.")
    if words.blanks > MOST_BLANKS_HEARD:
        return _("These are many blanks for the ear. Please let the member read along.")
    if words.case and len(words.case.text) > LONGEST_HEARD:
        return _("The text is long for the ear. Please read it in parts, or let the member read along.")
    return ""
