"""Done: the last screen was reached and the check answered. Never by time alone."""

from uuid import UUID

import pytest

from courses.slots import LessonState, Wanted
from programmes.models import LessonReached
from programmes.progress import lesson_states, mark_reached
from quizzes.attempts import begin, hand_in
from tests.cast import add_lesson, add_module, moment
from tests.courses.lessons import add_edition, add_lesson_of, live_edition
from tests.hours.rows import add_record, this_year
from tests.quizzes.papers import add_question, add_quiz

pytestmark = pytest.mark.django_db

TEN = moment("2026-03-10 10:00")


def state(member, edition) -> LessonState:
    wanted = Wanted(edition.translation_key, tuple(UUID(key) for key in edition.quiz_keys))
    return lesson_states(member, [wanted])[edition.translation_key]


@pytest.fixture
def checked():
    """The edition of a lesson with a knowledge check."""
    quiz = add_quiz(add_question("L1"))
    return live_edition(add_lesson_of(add_module(), ("heading", "缘起"), ("quiz", quiz)))


def hand_in_the_check(member, edition) -> None:
    quiz = edition.page.body[1].value
    attempt = begin(member=member, quiz=quiz, at=TEN)
    hand_in(attempt_id=attempt.pk, member_id=member.pk, at=TEN)


def test_a_lesson_nobody_opened_is_not_begun(member, lesson) -> None:
    assert state(member, lesson) == LessonState(seconds=0, is_reached=False, is_done=False)
    assert not state(member, lesson).is_begun


def test_ten_hours_of_reading_alone_do_not_make_a_lesson_done(member, lesson) -> None:
    add_record(member, lesson.translation_key, at=this_year(), seconds=36_000)

    assert state(member, lesson) == LessonState(seconds=36_000, is_reached=False, is_done=False)
    assert state(member, lesson).is_begun


def test_a_lesson_without_a_check_is_done_at_its_last_screen(member, lesson) -> None:
    assert mark_reached(member_id=member.pk, edition=lesson, at=TEN)

    assert state(member, lesson) == LessonState(seconds=0, is_reached=True, is_done=True)


def test_a_lesson_with_a_check_is_done_when_it_is_also_handed_in(member, checked) -> None:
    mark_reached(member_id=member.pk, edition=checked, at=TEN)
    assert state(member, checked) == LessonState(is_reached=True, is_done=False)
    hand_in_the_check(member, checked)

    assert state(member, checked) == LessonState(is_reached=True, is_done=True)


def test_the_check_alone_does_not_make_a_lesson_done(member, checked) -> None:
    hand_in_the_check(member, checked)

    assert state(member, checked) == LessonState(is_reached=False, is_done=False)


def test_an_attempt_that_is_only_begun_does_not_count(member, checked) -> None:
    mark_reached(member_id=member.pk, edition=checked, at=TEN)
    begin(member=member, quiz=checked.page.body[1].value, at=TEN)

    assert not state(member, checked).is_done


def test_the_attempt_at_a_lessons_check_names_the_edition(member, checked) -> None:
    attempt = begin(member=member, quiz=checked.page.body[1].value, at=TEN)

    assert attempt.edition == checked.key


def test_reaching_the_end_again_keeps_the_first_time(member, lesson) -> None:
    assert mark_reached(member_id=member.pk, edition=lesson, at=TEN)
    assert not mark_reached(member_id=member.pk, edition=lesson, at=moment("2026-03-11 10:00"))

    row = LessonReached.objects.get()
    assert (row.member, row.lesson, row.edition, row.reached_at) == (
        member,
        lesson.translation_key,
        lesson,
        TEN,
    )


def test_reaching_the_end_in_one_language_holds_in_the_other(member, lesson) -> None:
    english = live_edition(add_lesson(add_module("en"), translation_key=lesson.translation_key))
    mark_reached(member_id=member.pk, edition=english, at=TEN)
    assert not mark_reached(member_id=member.pk, edition=lesson, at=TEN)

    assert state(member, lesson).is_done
    assert LessonReached.objects.get().edition == english


def test_progress_is_ones_own(member, secretary, lesson) -> None:
    mark_reached(member_id=secretary.pk, edition=lesson, at=TEN)
    add_record(secretary, lesson.translation_key, at=this_year())

    assert state(member, lesson) == LessonState()


def test_the_states_of_many_lessons_cost_three_queries(member, django_assert_num_queries) -> None:
    module = add_module()
    quiz = add_quiz(add_question("L1"))
    wanted = []
    for number in range(12):
        edition = add_edition(module, f"lesson-{number}")
        wanted.append(Wanted(edition.translation_key, (quiz.key,)))
        mark_reached(member_id=member.pk, edition=edition, at=TEN)

    with django_assert_num_queries(3):  # reached, handed in, time studied
        states = lesson_states(member, wanted)
    assert [found.is_reached for found in states.values()] == [True] * 12
