"""Requests of question pages, and what they are answered. They come before the other middleware."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language_from_request, override

from quizzes import attempts, saving, sent
from quizzes.explaining import explained_as_held
from quizzes.models import Attempt
from quizzes.refusals import REFUSED, as_answer, told_of
from quizzes.saving import Given, Saved
from quizzes.sent import LONGEST_BODY, LONGEST_LIST, Malformed, Sent, TooLarge
from quizzes.tokens import NotTheirs, TokenRefused, writer_of

Answer = Callable[..., HttpResponse]


def _in_words(answer: Callable[..., dict[str, Any]]) -> Answer:
    """Tell what came of it as JSON, or why it was refused, in the language that the page asks for."""

    @wraps(answer)
    def told(request: HttpRequest, *place: str) -> HttpResponse:
        try:
            return _told(200, answer(request, *place))
        except REFUSED as error:
            with override(get_language_from_request(request)):
                return _told(told_of(error).status, as_answer(error))

    return told


def _told(status: int, answer: dict[str, Any]) -> HttpResponse:
    body = json.dumps(answer).encode()
    # No middleware adds them: this is answered before it.
    headers = {
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(body, content_type="application/json", status=status, headers=headers)


def _body(request: HttpRequest, longest: int) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise Malformed("body")
    if len(length) > 12 or int(length) > longest:
        raise TooLarge
    try:
        return request.body
    except UnreadablePostError as error:
        raise Malformed("body") from error


@_in_words
def save(request: HttpRequest, attempt: str, number: str) -> dict[str, Any]:
    """PUT: keep one answer."""
    at = now()
    answer = sent.read_answer(attempt, number, _body(request, LONGEST_BODY))
    return _saved(saving.save(_given(answer, at), at=at))


@_in_words
def save_all(request: HttpRequest) -> dict[str, Any]:
    """POST: keep answers that have waited on a device; what is refused stands in its place."""
    at = now()
    results: dict[int, Saved | Exception] = {}
    known: dict[int, Given] = {}
    for n, answer in enumerate(sent.read_answers(_body(request, LONGEST_LIST))):
        try:
            known[n] = _given(answer, at)
        except (TokenRefused, NotTheirs, Attempt.DoesNotExist) as error:
            results[n] = error
    results |= zip(known, saving.save_all(list(known.values()), at=at), strict=True)
    with override(get_language_from_request(request)):
        told = [results[n] for n in range(len(results))]
        return {"results": [_saved(one) if isinstance(one, Saved) else as_answer(one) for one in told]}


@_in_words
def check(request: HttpRequest, attempt: str, number: str) -> dict[str, Any]:
    """POST: show what is right, in a quiz that tells at once."""
    at = now()
    key, member, position = *_whose(request, attempt, at), sent.read_number(number) - 1
    shown = attempts.check(attempt_id=key, member_id=member, position=position, at=at)
    with override(get_language_from_request(request)):
        question = explained_as_held(shown.attempt, shown.position, shown.content, shown.held)
        context = {"question": question, "heads": False}
        html = render_to_string("quizzes/explained.html", context)
    one = shown.marked
    return {"right": one.right, "points": float(one.points), "out_of": one.out_of, "explanation_html": html}


@_in_words
def hand_in(request: HttpRequest, attempt: str) -> dict[str, Any]:
    """POST: end an attempt."""
    at = now()
    key, member = _whose(request, attempt, at)
    ended = attempts.hand_in(attempt_id=key, member_id=member, at=at).attempt
    late_by = max(0, int((ended.handed_in_at - ended.ends_at).total_seconds())) if ended.ends_at else 0
    with override(get_language_from_request(request)):
        return {"handed_in": True, "late_by": late_by, "result": reverse("quizzes:result", args=[key])}


def _whose(request: HttpRequest, attempt: str, at: datetime) -> tuple[UUID, int]:
    """The attempt of an address and its member, by the token of the page."""
    token = sent.read_token(_body(request, LONGEST_BODY))
    key = _known(sent.read_attempt(attempt))
    return key, writer_of(token, attempt=key, signed_in=None, at=at)


def _given(answer: Sent, at: datetime) -> Given:
    key = _known(answer.attempt)
    member = writer_of(answer.token, attempt=key, signed_in=None, at=at)
    return Given(key, member, answer.number - 1, answer.given, answer.device, answer.counter, answer.ago)


def _known(attempt: UUID | None) -> UUID:
    if attempt is None:
        raise Attempt.DoesNotExist
    return attempt


def _saved(saved: Saved) -> dict[str, Any]:
    return {"saved": True, "late": saved.is_late, "holds": saved.holds}
