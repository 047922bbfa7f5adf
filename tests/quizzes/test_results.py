"""Results as other rooms read them."""

from uuid import uuid4

import pytest

from quizzes.attempts import begin, hand_in, save_answer
from quizzes.models import Attempt, Mark
from quizzes.results import Best, best_results, handed_in_keys
from tests.cast import make_member, moment
from tests.quizzes.papers import add_question, add_quiz, right_options


def try_quiz(member, quiz, *, right, at):
    """An attempt with the first `right` questions answered rightly, handed in at the moment."""
    attempt = begin(member=member, quiz=quiz, at=at)
    for position in range(right):
        given = right_options(attempt, position)
        save_answer(attempt_id=attempt.pk, member_id=member.pk, position=position, given=given, at=at)
    return hand_in(attempt_id=attempt.pk, member_id=member.pk, at=at)


MONDAY, TUESDAY, WEDNESDAY = (moment(f"2026-03-{day} 10:00") for day in ("09", "10", "11"))


def test_the_best_attempt_counts_and_all_are_counted(member, quiz):
    try_quiz(member, quiz, right=1, at=MONDAY)
    try_quiz(member, quiz, right=3, at=TUESDAY)
    try_quiz(member, quiz, right=2, at=WEDNESDAY)

    assert best_results([member.pk]) == {(member.pk, quiz.key): Best(100, True, TUESDAY, 3)}


@pytest.mark.parametrize(
    ("counts", "result"),
    [
        ("best", Best(100, True, TUESDAY, 3)),
        ("last", Best(67, False, WEDNESDAY, 3)),
        ("average", Best(67, False, WEDNESDAY, 3)),
    ],
)
def test_what_counts_is_the_best_the_last_or_the_average(member, quiz, counts, result):
    type(quiz).objects.filter(pk=quiz.pk).update(counts=counts)
    for right, at in [(1, MONDAY), (3, TUESDAY), (2, WEDNESDAY)]:
        try_quiz(member, quiz, right=right, at=at)

    assert best_results([member.pk]) == {(member.pk, quiz.key): result}


def test_the_average_of_all_is_passed_when_it_reaches_the_pass_mark_of_the_last(member, quiz):
    type(quiz).objects.filter(pk=quiz.pk).update(counts="average", pass_mark=50)
    quiz.refresh_from_db()
    for right, at in [(0, MONDAY), (3, TUESDAY)]:
        try_quiz(member, quiz, right=right, at=at)
    assert best_results([member.pk]) == {(member.pk, quiz.key): Best(50, True, TUESDAY, 2)}
    try_quiz(member, quiz, right=1, at=WEDNESDAY)

    assert best_results([member.pk]) == {(member.pk, quiz.key): Best(44, False, WEDNESDAY, 3)}


def test_of_equals_the_earlier_is_told(member, quiz):
    for at in (MONDAY, TUESDAY):
        try_quiz(member, quiz, right=2, at=at)

    assert best_results([member.pk]) == {(member.pk, quiz.key): Best(67, False, MONDAY, 2)}


def test_a_pass_goes_before_a_higher_result_that_was_none(member, quiz):
    type(quiz).objects.filter(pk=quiz.pk).update(pass_mark=30)
    quiz.refresh_from_db()
    try_quiz(member, quiz, right=1, at=MONDAY)
    type(quiz).objects.filter(pk=quiz.pk).update(pass_mark=100)
    quiz.refresh_from_db()
    try_quiz(member, quiz, right=2, at=TUESDAY)

    assert best_results([member.pk]) == {(member.pk, quiz.key): Best(33, True, MONDAY, 2)}


def test_of_two_marks_the_later_holds(member, quiz):
    mark = try_quiz(member, quiz, right=1, at=MONDAY)
    Mark.objects.create(
        attempt=mark.attempt,
        points=2,
        out_of=3,
        percent=67,
        passed=False,
        detail=mark.detail,
        marking_version=1,
        reason="题目有误",
        marked_at=TUESDAY,
    )

    assert best_results([member.pk]) == {(member.pk, quiz.key): Best(67, False, MONDAY, 1)}
    marked = Attempt.objects.with_marks().get()
    assert (marked.percent, marked.passed, marked.quiz) == (67, False, quiz)


def test_an_open_attempt_has_no_result(attempt, member, quiz):
    assert best_results([member.pk], [quiz.key]) == {}
    assert handed_in_keys(member.pk, [quiz.key]) == set()


def test_only_those_asked_for_are_told(member, secretary, quiz, standing):
    other = add_quiz(add_question("X1"))
    standing[other.key] = standing[quiz.key]
    try_quiz(member, quiz, right=1, at=MONDAY)
    try_quiz(member, other, right=1, at=MONDAY)
    try_quiz(secretary, quiz, right=1, at=MONDAY)

    assert set(best_results([member.pk])) == {(member.pk, quiz.key), (member.pk, other.key)}
    assert set(best_results([member.pk, secretary.pk], [quiz.key])) == {
        (member.pk, quiz.key),
        (secretary.pk, quiz.key),
    }
    assert best_results([], [quiz.key]) == best_results([member.pk], []) == {}
    assert handed_in_keys(member.pk, [quiz.key, uuid4()]) == {quiz.key}
    assert handed_in_keys(secretary.pk, [other.key]) == set()


@pytest.mark.parametrize("members", [1, 8])
def test_it_is_one_query_however_many(branch, quiz, django_assert_num_queries, members):
    cast = [make_member(f"m{n}", branch) for n in range(members)]
    for one in cast:
        for at in (MONDAY, TUESDAY):
            try_quiz(one, quiz, right=1, at=at)

    with django_assert_num_queries(1):
        assert len(best_results([one.pk for one in cast])) == members
    with django_assert_num_queries(1):
        assert handed_in_keys(cast[0].pk, [quiz.key]) == {quiz.key}
