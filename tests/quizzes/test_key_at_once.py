"""A key is corrected while somebody hands in: the hand-in waits, and is marked by the new key."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from django.db import connection, transaction

from people.models import Member
from quizzes import slots
from quizzes.attempts import begin, hand_in, save_answer
from quizzes.keys import hold_keys_alone
from quizzes.models import (
    Answer,
    Attempt,
    ItemResult,
    KeyCorrection,
    Mark,
    Question,
    QuestionVersion,
    Quiz,
    Regrade,
)
from quizzes.slots import Place
from tests.cast import moment
from tests.quizzes.papers import add_question, add_quiz, wrong_option

AT = moment("2026-03-10 10:00")


@pytest.fixture
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a transaction around the test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def committed(db, monkeypatch) -> Iterator[tuple[Member, Quiz]]:
    """A member and a quiz that other connections see; what the test made is taken away afterwards."""
    member = Member.objects.create_user("waits", name="同时")
    quiz = add_quiz(add_question("W1"))
    monkeypatch.setattr(slots, "_places", [lambda keys, who, language: {quiz.key: Place("课", "/")}])
    yield member, quiz
    Question.objects.update(state=Question.State.DRAFT, version=None)
    models = (ItemResult, Mark, Answer, Attempt, KeyCorrection, Regrade, Quiz, QuestionVersion, Question)
    for model in models:
        model.objects.all().delete()
    member.delete()


def test_a_hand_in_waits_for_the_key_that_is_being_corrected(committed) -> None:
    member, quiz = committed
    attempt = begin(member=member, quiz=quiz, at=AT)
    version = QuestionVersion.objects.get()
    chosen = wrong_option(attempt, 0)
    facts = {"attempt_id": attempt.pk, "member_id": member.pk, "at": AT}
    save_answer(position=0, given=[chosen], **facts)
    marks: list[Mark] = []

    def act() -> None:
        try:
            marks.append(hand_in(**facts))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as hands:
        with transaction.atomic():
            hold_keys_alone([version.pk])
            acting = hands.submit(act)
            regrade = Regrade.objects.create(
                question=version.question, reason="改正", decided_by=member, decided_at=AT
            )
            KeyCorrection.objects.create(regrade=regrade, version=version, key={"correct": [chosen]})
            sleep(0.5)
            assert marks == []
        acting.result(30)

    assert [(mark.points, mark.passed) for mark in marks] == [(1, True)]
