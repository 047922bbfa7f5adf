"""Saving words of the bank: whose they are from then on, and that nobody changes what a reviewer reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from people.models import Member
from quizzes.models import Case, Question
from quizzes.reviewing import AwaitsReview, digest_now, note_written


def _kept(question: Question) -> Question:
    rows = Question.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("version", "passage__work", "case").get(pk=question.pk)


@contextmanager
def changing(question: Question, *, by: Member, at: datetime) -> Iterator[None]:
    """
    Save a question within, in a transaction. Whose words changed wrote them; how far it is stays as it is.

    :raises AwaitsReview: while it is under review; nothing is saved.
    """
    kept = _kept(question)
    if kept.awaits_since is not None:
        raise AwaitsReview
    before = digest_now(kept)
    question.state, question.version, question.written_by = kept.state, kept.version, kept.written_by
    question.awaits_since = None
    yield
    now = Question.objects.select_related("passage__work", "case").get(pk=question.pk)
    if digest_now(now) != before:
        note_written([now], by=by, at=at)


def written_now(question: Question, *, by: Member, at: datetime) -> None:
    """A new question was saved by a person."""
    note_written([Question.objects.get(pk=question.pk)], by=by, at=at)


@contextmanager
def changing_case(case: Case, *, by: Member, at: datetime) -> Iterator[None]:
    """
    Save a case within, in a transaction: its text is part of each of its questions.

    :raises AwaitsReview: while one of them is under review; nothing is saved.
    """
    rows = Question.objects.filter(case=case.pk).select_for_update(no_key=True, of=("self",))
    questions = list(rows.select_related("case", "passage__work"))
    if any(question.awaits_since for question in questions):
        raise AwaitsReview
    before = {question.pk: digest_now(question) for question in questions}
    yield
    later = Question.objects.filter(pk__in=before).select_related("case", "passage__work")
    note_written([row for row in later if digest_now(row) != before[row.pk]], by=by, at=at)
