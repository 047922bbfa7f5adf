"""Errors that readers reported: what is open, and settling it. Editors do not learn who wrote."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses.reading_records import MOST_CHARACTERS, ErrorAnswer, ErrorReport, ErrorReportQuerySet
from people.audit import action, note
from people.leading import Refusal
from people.models import Member

ANSWERED = action("error_report.answered", _("Answered an error report of a reader"))


class AnsweredAlready(Refusal):
    words = _("Somebody has answered this report already. Here is what they wrote.")


class AnswerTooLong(Refusal):
    words = _("This is longer than 2,000 characters. Please shorten it; it is still in the box.")


class AnswerMissing(Refusal):
    words = _("Please tell the reader in a few words why it is right as it stands.")


def open_reports() -> ErrorReportQuerySet:
    """Reports nobody has answered, the oldest first, with edition and page."""
    return ErrorReport.objects.open().select_related("edition__page").order_by("made_at", "pk")


def report_with_key(key: UUID) -> ErrorReport | None:
    """One report with its answer, for the desk."""
    return ErrorReport.objects.select_related("edition__page", "answer").filter(key=key).first()


@transaction.atomic
def answer(report: ErrorReport, *, outcome: str, words: str, by: Member, at: datetime) -> ErrorAnswer:
    """
    Settle a report, with words for the reader.

    :raises AnsweredAlready, AnswerMissing, AnswerTooLong: and nothing is changed.
    """
    if len(words) > MOST_CHARACTERS:
        raise AnswerTooLong
    if outcome == ErrorAnswer.Outcome.NO_ERROR and not words.strip():
        raise AnswerMissing
    ErrorReport.objects.select_for_update(no_key=True).get(pk=report.pk)
    if ErrorAnswer.objects.filter(report=report).exists():
        raise AnsweredAlready
    note(ANSWERED, at=at, by=by, details={"outcome": str(outcome)})
    return ErrorAnswer.objects.create(
        report=report, outcome=outcome, words=words.strip().replace("\x00", ""), by=by, answered_at=at
    )
