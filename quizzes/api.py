"""
Where question pages keep answers and hand in. No session: the page's token says whose attempt it is.

Every answer of every member comes here, so the addresses are answered before the other middleware (see
`quizzes.middleware`); the routes here say what they are in the description of the interface, and answer the
same.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from quizzes import answering

router = Router(tags=["quizzes"])


class Saved(Schema):
    """`late`: kept, and it counts for nothing. `holds`: it is what counts now."""

    saved: bool
    late: bool
    holds: bool


class Refused(Schema):
    """
    Why it was refused: `forged`, `old`, `unknown`, `malformed`, `too_large`, `too_long`, `not_on_the_paper`,
    `too_many`, `counted_twice` (with the highest `counter` of the device), `not_at_once`, `nothing_given`,
    `ended`.
    """

    code: str
    message: str
    counter: int | None = None


class SavedAll(Schema):
    """What became of each answer, in the order in which they were sent."""

    results: list[Saved | Refused]


class Shown(Schema):
    """What an answer is worth, and the question with its key as a piece of a page."""

    right: bool
    points: float
    out_of: int
    explanation_html: str


class HandedIn(Schema):
    """`late_by`: seconds after the end of the time. `result`: the address of the result."""

    handed_in: bool
    late_by: int
    result: str


def _body(**properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": sorted(properties.keys() - _OPTIONAL), "properties": properties}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_OPTIONAL = frozenset({"device", "counter", "ago"})
_TOKEN: dict[str, Any] = {"token": {"type": "string", "description": "Of the page that shows the attempt."}}
_ANSWER: dict[str, Any] = _TOKEN | {
    "given": {
        "type": "array",
        "items": {"type": "string"},
        "description": "The answer in the shape of its kind of question; the empty list takes it back.",
    },
    "device": {"type": "string", "format": "uuid", "nullable": True, "description": "Made once on a device."},
    "counter": {"type": "integer", "minimum": 0, "description": "The device's own count of its answers."},
    "ago": {"type": "integer", "minimum": 0, "description": "Milliseconds since the answer was given."},
}
_OF_LIST = {"attempt": {"type": "string", "format": "uuid"}, "number": {"type": "integer", "minimum": 1}}
_REFUSALS = dict.fromkeys((404, 409, 413, 422), Refused)


@router.put(
    "/attempts/{attempt_id}/answers/{number}",
    response={200: Saved, **_REFUSALS},
    auth=None,
    url_name="save_answer",
    summary="Save the answer to a question",
    openapi_extra=_body(**_ANSWER),
)
def save(request: HttpRequest, attempt_id: str, number: str) -> HttpResponse:
    return answering.save(request, attempt_id, number)


@router.post(
    "/attempts/answers",
    response={200: SavedAll, **_REFUSALS},
    auth=None,
    url_name="save_answers",
    summary="Save answers that have waited on a device",
    openapi_extra=_body(
        answers={
            "type": "array",
            "maxItems": 200,
            "items": {"type": "object", "properties": _ANSWER | _OF_LIST},
        }
    ),
)
def save_all(request: HttpRequest) -> HttpResponse:
    return answering.save_all(request)


@router.post(
    "/attempts/{attempt_id}/checks/{number}",
    response={200: Shown, **_REFUSALS},
    auth=None,
    url_name="check_answer",
    summary="Show what is right, in a quiz that tells at once; the answer stands from then on",
    openapi_extra=_body(**_TOKEN),
)
def check(request: HttpRequest, attempt_id: str, number: str) -> HttpResponse:
    return answering.check(request, attempt_id, number)


@router.post(
    "/attempts/{attempt_id}/hand-in",
    response={200: HandedIn, **_REFUSALS},
    auth=None,
    url_name="hand_in_attempt",
    summary="End an attempt; twice is once",
    openapi_extra=_body(**_TOKEN),
)
def hand_in(request: HttpRequest, attempt_id: str) -> HttpResponse:
    return answering.hand_in(request, attempt_id)
