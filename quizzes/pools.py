"""Pools: which questions meet the conditions of each, and whether there are as many as it draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quizzes.models import Question, QuestionQuerySet, QuestionTag, Quiz, QuizEntry, QuizPool
from quizzes.slots import quizzes_of_modules


@dataclass(frozen=True)
class Shortage:
    """A pool that draws more questions than it has in use."""

    pool: QuizPool
    found: int


def in_pool(pool: QuizPool) -> QuestionQuerySet:
    """Return the questions in use that meet all conditions of a pool. A module costs a query more."""
    found = Question.objects.in_use()
    if pool.tag_id:
        found = found.filter(pk__in=QuestionTag.objects.filter(tag=pool.tag_id).values("content_object"))
    if pool.difficulty:
        found = found.filter(difficulty=pool.difficulty)
    if pool.module:
        quizzes = quizzes_of_modules([pool.module])[pool.module]
        found = found.filter(pk__in=QuizEntry.objects.filter(quiz__key__in=quizzes).values("question"))
    return found


def shortages(quiz: Quiz, pools: Iterable[QuizPool] | None = None) -> list[Shortage]:
    """
    Return the pools of a quiz that cannot draw what they should from what is in use.

    A question is asked once: what stands in the quiz itself, or another pool may have drawn, is not counted.
    """
    taken = set(QuizEntry.objects.filter(quiz=quiz).values_list("question", flat=True)) if quiz.pk else set()
    found = []
    for pool in quiz.pools.order_by("sort_order", "pk") if pools is None else pools:
        free = [pk for pk in in_pool(pool).order_by("pk").values_list("pk", flat=True) if pk not in taken]
        if len(free) < pool.number:
            found.append(Shortage(pool, len(free)))
        taken |= set(free[: pool.number])
    return found
