"""Questions and quizzes for tests, in few words."""

from __future__ import annotations

from collections.abc import Iterable

from quizzes.bank import freeze
from quizzes.models import Attempt, Question, QuestionOption, QuestionVersion, Quiz, QuizEntry
from tests.cast import moment

WRITTEN = moment("2026-01-05 10:00")
SINGLE, SEVERAL, TRUE_FALSE = "single_choice", "multiple_choice", "true_false"


def add_question(reference: str, *, kind: str = SINGLE, right: Iterable[int] = (0,), of: int = 4) -> Question:
    """A question in use with so many options; `right` are the places of the right ones."""
    question = Question.objects.create(
        reference=reference,
        kind=kind,
        stem=f"{reference} 的题目",
        stem_en=f"Stem of {reference}",
        explanation=f"{reference} 的解析",
        explanation_en=f"Explanation of {reference}",
        source=f"{reference} 的出处",
        source_en=f"Source of {reference}",
    )
    for place in range(of):
        QuestionOption.objects.create(
            question=question,
            position=place,
            text=f"{reference} 选项 {place}",
            text_en=f"Option {place} of {reference}",
            is_correct=place in set(right),
        )
    return take_into_use(question)


def take_into_use(question: Question) -> Question:
    """As if a reviewer had approved its words as they stand now."""
    freeze([question], at=WRITTEN)
    question.state = Question.State.IN_USE
    question.save()
    return question


def add_quiz(*questions: Question, pass_mark: int = 80, title: str = "专题测验") -> Quiz:
    quiz = Quiz.objects.create(title=title, title_en="Module quiz", pass_mark=pass_mark)
    for place, question in enumerate(questions):
        QuizEntry.objects.create(quiz=quiz, question=question, sort_order=place)
    return quiz


def right_options(attempt: Attempt, position: int) -> list[str]:
    """The key of a question of the paper, which no page tells."""
    version = QuestionVersion.objects.get(pk=attempt.paper[position]["version"])
    return list(version.content["correct"])


def wrong_option(attempt: Attempt, position: int) -> str:
    right = right_options(attempt, position)
    return next(key for key in attempt.paper[position]["options"] if key not in right)
