"""Feedback at once: a member sees the key of one question during the attempt, and answers it no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.leading import Refusal
from quizzes.answers import NotOnThePaper
from quizzes.folding import Version, fold
from quizzes.marking import Marked, mark_question
from quizzes.marks import contents_of, versions_of
from quizzes.models import Attempt, Checked, Quiz
from quizzes.time_limits import is_over


class NotAtOnce(Refusal):
    words = _("In this quiz what is right is shown after the end.")


class NothingGiven(Refusal):
    words = _("Please answer the question first.")


class Ended(Refusal):
    words = _("This attempt has ended. Its result shows what is right.")


@dataclass(frozen=True)
class Feedback:
    """A question whose key is shown: its content, the answer that holds, and what that is worth."""

    attempt: Attempt
    position: int
    content: dict[str, Any]
    held: dict[int, Version]
    marked: Marked


@transaction.atomic
def check(*, attempt_id: UUID, member_id: int, position: int, at: datetime) -> Feedback:
    """
    Show the key of a question (from 0) that the member has answered. From then on the answer stands.

    Looking again shows the same. What arrives for the question afterwards is kept, and is late.

    :raises Attempt.DoesNotExist: when it is not an attempt of this member.
    :raises NotOnThePaper: when the paper holds no such question.
    :raises NotAtOnce: when the quiz shows its key later.
    :raises NothingGiven: when there is no answer yet.
    :raises Ended: when the attempt is over.
    """
    # Of a saver that waits here meanwhile nobody has seen the key: what it brings was given in time.
    locked = Attempt.objects.select_for_update(no_key=True, of=("self",)).select_related("quiz")
    attempt = locked.get(pk=attempt_id, member_id=member_id)
    if attempt.quiz.feedback != Quiz.Feedback.AT_ONCE:
        raise NotAtOnce
    if is_over(attempt, at):
        raise Ended
    if not 0 <= position < len(attempt.paper):
        raise NotOnThePaper
    held = fold(versions_of(attempt, position=position))
    if position not in held or not held[position].given:
        raise NothingGiven
    Checked.objects.bulk_create(
        [Checked(attempt=attempt, position=position, checked_at=at)], ignore_conflicts=True
    )
    (content,) = contents_of(attempt.paper[position : position + 1])
    return Feedback(attempt, position, content, held, mark_question(content, held[position].given))
