"""Beginning an attempt: whether the member may, what it asks, and how long it may take."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Count, Max
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from hours.prepared import fetch_all
from people.leading import Refusal
from people.models import Member
from quizzes import time_limits
from quizzes.drawing import draw_paper, questions_for
from quizzes.ending import end_if_over
from quizzes.models import Attempt, Quiz
from quizzes.slots import places


class NoPlace(Refusal):
    """The quiz stands in no lesson or module that the member may read."""

    words = gettext_lazy("There is no lesson with this quiz that you may read.")


class NoQuestions(Refusal):
    """No question of the quiz is in use."""

    words = gettext_lazy("None of its questions is in use at the moment.")


class NotOpenYet(Refusal):
    """The quiz opens later: `opens_at`."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__()
        self.opens_at = opens_at

    @property
    def words(self) -> str:
        return _("This quiz opens on %(when)s.") % {"when": _told(self.opens_at)}


class Closed(Refusal):
    """The quiz has closed: `closes_at`."""

    def __init__(self, closes_at: datetime) -> None:
        super().__init__()
        self.closes_at = closes_at

    @property
    def words(self) -> str:
        return _("This quiz closed on %(when)s.") % {"when": _told(self.closes_at)}


class NoMoreAttempts(Refusal):
    """The member has made as many attempts as are `allowed`."""

    def __init__(self, allowed: int) -> None:
        super().__init__()
        self.allowed = allowed

    @property
    def words(self) -> str:
        return ngettext(
            "This quiz may be tried once, and you have done so.",
            "This quiz may be tried %(count)d times, and you have done so.",
            self.allowed,
        ) % {"count": self.allowed}


class TooSoon(Refusal):
    """The next attempt may begin later: `opens_at`."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__()
        self.opens_at = opens_at

    @property
    def words(self) -> str:
        return _("You may try again from %(when)s.") % {"when": _told(self.opens_at)}


def _told(when: datetime) -> str:
    return date_format(localtime(when), "DATETIME_FORMAT")


def begin(*, member: Member, quiz: Quiz, at: datetime) -> Attempt:
    """
    Return the member's open attempt, or begin one. Beginning twice at once begins once.

    An open attempt can be continued until its time is over; a new one needs a place where the member may read
    the quiz.

    :raises NoPlace: when it stands nowhere for this member.
    :raises NoQuestions: when none of its questions is in use.
    :raises NotOpenYet, Closed, NoMoreAttempts, TooSoon: when the rules of the quiz say so.
    """
    attempt = open_attempt(member, quiz, at=at)
    if attempt is not None:
        return attempt
    place = places([quiz.key], member=member, language=get_language() or "").get(quiz.key)
    if place is None:
        raise NoPlace
    refuse(quiz, member, at=at)
    identity = uuid4()
    versions = questions_for(quiz, identity)
    if not versions:
        raise NoQuestions
    drawn = Attempt(
        id=identity,
        member=member,
        quiz=quiz,
        edition=place.edition,
        paper=draw_paper(identity, versions, quiz=quiz),
        pass_mark=quiz.pass_mark,
        begun_at=at,
        ends_at=time_limits.ends_at(quiz, time_limits.minutes_for(quiz, member, at=at), begun_at=at),
    )
    return _keep(drawn, at=at)


def open_attempt(member: Member, quiz: Quiz, *, at: datetime) -> Attempt | None:
    """Return the attempt that the member may go on with. One whose time is over is ended."""
    found = Attempt.objects.of(member).for_score().filter(quiz=quiz).open().first()
    if found is None:
        return None
    found.quiz, found.member = quiz, member
    return None if end_if_over(found, at=at).handed_in_at is not None else found


def _keep(drawn: Attempt, *, at: datetime) -> Attempt:
    if not _is_counted(drawn.quiz):
        return kept(drawn)
    with transaction.atomic():
        attempt = kept(drawn)
        if attempt.pk == drawn.pk:
            # While it is open there can be no other: what is handed in now is all there is.
            refuse(drawn.quiz, drawn.member, at=at)
        return attempt


_KEEP = """
    insert into quizzes_attempt
        (id, member_id, quiz_id, edition, paper, pass_mark, is_look_back, begun_at, ends_at, ended_by)
    values (%s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, '') on conflict do nothing returning id
"""


def kept(drawn: Attempt) -> Attempt:
    """Write an attempt, and return it, or the one begun at the same moment. One statement, or two."""
    values: list[Any] = [drawn.pk, drawn.member_id, drawn.quiz_id, drawn.edition, json.dumps(drawn.paper)]
    values += [drawn.pass_mark, drawn.is_look_back, drawn.begun_at, drawn.ends_at]
    if fetch_all(_KEEP, values):
        drawn._state.adding = False
        return drawn
    others = Attempt.objects.of(drawn.member).filter(quiz=drawn.quiz, is_look_back=drawn.is_look_back)
    return others.open().get()


def _is_counted(quiz: Quiz) -> bool:
    return quiz.attempts_allowed is not None or quiz.wait_hours > 0


def refuse(quiz: Quiz, member: Member, *, at: datetime) -> None:
    """
    Return when the rules of a quiz let a member begin. No query, or one where attempts are counted.

    :raises NotOpenYet, Closed, NoMoreAttempts, TooSoon: otherwise.
    """
    if quiz.opens_at is not None and at < quiz.opens_at:
        raise NotOpenYet(quiz.opens_at)
    if quiz.closes_at is not None and at >= quiz.closes_at:
        raise Closed(quiz.closes_at)
    if not _is_counted(quiz):
        return
    ended = Attempt.objects.of(member).for_score().handed_in().filter(quiz=quiz)
    told = ended.aggregate(number=Count("pk"), last=Max("handed_in_at"))
    if quiz.attempts_allowed is not None and told["number"] >= quiz.attempts_allowed:
        raise NoMoreAttempts(quiz.attempts_allowed)
    if told["last"] is not None and at < told["last"] + timedelta(hours=quiz.wait_hours):
        raise TooSoon(told["last"] + timedelta(hours=quiz.wait_hours))
