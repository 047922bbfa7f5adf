"""Moodle XML read question by question. Nothing is loaded from elsewhere, and no entities are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from html.entities import html5
from typing import Any
from xml.parsers import expat

from lxml import etree

from intake.packages import new_parser
from intake.refusals import UploadRefused
from quizzes.exchange.carried import (
    BLANK,
    FALSE,
    FILL_IN,
    MATCHING,
    ORDERING,
    SEVERAL,
    SHORT,
    SINGLE,
    TRUE,
    TRUE_FALSE,
    Blank,
    Carried,
    Entry,
    Option,
    Pair,
    blanks_in,
    tidy,
)
from quizzes.exchange.gift_reading import blank_of_ranges
from quizzes.exchange.moodle_words import is_usual_feedback, said
from quizzes.exchange.paths import take_path
from quizzes.exchange.weights import Answer, choose, words_accepted
from quizzes.exchange.written_values import NotUnderstood, number, rubric_of

_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_QUESTION = re.compile(r"<question\b[^<>]*>(?:(?!<question\b).)*?</question\s*>", re.DOTALL | re.IGNORECASE)
"""A question of a broken file; it never reaches over the opening of another, so that reading stays quick."""
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;)([A-Za-z]\w*;)")
_POSITION = re.compile(r"^(.*?)(?:\.0+)?$")


class Malformed(Exception):
    """The XML is broken at that line."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def count_questions(text: str, most: int) -> int:
    """
    Look at the whole file without keeping anything: how many questions there are, at most `most` and one.

    :raises Malformed: when it is no XML.
    :raises UploadRefused: when it declares a document type or entities.
    """
    parser, found = new_parser(), 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal found
        found += tag == "question" and attributes.get("type") != "category"
        if found > most:
            raise StopIteration

    parser.StartElementHandler = start
    try:
        parser.Parse(_DECLARATION.sub("", text, count=1).encode(), True)
    except StopIteration:
        pass
    except expat.ExpatError as error:
        raise Malformed(error.lineno) from error
    return found


def elements_of(text: str) -> Iterator[tuple[int, Any]]:
    """
    The questions of a file with their lines. Where the file is broken, each question is read by itself,
    and one that is broken is None.
    """
    bare = _DECLARATION.sub("", text, count=1)
    try:
        count_questions(bare, len(bare))
    except Malformed:
        for found in _QUESTION.finditer(bare):
            yield bare.count("\n", 0, found.start()) + 1, _piece(found[0])
        return
    root = etree.fromstring(bare.encode(), _parser())
    for element in root.iter("question"):
        yield element.sourceline or 0, element


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def _piece(text: str) -> Any:
    """One question of a broken file; names of signs that only web pages know are put right."""
    text = _ENTITY.sub(lambda found: html5.get(found[1], found[0]), text)
    parser = new_parser()
    try:
        parser.Parse(text.encode(), True)
        return etree.fromstring(text.encode(), _parser())
    except (expat.ExpatError, etree.XMLSyntaxError, UploadRefused):
        return None


def category_in(element: Any) -> str | None:
    """The path that a question of the type “category” names; None for real questions."""
    if element is None or element.get("type") != "category":
        return None
    return tidy(element.findtext("category/text") or "")


def read_element(number_: int, line: int, element: Any, path: str) -> Entry:
    """Return the question, or what is amiss with it."""
    entry = Entry(number_, ("line", line))
    if element is None:
        entry.error("broken_xml")
        return entry
    kind = (element.get("type") or "").strip().lower()
    try:
        if kind == "description":
            raise NotUnderstood("description")
        if kind not in _READERS:
            raise NotUnderstood("type_not_held", type=kind[:40])
        entry.question = _READERS[kind](_Reading(entry, element))
        _read_about(entry, element, path)
    except NotUnderstood as wrong:
        entry.question = None
        entry.error(wrong.code, **wrong.values)
    except UploadRefused:
        entry.question = None
        entry.error("too_deep")
    return entry


class _Reading:
    """One question being read: its element, its stem in both languages."""

    def __init__(self, entry: Entry, element: Any) -> None:
        self.entry, self.element = entry, element
        self.stem, self.stem_en = self.words("questiontext")
        if (element.findtext("image") or "").strip():  # as Moodle wrote it before 2.0
            entry.warn("lost", what="picture")

    def words(self, path: str) -> tuple[str, str]:
        return said(self.element.find(path), self.entry)

    def flag(self, name: str) -> bool:
        return (self.element.findtext(name) or "").strip().lower() in ("1", "true")

    def asks(self, kind: str, **more: Any) -> Carried:
        return Carried(kind, self.stem, self.stem_en, **more)

    def asks_with_blank(self) -> Carried:
        """A question whose answer is written: the blank stands where the stem has one, or at its end."""
        question = self.asks(FILL_IN)
        if not blanks_in(question.stem):
            question.stem += f" {BLANK}"
            question.stem_en += f" {BLANK}" if question.stem_en else ""
        return question

    def answers(self) -> list[tuple[Any, Answer, str, str]]:
        """Element, answer, and the English of its words and its feedback."""
        found = []
        for element in self.element.findall("answer"):
            text, text_en = said(element, self.entry)
            feedback, feedback_en = said(element.find("feedback"), self.entry)
            found.append((element, Answer(text, _weight(element), feedback), text_en, feedback_en))
        return found


def _weight(element: Any) -> Decimal:
    try:
        weight = Decimal((element.get("fraction") or "0").strip())
    except InvalidOperation:
        raise NotUnderstood("no_number", text=(element.get("fraction") or "")[:40]) from None
    if not weight.is_finite():
        raise NotUnderstood("no_number", text=(element.get("fraction") or "")[:40])
    return weight


def _choice(reading: _Reading, *, as_set: bool = False) -> Carried:
    single = not as_set and (reading.element.findtext("single") or "true").strip().lower() in ("1", "true")
    question = reading.asks(SINGLE if single else SEVERAL)
    answers = reading.answers()
    choose(
        question,
        [answer for _element, answer, _text, _feedback in answers],
        reading.entry,
        all_or_nothing=as_set or reading.flag("allornothing"),
    )
    for option, (_element, _answer, text_en, feedback_en) in zip(question.options, answers, strict=True):
        option.text_en, option.feedback_en = text_en, feedback_en
    return question


def _choice_as_set(reading: _Reading) -> Carried:
    return _choice(reading, as_set=True)


def _true_false(reading: _Reading) -> Carried:
    options = {"true": Option(*TRUE), "false": Option(*FALSE)}
    for element, answer, _text_en, feedback_en in reading.answers():
        option = options.get((element.findtext("text") or "").strip().lower())
        if option is None:
            raise NotUnderstood("answer_not_understood", answer=answer.text[:40])
        option.is_right = answer.weight >= 100
        option.feedback, option.feedback_en = answer.feedback, feedback_en
    return reading.asks(TRUE_FALSE, options=list(options.values()))


def _short(reading: _Reading) -> Carried:
    question = reading.asks_with_blank()
    answers = [answer for _element, answer, _text, _feedback in reading.answers()]
    question.blanks = [Blank(words_accepted(answers, reading.entry))]
    if reading.flag("usecase"):
        reading.entry.warn("case_of_letters")
    return question


def _numerical(reading: _Reading) -> Carried:
    question = reading.asks_with_blank()
    ranges = []
    for element, answer, _text, _feedback in reading.answers():
        if answer.feedback:
            reading.entry.warn("feedback_not_kept")
        if answer.weight <= 0 or answer.text.strip() == "*":
            continue
        if answer.weight < 100:
            reading.entry.warn("part_of_points", text=answer.text[:40])
            continue
        ranges.append((number(answer.text), number(element.findtext("tolerance") or "0")))
    question.blanks = [blank_of_ranges(ranges)]
    units = [unit.findtext("unit_name") or "" for unit in reading.element.iter("unit")]
    if any(units):
        reading.entry.warn("units_not_kept", units=", ".join(units)[:60])
    return question


def _matching(reading: _Reading) -> Carried:
    question = reading.asks(MATCHING, is_partial=not reading.flag("allornothing"))
    for element in reading.element.findall("subquestion"):
        text, text_en = said(element, reading.entry)
        match, match_en = said(element.find("answer"), reading.entry)
        if text or match:
            question.pairs.append(Pair(text, match, text_en, match_en))
    return question


def _ordering(reading: _Reading) -> Carried:
    """The rows stand in the right order; where fractions count them, those say it."""
    answers = reading.answers()
    places = [answer.weight for _element, answer, _text, _feedback in answers]
    if len(set(places)) == len(places):
        answers.sort(key=lambda row: row[1].weight)
    rows = [Option(answer.text, text_en) for _element, answer, text_en, _feedback in answers]
    grading = (reading.element.findtext("gradingtype") or "").strip().upper()
    if grading not in ("", "ALL_OR_NOTHING", "-1", "RELATIVE_NEXT_EXCLUDE_LAST", "1"):
        reading.entry.warn("grading_of_order")
    is_partial = grading not in ("ALL_OR_NOTHING", "-1")
    return reading.asks(ORDERING, options=rows, is_partial=is_partial)


def _essay(reading: _Reading) -> Carried:
    lines, lines_en = reading.words("graderinfo")
    if reading.words("responsetemplate")[0]:
        reading.entry.warn("not_kept", what="responsetemplate")
    return reading.asks(SHORT, rubric=rubric_of(tidy(lines), tidy(lines_en)))


_READERS: dict[str, Callable[[_Reading], Carried]] = {
    "multichoice": _choice,
    "multichoiceset": _choice_as_set,
    "truefalse": _true_false,
    "shortanswer": _short,
    "numerical": _numerical,
    "matching": _matching,
    "match": _matching,
    "ddmatch": _matching,
    "ordering": _ordering,
    "essay": _essay,
}


def _read_about(entry: Entry, element: Any, path: str) -> None:
    question = entry.question
    if question is None:
        return
    question.explanation, question.explanation_en = said(element.find("generalfeedback"), entry)
    question.source, question.source_en = said(element.find("source"), entry)
    question.reference = tidy(element.findtext("idnumber") or "")
    question.tags = [tag for one in element.findall("tags/tag") if (tag := tidy(one.findtext("text") or ""))]
    take_path(question, path)
    _read_points(question, element, entry)
    difficulty = (element.findtext("difficulty") or "").strip()
    question.difficulty = int(difficulty) if difficulty in ("1", "2", "3") else 1
    if any(said(hint, entry)[0] for hint in element.findall("hint")):
        entry.warn("not_kept", what="hint")
    for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        if not is_usual_feedback(said(element.find(name), entry)[0]):
            entry.warn("not_kept", what="feedback_together")


def _read_points(question: Carried, element: Any, entry: Entry) -> None:
    text = (element.findtext("defaultgrade") or "1").strip()
    try:
        grade = Decimal(text)
        whole = int(grade.to_integral_value()) if grade.is_finite() and abs(grade) < 1000 else 0
    except InvalidOperation:
        grade, whole = Decimal(0), 0
    if question.kind == SHORT and question.rubric:
        question.points = sum(row.points for row in question.rubric)
        if grade != question.points:
            entry.warn("points_of_rubric", points=question.points)
        return
    question.points = whole if 1 <= whole <= 100 else 1
    if grade != question.points:
        entry.warn("points_unknown", text=text[:40])
