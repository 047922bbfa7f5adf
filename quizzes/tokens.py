"""The signed token of a question page: whose attempt it shows. It saves answers when a session has ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.core.signing import BadSignature, Signer

LIFETIME = timedelta(days=30)
"""So long may a device be without a network. From an older page one has to be signed in to answer."""

_SALT = "quizzes.attempt"


class TokenRefused(Exception):
    """The token is not one of ours (`forged`), or its time has passed (`old`)."""


class NotTheirs(Exception):
    """The token is for another attempt, or of another member than the one signed in."""


class AttemptToken(NamedTuple):
    """Which attempt of which member a page shows, and when it was made."""

    attempt: UUID
    member: int
    issued_at: datetime

    def sign(self) -> str:
        body = [self.attempt.hex, self.member, int(self.issued_at.timestamp())]
        return Signer(salt=_SALT).sign_object(body)


@lru_cache(maxsize=4096)
def read_token(text: str) -> AttemptToken:
    """
    Return what the token says, however old it is. A page sends the same one with each answer.

    :raises TokenRefused: `forged`, when it is not one of ours.
    """
    try:
        attempt, member, issued = Signer(salt=_SALT).unsign_object(text)
    except (BadSignature, ValueError) as error:
        raise TokenRefused("forged") from error
    return AttemptToken(UUID(attempt), member, datetime.fromtimestamp(issued, UTC))


def writer_of(text: str, *, attempt: UUID, signed_in: int | None, at: datetime) -> int:
    """
    Return the id of the member whose answer to an attempt comes with this token.

    The token also proves that the answer comes from a page of ours. Whoever is signed in writes for themself
    only, and then the token may be of any age; without a session its lifetime holds.

    :raises TokenRefused: `forged` or `old`.
    :raises NotTheirs: when it does not fit the attempt or the member signed in.
    """
    token = read_token(text)
    if signed_in is None and at - token.issued_at > LIFETIME:
        raise TokenRefused("old")
    if token.attempt != attempt or signed_in not in (None, token.member):
        raise NotTheirs
    return token.member
