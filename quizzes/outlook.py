"""What awaits a member at a quiz, before they begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import now

from people.leading import Refusal
from people.models import Member
from quizzes.beginning import NoPlace, open_attempt, refuse
from quizzes.drawing import number_asked
from quizzes.looking_back import missed_by
from quizzes.models import Attempt, Quiz
from quizzes.results import Best, best_results
from quizzes.slots import Place, places
from quizzes.time_limits import ends_at, minutes_for


@dataclass(frozen=True)
class Outlook:
    """
    A quiz for one member: where it stands now, how many questions, what they have done there so far.

    `minutes`: the time they have, none without a limit. `ends_at`: when an attempt begun now, or the one that
    is open, ends by itself. `refusal`: why they may not begin now. `attempts_left`: none when as many as one
    likes. `to_look_back_at`: questions that they missed some weeks ago.
    """

    place: Place | None
    questions: int
    pass_mark: int
    open_attempt: Attempt | None
    best: Best | None
    minutes: int | None = None
    ends_at: datetime | None = None
    refusal: Refusal | None = None
    attempts_left: int | None = None
    to_look_back_at: int = 0

    @property
    def can_begin(self) -> bool:
        return self.place is not None and self.questions > 0 and self.refusal is None

    @property
    def can_continue(self) -> bool:
        return self.open_attempt is not None


def outlook(quiz: Quiz, member: Member, *, language: str, at: datetime | None = None) -> Outlook:
    """
    Return what awaits the member. Four queries and those of the place, and some more where there are pools, a
    time limit, counted attempts, or looks back. An attempt whose time is over is ended.

    :raises NoPlace: when they may not read it anywhere and have never begun it.
    """
    moment = now() if at is None else at
    place = places([quiz.key], member=member, language=language).get(quiz.key)
    attempt = open_attempt(member, quiz, at=moment)
    best = best_results([member.pk], [quiz.key]).get((member.pk, quiz.key))
    if place is None and attempt is None and best is None:
        raise NoPlace
    look_back = len(missed_by(member, quiz, at=moment)) if quiz.look_back_weeks and best and place else 0
    if attempt is not None:
        return Outlook(
            place, len(attempt.paper), attempt.pass_mark, attempt, best,
            ends_at=attempt.ends_at, to_look_back_at=look_back,
        )  # fmt: skip
    minutes = minutes_for(quiz, member, at=moment)
    done = best.attempts if best else 0
    return Outlook(
        place, number_asked(quiz), quiz.pass_mark, None, best,
        minutes=minutes,
        ends_at=ends_at(quiz, minutes, begun_at=moment),
        refusal=_refusal(quiz, member, at=moment),
        attempts_left=None if quiz.attempts_allowed is None else max(0, quiz.attempts_allowed - done),
        to_look_back_at=look_back,
    )  # fmt: skip


def _refusal(quiz: Quiz, member: Member, *, at: datetime) -> Refusal | None:
    try:
        refuse(quiz, member, at=at)
    except Refusal as error:
        return error
    return None
