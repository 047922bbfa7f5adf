"""What question pages send, read strictly. What else stands in a body, a score or a time, is passed over."""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from uuid import UUID

LONGEST_BODY = 64 * 1024
"""Bytes of one answer: 4000 characters, each written as two escapes, and what stands around them."""

LONGEST_LIST = 512 * 1024
MOST_ANSWERS = 200
MOST_PARTS, LONGEST_PART = 200, 5000
MOST_QUESTIONS = 1000

_MOST_COUNTED = 2**63 - 1
_LONGEST_AGO = 400 * 24 * 3600 * 1000
"""Milliseconds. No page waits longer with an answer."""


class Malformed(Exception):
    """What was sent cannot be read; the text says where, for whoever writes a client."""


class TooLarge(Exception):
    """More was sent than an answer can be."""


class Sent(NamedTuple):
    """An answer as a page sends it, with its token. `number` from 1."""

    attempt: UUID | None
    number: int
    token: str
    given: list[str]
    device: UUID | None
    counter: int
    ago: int


def read_token(body: bytes) -> str:
    """
    Return the token of `{"token"}`.

    :raises Malformed: when it is not of this form.
    """
    return _token(_object(_read(body)))


def read_answer(attempt: str, number: str, body: bytes) -> Sent:
    """
    Return the answer of `{"token", "given", "device", "counter", "ago"}`, sent to an address.

    :raises Malformed: when it is not of this form.
    :raises TooLarge: when it is larger than an answer can be.
    """
    if len(body) > LONGEST_BODY:
        raise TooLarge
    return _answer(_object(_read(body)), read_attempt(attempt), read_number(number))


def read_answers(body: bytes) -> list[Sent]:
    """
    Return the answers of `{"answers": [{"attempt", "number", …}]}`, each with what `read_answer` names.

    :raises Malformed: when one of them is not of this form, or comes from no device.
    :raises TooLarge: when they are too many.
    """
    if len(body) > LONGEST_LIST:
        raise TooLarge
    answers = _object(_read(body)).get("answers")
    if not isinstance(answers, list) or not answers:
        raise Malformed("answers")
    if len(answers) > MOST_ANSWERS:
        raise TooLarge
    return [_of_list(_object(one)) for one in answers]


def read_attempt(text: object) -> UUID | None:
    """An attempt's name in an address; None when it cannot be one."""
    try:
        return UUID(text) if isinstance(text, str) and len(text) == 36 else None
    except ValueError:
        return None


def read_number(text: str) -> int:
    """
    A question's number in an address.

    :raises Malformed: when it is none.
    """
    if not (text.isascii() and text.isdecimal() and 0 < len(text) <= 4 and 0 < int(text) <= MOST_QUESTIONS):
        raise Malformed("number")
    return int(text)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("body") from error


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed("body")
    return value


def _of_list(one: dict[str, Any]) -> Sent:
    number = one.get("number")
    if type(number) is not int or not 0 < number <= MOST_QUESTIONS:
        raise Malformed("number")
    answer = _answer(one, read_attempt(one.get("attempt")), number)
    if answer.device is None:
        raise Malformed("device")
    return answer


def _answer(one: dict[str, Any], attempt: UUID | None, number: int) -> Sent:
    given = one.get("given")
    if not isinstance(given, list) or len(given) > MOST_PARTS:
        raise Malformed("given")
    if not all(type(part) is str and len(part) <= LONGEST_PART for part in given):
        raise Malformed("given")
    device = one.get("device")
    key = read_attempt(device)
    if device is not None and key is None:
        raise Malformed("device")
    counter, ago = _whole(one, "counter", _MOST_COUNTED), _whole(one, "ago", _LONGEST_AGO)
    return Sent(attempt, number, _token(one), given, key, counter if key else 0, ago)


def _whole(one: dict[str, Any], name: str, most: int) -> int:
    value = one.get(name, 0)
    if type(value) is not int or not 0 <= value <= most:
        raise Malformed(name)
    return value


def _token(one: dict[str, Any]) -> str:
    token = one.get("token")
    if type(token) is not str or len(token) > 300:
        raise Malformed("token")
    return token
