"""Quizzes and questions in an archive: with the options that are right, so only for those who write them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from quizzes.models import Case, Question, QuestionOption, Quiz, QuizEntry, QuizPool
from quizzes.pools import in_pool

WORDS = (
    "kind", "stem", "stem_en", "explanation", "explanation_en", "source", "source_en", "difficulty",
    "points", "category",
)  # fmt: skip
CASE_WORDS = ("title", "title_en", "text", "text_en", "source", "source_en")
RULES = (
    "attempts_allowed", "wait_hours", "counts", "time_limit_minutes", "is_limit_essential", "feedback",
    "layout", "shuffles_questions", "shuffles_options", "look_back_weeks",
)  # fmt: skip
"""Fields of a quiz that are called the same in an archive."""

_WHOLE = ("options", "blanks", "rubric", "tagged_items__tag")


def question_rows(quizzes: Iterable[Quiz]) -> list[Question]:
    """The questions of these quizzes and of their pools, each once. A few queries, and one or two a pool."""
    chosen = list(quizzes)
    found = set(QuizEntry.objects.filter(quiz__in=chosen).values_list("question", flat=True))
    for pool in QuizPool.objects.filter(quiz__in=chosen):
        found |= set(in_pool(pool).values_list("pk", flat=True))
    questions = Question.objects.filter(pk__in=found).select_related("passage__work", "case")
    return sorted(questions.prefetch_related(*_WHOLE), key=name_of)


def name_of(question: Question) -> str:
    """What a question is called everywhere: its reference, the key of its first option, or its words."""
    if question.reference:
        return question.reference
    keys = [str(option.key) for option in question.options.all()]
    return f"option:{min(keys)}" if keys else f"words:{_digest(question)}"


def _digest(question: Question) -> str:
    words = "\n".join((question.kind, question.stem, question.source))
    return sha256(words.encode()).hexdigest()[:40]


def question_row(question: Question) -> dict[str, Any]:
    return {
        "name": name_of(question),
        "reference": question.reference,
        **{field: getattr(question, field) for field in WORDS},
        "partial": question.is_partial,
        "tags": sorted(item.tag.name for item in question.tagged_items.all()),
        "valid_as_of": _day(question.valid_as_of),
        "review_by": _day(question.review_by),
        "passage": str(question.passage.key) if question.passage else None,
        "case": str(question.case.key) if question.case else None,
        "options": [_option_row(option) for option in _in_order(question.options.all())],
        "blanks": [
            {
                "kind": row.kind,
                "accepted": list(row.accepted),
                "accepted_en": list(row.accepted_en),
                "tolerance": _number(row.tolerance),
            }
            for row in _in_order(question.blanks.all())
        ],
        "rubric": [
            {"text": row.text, "text_en": row.text_en, "points": row.points}
            for row in _in_order(question.rubric.all())
        ],
    }


def _option_row(option: QuestionOption) -> dict[str, Any]:
    """The key of the other side is told where there is one."""
    return {
        "key": str(option.key),
        "text": option.text,
        "text_en": option.text_en,
        "right": option.is_correct,
        "match_key": str(option.match_key) if option.match else None,
        "match": option.match,
        "match_en": option.match_en,
        "feedback": option.feedback,
        "feedback_en": option.feedback_en,
    }


def _in_order(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: (row.position, row.pk))


def case_rows(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """The cases that these questions are about, each once."""
    cases = {question.case.key: question.case for question in questions if question.case}
    return [case_row(case) for _key, case in sorted(cases.items())]


def case_row(case: Case) -> dict[str, Any]:
    return {"key": str(case.key), **{name: getattr(case, name) for name in CASE_WORDS}}


def quiz_row(quiz: Quiz) -> dict[str, Any]:
    entries = quiz.entries.select_related("question").prefetch_related("question__options")
    return {
        "key": str(quiz.key),
        "title": quiz.title,
        "title_en": quiz.title_en,
        "pass_mark": quiz.pass_mark,
        "questions": [name_of(entry.question) for entry in entries.order_by("sort_order", "pk")],
        "pools": [
            {
                "number": pool.number,
                "tag": pool.tag.name if pool.tag else None,
                "difficulty": pool.difficulty,
                "module": str(pool.module) if pool.module else None,
            }
            for pool in quiz.pools.select_related("tag").order_by("sort_order", "pk")
        ],
        **{name: getattr(quiz, name) for name in RULES},
        "opens_at": _moment(quiz.opens_at),
        "closes_at": _moment(quiz.closes_at),
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")
