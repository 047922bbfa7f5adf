"""Where question pages keep answers, look up and hand in: no session, strictly read, clearly refused."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from django.utils.timezone import now

from quizzes.attempts import answers_that_hold, hand_in
from quizzes.models import Answer, Checked, Mark, Quiz
from quizzes.tokens import AttemptToken
from tests.quizzes.papers import right_options, wrong_option

KEPT = {"saved": True, "late": False, "holds": True}
ENGLISH = {"Accept-Language": "en"}
DEVICE = UUID("11111111-2222-4333-8444-555555555555")


@pytest.fixture
def token(attempt):
    return AttemptToken(attempt.pk, attempt.member_id, now()).sign()


@pytest.fixture
def put(client, attempt):
    def put(number, given, *, age=timedelta(), headers=ENGLISH, to=attempt.pk, **changes):
        token = AttemptToken(attempt.pk, attempt.member_id, now() - age).sign()
        choice = {"token": token, "given": [str(key) for key in given], **changes}
        address = f"/api/v1/attempts/{to}/answers/{number}"
        return client.put(address, choice, content_type="application/json", headers=headers)

    return put


@pytest.fixture
def post(client, attempt, token):
    def post(address, **body):
        return client.post(
            f"/api/v1/attempts/{address.format(attempt.pk)}",
            {"token": token, **body},
            content_type="application/json",
            headers=ENGLISH,
        )

    return post


def test_an_answer_is_saved_without_a_session(put, attempt):
    right = right_options(attempt, 1)
    response = put(2, right)

    assert (response.status_code, response.json()) == (HTTPStatus.OK, KEPT)
    assert answers_that_hold(attempt) == {1: sorted(right)}


@pytest.mark.parametrize("told", [{}, {"device": str(DEVICE), "counter": 1, "ago": 0}])
def test_sending_it_twice_is_harmless(put, attempt, told):
    for _ in range(2):
        assert put(1, right_options(attempt, 0), **told).json() == KEPT

    assert Answer.objects.count() == 1


def test_what_a_device_gave_before_another_is_kept_and_does_not_hold(put, attempt):
    right, wrong = right_options(attempt, 0), [wrong_option(attempt, 0)]
    put(1, right, device=str(DEVICE), counter=1)
    response = put(1, wrong, device=str(uuid4()), counter=1, ago=60_000)

    assert response.json() == {"saved": True, "late": False, "holds": False}
    assert (Answer.objects.count(), answers_that_hold(attempt)) == (2, {0: right})


def test_two_windows_that_counted_alike_are_told_and_nothing_is_lost(put, attempt):
    right, wrong = right_options(attempt, 0), [wrong_option(attempt, 0)]
    put(1, right, device=str(DEVICE), counter=4)
    refused = put(1, wrong, device=str(DEVICE), counter=4)

    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.CONFLICT, "counted_twice")
    assert refused.json()["counter"] == 4
    assert put(1, wrong, device=str(DEVICE), counter=5).json() == KEPT
    assert answers_that_hold(attempt) == {0: wrong}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"token": "forged"}, HTTPStatus.CONFLICT, "forged"),
        ({"token": "\ud800"}, HTTPStatus.CONFLICT, "forged"),
        ({"age": timedelta(days=31)}, HTTPStatus.CONFLICT, "old"),
        ({"to": uuid4()}, HTTPStatus.NOT_FOUND, "unknown"),
        ({"to": "nonsense"}, HTTPStatus.NOT_FOUND, "unknown"),
        ({"given": [uuid4()]}, HTTPStatus.CONFLICT, "not_on_the_paper"),
        ({"given": ["\ud800", "\0"]}, HTTPStatus.CONFLICT, "not_on_the_paper"),
        ({"number": 4}, HTTPStatus.CONFLICT, "not_on_the_paper"),
        ({"number": 0}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"number": "x"}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"number": "１"}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"given": ["x"] * 201}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"device": 7}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"device": "nonsense"}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"counter": 2**63}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"counter": -1}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"counter": True}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"ago": -1}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"ago": 10**12}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"ago": 1.5}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"token": None}, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed"),
        ({"given": ["学" * 30_000]}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"),
    ],
)
def test_a_refusal_says_why_and_saves_nothing(put, attempt, changes, status, code):
    facts = {"number": 1, "given": right_options(attempt, 0), **changes}
    response = put(**facts)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"null", b'"x"', b"[" * 100_000, b"\xff", b'{"given": NaN}']
)
@pytest.mark.parametrize("address", ["answers", "{}/checks/1", "{}/hand-in", "{}/answers/1"])
def test_what_cannot_be_read_is_refused_in_the_reader_s_language(client, attempt, address, body):
    send = client.put if address.endswith("answers/1") else client.post
    response = send(
        f"/api/v1/attempts/{address.format(attempt.pk)}",
        body,
        content_type="application/json",
        headers={"Accept-Language": "zh-hans"},
    )
    said = response.json()

    assert response.status_code in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
    assert said["code"] in {"malformed", "too_large"}
    assert not Answer.objects.exists()


def test_a_score_or_a_time_that_a_page_claims_is_passed_over(put, attempt):
    claimed = {"points": 9999, "right": True, "saved_at": "1999-01-01", "is_late": False, "passed": True}
    at = now()
    put(1, [wrong_option(attempt, 0)], **claimed)
    answer = Answer.objects.get()

    assert answer.saved_at >= at
    assert hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=now()).percent == 0


def test_after_the_end_it_is_kept_and_counts_for_nothing(put, attempt):
    hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=now())
    response = put(1, right_options(attempt, 0))

    told = {"saved": True, "late": True, "holds": False}
    assert (response.status_code, response.json()) == (HTTPStatus.OK, told)
    assert Answer.objects.get().is_late
    assert answers_that_hold(attempt) == {}


def test_what_waited_on_a_device_is_saved_together_and_each_says_what_became_of_it(post, attempt, token):
    right = [right_options(attempt, n) for n in range(3)]
    row = {"attempt": str(attempt.pk), "token": token, "device": str(DEVICE)}
    answers = [
        row | {"number": 2, "given": right[1], "counter": 2, "ago": 1000},
        row | {"number": 1, "given": ["nonsense"], "counter": 3, "ago": 900},
        row | {"number": 1, "given": right[0], "counter": 1, "ago": 2000, "token": "forged"},
        row | {"number": 1, "given": right[0], "counter": 1, "ago": 2000},
        row | {"number": 1, "given": right[0], "counter": 1, "ago": 2000},
        row | {"number": 3, "given": right[2], "counter": 1, "ago": 2000},
        row | {"number": 1, "given": right[0], "counter": 1, "attempt": str(uuid4())},
    ]
    response = post("answers", answers=answers)
    results = response.json()["results"]

    assert response.status_code == HTTPStatus.OK
    assert [one.get("code", "saved") for one in results] == [
        "saved", "not_on_the_paper", "forged", "saved", "saved", "counted_twice", "unknown",
    ]  # fmt: skip
    assert results[3] == results[4] == KEPT
    assert answers_that_hold(attempt) == {0: right[0], 1: sorted(right[1])}


def test_a_list_of_answers_is_one_statement(post, attempt, token, django_assert_num_queries):
    row = {"attempt": str(attempt.pk), "token": token, "device": str(DEVICE), "number": 1}
    post("answers", answers=[row | {"given": [], "counter": 1}])
    many = [row | {"given": [wrong_option(attempt, 0)], "counter": n} for n in range(2, 200)]

    with django_assert_num_queries(1):
        post("answers", answers=many)
    assert Answer.objects.count() == 199


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ([], HTTPStatus.UNPROCESSABLE_ENTITY),
        ({}, HTTPStatus.UNPROCESSABLE_ENTITY),
        ([7], HTTPStatus.UNPROCESSABLE_ENTITY),
        ([{"number": 1, "token": "x", "given": []}], HTTPStatus.UNPROCESSABLE_ENTITY),
        ([{}] * 201, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    ],
)
def test_a_list_that_is_none_is_refused_whole(post, attempt, answers, status):
    assert post("answers", answers=answers).status_code == status
    assert not Answer.objects.exists()


@pytest.fixture
def at_once(attempt):
    Quiz.objects.filter(pk=attempt.quiz_id).update(feedback=Quiz.Feedback.AT_ONCE)


def test_feedback_at_once_shows_the_key_and_the_answer_stands(at_once, put, post, attempt):
    right, wrong = right_options(attempt, 0), wrong_option(attempt, 0)
    put(1, [wrong], device=str(DEVICE), counter=1)
    shown = post("{}/checks/1").json()
    later = put(1, right, device=str(DEVICE), counter=2).json()

    assert (shown["right"], shown["points"], shown["out_of"]) == (False, 0, 1)
    assert "Explanation of L1" in shown["explanation_html"]
    assert later == {"saved": True, "late": True, "holds": False}
    assert post("{}/checks/1").json() == shown
    assert (answers_that_hold(attempt), Checked.objects.count()) == ({0: [wrong]}, 1)


@pytest.mark.parametrize(
    ("feedback", "answered", "ended", "number", "code"),
    [
        ("after_attempt", True, False, 1, "not_at_once"),
        ("at_once", False, False, 1, "nothing_given"),
        ("at_once", True, True, 1, "ended"),
        ("at_once", True, False, 4, "not_on_the_paper"),
    ],
)
def test_the_key_is_not_shown_before_its_time(put, post, attempt, feedback, answered, ended, number, code):
    Quiz.objects.filter(pk=attempt.quiz_id).update(feedback=feedback)
    if answered:
        put(1, right_options(attempt, 0))
    if ended:
        hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=now())
    response = post(f"{{}}/checks/{number}")

    assert (response.status_code, response.json()["code"]) == (HTTPStatus.CONFLICT, code)
    assert "Explanation" not in response.content.decode()
    assert not Checked.objects.exists()


def test_handing_in_twice_is_once(put, post, attempt):
    put(1, right_options(attempt, 0))
    first, second = post("{}/hand-in"), post("{}/hand-in")

    assert first.json() == {"handed_in": True, "late_by": 0, "result": f"/en/attempt/{attempt.pk}/"}
    assert second.json() == first.json()
    assert Mark.objects.get().points == 1


def test_another_s_attempt_is_neither_saved_to_nor_handed_in(client, attempt, secretary):
    token = AttemptToken(uuid4(), secretary.pk, now()).sign()
    body = json.dumps({"token": token, "given": right_options(attempt, 0)})
    address = f"/api/v1/attempts/{attempt.pk}"
    told = [
        client.put(f"{address}/answers/1", body, content_type="application/json"),
        client.post(f"{address}/hand-in", body, content_type="application/json"),
        client.post(f"{address}/checks/1", body, content_type="application/json"),
    ]

    assert [response.status_code for response in told] == [HTTPStatus.NOT_FOUND] * 3
    attempt.refresh_from_db()
    assert (attempt.handed_in_at, Answer.objects.count()) == (None, 0)
