"""What the bank asks of a question, whichever file it comes from: said question by question."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from quizzes.amiss import amiss_with
from quizzes.exchange.carried import (
    BLANK,
    FILL_IN,
    MAY_BE_PARTIAL,
    SHORT,
    Carried,
    Entry,
    in_one_line,
    tidy,
    with_blanks,
)
from quizzes.exchange.into_bank import blanks_of, options_of, rubric_of
from quizzes.exchange.written_values import NotUnderstood, number

MOST_STEM = 5_000
MOST_TAGS = 20

_LONG = ("stem", "stem_en", "explanation", "explanation_en")
_SHORT = {"source": 300, "source_en": 300, "passage": 200, "case": 200}


def check(entry: Entry) -> None:
    """Bring the words of the entry's question into the form in which they are kept, and say what is amiss."""
    question = entry.question
    if question is None:
        return
    _tidy(question)
    if not question.stem.replace(BLANK, "").strip():
        entry.error("no_stem")
    for place, length, most in _too_long(question):
        entry.error("too_long", what=place, has=length, most=most)
    _check_parts(question, entry)
    _check_reference(question, entry)
    if question.kind not in MAY_BE_PARTIAL:
        question.is_partial = False


def _tidy(question: Carried) -> None:
    for name in _LONG:
        setattr(question, name, tidy(getattr(question, name)))
    for name in (*_SHORT, "reference", "path"):
        setattr(question, name, in_one_line(getattr(question, name)))
    if question.kind == FILL_IN:
        question.stem, question.stem_en = with_blanks(question.stem), with_blanks(question.stem_en)
    for option in question.options:
        option.text, option.text_en = in_one_line(option.text), in_one_line(option.text_en)
        option.feedback, option.feedback_en = in_one_line(option.feedback), in_one_line(option.feedback_en)
    for pair in question.pairs:
        pair.text, pair.text_en = in_one_line(pair.text), in_one_line(pair.text_en)
        pair.match, pair.match_en = in_one_line(pair.match), in_one_line(pair.match_en)
    for blank in question.blanks:
        blank.accepted = _each_once(blank.accepted)
        blank.accepted_en = _each_once(blank.accepted_en)
    for row in question.rubric:
        row.text, row.text_en = in_one_line(row.text), in_one_line(row.text_en)
    question.tags = _each_once(question.tags)


def _each_once(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, (in_one_line(text) for text in texts))))


def _too_long(question: Carried) -> Iterator[tuple[str, int, int]]:
    found = [("stem", getattr(question, name), MOST_STEM) for name in _LONG]
    found += [("source", getattr(question, name), most) for name, most in _SHORT.items()]
    for option in question.options:
        found += [("option", text, 500) for text in (option.text, option.text_en)]
        found += [("feedback", text, 500) for text in (option.feedback, option.feedback_en)]
    for pair in question.pairs:
        found += [("option", text, 500) for text in (pair.text, pair.text_en, pair.match, pair.match_en)]
    for blank in question.blanks:
        found += [("answer", text, 200) for text in (*blank.accepted, *blank.accepted_en)]
    for row in question.rubric:
        found += [("rubric", text, 300) for text in (row.text, row.text_en)]
    found += [("tag", tag, 100) for tag in question.tags]
    for what, text, most in found:
        if len(text) > most:
            yield what, len(text), most


def _check_parts(question: Carried, entry: Entry) -> None:
    if len(question.tags) > MOST_TAGS:
        entry.error("too_many_tags", has=len(question.tags), most=MOST_TAGS)
    if question.kind == FILL_IN:
        _check_blanks(question, entry)
    elif question.kind == SHORT:
        _check_rubric(question, entry)
    if question.kind == SHORT and not question.rubric:
        return
    found = amiss_with(
        question.kind,
        stem=question.stem,
        stem_en=question.stem_en,
        options=options_of(question),
        blanks=blanks_of(question),
        rubric=rubric_of(question),
    )
    for sentence in dict.fromkeys(one for sentences in found.values() for one in sentences):
        entry.error("amiss", text=sentence)


def _check_blanks(question: Carried, entry: Entry) -> None:
    for blank in question.blanks:
        try:
            if blank.kind == "number":
                blank.accepted = [number(text) for text in blank.accepted]
                blank.accepted_en = [number(text) for text in blank.accepted_en]
            blank.tolerance = _tolerance(blank.tolerance, entry) if blank.kind == "number" else ""
        except NotUnderstood as wrong:
            entry.error(wrong.code, **wrong.values)


def _tolerance(text: str, entry: Entry) -> str:
    told = number(text) if text else ""
    if told in ("", "0"):
        return ""
    value = Decimal(told)
    if value < 0 or value >= 100_000_000 or value != round(value, 4):
        entry.error("tolerance", text=told[:40])
        return ""
    return told


def _check_rubric(question: Carried, entry: Entry) -> None:
    if not question.rubric:
        entry.warn("no_rubric")
        return
    if any(not row.text for row in question.rubric):
        entry.error("empty_rubric")
    together = sum(row.points for row in question.rubric)
    if question.points != together <= 100:
        entry.warn("points_of_rubric", points=together)
        question.points = together


def _check_reference(question: Carried, entry: Entry) -> None:
    if len(question.reference) > 40:
        entry.warn("name_not_kept", name=question.reference[:60])
        question.reference = ""
