"""Where question pages keep a choice at once."""

from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.utils.timezone import now

from quizzes.attempts import hand_in, last_choices
from quizzes.models import Answer
from quizzes.tokens import AttemptToken
from tests.quizzes.papers import right_options

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def put(client, attempt):
    def put(number, chosen, *, age=timedelta(), headers=ENGLISH, to=attempt.pk, **changes):
        token = AttemptToken(attempt.pk, attempt.member_id, now() - age).sign()
        choice = {"token": token, "chosen": [str(key) for key in chosen], **changes}
        address = f"/api/v1/quizzes/attempts/{to}/answers/{number}"
        return client.put(address, choice, content_type="application/json", headers=headers)

    return put


def test_a_choice_is_saved_without_a_session(put, attempt):
    right = right_options(attempt, 1)
    response = put(2, right)

    assert (response.status_code, response.json()) == (HTTPStatus.OK, {"saved": True})
    assert last_choices(attempt) == {1: sorted(map(str, right))}


def test_sending_it_twice_is_harmless(put, attempt):
    for _ in range(2):
        assert put(1, right_options(attempt, 0)).json() == {"saved": True}

    assert Answer.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"token": "forged"}, HTTPStatus.CONFLICT, "forged"),
        ({"age": timedelta(hours=25)}, HTTPStatus.CONFLICT, "old"),
        ({"to": uuid4()}, HTTPStatus.NOT_FOUND, "unknown"),
        ({"chosen": [uuid4()]}, HTTPStatus.CONFLICT, "not_on_the_paper"),
        ({"number": 4}, HTTPStatus.CONFLICT, "not_on_the_paper"),
    ],
)
def test_a_refusal_says_why_and_saves_nothing(put, attempt, changes, status, code):
    facts = {"number": 1, "chosen": right_options(attempt, 0), **changes}
    response = put(**facts)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("number", "chosen"), [(0, []), ("x", []), (1, ["nonsense"]), (1, [uuid4() for _ in range(21)])]
)
def test_what_is_malformed_is_turned_away(put, number, chosen):
    assert put(number, chosen).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Answer.objects.exists()


def test_after_the_end_nothing_is_saved(put, attempt):
    hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=now())
    response = put(1, right_options(attempt, 0))

    assert (response.status_code, response.json()) == (
        HTTPStatus.CONFLICT,
        {
            "code": "handed_in",
            "message": "This attempt has already been handed in. What was saved before that counts.",
        },
    )
    assert not Answer.objects.exists()
