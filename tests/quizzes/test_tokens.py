"""The signed token of a question page."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.signing import Signer

from quizzes.tokens import AttemptToken, NotTheirs, TokenRefused, writer_of
from tests.cast import moment

ATTEMPT = UUID(int=7)
AT = moment("2026-03-10 10:00")
TOKEN = AttemptToken(ATTEMPT, 11, AT)


def test_it_says_whose_attempt_it_is():
    assert writer_of(TOKEN.sign(), attempt=ATTEMPT, signed_in=None, at=AT) == 11


def test_it_holds_for_thirty_days_without_a_session():
    token = TOKEN.sign()

    assert writer_of(token, attempt=ATTEMPT, signed_in=None, at=AT + timedelta(days=30)) == 11
    with pytest.raises(TokenRefused, match="old"):
        writer_of(token, attempt=ATTEMPT, signed_in=None, at=AT + timedelta(days=30, seconds=1))


def test_who_is_signed_in_may_have_left_the_page_open_for_a_year():
    assert writer_of(TOKEN.sign(), attempt=ATTEMPT, signed_in=11, at=AT + timedelta(days=365)) == 11


@pytest.mark.parametrize(("attempt", "signed_in"), [(ATTEMPT, 12), (UUID(int=8), 11), (UUID(int=8), None)])
def test_it_writes_to_its_own_attempt_and_member_only(attempt, signed_in):
    with pytest.raises(NotTheirs):
        writer_of(TOKEN.sign(), attempt=attempt, signed_in=signed_in, at=AT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "非",
        TOKEN.sign()[:-1] + "?",
        Signer(salt="another purpose").sign_object([ATTEMPT.hex, 11, 0]),
    ],
)
def test_a_forged_one_is_refused(text):
    with pytest.raises(TokenRefused, match="forged"):
        writer_of(text, attempt=ATTEMPT, signed_in=11, at=AT)
