"""Looking back 回头看: what was missed some weeks ago, once more, for oneself alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hours.models import StudyRecord
from quizzes.attempts import hand_in, save_answer
from quizzes.beginning import NoPlace
from quizzes.looking_back import LookBack, NothingToLookBackAt, begin_look_back, look_backs_for
from quizzes.models import Attempt, ItemResult, Question, QuestionVersion, Quiz
from quizzes.results import best_results, handed_in_keys
from tests.cast import moment
from tests.quizzes.papers import right_options, take_into_use, wrong_option
from tests.quizzes.test_results import try_quiz

TEN = moment("2026-03-10 10:00")
WEEK = timedelta(weeks=1)


@pytest.fixture
def missed(quiz, member):
    """Two of three questions were missed on the tenth of March; the quiz lets look back after four weeks."""
    Quiz.objects.update(look_back_weeks=4)
    try_quiz(member, quiz, right=1, at=TEN)
    return Quiz.objects.get()


def asked(attempt) -> set[str]:
    versions = QuestionVersion.objects.filter(pk__in=[place["version"] for place in attempt.paper])
    return set(versions.values_list("question__reference", flat=True))


def test_what_was_missed_may_be_looked_back_at_after_the_weeks_have_passed(missed, member):
    with pytest.raises(NothingToLookBackAt):
        begin_look_back(member=member, quiz=missed, at=TEN + 4 * WEEK - timedelta(seconds=1))
    assert look_backs_for(member, at=TEN + 4 * WEEK) == [LookBack(missed, 2)]

    attempt = begin_look_back(member=member, quiz=missed, at=TEN + 4 * WEEK)

    assert (asked(attempt), attempt.is_look_back, attempt.ends_at) == ({"L2", "L3"}, True, None)
    assert begin_look_back(member=member, quiz=missed, at=TEN + 5 * WEEK) == attempt
    assert look_backs_for(member, at=TEN + 5 * WEEK) == [LookBack(missed, 2, is_open=True)]


def test_it_counts_for_nothing_and_is_shown_to_nobody_else(missed, member, secretary):
    attempt = begin_look_back(member=member, quiz=missed, at=TEN + 4 * WEEK)
    at = TEN + 4 * WEEK
    for position in range(2):
        given = right_options(attempt, position)
        save_answer(attempt_id=attempt.pk, member_id=member.pk, position=position, given=given, at=at)
    before = best_results([member.pk])
    mark = hand_in(attempt_id=attempt.pk, member_id=member.pk, at=at)

    assert (mark.percent, best_results([member.pk])) == (100, before)
    assert attempt not in Attempt.objects.visible_to(secretary, on=at.date())
    assert attempt in Attempt.objects.visible_to(member, on=at.date())
    assert handed_in_keys(member.pk, [missed.key]) == {missed.key}
    assert not ItemResult.objects.filter(attempt=attempt).exists()
    assert not StudyRecord.objects.exists()


def test_while_the_key_waits_for_the_closing_nothing_may_be_looked_back_at(missed, member):
    closes = TEN + 6 * WEEK
    Quiz.objects.update(feedback=Quiz.Feedback.AFTER_CLOSING, closes_at=closes)

    assert look_backs_for(member, at=closes + timedelta(seconds=30)) == []
    with pytest.raises(NothingToLookBackAt):
        begin_look_back(member=member, quiz=missed, at=closes)
    assert Attempt.objects.filter(is_look_back=True).count() == 0
    assert [one.questions for one in look_backs_for(member, at=closes + timedelta(seconds=31))] == [2]


def test_what_was_answered_rightly_since_is_not_asked_again(missed, member):
    """In another attempt, or when looking back; what was missed then is asked once more."""
    at = TEN + 4 * WEEK
    attempt = begin_look_back(member=member, quiz=missed, at=at)
    right = right_options(attempt, 0)
    facts = {"attempt_id": attempt.pk, "member_id": member.pk, "at": at}
    save_answer(position=0, given=right, **facts)
    save_answer(position=1, given=[wrong_option(attempt, 1)], **facts)
    hand_in(**facts)
    again = begin_look_back(member=member, quiz=missed, at=at + WEEK)

    assert [place["version"] for place in again.paper] == [attempt.paper[1]["version"]]


def test_it_asks_the_words_as_they_are_approved_now_and_nothing_that_was_retired(missed, member):
    changed, retired = (Question.objects.get(reference=name) for name in ("L2", "L3"))
    changed.stem = "新的题目"
    take_into_use(changed)
    Question.objects.filter(pk=retired.pk).update(state="retired")
    attempt = begin_look_back(member=member, quiz=missed, at=TEN + 4 * WEEK)

    assert [place["version"] for place in attempt.paper] == [Question.objects.get(pk=changed.pk).version_id]


def test_without_its_weeks_a_place_or_a_miss_there_is_nothing(missed, member, secretary, standing):
    at = TEN + 4 * WEEK
    with pytest.raises(NothingToLookBackAt):
        begin_look_back(member=secretary, quiz=missed, at=at)
    standing.clear()
    with pytest.raises(NoPlace):
        begin_look_back(member=member, quiz=missed, at=at)
    Quiz.objects.update(look_back_weeks=None)

    assert look_backs_for(member, at=at) == look_backs_for(secretary, at=at) == []
    assert not Attempt.objects.filter(is_look_back=True).exists()


def test_the_list_costs_the_same_however_many(missed, member, django_assert_num_queries):
    for week in range(3):
        try_quiz(member, missed, right=0, at=TEN + week * WEEK)

    with django_assert_num_queries(3):
        assert look_backs_for(member, at=TEN + 9 * WEEK) == [LookBack(missed, 3)]
