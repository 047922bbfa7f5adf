"""How questions do, as a workbook: one sheet of questions, one of what was given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from people.workbooks.tables import Heading, Table, book_of
from quizzes.item_list import suspects_in_words
from quizzes.item_words import given_in_words, is_right
from quizzes.models import ItemStatistic, in_reader_language


def workbook(found: Iterable[ItemStatistic]) -> bytes:
    """Return the statistics, with their versions and questions, as an .xlsx file."""
    rows = list(found)
    return book_of([_questions(rows), _answers(rows)])


def _questions(rows: Sequence[ItemStatistic]) -> Table:
    headings = [
        Heading(_("Reference"), 14),
        Heading(_("Question"), 60),
        Heading(_("Kind of question"), 16),
        Heading(_("Category"), 24),
        Heading(_("Answers"), 10),
        Heading(_("Facility"), 10, "0%"),
        Heading(_("Discrimination"), 12, "0.00"),
        Heading(_("Median time, seconds"), 12),
        Heading(_("What is suspect"), 44),
        Heading(_("Counted on"), 18),
    ]
    return Table(_("Questions"), headings, (_line(row) for row in rows))


def _line(row: ItemStatistic) -> list[Any]:
    question, content = row.version.question, row.version.content
    return [
        question.reference or str(question.pk),
        in_reader_language(content["stem"], content["stem_en"]),
        str(question.get_kind_display()),
        str(question.get_category_display()),
        row.answers,
        row.facility,
        row.discrimination,
        row.median_seconds,
        " · ".join(str(suspect.label) for suspect in suspects_in_words(row)),
        localtime(row.computed_at).strftime("%Y-%m-%d %H:%M"),
    ]


def _answers(rows: Iterable[ItemStatistic]) -> Table:
    headings = [
        Heading(_("Reference"), 14),
        Heading(_("Given"), 60),
        Heading(_("Right"), 8),
        Heading(_("How often"), 12),
        Heading(_("Of the better third"), 14, "0%"),
        Heading(_("Of the weaker third"), 14, "0%"),
    ]
    return Table(_("What was given"), headings, _given(rows))


def _given(rows: Iterable[ItemStatistic]) -> Iterator[list[Any]]:
    for row in rows:
        for one in row.options:
            yield [
                row.version.question.reference or str(row.version.question_id),
                given_in_words(row.version.content, one["given"]),
                _("yes") if is_right(row.version.content, one["given"]) else "",
                one["count"],
                one["high"],
                one["low"],
            ]
