"""The question bank: freezing questions as they are asked, so that an attempt keeps what it saw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

from quizzes.models import Question, QuestionOption, QuestionVersion, Quiz
from sources.models import FIELDS_QUOTED, WORK_QUOTED, Passage


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the sha256 of canonical JSON: the same content has the same digest wherever it is taken."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return sha256(text.encode()).hexdigest()


def content_of(question: Question, options: list[QuestionOption]) -> dict[str, Any]:
    """Return a question as it is asked today (see `QuestionVersion`). Asks for its passage and work."""
    content = {
        "kind": question.kind,
        "stem": question.stem,
        "stem_en": question.stem_en,
        "options": [{"key": str(o.key), "text": o.text, "text_en": o.text_en} for o in options],
        "correct": [str(o.key) for o in options if o.is_correct],
        "explanation": question.explanation,
        "explanation_en": question.explanation_en,
        "source": question.source,
        "source_en": question.source_en,
    }
    return content | ({"passage": _passage_of(question.passage)} if question.passage else {})


def _passage_of(passage: Passage) -> dict[str, str]:
    words = {name: getattr(passage, name) for name in FIELDS_QUOTED}
    words |= {f"work_{name}": getattr(passage.work, name) for name in WORK_QUOTED}
    return {"key": str(passage.key), **words}


def freeze_questions(quiz: Quiz, at: datetime) -> list[QuestionVersion]:
    """
    Return the versions of a quiz's questions in use, in the quiz's order; new words make a new version.

    Questions and options come from one statement, so an editor who saves meanwhile is seen wholly or not at
    all. Two who freeze the same words at once get the same version.
    """
    wanted = {(question.pk, digest_of(content)): content for question, content in _questions_in_use(quiz)}
    found = _versions(wanted)
    missing = [
        QuestionVersion(question_id=question, digest=digest, content=content, frozen_at=at)
        for (question, digest), content in wanted.items()
        if (question, digest) not in found
    ]
    if missing:
        QuestionVersion.objects.bulk_create(missing, ignore_conflicts=True)
        found = _versions(wanted)
    return [found[identity] for identity in wanted]


def _questions_in_use(quiz: Quiz) -> list[tuple[Question, dict[str, Any]]]:
    rows = (
        QuestionOption.objects.filter(question__entries__quiz=quiz, question__state=Question.State.IN_USE)
        .select_related("question__passage__work")
        .order_by("question__entries__sort_order", "question__entries__pk", "position", "pk")
    )
    return [
        (options[0].question, content_of(options[0].question, options))
        for options in (list(group) for _, group in groupby(rows, key=lambda row: row.question_id))
    ]


def _versions(wanted: Mapping[tuple[int, str], object]) -> dict[tuple[int, str], QuestionVersion]:
    rows = QuestionVersion.objects.filter(
        question__in={question for question, _ in wanted}, digest__in={digest for _, digest in wanted}
    )
    return {(row.question_id, row.digest): row for row in rows}
