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

_BODY = struct.Struct(">B16s16sQI")
_SEAL = 16
LIFETIME = timedelta(hours=24)
"""A page left open longer has to be loaded again; offline study has its own rule."""


class TokenRefused(Exception):
    """The token is not one of ours, or its time has passed."""


class StudyToken(NamedTuple):
    """Who studies which edition of which lesson, since when the page is open, and whether in large print."""

    member: UUID
    subject: UUID
    edition: int
    issued_at: datetime
    large_print: bool = False

    def sign(self) -> str:
        """Return the token as 82 characters for a page."""
        body = _BODY.pack(
            1 | (2 if self.large_print else 0),
            self.member.bytes,
            self.subject.bytes,
            self.edition,
            int(self.issued_at.timestamp()),
        )
        return base64.urlsafe_b64encode(body + _seal(body)).decode("ascii").rstrip("=")


def read_token(text: str, *, at: datetime) -> StudyToken:
    """
    Return what the token says.

    :raises TokenRefused: when it is forged, damaged, from the future, or older than a day.
    """
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise TokenRefused("damaged") from error
    body, seal = raw[: _BODY.size], raw[_BODY.size :]
    if len(body) != _BODY.size or not hmac.compare_digest(seal, _seal(body)):
        raise TokenRefused("forged")
    flags, member, subject, edition, issued = _BODY.unpack(body)
    issued_at = datetime.fromtimestamp(issued, UTC)
    if issued_at > at:
        raise TokenRefused("future")
    if at - issued_at > LIFETIME:
        raise TokenRefused("old")
    return StudyToken(UUID(bytes=member), UUID(bytes=subject), edition, issued_at, bool(flags & 2))


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return salted_hmac("hours.study-token", "key", secret=secret, algorithm="sha256").digest()


def _seal(body: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), body, "sha256")[:_SEAL]
