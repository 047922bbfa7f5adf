"""What a member does with a quiz: begin, answer one question at a time, hand in. Each may be sent twice."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate
from django.utils.translation import get_language

from hours import ledger
from hours.models import Rule, Source
from hours.totals import bounds, year_of
from people.models import Member
from quizzes import marking
from quizzes.bank import freeze_questions
from quizzes.models import Answer, Attempt, Mark, Question, QuestionVersion, Quiz
from quizzes.slots import places


class NoPlace(Exception):
    """The quiz stands in no lesson or module that the member may read."""


class NoQuestions(Exception):
    """No question of the quiz is in use."""


class NotOnThePaper(Exception):
    """The question or the option is not on this paper, or more was chosen than the question takes."""


class AlreadyHandedIn(Exception):
    """The attempt is at its end; what was saved before has been marked."""


@transaction.atomic
def begin(*, member: Member, quiz: Quiz, at: datetime) -> Attempt:
    """
    Return the member's open attempt, or begin one. Beginning twice at once begins once.

    An open attempt can always be continued; a new one needs a place where the member may read the quiz.

    :raises NoPlace: when it stands nowhere for this member.
    :raises NoQuestions: when none of its questions is in use.
    """
    of_member = Attempt.objects.of(member).filter(quiz=quiz).open()
    attempt = of_member.first()
    if attempt:
        return attempt
    place = places([quiz.key], member=member, language=get_language() or "").get(quiz.key)
    if place is None:
        raise NoPlace
    versions = freeze_questions(quiz, at=at)
    if not versions:
        raise NoQuestions
    identity = uuid4()
    drawn = Attempt(
        id=identity,
        member=member,
        quiz=quiz,
        edition=place.edition,
        paper=draw_paper(identity, versions),
        pass_mark=quiz.pass_mark,
        begun_at=at,
    )
    Attempt.objects.bulk_create([drawn], ignore_conflicts=True)
    return of_member.get()


def draw_paper(attempt_id: UUID, versions: Iterable[QuestionVersion]) -> list[dict[str, Any]]:
    """
    Return the paper of an attempt: questions in order, options shuffled by the attempt; true before false.

    The seed is secret. A shuffle that a reader can undo would show the order the editor wrote, and editors
    like to write the right option first.
    """
    return [
        {"version": version.pk, "kind": version.content["kind"], "options": _shuffled(attempt_id, version)}
        for version in versions
    ]


def _shuffled(attempt_id: UUID, version: QuestionVersion) -> list[str]:
    keys = [option["key"] for option in version.content["options"]]
    if version.content["kind"] == Question.Kind.TRUE_FALSE:
        return keys
    seed = salted_hmac("quizzes.paper", attempt_id.hex, algorithm="sha256").digest()
    return sorted(keys, key=lambda key: hmac.digest(seed, key.encode(), "sha256"))


@transaction.atomic
def save_answer(
    *,
    attempt_id: UUID,
    member_id: int,
    position: int,
    chosen: Collection[UUID],
    at: datetime,
    shown: Collection[UUID] | None = None,
) -> Attempt:
    """
    Keep what was chosen for the question at a position (from 0), and return the attempt.

    The same choice again adds nothing; another one is another row, and the last row counts.

    `shown` is what the page showed as chosen when it was loaded. When it equals `chosen`, the reader changed
    nothing, and a page loaded long ago does not undo an answer given since on another one.

    :raises Attempt.DoesNotExist: when it is not an attempt of this member.
    :raises AlreadyHandedIn: after the end.
    :raises NotOnThePaper: when the paper holds no such question or option, or it takes one option only.
    """
    attempt = _locked(attempt_id, member_id)
    if attempt.handed_in_at is not None:
        raise AlreadyHandedIn
    _check_choice(attempt.paper, position, chosen)
    if shown is not None and set(shown) == set(chosen):
        return attempt
    last = attempt.answers.filter(position=position).order_by("-pk").values_list("chosen", flat=True).first()
    if set(last or ()) != set(chosen):
        Answer.objects.create(attempt=attempt, position=position, chosen=sorted(set(chosen)), saved_at=at)
    return attempt


def _locked(attempt_id: UUID, member_id: int) -> Attempt:
    # `no_key`: rows that refer to the attempt may be written meanwhile; saving and handing in wait here.
    return Attempt.objects.select_for_update(no_key=True).get(pk=attempt_id, member_id=member_id)


def _check_choice(paper: list[dict[str, Any]], position: int, chosen: Collection[UUID]) -> None:
    if not 0 <= position < len(paper):
        raise NotOnThePaper
    question = paper[position]
    if not {str(key) for key in chosen} <= set(question["options"]):
        raise NotOnThePaper
    if question["kind"] != Question.Kind.MULTIPLE_CHOICE and len(set(chosen)) > 1:
        raise NotOnThePaper


@transaction.atomic
def hand_in(*, attempt_id: UUID, member_id: int, at: datetime) -> Mark:
    """
    End an attempt and mark what was saved. Handing in again returns the mark that was made.

    :raises Attempt.DoesNotExist: when it is not an attempt of this member.
    """
    attempt = _locked(attempt_id, member_id)
    if attempt.handed_in_at is not None:
        return attempt.marks.get(reason="")
    attempt.handed_in_at = at
    attempt.save(update_fields=["handed_in_at"])
    return mark_handed_in(attempt, at=at)


def mark_handed_in(attempt: Attempt, *, at: datetime) -> Mark:
    """Mark what was chosen last in an attempt at its end, and award what the rule gives. In a transaction."""
    versions = QuestionVersion.objects.in_bulk([question["version"] for question in attempt.paper])
    papers = [versions[question["version"]].content for question in attempt.paper]
    chosen = last_choices(attempt)
    result = marking.mark(papers, chosen)
    if marking.passed(result.percent, attempt.pass_mark):
        _award(attempt, at=at)
    return Mark.objects.create(
        attempt=attempt,
        points=result.points,
        out_of=result.out_of,
        percent=result.percent,
        passed=marking.passed(result.percent, attempt.pass_mark),
        detail=[
            {"version": question["version"], "chosen": chosen.get(position, []), "right": right}
            for position, (question, right) in enumerate(zip(attempt.paper, result.right, strict=True))
        ],
        marking_version=marking.VERSION,
        marked_at=at,
    )


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


def last_choices(attempt: Attempt) -> dict[int, list[str]]:
    """Return the option keys last chosen, by position; a question never answered is left out. One query."""
    rows = attempt.answers.order_by("position", "-pk").distinct("position").values_list("position", "chosen")
    return {position: [str(key) for key in chosen] for position, chosen in rows}
