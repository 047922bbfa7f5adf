"""Two requests at the same moment, in transactions of their own: the database lets one act."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from people.models import Member
from quizzes import slots
from quizzes.attempts import begin, hand_in, save_answer
from quizzes.models import Answer, Attempt, Mark, Question, QuestionVersion, Quiz
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
    for model in (Mark, Answer, Attempt, Quiz, QuestionVersion, Question):
        model.objects.all().delete()
    member.delete()


def at_once(act: Callable[[], object]) -> list[object]:
    """Do it in several threads that start together, and return what each got."""
    together = Barrier(HANDS)

    def one_hand() -> object:
        try:
            connection.ensure_connection()
            together.wait()
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as hands:
        return [hand.result() for hand in [hands.submit(one_hand) for _ in range(HANDS)]]


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
    facts = {"attempt_id": attempt.pk, "member_id": member.pk, "chosen": right_options(attempt, 0)}
    at_once(lambda: save_answer(position=0, at=AT, **facts))

    assert Answer.objects.count() == 1
