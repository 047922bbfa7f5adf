"""
A lesson's quiz asked aloud at a visit: drawn when the form opens, signed, and marked here when it comes back.

The form carries what was drawn as a signed text, so that it can wait on a device for weeks and nobody can
change what was asked. It holds no answers. Until an attempt has ended, a member is asked the same paper each
time the form opens, so that what a device has kept of the answers finds its questions again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.core.signing import BadSignature, TimestampSigner
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from courses.live import LiveLesson
from outreach.noting import Row, Sent, noted_in, rows_of
from outreach.reports import OLDEST, NotRecorded, Spoken
from people.models import Member
from quizzes.attempts import NoQuestions
from quizzes.models import Attempt, Quiz
from quizzes.on_paper import contents_drawn, draw_on_paper, is_open

PREFIX = "asked_"
"""Of the names of the fields."""

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

    def rows(self, sent: Sent | None) -> list[Row]:
        """The questions in the reader's language, with what was noted so far. One query."""
        return list(rows_of(self.paper["paper"], contents_drawn(self.paper), prefix=PREFIX, sent=sent))


def draw(member: Member, lesson: LiveLesson, *, at: datetime) -> Drawn | None:
    """Draw the quiz of a lesson for a member; None when it has none, or none of its questions is in use."""
    keys = [UUID(key) for key in lesson.quiz_keys]
    quiz = Quiz.objects.filter(key__in=keys).first() if keys else None
    if quiz is None or not is_open(quiz, at=at):
        return None
    try:
        paper = draw_on_paper(quiz, _identity(member, quiz), edition=lesson.key)
    except NoQuestions:
        return None
    return Drawn(member.key, uuid4(), paper, lesson.title)


def _identity(member: Member, quiz: Quiz) -> UUID:
    """The same until an attempt at the quiz has ended, then another."""
    ended = Attempt.objects.of(member).filter(quiz=quiz).handed_in().count()
    return uuid5(member.key, f"{quiz.key} {ended}")


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


def noted(sent: Sent, drawn: Drawn) -> dict[int, list[str]]:
    """What was noted in the form, by position (from 0)."""
    return noted_in(sent, drawn.paper["paper"], prefix=PREFIX)


def has_answers(sent: QueryDict) -> bool:
    """Whether anything was noted at all; a field left empty says nothing."""
    return any(any(sent.getlist(name)) for name in sent if name.startswith(PREFIX))


def as_answered(drawn: Drawn, given: Mapping[int, Collection[str]]) -> Spoken | None:
    """The answers for the report; None when nothing was asked."""
    return Spoken(drawn.member, drawn.key, drawn.paper, given) if given else None
