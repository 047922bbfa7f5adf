"""
A quiz away from the screen: drawn beforehand, printed or read aloud, and written down by somebody else.

What is drawn is plain data and is kept as it is: the order of questions and options serves print and marking
alike. The member's open attempt on the screen is another matter and is never touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people import audit
from people.models import Member
from quizzes.answers import NotOnThePaper
from quizzes.attempts import NoQuestions, mark_handed_in
from quizzes.drawing import draw_paper, questions_for
from quizzes.models import Answer, Attempt, Mark, QuestionVersion, Quiz
from quizzes.papers import Asked, asked_on

RECORDED = audit.action("quiz.on_paper", _("Wrote down answers given on paper or by word of mouth"))


class AnotherPaper(Exception):
    """The key belongs to answers of another member or to another paper."""


def draw_on_paper(
    quiz: Quiz,
    identity: UUID,
    *,
    edition: UUID | None = None,
    versions: Iterable[QuestionVersion] | None = None,
) -> dict[str, Any]:
    """
    Return a paper as plain data: {"quiz", "edition", "pass_mark", "paper"}; one identity, one paper.

    `edition`: key of the lesson's edition beside which the quiz stands. `versions`: the quiz's questions when
    they are frozen already, so that a thousand papers freeze them once.

    :raises NoQuestions: when none of its questions is in use.
    """
    frozen = list(questions_for(quiz, identity) if versions is None else versions)
    if not frozen:
        raise NoQuestions
    return {
        "quiz": str(quiz.key),
        "edition": str(edition) if edition else None,
        "pass_mark": quiz.pass_mark,
        "paper": draw_paper(identity, frozen, quiz=quiz),
    }


def questions_drawn(drawn: Mapping[str, Any]) -> list[Asked]:
    """Return the questions of a drawn paper in the reader's language, without the key. One query."""
    return asked_on(drawn["paper"])


def check_chosen(drawn: Mapping[str, Any], chosen: Mapping[int, Collection[UUID]]) -> None:
    """
    Return when every choice names a question and options of the paper.

    Two marks at a question that takes one are kept as they stand on the sheet: they are not right.

    :raises NotOnThePaper: otherwise.
    """
    paper = drawn["paper"]
    for position, options in chosen.items():
        if not 0 <= position < len(paper):
            raise NotOnThePaper
        if not {str(key) for key in options} <= set(paper[position]["options"]):
            raise NotOnThePaper


@transaction.atomic
def record_on_paper(
    member: Member,
    drawn: Mapping[str, Any],
    chosen: Mapping[int, Collection[UUID]],
    *,
    key: UUID,
    at: datetime,
    by: Member,
) -> Mark:
    """
    Keep answers as an attempt that is handed in at once, marked here; `chosen` goes by position (from 0).

    `key` names the attempt: recorded again, also by two at once, it is the mark that was made first.

    :raises NotOnThePaper: when a choice is not on the paper; nothing is kept.
    :raises AnotherPaper: when the key stands for something else already.
    """
    check_chosen(drawn, chosen)
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
        Answer(
            attempt=attempt,
            position=position,
            given=sorted({*map(str, options)}),
            given_at=at,
            saved_at=at,
        )
        for position, options in sorted(chosen.items())
        if options
    )
    mark = mark_handed_in(attempt, at=at)
    audit.note(RECORDED, at=at, by=by, member=member, details={"attempt": str(key)})
    return mark
