"""
A quiz away from the screen: drawn beforehand, printed or read aloud, and written down by somebody else.

What is drawn is plain data and is kept as it is: the order of questions and options serves print and marking
alike. The member's open attempt on the screen is another matter and is never touched.

There is no time limit away from the screen. What comes back is recorded whenever it comes: also when the
quiz has closed meanwhile, and beyond the attempts allowed, for nobody can tell a printed sheet that it is too
late. It is an attempt like any other, so it counts and it uses up one of those allowed on the screen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people import audit
from people.models import Member
from quizzes.answers import NotOnThePaper, answer_for
from quizzes.askable import Askable
from quizzes.attempts import NoQuestions, mark_handed_in
from quizzes.drawing import draw_paper, questions_for
from quizzes.models import Answer, Attempt, Mark, Question, QuestionVersion, Quiz
from quizzes.papers import Asked, asked_on

CHOICES = frozenset({Question.Kind.SINGLE_CHOICE, Question.Kind.MULTIPLE_CHOICE, Question.Kind.TRUE_FALSE})

Noted = Mapping[int, Collection[UUID | str]]
"""What somebody noted of the answers, by position (from 0): `given` (see `Answer`), or keys of options."""

RECORDED = audit.action("quiz.on_paper", _("Wrote down answers given on paper or by word of mouth"))


class AnotherPaper(Exception):
    """The key belongs to answers of another member or to another paper."""


def is_open(quiz: Quiz, *, at: datetime) -> bool:
    """Whether a paper of the quiz may be given out: it has opened, and has not closed."""
    has_opened = quiz.opens_at is None or quiz.opens_at <= at
    return has_opened and (quiz.closes_at is None or at < quiz.closes_at)


def draw_on_paper(
    quiz: Quiz,
    identity: UUID,
    *,
    edition: UUID | None = None,
    may_ask: Askable | None = None,
) -> dict[str, Any]:
    """
    Return a paper as plain data: {"quiz", "edition", "pass_mark", "paper"}; one identity, one paper.

    `edition`: key of the lesson's edition beside which the quiz stands. `may_ask`: what the quiz may ask, so
    that a thousand papers read it once; each is drawn from the pools by its own identity.

    :raises NoQuestions: when none of its questions is in use.
    """
    versions = questions_for(quiz, identity, may_ask)
    if not versions:
        raise NoQuestions
    return {
        "quiz": str(quiz.key),
        "edition": str(edition) if edition else None,
        "pass_mark": quiz.pass_mark,
        "paper": draw_paper(identity, versions, quiz=quiz),
    }


def questions_drawn(drawn: Mapping[str, Any]) -> list[Asked]:
    """Return the questions of a drawn paper in the reader's language, without the key. One query."""
    return asked_on(drawn["paper"])


def contents_drawn(drawn: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what is asked at each place of a drawn paper, the key with it. One query."""
    versions = QuestionVersion.objects.in_bulk([place["version"] for place in drawn["paper"]])
    return [versions[place["version"]].content for place in drawn["paper"]]


def check_chosen(drawn: Mapping[str, Any], chosen: Noted) -> None:
    """
    Return when every answer names a question of the paper and fits it.

    :raises NotOnThePaper: otherwise.
    :raises TooLong: when a text is longer than the question takes.
    """
    as_noted(drawn, chosen)


def as_noted(drawn: Mapping[str, Any], chosen: Noted) -> dict[int, list[str]]:
    """
    Return the answers as they are kept; a question left open is left out.

    What stands on a sheet is kept as it stands, though the screen would not take it: two marks at a question
    that takes one; and an order with places that nobody can tell, which are "". They are not right.

    :raises NotOnThePaper, TooLong: as `check_chosen` says.
    """
    paper = drawn["paper"]
    kept = {}
    for position, given in sorted(chosen.items()):
        if not 0 <= position < len(paper):
            raise NotOnThePaper
        kept[position] = _as_it_stands(paper, position, [str(one) for one in given])
    return {position: given for position, given in kept.items() if given}


def _as_it_stands(paper: Sequence[Mapping[str, Any]], position: int, given: list[str]) -> list[str]:
    place = paper[position]
    said = [one for one in given if one]
    if place["kind"] in CHOICES:
        if not set(given) <= set(place["options"]):
            raise NotOnThePaper
        return sorted(set(given))
    if place["kind"] != Question.Kind.ORDERING or not said:
        return answer_for(paper, position, given)
    if len(given) != len(place["options"]) or len(said) != len(set(said)):
        raise NotOnThePaper
    if not set(said) <= set(place["options"]):
        raise NotOnThePaper
    return given


@transaction.atomic
def record_on_paper(
    member: Member,
    drawn: Mapping[str, Any],
    chosen: Noted,
    *,
    key: UUID,
    at: datetime,
    by: Member,
) -> Mark:
    """
    Keep answers as an attempt that is handed in at once, marked here; a short answer awaits a person.

    `key` names the attempt: recorded again, also by two at once, it is the mark that was made first.

    :raises NotOnThePaper, TooLong: when an answer does not fit the paper; nothing is kept.
    :raises AnotherPaper: when the key stands for something else already.
    """
    noted = as_noted(drawn, chosen)
    quiz = Quiz.objects.get(key=drawn["quiz"])
    attempt, is_new = Attempt.objects.get_or_create(
        id=key,
        defaults={
            "member": member,
            "quiz": quiz,
            "edition": drawn["edition"],
            "paper": drawn["paper"],
            "pass_mark": drawn["pass_mark"],
            "begun_at": at,
            "handed_in_at": at,
            "ended_by": Attempt.EndedBy.PAPER,
        },
    )
    if not is_new:
        if attempt.member_id != member.pk or attempt.paper != drawn["paper"]:
            raise AnotherPaper
        return attempt.marks.get(reason="")
    Answer.objects.bulk_create(
        Answer(attempt=attempt, position=position, given=given, given_at=at, saved_at=at)
        for position, given in noted.items()
    )
    mark = mark_handed_in(attempt, at=at)
    audit.note(RECORDED, at=at, by=by, member=member, details={"attempt": str(key)})
    return mark
