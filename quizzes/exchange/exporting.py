"""Taking questions out of the bank: which, in what format, what cannot go. The audit keeps that keys left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from people import audit
from people.leading import Refusal
from people.models import Member
from quizzes.bank import WHOLE
from quizzes.exchange.carried import Carried
from quizzes.exchange.gift_writing import write_gift
from quizzes.exchange.holding import GIFT, MOODLE, WORD, XLSX, left_behind, why_not
from quizzes.exchange.into_bank import carried_of
from quizzes.exchange.moodle_writing import write_moodle
from quizzes.exchange.reading import MOST_QUESTIONS
from quizzes.exchange.word_writing import write_word
from quizzes.exchange.workbook_writing import write_workbook
from quizzes.models import Question, QuestionTag, QuizEntry

EXPORTED = audit.action("quiz.questions_exported", _("Took questions with their keys out of the bank"))

TYPES = {
    XLSX: ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    WORD: ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    GIFT: ("txt", "text/plain; charset=utf-8"),
    MOODLE: ("xml", "application/xml; charset=utf-8"),
}
"""Ending and type of a file of each format."""


class NothingToExport(Refusal):
    words = _("No question fits, or none that this format can hold.")


class TooManyToExport(Refusal):
    words = _("These are more than 2,000 questions. Choose fewer.")


@dataclass
class Outlook:
    """What an export would hold: the questions, those that cannot go (each with the reason), what is lost."""

    form: str
    questions: list[Carried] = field(default_factory=list)
    unheld: list[tuple[Question, str]] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return len(self.questions) + len(self.unheld)


def chosen(given: Mapping[str, Any]) -> QuerySet[Question]:
    """The questions that fit what was chosen: tag, category, quiz, state, kind; nothing chosen is all."""
    found = Question.objects.all()
    if given.get("tag"):
        found = found.filter(pk__in=QuestionTag.objects.filter(tag=given["tag"]).values("content_object"))
    if given.get("quiz"):
        found = found.filter(pk__in=QuizEntry.objects.filter(quiz=given["quiz"]).values("question"))
    for name in ("category", "state", "kind"):
        if given.get(name):
            found = found.filter(**{name: given[name]})
    return found.order_by("category", "pk")


def look_out(given: Mapping[str, Any]) -> Outlook:
    """
    Return what an export would hold. Eight queries, however many questions.

    :raises TooManyToExport: when they are more than a file may have.
    """
    rows = chosen(given).select_related("passage__work", "case")
    questions = list(rows.prefetch_related(*WHOLE[:3], "tagged_items__tag")[: MOST_QUESTIONS + 1])
    if len(questions) > MOST_QUESTIONS:
        raise TooManyToExport
    outlook = Outlook(given["form"])
    for question in questions:
        carried = carried_of(question)
        if reason := why_not(outlook.form, carried):
            outlook.unheld.append((question, reason))
            continue
        outlook.questions.append(carried)
        outlook.left.update(left_behind(outlook.form, carried))
    return outlook


@transaction.atomic
def export(given: Mapping[str, Any], *, by: Member, at: datetime, address: str, title: str) -> bytes:
    """
    Return the file. The audit keeps who took how many questions out, and in what format.

    :raises NothingToExport: when no question is left.
    :raises TooManyToExport: when they are more than a file may have.
    """
    outlook = look_out(given)
    if not outlook.questions:
        raise NothingToExport
    details = {"format": outlook.form, "questions": len(outlook.questions), "left_out": len(outlook.unheld)}
    audit.note(EXPORTED, at=at, by=by, address=address, details=details)
    if outlook.form == GIFT:
        return write_gift(outlook.questions).encode()
    if outlook.form == MOODLE:
        return write_moodle(outlook.questions)
    if outlook.form == WORD:
        return write_word(outlook.questions, title=title)
    return write_workbook(outlook.questions)
