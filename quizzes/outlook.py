"""What awaits a member at a quiz, before they begin."""

from __future__ import annotations

from dataclasses import dataclass

from people.models import Member
from quizzes.attempts import NoPlace
from quizzes.models import Attempt, Question, Quiz, QuizEntry
from quizzes.results import Best, best_results
from quizzes.slots import Place, places


@dataclass(frozen=True)
class Outlook:
    """A quiz for one member: where it stands now, how many questions, what they have done there so far."""

    place: Place | None
    questions: int
    pass_mark: int
    open_attempt: Attempt | None
    best: Best | None

    @property
    def can_begin(self) -> bool:
        return self.place is not None and self.questions > 0

    @property
    def can_continue(self) -> bool:
        return self.open_attempt is not None


def outlook(quiz: Quiz, member: Member, *, language: str) -> Outlook:
    """
    Return what awaits the member. Three queries and those of the place.

    :raises NoPlace: when they may not read it anywhere and have never begun it.
    """
    place = places([quiz.key], member=member, language=language).get(quiz.key)
    attempt = Attempt.objects.of(member).for_score().filter(quiz=quiz).open().first()
    best = best_results([member.pk], [quiz.key]).get((member.pk, quiz.key))
    if place is None and attempt is None and best is None:
        raise NoPlace
    in_use = QuizEntry.objects.filter(quiz=quiz, question__state=Question.State.IN_USE)
    questions = len(attempt.paper) if attempt else in_use.count()
    pass_mark = attempt.pass_mark if attempt else quiz.pass_mark
    return Outlook(place, questions, pass_mark, attempt, best)
