"""What a dated rule gives for a passed quiz: at first nothing, then its minutes, once a quiz and year."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from hours.models import Rule, StudyRecord
from people.models import Member
from quizzes import attempts
from quizzes.models import Quiz
from tests.cast import moment
from tests.quizzes.papers import right_options

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 10:00")


def take(quiz: Quiz, member: Member, *, rightly: bool = True, at: datetime = AT) -> bool:
    """Begin, answer, hand in; whether it was passed."""
    attempt = attempts.begin(member=member, quiz=quiz, at=at)
    facts = {"attempt_id": attempt.pk, "member_id": member.pk, "at": at}
    for position in range(len(attempt.paper) if rightly else 0):
        attempts.save_answer(position=position, given=right_options(attempt, position), **facts)
    return attempts.hand_in(**facts).passed


def award_minutes(minutes: int) -> None:
    Rule.objects.create(
        name="quiz_award_minutes", value=minutes, valid_from=date(2026, 1, 1), source="县委通知"
    )


def test_nothing_is_given_until_a_rule_says_so(quiz, member) -> None:
    assert take(quiz, member)
    assert not StudyRecord.objects.exists()


def test_a_passed_quiz_gives_its_minutes_once_a_year(quiz, member) -> None:
    award_minutes(10)
    assert not take(quiz, member, rightly=False)
    assert not StudyRecord.objects.exists()
    for days in (0, 1, 2):
        assert take(quiz, member, at=AT + timedelta(days=days))

    record = StudyRecord.objects.get()
    assert (record.member, record.source, record.bucket) == (member, "quiz", "individual")
    assert (record.seconds, record.award, record.rule.name) == (600, 600, "quiz_award_minutes")
    assert take(quiz, member, at=moment("2027-03-10 10:00"))
    assert list(StudyRecord.objects.order_by("pk").values_list("seconds", flat=True)) == [600, 600]


def test_what_was_passed_before_the_rule_is_not_given_later(quiz, member) -> None:
    assert take(quiz, member)
    award_minutes(10)

    assert take(quiz, member, at=AT + timedelta(days=1))
    assert not StudyRecord.objects.exists()


def test_handing_in_twice_gives_once(quiz, member) -> None:
    award_minutes(10)
    attempt = attempts.begin(member=member, quiz=quiz, at=AT)
    facts = {"attempt_id": attempt.pk, "member_id": member.pk, "at": AT}
    for position in range(len(attempt.paper)):
        attempts.save_answer(position=position, given=right_options(attempt, position), **facts)
    first, second = attempts.hand_in(**facts), attempts.hand_in(**facts)

    assert first == second
    assert StudyRecord.objects.count() == 1
