"""Results of a branch as a workbook: the numbers, and by name for who sees names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from people.workbooks.tables import Heading, Table, book_of
from reports.scores import Scores


def workbook(scores: Scores) -> bytes:
    """Return the page as an .xlsx file; members who have not handed in have no row."""
    tables = [_numbers(scores)]
    return book_of([*tables, _by_name(scores)] if scores.by_name else tables)


def _numbers(scores: Scores) -> Table:
    headings = [
        Heading(_("Module"), 30),
        Heading(_("Lesson"), 30),
        Heading(_("Quiz"), 30),
        Heading(_("Handed in"), 12),
        Heading(_("Passed"), 12),
        Heading(_("Mean, per cent"), 12),
    ]
    return Table(_("By module"), headings, _lines(scores))


def _lines(scores: Scores) -> Iterator[list[Any]]:
    for module in scores.modules:
        for line in module.lines:
            told = line.sum
            names = [module.title, line.lesson, line.quiz.local_title]
            yield [*names, told.handed_in, told.passed, told.mean]


def _by_name(scores: Scores) -> Table:
    headings = [
        Heading(_("Quiz"), 30),
        Heading(_("Member"), 20),
        Heading(_("Result, per cent"), 12),
        Heading(_("Passed"), 10),
        Heading(_("Attempts"), 10),
        Heading(_("Handed in"), 18),
    ]
    return Table(_("By name"), headings, _results(scores))


def _results(scores: Scores) -> Iterator[list[Any]]:
    for quiz in scores.quizzes:
        for member in scores.members:
            best = scores.results.get((member.pk, quiz.key))
            if best is not None:
                yield [
                    quiz.local_title,
                    str(member),
                    best.percent,
                    _("yes") if best.passed else _("not yet"),
                    best.attempts,
                    localtime(best.handed_in_at).strftime("%Y-%m-%d %H:%M"),
                ]
