"""
A lesson's quiz asked aloud at a visit: drawn when the form opens, signed, and marked here when it comes back.

The form carries what was drawn as a signed text, so that it can wait on a device for weeks and nobody can
change what was asked. It holds no answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.signing import BadSignature, TimestampSigner
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from courses.live import LiveLesson
from outreach.reports import OLDEST, NotRecorded, Spoken
from people.models import Member
from quizzes.attempts import NoQuestions
from quizzes.models import Quiz
from quizzes.on_paper import draw_on_paper, questions_drawn
from quizzes.papers import Asked, Option

_signer = TimestampSigner(salt="outreach.spoken")


class NotDrawnHere(NotRecorded):
    """The signed text is none of ours, or too old."""

    words = _("The quiz of this form is too old. Please take its answers away; the rest can be recorded.")


@dataclass(frozen=True)
class Drawn:
    """A quiz to be asked aloud: for whom, the key of the attempt it becomes, and what was drawn."""

    member: UUID
    key: UUID
    paper: Mapping[str, Any]
    lesson: str = ""

    @property
    def token(self) -> str:
        content = {
            "member": str(self.member),
            "key": str(self.key),
            "paper": self.paper,
            "lesson": self.lesson,
        }
        return _signer.sign_object(content, compress=True)

    def questions(self, chosen: Mapping[int, list[str]]) -> list[Asked]:
        """The questions in the reader's language, with what has been chosen so far. One query."""
        return [
            Asked(
                asked.number,
                asked.stem,
                asked.takes_several,
                [Option(o.key, o.text, o.key in chosen.get(asked.number - 1, [])) for o in asked.options],
            )
            for asked in questions_drawn(self.paper)
        ]


def draw(member: Member, lesson: LiveLesson, *, at: datetime) -> Drawn | None:
    """Draw the quiz of a lesson for a member; None when it has none, or none of its questions is in use."""
    keys = [UUID(key) for key in lesson.quiz_keys]
    quiz = Quiz.objects.filter(key__in=keys).first() if keys else None
    if quiz is None:
        return None
    key = uuid4()
    try:
        paper = draw_on_paper(quiz, key, edition=lesson.key)
    except NoQuestions:
        return None
    return Drawn(member.key, key, paper, lesson.title)


def read(token: str) -> Drawn:
    """
    Return what was drawn.

    :raises NotDrawnHere: when the text is not one of ours, or older than a report may be.
    """
    try:
        content = _signer.unsign_object(token, max_age=OLDEST)
        return Drawn(UUID(content["member"]), UUID(content["key"]), content["paper"], content["lesson"])
    except (BadSignature, KeyError, ValueError) as error:
        raise NotDrawnHere from error


def chosen_in(data: QueryDict, drawn: Drawn) -> dict[int, list[str]]:
    """What was ticked in the form, by position (from 0)."""
    found = {position: data.getlist(f"asked_{position}") for position in range(len(drawn.paper["paper"]))}
    return {position: keys for position, keys in found.items() if keys}


def as_answered(drawn: Drawn, chosen: Mapping[int, list[str]]) -> Spoken | None:
    """The answers for the report; None when nothing was asked. Text that is no key is on no paper."""
    if not chosen:
        return None
    try:
        keys = {position: [UUID(key) for key in some] for position, some in chosen.items()}
    except ValueError as error:
        raise NotDrawnHere from error
    return Spoken(drawn.member, drawn.key, drawn.paper, keys)
