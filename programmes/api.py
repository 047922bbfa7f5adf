"""Where a lesson page tells that its last screen was reached."""

from typing import Annotated

from annotated_types import Len
from django.http import HttpRequest
from django.utils.timezone import now
from ninja import Router, Schema
from ninja.responses import Status

from hours.tokens import TokenRefused, read_token
from programmes.progress import reached_by_token

router = Router(tags=["study"])


class Reached(Schema):
    """The lesson page's token: it names the member and the edition."""

    token: Annotated[str, Len(max_length=200)]


class Noted(Schema):
    """`first`: true when the end of this lesson had not been reached before."""

    first: bool


class Refused(Schema):
    """Why nothing was noted."""

    refused: str


@router.post(
    "/reached", response={200: Noted, 409: Refused}, auth=None, summary="The last screen was reached"
)
def reached(request: HttpRequest, body: Reached) -> Status:
    at = now()
    try:
        token = read_token(body.token, at=at)
    except TokenRefused as error:
        return Status(409, {"refused": str(error)})
    first = reached_by_token(token, at=at)
    if first is None:
        return Status(409, {"refused": "forged"})
    return Status(200, {"first": first})
