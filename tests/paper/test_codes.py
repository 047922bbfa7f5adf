"""Codes on paper: what they say, and what is refused."""

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from paper.codes import (
    LAST_PAGE,
    LETTERS,
    Damaged,
    Forged,
    OtherInstallation,
    PageCode,
    page_code,
    read_page_code,
    read_signed_code,
    read_typed_code,
    signed_code,
    typed_code,
)

KEY = "0123456789abcdef0123456789abcdef"
keys = st.binary(min_size=16, max_size=16).map(bytes.hex)
pages = st.integers(1, LAST_PAGE)


@given(key=keys, page=pages)
def test_a_page_code_tells_its_pack_and_page(key, page):
    assert read_page_code(page_code(key, page)) == PageCode(key, page)


@given(key=keys, page=pages)
def test_a_typed_code_tells_its_pack_and_page(key, page):
    assert read_typed_code(typed_code(key, page), lambda start: [key]) == PageCode(key, page)


@given(key=keys, page=pages, at=st.integers(0, 46), letter=st.sampled_from(LETTERS))
def test_one_wrong_letter_is_a_damaged_code(key, page, at, letter):
    code = page_code(key, page)
    wrong = code[:at] + letter + code[at + 1 :]
    if wrong == code:
        return
    with pytest.raises(Damaged):
        read_page_code(wrong)


@given(key=keys, page=pages, at=st.integers(0, 14))
def test_two_letters_exchanged_in_typing_are_a_damaged_code(key, page, at):
    code = typed_code(key, page).replace("-", "")
    wrong = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if wrong == code:
        return
    with pytest.raises(Damaged):
        read_typed_code(wrong, lambda start: [key])


def test_a_page_code_fits_a_small_qr_of_letters_and_digits():
    code = page_code(KEY, 12)
    drawn = segno.make(code, error="q", boost_error=False)
    assert (len(code), drawn.designator, drawn.mode) == (47, "3-Q", "alphanumeric")


def test_the_code_of_another_installation_is_told_without_its_secret():
    with pytest.raises(OtherInstallation):
        read_page_code(page_code(KEY, 1, secret="another installation's"))


def test_a_code_sealed_with_another_secret_in_our_name_is_forged():
    code = page_code(KEY, 1, secret="a guess", origin="ours")
    with pytest.raises(Forged):
        read_page_code(code, secret="ours", origin="ours")


def test_a_code_for_another_use_is_no_page_code():
    with pytest.raises(Forged):
        read_page_code(signed_code("people.card", bytes(18)))
    assert read_signed_code("people.card", signed_code("people.card", b"ab"), 2) == b"ab"


@pytest.mark.parametrize("text", ["", "hello", "https://example.org/", "0" * 46, "U" * 47, "0" * 48])
def test_what_is_no_code_of_ours_is_damaged(text):
    with pytest.raises(Damaged):
        read_page_code(text)
    with pytest.raises(Damaged):
        read_typed_code(text, lambda start: [KEY])


def test_codes_printed_before_the_secret_was_changed_stay_good(settings):
    code, typed = page_code(KEY, 3), typed_code(KEY, 3)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    assert read_page_code(code) == PageCode(KEY, 3)
    assert read_typed_code(typed, lambda start: [KEY]) == PageCode(KEY, 3)


def test_small_letters_spaces_and_full_width_are_taken_as_typed():
    spoken = typed_code(KEY, 3).lower().replace("-", " ").replace("0", "o")
    assert read_typed_code(f" {spoken} ", lambda start: [KEY]) == PageCode(KEY, 3)


def test_a_typed_code_finds_its_pack_by_the_first_ten_digits_of_the_key():
    asked = []
    twin = KEY[:10] + "f" * 22

    def packs(start):
        asked.append(start)
        return [twin, KEY]

    assert read_typed_code(typed_code(KEY, 3), packs) == PageCode(KEY, 3)
    assert asked == ["0123456789"]


def test_a_typed_code_of_no_pack_here_or_with_a_wrong_seal_is_refused():
    with pytest.raises(OtherInstallation):
        read_typed_code(typed_code(KEY, 3), lambda start: [])
    with pytest.raises(Forged):
        read_typed_code(typed_code(KEY, 3, secret="a guess"), lambda start: [KEY])


@pytest.mark.parametrize(("key", "page"), [(KEY, 0), (KEY, LAST_PAGE + 1), ("abcd", 1)])
def test_a_page_that_cannot_be_numbered_gets_no_code(key, page):
    with pytest.raises(ValueError):
        page_code(key, page)
