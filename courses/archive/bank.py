"""
Passages, works, questions and quizzes of an archive: made where they are missing, and never changed.

What an editor brings is proposed, as in the editor's pages; what a reviewer or the operator brings is
published.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from courses.archive.contents import Contents, QuestionRow
from courses.archive.exporting import PASSAGE_FIELDS, WORK_FIELDS
from courses.archive.questions import WORDS, question_row, quiz_row
from courses.reviewing import reviews
from people.models import Member
from quizzes.models import Question, QuestionOption, Quiz, QuizEntry
from sources.models import Passage, Work


def bring_passages(
    contents: Contents, differs: list[str], *, by: Member | None, at: datetime
) -> dict[UUID, int]:
    """Return the passages of the archive by key; those that were here with other words are told."""
    proposed_by = by if by and not reviews(by, on=localdate(at)) else None
    works: dict[UUID, Work] = {}
    for row in contents.works:
        values = {name: getattr(row, name) for name in WORK_FIELDS}
        works[row.key] = _bring(Work, row.key, values, differs, proposed_by)
    passages: dict[UUID, int] = {}
    for row in contents.passages:
        values = {name: getattr(row, name) for name in PASSAGE_FIELDS}
        values["work"] = works[row.work]
        passages[row.key] = _bring(Passage, row.key, values, differs, proposed_by).pk
    return passages


def _bring(
    model: Any, key: UUID, values: dict[str, Any], differs: list[str], proposed_by: Member | None
) -> Any:
    kept = (
        model.objects.filter(key=key).first() or model.objects.filter(reference=values["reference"]).first()
    )
    if kept is None:
        kept = model(key=key, live=proposed_by is None, **values)
        kept.has_unpublished_changes = not kept.live
        kept.save()
        revision = kept.save_revision(user=proposed_by, clean=False)
        if kept.live:
            revision.publish()
        return kept
    if any(getattr(kept, name) != value for name, value in values.items() if name != "work"):
        differs.append(kept.reference)
    return kept


def bring_quizzes(contents: Contents, passages: dict[UUID, int], differs: list[str]) -> dict[UUID, int]:
    """Return the quizzes of the archive by key. A new question is a draft: an editor takes it into use."""
    questions = {row.name: _question(row, passages, differs) for row in contents.questions}
    found: dict[UUID, int] = {}
    for row in contents.quizzes:
        quiz = Quiz.objects.filter(key=row.key).first()
        if quiz is None:
            words = {"title": row.title, "title_en": row.title_en, "pass_mark": row.pass_mark}
            quiz = Quiz.objects.create(key=row.key, **words)
            QuizEntry.objects.bulk_create(
                QuizEntry(quiz=quiz, question=questions[name], sort_order=order)
                for order, name in enumerate(row.questions)
            )
        elif quiz_row(quiz) != row.model_dump(mode="json"):
            differs.append(row.title)
        found[row.key] = quiz.pk
    return found


def _question(row: QuestionRow, passages: dict[UUID, int], differs: list[str]) -> Question:
    kept = _kept(row)
    if kept is not None:
        if question_row(kept) != row.model_dump(mode="json"):
            differs.append(row.name)
        return kept
    question = Question(
        reference=row.reference,
        state=Question.State.DRAFT,
        valid_as_of=row.valid_as_of,
        review_by=row.review_by,
        passage_id=passages[row.passage] if row.passage else None,
        **{name: getattr(row, name) for name in WORDS},
    )
    if question.passage:
        question.passage_digest = question.passage.digest
    question.save()
    QuestionOption.objects.bulk_create(
        QuestionOption(
            question=question,
            key=option.key,
            position=position,
            text=option.text,
            text_en=option.text_en,
            is_correct=option.right,
        )
        for position, option in enumerate(row.options)
    )
    return question


def _kept(row: QuestionRow) -> Question | None:
    if row.reference:
        return Question.objects.filter(reference=row.reference).first()
    option = QuestionOption.objects.filter(key__in=[option.key for option in row.options])
    found = option.select_related("question").first()
    return found.question if found else None
