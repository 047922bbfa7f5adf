"""
Passages, works, cases, questions and quizzes of an archive: made where they are missing, and never changed.

What an editor brings is proposed, as in the editor's pages; what a reviewer or the operator brings is
published.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate
from pydantic import ValidationError
from taggit.models import Tag

from courses.archive.contents import CaseRow, Contents, QuestionRow, QuizRow, Row
from courses.archive.exporting import PASSAGE_FIELDS, WORK_FIELDS
from courses.archive.questions import RULES, WORDS, case_row, question_row, quiz_row
from courses.reviewing import reviews
from people.models import Member
from quizzes.models import (
    Case,
    Question,
    QuestionBlank,
    QuestionOption,
    Quiz,
    QuizEntry,
    QuizPool,
    RubricLine,
)
from quizzes.reviewing import note_written
from quizzes.sources_used import look_at_passage
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


def bring_quizzes(
    contents: Contents,
    passages: dict[UUID, int],
    differs: list[str],
    *,
    by: Member | None,
    at: datetime,
) -> dict[UUID, int]:
    """
    Return the quizzes of the archive by key. A new question is a draft of the one who brings it: a reviewer
    approves it, and then it is taken into use.
    """
    bringing = _Bringing(passages, _cases(contents, differs), differs)
    questions = {row.name: bringing.question(row) for row in contents.questions}
    if by is not None:
        note_written(Question.objects.filter(pk__in=bringing.made), by=by, at=at)
    found: dict[UUID, int] = {}
    for row in contents.quizzes:
        quiz = Quiz.objects.filter(key=row.key).first()
        if quiz is None:
            quiz = _new_quiz(row, questions)
        elif not _same(QuizRow, quiz_row(quiz), row):
            differs.append(row.title)
        found[row.key] = quiz.pk
    return found


def _same(kind: type[Row], kept: dict[str, Any], row: Row) -> bool:
    """Whether what is here says the same as the archive."""
    try:
        return kind.model_validate(kept) == row
    except ValidationError:
        return False


def _cases(contents: Contents, differs: list[str]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for row in contents.cases:
        values = row.model_dump(exclude={"key"})
        case, is_new = Case.objects.get_or_create(key=row.key, defaults=values)
        if not is_new and not _same(CaseRow, case_row(case), row):
            differs.append(row.title)
        found[row.key] = case.pk
    return found


def _new_quiz(row: QuizRow, questions: dict[str, Question]) -> Quiz:
    fields = ("title", "title_en", "pass_mark", "opens_at", "closes_at", *RULES)
    quiz = Quiz.objects.create(key=row.key, **{name: getattr(row, name) for name in fields})
    QuizEntry.objects.bulk_create(
        QuizEntry(quiz=quiz, question=questions[name], sort_order=order)
        for order, name in enumerate(row.questions)
    )
    QuizPool.objects.bulk_create(
        QuizPool(
            quiz=quiz,
            sort_order=order,
            number=pool.number,
            tag=Tag.objects.get_or_create(name=pool.tag)[0] if pool.tag else None,
            difficulty=pool.difficulty,
            module=pool.module,
        )
        for order, pool in enumerate(row.pools)
    )
    return quiz


@dataclass
class _Bringing:
    """Makes the questions that are missing; `made`: their ids."""

    passages: dict[UUID, int]
    cases: dict[UUID, int]
    differs: list[str]
    made: list[int] = field(default_factory=list)

    def question(self, row: QuestionRow) -> Question:
        kept = _kept(row)
        if kept is None:
            return self._new(row)
        if not _same(QuestionRow, question_row(kept), row):
            self.differs.append(row.name)
        return kept

    def _new(self, row: QuestionRow) -> Question:
        question = Question(
            reference=row.reference,
            state=Question.State.DRAFT,
            is_partial=row.partial,
            valid_as_of=row.valid_as_of,
            review_by=row.review_by,
            passage_id=self.passages[row.passage] if row.passage else None,
            case_id=self.cases[row.case] if row.case else None,
            **{name: getattr(row, name) for name in WORDS},
        )
        look_at_passage(question)
        question.tags.set(row.tags)
        question.save()
        _bring_rows(question, row)
        self.made.append(question.pk)
        return question


def _bring_rows(question: Question, row: QuestionRow) -> None:
    QuestionOption.objects.bulk_create(
        QuestionOption(
            question=question,
            key=option.key,
            position=position,
            is_correct=option.right,
            **({"match_key": option.match_key} if option.match_key else {}),
            **option.model_dump(exclude={"key", "right", "match_key"}),
        )
        for position, option in enumerate(row.options)
    )
    QuestionBlank.objects.bulk_create(
        QuestionBlank(question=question, position=position, **blank.model_dump())
        for position, blank in enumerate(row.blanks)
    )
    RubricLine.objects.bulk_create(
        RubricLine(question=question, position=position, **line.model_dump())
        for position, line in enumerate(row.rubric)
    )


def _kept(row: QuestionRow) -> Question | None:
    if row.reference:
        return Question.objects.filter(reference=row.reference).first()
    if not row.options:
        same = Question.objects.filter(reference=None, kind=row.kind, stem=row.stem, source=row.source)
        return same.order_by("pk").first()
    option = QuestionOption.objects.filter(key__in=[option.key for option in row.options])
    found = option.select_related("question").first()
    return found.question if found else None
