"""What quizzes may ask now: their own questions and those of their pools, read once for many papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from quizzes.models import Question, QuestionVersion, Quiz, QuizEntry, QuizPool
from quizzes.pools import in_pool


@dataclass(frozen=True)
class Askable:
    """The approved versions of a quiz's own questions in its order, and for each pool those it may draw."""

    own: list[QuestionVersion] = field(default_factory=list)
    pools: list[tuple[QuizPool, list[QuestionVersion]]] = field(default_factory=list)

    def __iter__(self) -> Iterator[QuestionVersion]:
        """All that an attempt could be asked."""
        yield from self.own
        for _pool, versions in self.pools:
            yield from versions


def askable(quizzes: Iterable[Quiz]) -> dict[int, Askable]:
    """Return what each quiz may ask, by its primary key. Two queries, and one or a few for each pool."""
    found = {quiz.pk: Askable() for quiz in quizzes}
    entries = QuizEntry.objects.filter(quiz__in=found, question__state=Question.State.IN_USE)
    for entry in entries.select_related("question__version").order_by("sort_order", "pk"):
        found[entry.quiz_id].own.append(entry.question.version)
    for pool in QuizPool.objects.filter(quiz__in=found).order_by("sort_order", "pk"):
        questions = in_pool(pool).select_related("version").order_by("pk")
        found[pool.quiz_id].pools.append((pool, [question.version for question in questions]))
    return found
