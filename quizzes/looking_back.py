"""Looking back 回头看: some weeks later, what a member missed once more. It counts for nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import connection
from django.utils.translation import get_language, gettext_lazy

from people.leading import Refusal
from people.models import Member
from quizzes.beginning import NoPlace, kept
from quizzes.drawing import draw_paper
from quizzes.models import Attempt, AttemptQuerySet, QuestionVersion, Quiz
from quizzes.slots import places
from quizzes.time_limits import GRACE

MOST_QUESTIONS = 50


class NothingToLookBackAt(Refusal):
    words = gettext_lazy("There is nothing in this quiz to look back at now.")


@dataclass(frozen=True)
class LookBack:
    """A quiz of which the member may look back at so many questions. `is_open`: they have begun to."""

    quiz: Quiz
    questions: int
    is_open: bool = False


# Of each attempt the mark that holds; of each question the last time it was missed so long ago, and whether
# it was right since, also when looking back. Nothing is told before the key is shown. A short answer needs a
# person, and nobody sees a look back.
_MISSED = """
    with asked as (
        select a.quiz_id, a.handed_in_at, a.is_look_back, q.look_back_weeks, v.question_id,
            (row ->> 'right')::boolean as is_right, coalesce((row ->> 'awaiting')::boolean, false) as awaits
        from quizzes_attempt a
        join quizzes_quiz q on q.id = a.quiz_id and q.look_back_weeks is not null
            and (q.feedback <> 'after_closing' or q.closes_at is null or q.closes_at + %(grace)s < %(at)s)
        cross join lateral (
            select m.detail from quizzes_mark m where m.attempt_id = a.id order by m.id desc limit 1
        ) mark
        cross join lateral jsonb_array_elements(mark.detail) row
        join quizzes_questionversion v on v.id = (row ->> 'version')::bigint
        where a.member_id = %(member)s and a.handed_in_at is not null
            and (%(quiz)s::bigint is null or a.quiz_id = %(quiz)s)
    ), missed as (
        select quiz_id, question_id, max(handed_in_at) filter (where is_right) as last_right,
            max(handed_in_at) filter (where not is_right and not awaits
                and handed_in_at <= %(at)s - look_back_weeks * interval '7 days') as last_missed
        from asked group by quiz_id, question_id
    )
    select missed.quiz_id, q.version_id
    from missed join quizzes_question q on q.id = missed.question_id
    where q.state = 'in_use' and q.kind <> 'short_answer' and last_missed is not null
        and (last_right is null or last_right < last_missed)
    order by missed.quiz_id, last_missed, q.id
"""


def _missed(member: Member, quiz: Quiz | None, *, at: datetime) -> list[tuple[int, int]]:
    """The quiz and the approved version of each question that may be looked back at. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MISSED, {"member": member.pk, "quiz": quiz.pk if quiz else None, "at": at, "grace": GRACE}
        )
        return cursor.fetchall()


def missed_by(member: Member, quiz: Quiz, *, at: datetime) -> list[int]:
    """Return the versions of what the member may look back at in a quiz, the longest ago first. One query."""
    return [version for _quiz, version in _missed(member, quiz, at=at)][:MOST_QUESTIONS]


def look_backs_for(member: Member, *, at: datetime) -> list[LookBack]:
    """Return the quizzes that the member may look back at, and how many questions of each. Three queries."""
    number: dict[int, int] = {}
    for quiz, _version in _missed(member, None, at=at):
        number[quiz] = min(number.get(quiz, 0) + 1, MOST_QUESTIONS)
    begun = set(_open(member).values_list("quiz", flat=True))
    quizzes = Quiz.objects.filter(pk__in=number.keys() | begun).order_by("title", "pk")
    return [LookBack(quiz, number.get(quiz.pk, 0), quiz.pk in begun) for quiz in quizzes]


def begin_look_back(*, member: Member, quiz: Quiz, at: datetime) -> Attempt:
    """
    Return the look back that the member has begun, or begin one. Beginning twice at once begins once.

    It asks the questions as they are approved now, without a time limit, as often as one likes. It needs a
    place where the member may read the quiz, since its result leads to the passages.

    :raises NoPlace: when it stands nowhere for this member.
    :raises NothingToLookBackAt: when nothing was missed so long ago, or it was answered rightly since.
    """
    begun = _open(member).filter(quiz=quiz).first()
    if begun is not None:
        return begun
    place = places([quiz.key], member=member, language=get_language() or "").get(quiz.key)
    if place is None:
        raise NoPlace
    wanted = missed_by(member, quiz, at=at)
    if not wanted:
        raise NothingToLookBackAt
    identity = uuid4()
    drawn = Attempt(
        id=identity,
        member=member,
        quiz=quiz,
        edition=place.edition,
        paper=draw_paper(identity, _in_order(wanted), quiz=quiz),
        pass_mark=quiz.pass_mark,
        is_look_back=True,
        begun_at=at,
    )
    return kept(drawn)


def _open(member: Member) -> AttemptQuerySet:
    return Attempt.objects.of(member).open().filter(is_look_back=True)


def _in_order(wanted: Iterable[int]) -> list[QuestionVersion]:
    keys = list(wanted)
    found = QuestionVersion.objects.in_bulk(keys)
    return [found[key] for key in keys]
