"""The token of a lesson page: ours and unchanged, or refused with its reason."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from hours.tokens import LIFETIME, StudyToken, TokenRefused, read_token
from tests.cast import moment

TEN = moment("2026-03-10 10:00")
MINE = StudyToken(UUID(int=1), UUID(int=2), 3, TEN)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("pace", [1, 40, 100, 255])
def test_a_token_says_again_what_it_was_given(large, pace) -> None:
    token = MINE._replace(large_print=large, pace=pace)

    assert read_token(token.sign(), at=TEN) == token
    assert len(token.sign()) == 83


@pytest.mark.parametrize(("pace", "kept"), [(-3, 1), (0, 1), (256, 255), (9999, 255)])
def test_a_pace_beyond_a_byte_is_the_nearest_that_fits(pace, kept) -> None:
    assert read_token(MINE._replace(pace=pace).sign(), at=TEN).pace == kept


def test_a_token_keeps_whole_seconds() -> None:
    token = MINE._replace(issued_at=TEN + timedelta(milliseconds=999))

    assert read_token(token.sign(), at=TEN) == MINE._replace(begun=True)


@pytest.mark.parametrize("other", [MINE._replace(member=UUID(int=9)), MINE._replace(edition=9)])
def test_what_a_token_says_cannot_be_put_under_another_seal(other) -> None:
    forged = other.sign()[:61] + MINE.sign()[61:]

    with pytest.raises(TokenRefused, match="forged"):
        read_token(forged, at=TEN)


@given(
    st.integers(0, 81), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
)
def test_one_changed_letter_is_noticed(place, letter) -> None:
    text = MINE.sign()  # of its last letter only a part carries anything
    changed = text[:place] + letter + text[place + 1 :]

    if changed == text:
        assert read_token(changed, at=TEN) == MINE
    else:
        with pytest.raises(TokenRefused):
            read_token(changed, at=TEN)


@given(st.text(max_size=120))
def test_any_other_text_is_refused_and_nothing_breaks(text) -> None:
    with pytest.raises(TokenRefused, match=r"^(forged|damaged)$"):
        read_token(text, at=TEN)


def test_halves_of_letters_that_are_none_are_damaged() -> None:
    with pytest.raises(TokenRefused, match=r"^damaged$"):
        read_token("\ud800", at=TEN)


@pytest.mark.parametrize(
    ("later", "why"),
    [
        (timedelta(0), None),
        (LIFETIME, None),
        (LIFETIME + timedelta(seconds=1), "old"),
        (timedelta(seconds=-5), None),
        (timedelta(seconds=-6), "future"),
        (timedelta(days=-400), "future"),
    ],
)
def test_a_token_holds_for_thirty_days_and_from_a_node_five_seconds_ahead(later, why) -> None:
    assert timedelta(days=30) == LIFETIME
    if why is None:
        assert read_token(MINE.sign(), at=TEN + later) == MINE
    else:
        with pytest.raises(TokenRefused, match=rf"^{why}$"):
            read_token(MINE.sign(), at=TEN + later)


def test_a_token_of_another_key_is_forged_again_and_again() -> None:
    with override_settings(SECRET_KEY="somebody-elses"):
        foreign = MINE.sign()
    for _time in range(2):
        with pytest.raises(TokenRefused, match=r"^forged$"):
            read_token(foreign, at=TEN)
