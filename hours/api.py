"""Where lesson pages report to. No session, no member row: the signed token says who and what."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Len
from django.http import HttpRequest
from django.utils.timezone import now
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from hours.sittings import on_server_time, take_beat
from hours.tokens import TokenRefused, read_token

router = Router(tags=["study"])

Milliseconds = Annotated[int, Field(ge=-(10**12), le=10**14)]
Screen = Annotated[int, Field(ge=0, le=10_000)]


class Beat(Schema):
    """What a page saw since it last reported: [its own clock in ms, kind, first and last screen shown]."""

    token: Annotated[str, Len(max_length=200)]
    now: Milliseconds
    signs: Annotated[
        list[tuple[Milliseconds, Literal["p", "t", "h", "m"], Screen, Screen]], Len(max_length=500)
    ]


class Counted(Schema):
    """Seconds newly counted, seconds of this sitting, and seconds not counted by reason."""

    counted: int
    sitting: int
    refused: dict[str, int]


class Refused(Schema):
    """Why nothing was counted: `forged`, `damaged`, `future` or `old`."""

    refused: str


@router.post("/beats", response={200: Counted, 409: Refused}, auth=None, summary="Report signs of study")
def beats(request: HttpRequest, beat: Beat) -> Status:
    at = now()
    try:
        token = read_token(beat.token, at=at)
    except TokenRefused as error:
        return Status(409, {"refused": str(error)})
    answer = take_beat(token, on_server_time(beat.signs, client_now=beat.now, at=at), at=at)
    return Status(200, {"counted": answer.counted, "sitting": answer.sitting, "refused": answer.refused})
