"""Pages and the interface cost the same however long the quiz and however often it was tried."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from quizzes import attempts
from quizzes.ending import end_overdue
from quizzes.slots import Place
from quizzes.tokens import AttemptToken
from tests.cast import moment
from tests.quizzes.papers import add_question, add_quiz, right_options, wrong_option


@pytest.fixture
def attempt(member, standing, client):
    """Twenty questions, each answered twice, at the third attempt. The member has been here this minute."""
    quiz = add_quiz(*(add_question(f"N{n}") for n in range(20)))
    standing[quiz.key] = Place("专题", "/one/")
    for day in ("08", "09"):
        at = moment(f"2026-03-{day} 10:00")
        earlier = attempts.begin(member=member, quiz=quiz, at=at)
        attempts.hand_in(attempt_id=earlier.pk, member_id=member.pk, at=at)
    attempt = attempts.begin(member=member, quiz=quiz, at=moment("2026-03-10 10:00"))
    facts = {"attempt_id": attempt.pk, "member_id": member.pk, "at": moment("2026-03-10 10:05")}
    for position in range(20):
        attempts.save_answer(position=position, given=[wrong_option(attempt, position)], **facts)
        attempts.save_answer(position=position, given=right_options(attempt, position), **facts)
    client.force_login(member)
    client.get(reverse("quizzes:overview", args=[attempt.pk]))
    return attempt


def test_the_start(client, attempt, django_assert_num_queries):
    start = reverse("quizzes:start", args=[attempt.quiz.key])

    # session, member, offices (navigation); quiz, open attempt, best result
    with django_assert_num_queries(6):
        client.get(start)


def test_a_question(client, attempt, django_assert_num_queries):
    # session, member, offices (navigation); attempt, question, last answer
    with django_assert_num_queries(6):
        client.get(reverse("quizzes:question", args=[attempt.pk, 7]))


def test_saving_an_answer(client, attempt, django_assert_num_queries):
    token = AttemptToken(attempt.pk, attempt.member_id, now()).sign()
    fields = {"token": token, "given": [wrong_option(attempt, 6)]}

    # session, member; the answer; attempt, where to go on
    with django_assert_num_queries(4):
        client.post(reverse("quizzes:question", args=[attempt.pk, 7]), fields)


def test_saving_an_answer_from_the_page_s_script(client, attempt, django_assert_num_queries):
    address = reverse("api:save_answer", kwargs={"attempt_id": attempt.pk, "number": 7})
    token = AttemptToken(attempt.pk, attempt.member_id, now()).sign()
    choice = {"token": token, "given": [wrong_option(attempt, 6)]}
    client.cookies.clear()

    # one statement saves it
    with django_assert_num_queries(1):
        client.put(address, choice, content_type="application/json")


def test_the_list(client, attempt, django_assert_num_queries):
    # session, member, offices (navigation); attempt, questions, last answers
    with django_assert_num_queries(6):
        client.get(reverse("quizzes:overview", args=[attempt.pk]))


def test_handing_in(client, attempt, django_assert_num_queries):
    # session, member; its end, hold on the keys, keys, answers, mark, results at questions, rule of awards;
    # begin and end of the transaction
    with django_assert_num_queries(11):
        client.post(reverse("quizzes:hand_in", args=[attempt.pk]))


def test_the_result(client, attempt, django_assert_num_queries):
    client.post(reverse("quizzes:hand_in", args=[attempt.pk]))

    # session, member; offices, attempt, marks, keys, answers
    with django_assert_num_queries(7):
        client.get(reverse("quizzes:result", args=[attempt.pk]))


def test_beginning(attempt, member, django_assert_num_queries):
    attempts.hand_in(attempt_id=attempt.pk, member_id=member.pk, at=now())

    # open attempt, own questions, pools; the attempt
    with django_assert_num_queries(4):
        attempts.begin(member=member, quiz=attempt.quiz, at=now())


def test_the_end_of_many_is_chosen_in_one_statement(attempt, member, django_assert_num_queries):
    # none is over
    with django_assert_num_queries(1):
        end_overdue(now())
