"""
Signed codes for paper: what a QR on a page says, and the short code beside it for typing.

A code holds a mark of the installation, what it is about, a seal and a check letter. So a slip of the finger,
a page of another installation and a forgery are told apart, each with a sentence of its own, before anything
is looked up.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Five bits each. Without I, L, O and U, which hands and eyes take for others; a QR writes these densely."""

_VALUES = {letter: value for value, letter in enumerate(LETTERS)} | {"O": 0, "I": 1, "L": 1}
_MARK, _SEAL, _CHECK = 4, 13, 1
_KEY_BYTES, _PAGE_BYTES = 16, 2
_SHORT_KEY, _SHORT_PAGE, _SHORT_SEAL = 8, 3, 4

LAST_PAGE = len(LETTERS) ** _SHORT_PAGE - 1
SHORT_KEY_DIGITS = _SHORT_KEY * 5 // 4
"""So many hexadecimal digits of its pack's key a typed code tells."""


class CodeRefused(Exception):
    """A code that cannot be taken."""


class Damaged(CodeRefused):
    """Not a code as we print them: mistyped, cut off or something else altogether."""


class OtherInstallation(CodeRefused):
    """A whole code, but of another installation of the platform, or of a pack that is not kept here."""


class Forged(CodeRefused):
    """The code says it is ours, and its seal is not."""


class PageCode(NamedTuple):
    """A page of a pack: the key of the pack as 32 hexadecimal digits."""

    pack: str
    page: int


def signed_code(kind: str, body: bytes, *, secret: str | None = None, origin: str | None = None) -> str:
    """
    Return `body` as a code of upper-case letters and digits, sealed for one kind of use.

    `origin`: names the installation; by default its secret does. Neither can be read from the code.
    """
    secret = settings.SECRET_KEY if secret is None else secret
    said = _mark(secret, origin) + _letters(body) + _letters(_seal(secret, kind, body))[:_SEAL]
    return said + _check(said)


def read_signed_code(
    kind: str, text: str, size: int, *, secret: str | None = None, origin: str | None = None
) -> bytes:
    """
    Return the `size` bytes that a code of this kind holds.

    Codes sealed by an earlier secret of this installation (`SECRET_KEY_FALLBACKS`) are good as well.

    :raises Damaged, OtherInstallation, Forged: as their names say.
    """
    said = _tidied(text, _MARK + _length(size) + _SEAL + _CHECK)
    mark, body_letters, seal = said[:_MARK], said[_MARK : -_SEAL - _CHECK], said[-_SEAL - _CHECK : -_CHECK]
    secrets = _secrets() if secret is None else [secret]
    ours = [one for one in secrets if _mark(one, origin) == mark]
    if not ours:
        raise OtherInstallation
    body = _bytes(body_letters, size)
    if not any(hmac.compare_digest(_letters(_seal(one, kind, body))[:_SEAL], seal) for one in ours):
        raise Forged
    return body


def page_code(pack: str, page: int, *, secret: str | None = None, origin: str | None = None) -> str:
    """Return what the QR of a page says: 47 letters, the most that a code of 29 by 29 modules holds well."""
    return signed_code("paper.page", _page_body(pack, page), secret=secret, origin=origin)


def read_page_code(text: str, *, secret: str | None = None, origin: str | None = None) -> PageCode:
    """
    Return the page a QR names.

    :raises Damaged, OtherInstallation, Forged: as their names say.
    """
    body = read_signed_code("paper.page", text, _KEY_BYTES + _PAGE_BYTES, secret=secret, origin=origin)
    return PageCode(body[:_KEY_BYTES].hex(), int.from_bytes(body[_KEY_BYTES:], "big"))


def typed_code(pack: str, page: int, *, secret: str | None = None) -> str:
    """Return the code printed beside the QR, for typing: four groups of four."""
    secret = settings.SECRET_KEY if secret is None else secret
    body = _page_body(pack, page)
    said = _letters(body)[:_SHORT_KEY] + _page_letters(page) + _letters(_seal(secret, "paper.typed", body))
    said = said[: _SHORT_KEY + _SHORT_PAGE + _SHORT_SEAL]
    said += _check(said)
    return "-".join(said[start : start + 4] for start in range(0, len(said), 4))


def read_typed_code(
    text: str, packs: Callable[[str], Iterable[str]], *, secret: str | None = None
) -> PageCode:
    """
    Return the page that a typed code names; small letters, spaces and O for 0 are all right.

    `packs`: given the first ten hexadecimal digits of a key, the whole keys of the packs that begin so.

    :raises Damaged: a letter is wrong, missing or too many.
    :raises OtherInstallation: no pack here begins so.
    :raises Forged: the seal fits none of them.
    """
    said = _tidied(text, _SHORT_KEY + _SHORT_PAGE + _SHORT_SEAL + _CHECK)
    start = f"{_number(said[:_SHORT_KEY]):0{SHORT_KEY_DIGITS}x}"
    page = _number(said[_SHORT_KEY : _SHORT_KEY + _SHORT_PAGE])
    seal = said[_SHORT_KEY + _SHORT_PAGE : -_CHECK]
    if page == 0:
        raise Damaged
    found = [key for key in packs(start) if key.startswith(start)]
    if not found:
        raise OtherInstallation
    for key in found:
        for one in _secrets() if secret is None else [secret]:
            whole = _letters(_seal(one, "paper.typed", _page_body(key, page)))
            if hmac.compare_digest(whole[:_SHORT_SEAL], seal):
                return PageCode(key, page)
    raise Forged


def _page_body(pack: str, page: int) -> bytes:
    key = bytes.fromhex(pack)
    if len(key) != _KEY_BYTES:
        raise ValueError("a pack's key has 32 hexadecimal digits")
    if not 1 <= page <= LAST_PAGE:
        raise ValueError(f"a page is numbered from 1 to {LAST_PAGE}")
    return key + page.to_bytes(_PAGE_BYTES, "big")


def _page_letters(page: int) -> str:
    return LETTERS[page >> 10] + LETTERS[page >> 5 & 31] + LETTERS[page & 31]


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *getattr(settings, "SECRET_KEY_FALLBACKS", [])]


def _mark(secret: str, origin: str | None) -> str:
    """Four letters that tell one installation from another; they tell nothing about the secret."""
    return _letters(_sealing_key("paper.origin", secret if origin is None else origin))[:_MARK]


def _seal(secret: str, kind: str, body: bytes) -> bytes:
    return hmac.digest(_sealing_key(kind, secret), body, "sha256")[:10]


@lru_cache(maxsize=32)
def _sealing_key(kind: str, secret: str) -> bytes:
    return salted_hmac(kind, "key", secret=secret, algorithm="sha256").digest()


def _length(size: int) -> int:
    """Letters that so many bytes take."""
    return -(-size * 8 // 5)


def _letters(body: bytes) -> str:
    length = _length(len(body))
    number = int.from_bytes(body, "big") << (length * 5 - len(body) * 8)
    return "".join(LETTERS[number >> shift & 31] for shift in range((length - 1) * 5, -1, -5))


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number << 5 | _VALUES[letter]
    return number


def _bytes(letters: str, size: int) -> bytes:
    spare = len(letters) * 5 - size * 8
    number = _number(letters)
    if number & (1 << spare) - 1:
        raise Damaged
    return (number >> spare).to_bytes(size, "big")


def _tidied(text: str, length: int) -> str:
    """
    The code as it was printed.

    :raises Damaged: it has another length, a letter we do not use, or its check letter does not fit.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = "".join(letter for letter in plain if not letter.isspace() and letter not in "-‐‑–—.")
    if len(plain) != length or any(letter not in _VALUES for letter in plain):
        raise Damaged
    said = "".join(LETTERS[_VALUES[letter]] for letter in plain)
    if _check(said[:-_CHECK]) != said[-_CHECK:]:
        raise Damaged
    return said


def _check(said: str) -> str:
    """A letter that finds any one wrong letter, and any two neighbours exchanged."""
    check = 0
    for letter in said:
        check = _doubled(check ^ _VALUES[letter])
    return LETTERS[check]


def _doubled(value: int) -> int:
    """Twice a value in the field of 32 elements: each place of a letter weighs otherwise."""
    value <<= 1
    return value ^ 0b100101 if value & 32 else value
