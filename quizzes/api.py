"""Where question pages keep a choice at once. No session: the page's token says whose attempt it is."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from annotated_types import Len
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import Field

from quizzes.answers import NotOnThePaper, TooLong
from quizzes.attempts import save_answer
from quizzes.models import Attempt
from quizzes.tokens import NotTheirs, TokenRefused, writer_of

router = Router(tags=["quizzes"])


class Choice(Schema):
    """The token of the page, and the answer in the shape of its kind; the empty list takes it back."""

    token: Annotated[str, Len(max_length=300)]
    given: Annotated[list[Annotated[str, Len(max_length=5000)]], Len(max_length=50)]


class Saved(Schema):
    """`late`: kept, and it counts for nothing."""

    saved: bool
    late: bool


class Refused(Schema):
    """Why nothing was saved: `forged`, `old`, `unknown`, `too_long` or `not_on_the_paper`."""

    code: str
    message: str


@router.put(
    "/attempts/{attempt_id}/answers/{number}",
    response={200: Saved, 404: Refused, 409: Refused},
    auth=None,
    url_name="save_answer",
    summary="Save the answer to a question",
)
def save(
    request: HttpRequest, attempt_id: UUID, number: Annotated[int, Field(ge=1, le=1000)], choice: Choice
) -> Status:
    at = now()
    try:
        member = writer_of(choice.token, attempt=attempt_id, signed_in=None, at=at)
        saved = save_answer(
            attempt_id=attempt_id, member_id=member, position=number - 1, given=choice.given, at=at
        )
    except TokenRefused as error:
        return _refusal(request, 409, str(error))
    except (Attempt.DoesNotExist, NotTheirs):
        return _refusal(request, 404, "unknown")
    except TooLong:
        return _refusal(request, 409, "too_long")
    except NotOnThePaper:
        return _refusal(request, 409, "not_on_the_paper")
    return Status(200, {"saved": True, "late": saved.is_late})


def _refusal(request: HttpRequest, status: int, code: str) -> Status:
    # Addresses of the interface have no language of their own: the page says its own in Accept-Language.
    with override(get_language_from_request(request)):
        message = {
            "forged": _(
                "This page cannot be recognised. Please load it again; what was saved before is kept."
            ),
            "old": _(
                "This page has been open for more than a day. Please load it again and choose once more."
            ),
            "unknown": _("There is no such attempt here."),
            "too_long": _("This answer is too long, so it was not saved. Please shorten it."),
            "not_on_the_paper": _("This choice does not belong to the question, so it was not saved."),
        }[code]
    return Status(status, {"code": code, "message": message})
