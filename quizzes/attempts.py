"""What a member does with a quiz: begin, answer one question at a time, hand in. Each may be sent twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import get_language

from hours import ledger
from hours.models import Rule, Source
from hours.totals import bounds, year_of
from people.models import Member
from quizzes import marking
from quizzes.answers import answer_for
from quizzes.drawing import draw_paper, questions_for
from quizzes.folding import Version, fold
from quizzes.models import Answer, Attempt, Mark, QuestionVersion, Quiz
from quizzes.slots import places


class NoPlace(Exception):
    """The quiz stands in no lesson or module that the member may read."""


class NoQuestions(Exception):
    """No question of the quiz is in use."""


@transaction.atomic
def begin(*, member: Member, quiz: Quiz, at: datetime) -> Attempt:
    """
    Return the member's open attempt, or begin one. Beginning twice at once begins once.

    An open attempt can always be continued; a new one needs a place where the member may read the quiz.

    :raises NoPlace: when it stands nowhere for this member.
    :raises NoQuestions: when none of its questions is in use.
    """
    of_member = Attempt.objects.of(member).for_score().filter(quiz=quiz).open()
    attempt = of_member.first()
    if attempt:
        return attempt
    place = places([quiz.key], member=member, language=get_language() or "").get(quiz.key)
    if place is None:
        raise NoPlace
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
    )
    Attempt.objects.bulk_create([drawn], ignore_conflicts=True)
    return of_member.get()


@dataclass(frozen=True)
class Saved:
    """What became of an answer: `is_late` when it is kept and counts for nothing."""

    is_late: bool


@dataclass(frozen=True)
class FromDevice:
    """Which device an answer comes from, its counting there, and when it was given (see `Answer`)."""

    device: UUID
    counter: int
    given_at: datetime


@transaction.atomic
def save_answer(
    *,
    attempt_id: UUID,
    member_id: int,
    position: int,
    given: Sequence[str],
    at: datetime,
    shown: Sequence[str] | None = None,
    from_device: FromDevice | None = None,
) -> Saved:
    """
    Keep what was given for the question at a position (from 0).

    The same again adds nothing; another answer is another row, and `quizzes.folding` says which holds. After
    the end it is kept all the same, and counts for nothing.

    `shown` is what the page showed as answered when it was loaded. When it equals `given`, the reader changed
    nothing, and a page loaded long ago does not undo an answer given since on another one.

    :raises Attempt.DoesNotExist: when it is not an attempt of this member.
    :raises NotOnThePaper: when the paper holds no such question or option, or it takes less.
    :raises TooLong: when a text is longer than the question takes.
    """
    attempt = _locked(attempt_id, member_id)
    kept = answer_for(attempt.paper, position, given)
    is_late = attempt.handed_in_at is not None
    if shown is not None and answer_for(attempt.paper, position, shown) == kept:
        return Saved(is_late)
    if from_device is None and _holding(attempt, position) == kept:
        return Saved(is_late)
    Answer.objects.bulk_create(
        [
            Answer(
                attempt=attempt,
                position=position,
                given=kept,
                device=from_device.device if from_device else None,
                counter=from_device.counter if from_device else 0,
                given_at=min(max(from_device.given_at, attempt.begun_at), at) if from_device else at,
                saved_at=at,
                is_late=is_late,
            )
        ],
        ignore_conflicts=True,
    )
    return Saved(is_late)


def _locked(attempt_id: UUID, member_id: int) -> Attempt:
    # `no_key`: rows that refer to the attempt may be written meanwhile; saving and handing in wait here.
    return Attempt.objects.select_for_update(no_key=True).get(pk=attempt_id, member_id=member_id)


def _holding(attempt: Attempt, position: int) -> list[str]:
    held = fold(versions_of(attempt, position=position)).get(position)
    return list(held.given) if held else []


@transaction.atomic
def hand_in(*, attempt_id: UUID, member_id: int, at: datetime) -> Mark:
    """
    End an attempt and mark what was saved. Handing in again returns the mark that was made.

    :raises Attempt.DoesNotExist: when it is not an attempt of this member.
    """
    attempt = _locked(attempt_id, member_id)
    if attempt.handed_in_at is not None:
        return attempt.marks.get(reason="")
    attempt.handed_in_at, attempt.ended_by = at, Attempt.EndedBy.MEMBER
    attempt.save(update_fields=["handed_in_at", "ended_by"])
    return mark_handed_in(attempt, at=at)


def mark_handed_in(attempt: Attempt, *, at: datetime) -> Mark:
    """Mark the answers that hold at the end of an attempt, and award what the rule gives."""
    contents = contents_of(attempt.paper)
    given = answers_that_hold(attempt)
    result = marking.mark(contents, given)
    if marking.passed(result.percent, attempt.pass_mark):
        _award(attempt, at=at)
    mark = mark_of(attempt, result, given, at=at)
    mark.save()
    return mark


def contents_of(paper: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what is marked at each place of a paper: what was asked, with the key that holds now."""
    versions = QuestionVersion.objects.in_bulk([place["version"] for place in paper])
    return [versions[place["version"]].content for place in paper]


def mark_of(
    attempt: Attempt, result: marking.Marking, given: Mapping[int, Sequence[str]], *, at: datetime
) -> Mark:
    """Return a mark that is not saved yet. No query."""
    return Mark(
        attempt=attempt,
        points=result.points,
        out_of=result.out_of,
        percent=result.percent,
        passed=marking.passed(result.percent, attempt.pass_mark),
        awaiting=result.awaiting,
        detail=[
            _detail(place["version"], given.get(position, ()), one)
            for position, (place, one) in enumerate(zip(attempt.paper, result.questions, strict=True))
        ],
        marking_version=marking.VERSION,
        marked_at=at,
    )


def _detail(version: int, given: Sequence[str], one: marking.Marked) -> dict[str, Any]:
    row = {"version": version, "given": list(given), "right": one.right, "out_of": one.out_of}
    row["points"] = float(marking.hundredths(one.points))
    return row | ({"awaiting": True} if one.awaiting else {})


def _award(attempt: Attempt, *, at: datetime) -> None:
    """
    Write into the ledger what the dated rule gives for a quiz passed for the first time in a year.

    It gives nothing until an organisation says otherwise.
    """
    if not Rule.objects.at(Rule.Name.QUIZ_AWARD_MINUTES, localdate(at)).value:
        return
    begin, _end = bounds(year_of(at))
    of_this_year = Attempt.objects.of(attempt.member).filter(quiz=attempt.quiz, handed_in_at__gte=begin)
    if not of_this_year.filter(marks__passed=True).exists():
        ledger.award(
            member=attempt.member,
            source=Source.QUIZ,
            key=f"{attempt.member.key}:{attempt.quiz.key}:{year_of(at)}",
            rule=Rule.Name.QUIZ_AWARD_MINUTES,
            subject=attempt.quiz.key,
            at=at,
        )


def versions_of(attempt: Attempt, position: int | None = None) -> list[Version]:
    """Return every saved answer of an attempt, or of one of its questions. One query."""
    rows = attempt.answers.order_by("pk")
    if position is not None:
        rows = rows.filter(position=position)
    return [
        Version(*row)
        for row in rows.values_list("position", "given", "device", "counter", "given_at", "pk", "is_late")
    ]


def answers_that_hold(attempt: Attempt) -> dict[int, list[str]]:
    """Return what holds, by position; a question never answered is left out. One query."""
    return {position: list(one.given) for position, one in fold(versions_of(attempt)).items()}
