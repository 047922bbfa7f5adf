"""The signed token that a lesson page hands to the study clock: who studies what, open since when."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

_BODY = struct.Struct(">BB16s16sQI")
_SEAL = 16
LIFETIME = timedelta(days=30)
"""What waited on a device is taken for so long. A page that stays open is asked to load again after a day."""

SKEW = timedelta(seconds=5)
"""So far may the clocks of two of our servers be apart."""


class TokenRefused(Exception):
    """The token is not one of ours, or its time has passed."""


class StudyToken(NamedTuple):
    """
    Who studies which edition of which lesson, and since when the page is open.

    `pace` is the reader's own, in hundredths of the calm reader's: 60 reads three words where that one reads
    five. `begun`: the second of `issued_at` had begun when the page was opened, and so counts for nothing.
    """

    member: UUID
    subject: UUID
    edition: int
    issued_at: datetime
    large_print: bool = False
    pace: int = 100
    begun: bool = False

    def sign(self) -> str:
        """Return the token as 83 characters for a page."""
        body = _BODY.pack(
            1 | (2 if self.large_print else 0) | (4 if self.begun or self.issued_at.microsecond else 0),
            min(max(self.pace, 1), 255),
            self.member.bytes,
            self.subject.bytes,
            self.edition,
            int(self.issued_at.timestamp()),
        )
        return base64.urlsafe_b64encode(body + _seal(body)).decode("ascii").rstrip("=")


def read_token(text: str, *, at: datetime) -> StudyToken:
    """
    Return what the token says.

    :raises TokenRefused: `damaged`, `forged`, `future`, or `old` when its lifetime has passed.
    """
    token = _opened(text)
    if token.issued_at > at + SKEW:
        raise TokenRefused("future")
    if at - token.issued_at > LIFETIME:
        raise TokenRefused("old")
    return token


@lru_cache(maxsize=8192)
def _opened(text: str) -> StudyToken:
    """What a token says, its seal checked. A page sends the same one each half minute."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise TokenRefused("damaged") from error
    body, seal = raw[: _BODY.size], raw[_BODY.size :]
    if len(body) != _BODY.size or not hmac.compare_digest(seal, _seal(body)):
        raise TokenRefused("forged")
    flags, pace, member, subject, edition, issued = _BODY.unpack(body)
    issued_at = datetime.fromtimestamp(issued, UTC)
    large, begun = bool(flags & 2), bool(flags & 4)
    return StudyToken(UUID(bytes=member), UUID(bytes=subject), edition, issued_at, large, pace, begun)


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return salted_hmac("hours.study-token", "key", secret=secret, algorithm="sha256").digest()


def _seal(body: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), body, "sha256")[:_SEAL]
