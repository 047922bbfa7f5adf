"""What each format has no place for: such questions are left out, or something of them is left behind."""

from __future__ import annotations

from collections.abc import Iterator

from quizzes.exchange.carried import (
    FALSE,
    FILL_IN,
    ORDERING,
    TRUE,
    TRUE_FALSE,
    Carried,
    Option,
    RubricRow,
)

GIFT, MOODLE, XLSX, WORD = "gift", "moodle", "xlsx", "word"
FORMATS = (XLSX, WORD, GIFT, MOODLE)
MOODLES = frozenset({GIFT, MOODLE})


def why_not(form: str, question: Carried) -> str:
    """The reason (a code of `wording`) why a question cannot stand in a file of this format, or nothing."""
    if form not in MOODLES:
        return ""
    if question.kind == ORDERING and form == GIFT:
        return "no_ordering"
    if question.kind == FILL_IN and len(question.blanks) != 1:
        return "one_blank"
    if question.kind == FILL_IN and question.blanks[0].kind == "date":
        return "no_dates"
    if form == GIFT and any("->" in text for text in _before_arrows(question)):
        return "arrow_in_text"
    return ""


def _before_arrows(question: Carried) -> Iterator[str]:
    """Words in which Moodle would take an arrow for the one between two that belong together."""
    yield from (pair.text for pair in question.pairs)
    yield from (text for blank in question.blanks for text in (*blank.accepted, *blank.accepted_en))


def left_behind(form: str, question: Carried) -> Iterator[str]:
    """Codes of what is not in the file although the question is."""
    if form not in MOODLES:
        return
    if question.passage or question.case or question.valid_as_of or question.review_by:
        yield "our_own"
    if form == GIFT:
        if _has_english(question):
            yield "english"
        if question.rubric:
            yield "rubric"
    if question.kind == TRUE_FALSE and [option.text for option in question.options] != [TRUE[0], FALSE[0]]:
        yield "own_true_false"


def _has_english(question: Carried) -> bool:
    rows: list[Option | RubricRow] = [*question.options, *question.rubric]
    return bool(
        question.stem_en
        or question.explanation_en
        or question.source_en
        or any(row.text_en for row in rows)
        or any(pair.text_en or pair.match_en for pair in question.pairs)
        or any(option.feedback_en for option in question.options)
    )
