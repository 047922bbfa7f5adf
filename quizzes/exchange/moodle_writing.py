"""Questions as Moodle XML. Two languages stand in the spans of Moodle's filter for several languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lxml import etree

from quizzes.exchange.carried import (
    FILL_IN,
    MATCHING,
    ORDERING,
    SEVERAL,
    SHORT,
    SINGLE,
    TRUE_FALSE,
    Carried,
)
from quizzes.exchange.gift_writing import starred, weight_of
from quizzes.exchange.paths import path_of
from quizzes.exchange.plain_words import html_of
from quizzes.exchange.written_values import line_of_rubric

NAME = 80
"""Characters of the stem that name a question without a reference."""


def write_moodle(questions: Iterable[Carried]) -> bytes:
    """Return the file. The caller has left out what it cannot hold (`quizzes.exchange.holding`)."""
    root = etree.Element("quiz")
    path = None
    for question in questions:
        if path_of(question) != path:
            path = path_of(question)
            _text(_in(_in(root, "question", type="category"), "category"), path)
        _write(root, question)
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return written


def _in(parent: Any, tag: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, tag, **attributes)
    element.text = text
    return element


def _text(parent: Any, words: str) -> Any:
    return _in(parent, "text", words)


def _html(parent: Any, tag: str, chinese: str, english: str = "", **attributes: str) -> Any:
    element = _in(parent, tag, None, **attributes, format="html")
    _text(element, html_of(chinese, english))
    return element


_TYPES = {
    SINGLE: "multichoice",
    SEVERAL: "multichoice",
    TRUE_FALSE: "truefalse",
    ORDERING: "ordering",
    MATCHING: "matching",
    SHORT: "essay",
}


def _type(question: Carried) -> str:
    if question.kind == FILL_IN:
        return "numerical" if question.blanks[0].kind == "number" else "shortanswer"
    return _TYPES[question.kind]


def _write(root: Any, question: Carried) -> None:
    element = _in(root, "question", type=_type(question))
    _text(_in(element, "name"), question.reference or question.stem.replace("\n", " ")[:NAME])
    _html(element, "questiontext", question.stem, question.stem_en)
    _html(element, "generalfeedback", question.explanation, question.explanation_en)
    _in(element, "defaultgrade", str(question.points))
    if question.reference:
        _in(element, "idnumber", question.reference)
    if question.source or question.source_en:
        _html(element, "source", question.source, question.source_en)
    if question.difficulty != 1:
        _in(element, "difficulty", str(question.difficulty))
    _WRITERS[question.kind](element, question)
    if question.tags:
        tags = _in(element, "tags")
        for tag in question.tags:
            _text(_in(tags, "tag"), tag)


def _choice(element: Any, question: Carried) -> None:
    _in(element, "single", "true" if question.kind == SINGLE else "false")
    _in(element, "shuffleanswers", "true")
    if question.kind == SEVERAL and not question.is_partial:
        _in(element, "allornothing", "1")
    right = sum(option.is_right for option in question.options)
    for option in question.options:
        weight = weight_of(question, option, right)
        answer = _html(element, "answer", option.text, option.text_en, fraction=weight)
        _html(answer, "feedback", option.feedback, option.feedback_en)


def _true_false(element: Any, question: Carried) -> None:
    for word, option in zip(("true", "false"), question.options, strict=True):
        weight = "100" if option.is_right else "0"
        answer = _in(element, "answer", fraction=weight, format="moodle_auto_format")
        _text(answer, word)
        _html(answer, "feedback", option.feedback, option.feedback_en)


def _fill_in(element: Any, question: Carried) -> None:
    blank = question.blanks[0]
    if blank.kind == "text":
        _in(element, "usecase", "0")
    accepted = [*blank.accepted, *(text for text in blank.accepted_en if text not in blank.accepted)]
    for text in accepted:
        answer = _in(element, "answer", fraction="100", format="plain_text")
        _text(answer, text if blank.kind == "number" else starred(text))
        if blank.kind == "number":
            _in(answer, "tolerance", blank.tolerance or "0")


def _ordering(element: Any, question: Carried) -> None:
    grading = "RELATIVE_NEXT_EXCLUDE_LAST" if question.is_partial else "ALL_OR_NOTHING"
    for tag, text in (
        ("layouttype", "VERTICAL"), ("selecttype", "ALL"), ("selectcount", "0"), ("gradingtype", grading),
    ):  # fmt: skip
        _in(element, tag, text)
    for place, option in enumerate(question.options, start=1):
        _html(element, "answer", option.text, option.text_en, fraction=str(place))


def _matching(element: Any, question: Carried) -> None:
    _in(element, "shuffleanswers", "true")
    if not question.is_partial:
        _in(element, "allornothing", "1")
    for pair in question.pairs:
        row = _html(element, "subquestion", pair.text, pair.text_en)
        answer = _in(row, "answer", format="html")
        _text(answer, html_of(pair.match, pair.match_en))


def _essay(element: Any, question: Carried) -> None:
    _in(element, "responseformat", "plain")
    lines = "\n".join(line_of_rubric(row.points, row.text) for row in question.rubric)
    english = "\n".join(line_of_rubric(row.points, row.text_en) for row in question.rubric)
    told = any(row.text_en for row in question.rubric)
    _html(element, "graderinfo", lines, english if told else "")


_WRITERS: dict[str, Any] = {
    SINGLE: _choice,
    SEVERAL: _choice,
    TRUE_FALSE: _true_false,
    FILL_IN: _fill_in,
    ORDERING: _ordering,
    MATCHING: _matching,
    SHORT: _essay,
}
