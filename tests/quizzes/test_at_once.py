"""Two requests at the same moment, in transactions of their own: the database lets one act."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from people.models import Member
from quizzes import slots
from quizzes.attempts import begin, hand_in, save_answer
from quizzes.beginning import NoMoreAttempts
from quizzes.ending import end_overdue
from quizzes.models import Answer, Attempt, ItemResult, Mark, Question, QuestionVersion, Quiz
from quizzes.saving import Given, Saved, save, save_all
from quizzes.slots import Place
from tests.cast import moment
from tests.quizzes.papers import add_question, add_quiz, right_options

AT = moment("2026-03-10 10:00")
HANDS = 6


@pytest.fixture
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a transaction around the test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def committed(db, monkeypatch) -> Iterator[tuple[Member, Quiz]]:
    """A member and a quiz that other connections see; what the test made is taken away afterwards."""
    member = Member.objects.create_user("atonce", name="同时")
    quiz = add_quiz(*(add_question(f"A{n}") for n in range(3)))
    monkeypatch.setattr(slots, "_places", [lambda keys, who, language: {quiz.key: Place("课", "/")}])
    yield member, quiz
    Question.objects.update(state=Question.State.DRAFT, version=None)
    for model in (ItemResult, Mark, Answer, Attempt, Quiz, QuestionVersion, Question):
        model.objects.all().delete()
    member.delete()


def at_once(act: Callable[[], object]) -> list[object]:
    """Do it in several threads that start together, and return what each got."""
    return all_at_once([act] * HANDS)


def all_at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    together = Barrier(len(acts))

    def one_hand(act: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            together.wait()
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as hands:
        return [hand.result() for hand in [hands.submit(one_hand, act) for act in acts]]


def test_beginning_at_once_begins_one_attempt(committed):
    member, quiz = committed
    attempts = at_once(lambda: begin(member=member, quiz=quiz, at=AT))

    assert len({attempt.pk for attempt in attempts}) == 1
    assert (Attempt.objects.count(), QuestionVersion.objects.count()) == (1, 3)


def test_handing_in_at_once_makes_one_mark(committed):
    member, quiz = committed
    attempt = begin(member=member, quiz=quiz, at=AT)
    marks = at_once(lambda: hand_in(attempt_id=attempt.pk, member_id=member.pk, at=AT))

    assert len({mark.pk for mark in marks}) == 1
    assert Mark.objects.count() == 1


def test_the_same_answer_at_once_is_one_row(committed):
    member, quiz = committed
    attempt = begin(member=member, quiz=quiz, at=AT)
    facts = {"attempt_id": attempt.pk, "member_id": member.pk, "given": right_options(attempt, 0)}
    at_once(lambda: save_answer(position=0, at=AT, **facts))

    assert Answer.objects.count() == 1


def test_the_same_answer_of_a_device_at_once_is_one_row(committed):
    member, quiz = committed
    attempt = begin(member=member, quiz=quiz, at=AT)
    one = Given(attempt.pk, member.pk, 0, right_options(attempt, 0), uuid4(), 1)
    told = at_once(lambda: save(one, at=AT))

    assert told == [Saved(is_late=False, holds=True)] * HANDS
    assert Answer.objects.count() == 1


def test_an_answer_is_marked_or_late_when_it_meets_the_end(committed):
    """Whatever was said to be saved in time is in the mark; whatever is late is kept and is not in it."""
    member, quiz = committed
    for n in range(8):
        attempt = begin(member=member, quiz=quiz, at=AT)
        end = partial(hand_in, attempt_id=attempt.pk, member_id=member.pk, at=AT)
        # A list is one transaction, and so is in time or late as a whole.
        given = [Given(attempt.pk, member.pk, p, right_options(attempt, p), uuid4(), 1) for p in range(3)]
        told = all_at_once(
            [
                partial(save, given[0], at=AT),
                partial(save_all, given[1:], at=AT),
                end,
                end if n % 2 else partial(end_overdue, AT),
            ]
        )
        saved = [told[0], *told[1]]
        marked = [row["given"] for row in Mark.objects.get(attempt=attempt).detail]

        assert marked == [[] if one.is_late else list(at.given) for one, at in zip(saved, given, strict=True)]
        assert Answer.objects.filter(attempt=attempt, is_late=False).count() == sum(
            not one.is_late for one in saved
        )
        assert Answer.objects.filter(attempt=attempt).count() == 3


def test_ended_by_the_job_and_by_hand_at_once_it_has_one_mark(committed):
    member, quiz = committed
    quiz.time_limit_minutes = 5
    quiz.save()
    attempt = begin(member=member, quiz=quiz, at=AT)
    late = AT + timedelta(hours=1)
    by_hand = partial(hand_in, attempt_id=attempt.pk, member_id=member.pk, at=late)
    all_at_once([partial(end_overdue, late), by_hand, partial(end_overdue, late), by_hand])

    assert Mark.objects.filter(attempt=attempt).count() == 1
    assert Attempt.objects.get().ended_by == "time"


def test_no_more_attempts_than_are_allowed_however_they_meet(committed):
    """One begins, and hands in at once, while others begin."""
    member, quiz = committed
    quiz.attempts_allowed = 1
    quiz.save()

    def try_once() -> None:
        with suppress(NoMoreAttempts, Attempt.DoesNotExist):
            attempt = begin(member=member, quiz=quiz, at=AT)
            hand_in(attempt_id=attempt.pk, member_id=member.pk, at=AT)

    at_once(try_once)

    assert (Attempt.objects.count(), Mark.objects.count()) == (1, 1)
