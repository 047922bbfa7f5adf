"""Quizzes and questions in an archive: with the options that are right, so only for those who write them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from quizzes.models import Question, Quiz, QuizEntry

WORDS = ("kind", "stem", "stem_en", "explanation", "explanation_en", "source", "source_en", "difficulty")


def question_rows(quizzes: Iterable[Quiz]) -> list[Question]:
    """The questions of these quizzes, each once, with options and passages. Two queries."""
    entries = QuizEntry.objects.filter(quiz__in=list(quizzes)).values("question")
    questions = Question.objects.filter(pk__in=entries).select_related("passage__work")
    return sorted(questions.prefetch_related("options"), key=name_of)


def name_of(question: Question) -> str:
    """What a question is called everywhere: its reference, or the key of its first option."""
    if question.reference:
        return question.reference
    return "option:" + min((str(option.key) for option in question.options.all()), default=str(question.pk))


def question_row(question: Question) -> dict[str, Any]:
    return {
        "name": name_of(question),
        "reference": question.reference,
        **{field: getattr(question, field) for field in WORDS},
        "valid_as_of": _day(question.valid_as_of),
        "review_by": _day(question.review_by),
        "passage": str(question.passage.key) if question.passage else None,
        "options": [
            {"key": str(o.key), "text": o.text, "text_en": o.text_en, "right": o.is_correct}
            for o in sorted(question.options.all(), key=lambda option: (option.position, option.pk))
        ],
    }


def quiz_row(quiz: Quiz) -> dict[str, Any]:
    entries = quiz.entries.select_related("question").prefetch_related("question__options")
    return {
        "key": str(quiz.key),
        "title": quiz.title,
        "title_en": quiz.title_en,
        "pass_mark": quiz.pass_mark,
        "questions": [name_of(entry.question) for entry in entries.order_by("sort_order", "pk")],
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
