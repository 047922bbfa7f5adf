"""
Where lesson pages report to. No session, no member row: the signed token says who and what.

Every page that is open reports each half minute, so the address is answered before the other middleware (see
`hours.middleware`); the route here says what it is in the description of the interface, and answers the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from ninja import Router, Schema

from hours.beats import LONGEST_BODY, Malformed, read_reports
from hours.sittings import take_reports
from hours.slots import ReadingTimes, reading_times
from hours.tokens import TokenRefused

router = Router(tags=["study"])


class Counted(Schema):
    """Whole seconds: newly counted, of this sitting, awaiting, not counted by reason; and the time."""

    counted: int
    sitting: int
    awaiting: int
    refused: dict[str, int]
    at: int


class Refused(Schema):
    """Why nothing was counted: `forged`, `damaged`, `future`, `old`, or `malformed` with the place."""

    refused: str


BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Pages, each its token, its beats, and, when they have waited, what its clock shows."
        " A beat is counter, start and length in tenths of a second since the page was opened, and signs."
        " See docs/study-clock.md.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["pages"],
                    "properties": {
                        "pages": {"type": "array", "minItems": 1, "maxItems": 20, "items": {"type": "array"}}
                    },
                }
            }
        },
    }
}


@router.post(
    "/beats",
    response={200: Counted, 409: Refused, 413: Refused, 422: Refused},
    auth=None,
    summary="Report what pages saw",
    openapi_extra=BODY,
)
def beats(request: HttpRequest) -> HttpResponse:
    return answer_beats(request)


def answer_beats(request: HttpRequest) -> HttpResponse:
    length = request.META.get("CONTENT_LENGTH") or "0"
    known = length.isascii() and length.isdigit()
    if not known or int(length) > LONGEST_BODY:
        status, answer = 413 if known else 422, {"refused": "malformed: body"}
    else:
        status, answer = answer_to(request.body, at=now())
    told = json.dumps(answer).encode()
    headers = {"Content-Length": str(len(told))}  # no middleware adds it: this is answered before them
    return HttpResponse(told, content_type="application/json", status=status, headers=headers)


def answer_to(
    body: bytes, *, at: datetime, times: Callable[[int], ReadingTimes] = reading_times
) -> tuple[int, dict[str, Any]]:
    """
    Count what a body reports; return the status and the answer.

    `at` of the answer: tenths of a second since the first page was opened.
    """
    try:
        reports = read_reports(body, at=at)
        found = take_reports(reports, at=at, times=times)
    except TokenRefused as error:
        return 409, {"refused": str(error)}
    except Malformed as error:
        return 422, {"refused": f"malformed: {error}"}
    except (ValueError, DataError):
        return 422, {"refused": "malformed: body"}
    return 200, {
        "counted": found.counted,
        "sitting": found.sitting,
        "awaiting": found.awaiting,
        "refused": found.refused,
        "at": int((at - reports[0].token.issued_at).total_seconds() * 10),
    }
