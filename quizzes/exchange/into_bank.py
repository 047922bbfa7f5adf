"""A question that was read, as rows of the bank; and a question of the bank as files can hold it."""

from __future__ import annotations

from decimal import Decimal

from quizzes.exchange.carried import (
    FILL_IN,
    MATCHING,
    SHORT,
    Blank,
    Carried,
    Option,
    Pair,
    RubricRow,
    in_one_line,
    tidy,
)
from quizzes.models import Question, QuestionBlank, QuestionOption, RubricLine


def options_of(carried: Carried) -> list[QuestionOption]:
    if carried.kind == MATCHING:
        return [
            QuestionOption(
                position=place, text=pair.text, text_en=pair.text_en, match=pair.match, match_en=pair.match_en
            )
            for place, pair in enumerate(carried.pairs)
        ]
    return [
        QuestionOption(
            position=place,
            text=option.text,
            text_en=option.text_en,
            is_correct=option.is_right,
            feedback=option.feedback,
            feedback_en=option.feedback_en,
        )
        for place, option in enumerate(carried.options)
    ]


def blanks_of(carried: Carried) -> list[QuestionBlank]:
    return [
        QuestionBlank(
            position=place,
            kind=blank.kind,
            accepted=blank.accepted,
            accepted_en=blank.accepted_en,
            tolerance=Decimal(blank.tolerance) if blank.tolerance else None,
        )
        for place, blank in enumerate(carried.blanks)
    ]


def rubric_of(carried: Carried) -> list[RubricLine]:
    return [
        RubricLine(position=place, text=row.text, text_en=row.text_en, points=row.points)
        for place, row in enumerate(carried.rubric)
    ]


def carried_of(question: Question) -> Carried:
    """
    Return the words of a question as they stand, tidied, from what is prefetched (`WHOLE`, tags).

    Not the version that is asked: what an editor changed since stands in it.
    """
    carried = Carried(question.kind, tidy(question.stem), tidy(question.stem_en))
    carried.explanation, carried.explanation_en = tidy(question.explanation), tidy(question.explanation_en)
    carried.source, carried.source_en = in_one_line(question.source), in_one_line(question.source_en)
    carried.reference = question.reference or ""
    carried.category, carried.difficulty = question.category, question.difficulty
    carried.tags = sorted(row.tag.name for row in question.tagged_items.all())
    carried.points, carried.is_partial = question.points, question.is_partial
    carried.valid_as_of = question.valid_as_of.isoformat() if question.valid_as_of else ""
    carried.review_by = question.review_by.isoformat() if question.review_by else ""
    carried.passage = (question.passage.reference or "") if question.passage else ""
    carried.case = in_one_line(question.case.title) if question.case else ""
    _take_rows(carried, question)
    return carried


def _take_rows(carried: Carried, question: Question) -> None:
    rows = sorted(question.options.all(), key=lambda row: (row.position, row.pk))
    if carried.kind == MATCHING:
        carried.pairs = [
            Pair(*(in_one_line(text) for text in (row.text, row.match, row.text_en, row.match_en)))
            for row in rows
        ]
    elif carried.kind == FILL_IN:
        carried.blanks = [
            _blank(row) for row in sorted(question.blanks.all(), key=lambda r: (r.position, r.pk))
        ]
    elif carried.kind == SHORT:
        lines = sorted(question.rubric.all(), key=lambda row: (row.position, row.pk))
        carried.rubric = [RubricRow(in_one_line(r.text), r.points, in_one_line(r.text_en)) for r in lines]
        carried.points = sum(row.points for row in carried.rubric) or carried.points
    else:
        carried.options = [
            Option(
                in_one_line(row.text),
                in_one_line(row.text_en),
                row.is_correct,
                in_one_line(row.feedback),
                in_one_line(row.feedback_en),
            )
            for row in rows
        ]


def _blank(row: QuestionBlank) -> Blank:
    tolerance = f"{row.tolerance.normalize():f}" if row.tolerance else ""
    return Blank(list(row.accepted), list(row.accepted_en), row.kind, tolerance)
