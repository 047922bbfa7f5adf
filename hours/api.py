"""
Where lesson pages report to. No session, no member row: the signed token says who and what.

Every page that is open reports each half minute, so the address is answered before the other middleware (see
`hours.middleware`); the route here says what it is in the description of the interface, and answers the same.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from ninja import Router, Schema

from hours.beats import LONGEST_BODY, Malformed, read_reports
from hours.sittings import take_reports
from hours.tokens import TokenRefused

router = Router(tags=["study"])


class Counted(Schema):
    """Whole seconds: newly counted, of this sitting, awaiting confirmation, and not counted by reason; and the time."""

    counted: int
    sitting: int
    awaiting: int
    refused: dict[str, int]
    at: int


class Refused(Schema):
    """Why nothing was counted: `forged`, `damaged`, `future` or `old` token, or `malformed` with the place."""

    refused: str


BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Pages, each its token, its beats, and, when they have waited, what the device's clock shows."
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
    """Count what the body reports. `at` of the answer: tenths of a second since the first page was opened."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
            return _refusal(413, "malformed: body")
        at = now()
        reports = read_reports(request.body, at=at)
        answer = take_reports(reports, at=at)
    except TokenRefused as error:
        return _refusal(409, str(error))
    except Malformed as error:
        return _refusal(422, f"malformed: {error}")
    except (ValueError, DataError):
        return _refusal(422, "malformed: body")
    since = int((at - reports[0].token.issued_at).total_seconds() * 10)
    body = {
        "counted": answer.counted,
        "sitting": answer.sitting,
        "awaiting": answer.awaiting,
        "refused": answer.refused,
        "at": since,
    }
    return HttpResponse(json.dumps(body), content_type="application/json")


def _refusal(status: int, why: str) -> HttpResponse:
    return HttpResponse(json.dumps({"refused": why}), content_type="application/json", status=status)
