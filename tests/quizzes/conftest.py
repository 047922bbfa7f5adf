"""A quiz of three questions, where it stands, and an attempt at it."""

from __future__ import annotations

from uuid import UUID

import pytest

from people.models import Member
from quizzes import attempts, slots
from quizzes.models import Attempt, Quiz
from quizzes.slots import Place
from tests.cast import moment
from tests.quizzes.papers import SEVERAL, TRUE_FALSE, add_question, add_quiz

EDITION = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> dict[UUID, Place]:
    """Where quizzes stand; lessons answer in their own tests. Taking one out is unpublishing its lesson."""
    standing: dict[UUID, Place] = {}
    monkeypatch.setattr(slots, "_places", [])
    slots.register_places(lambda keys, member, language: {k: p for k, p in standing.items() if k in keys})
    return standing


@pytest.fixture
def quiz(db: None, standing: dict[UUID, Place]) -> Quiz:
    """Three questions: one of four is right, two of four are right, true or false."""
    quiz = add_quiz(
        add_question("L1"),
        add_question("L2", kind=SEVERAL, right=[1, 3]),
        add_question("L3", kind=TRUE_FALSE, right=[1], of=2),
    )
    standing[quiz.key] = Place("群众路线是怎样形成的", "/mass-line/one/first/", EDITION)
    return quiz


@pytest.fixture
def attempt(quiz: Quiz, member: Member) -> Attempt:
    """Begun, nothing answered."""
    return attempts.begin(member=member, quiz=quiz, at=moment("2026-03-10 10:00"))
