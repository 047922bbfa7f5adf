"""
Who asks for a lesson, told by cookies alone; every doubt is for the ordinary path.

The reader cookie is issued by the ordinary path, to sessions that began with a password, after session and
member were asked for as ever. It names the member and is sealed together with the key of the session, so that
it fits no other; and it carries a mark of the password, so that it ends with it. It replaces no question
about the session: that it still is, that the account is open, that the password is the same asks the lane's
statement.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import struct
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH
from django.utils.crypto import salted_hmac

from courses.low_data import wants_less
from people.looks import LOOK, PageLook
from people.middleware import RENEWED_EVERY, SEEN, seen_at
from people.models import Member
from people.sessions import NOTED_EVERY

READER = "reader"
"""The cookie."""

LASTS = 24 * 60
"""Minutes. Once a day at least the ordinary path is asked, whatever happens."""

_ALLOWED = CSRF_ALLOWED_CHARS
_PLACES = {letter: place for place, letter in enumerate(_ALLOWED)}

_BODY = struct.Struct(">BIQ8s")
_VERSION = 1
_SEAL = 16
_SECRET = re.compile(r"[a-zA-Z0-9]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reader:
    """The member whom a cookie names, and the mark of the password they had."""

    member: int
    mark: bytes


@dataclass(frozen=True, slots=True)
class Visit:
    """
    A request in which nothing is unusual. `renews`: its minute is over, and the seen cookie is set anew.
    """

    session: str
    reader: Reader
    csrf: str
    look: PageLook
    less: bool
    renews: bool


@lru_cache(maxsize=4)
def _key(secret: str, purpose: str) -> bytes:
    return salted_hmac("courses.reader", purpose, secret=secret, algorithm="sha256").digest()


def _seal(body: bytes, session: str) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY, "seal"), body + session.encode(), "sha256")[:_SEAL]


def mark_of(password: str, session: str) -> bytes:
    """A mark of a password as it is kept, of use for nothing else."""
    told = f"{session}:{password}".encode()
    return hmac.digest(_key(settings.SECRET_KEY, "password"), told, "sha256")[:8]


def note_for(member: Member, session: str, *, at: int) -> str:
    """The cookie of this member in this session; `at` in seconds."""
    body = _BODY.pack(_VERSION, at // 60, member.pk, mark_of(member.password, session))
    return base64.urlsafe_b64encode(body + _seal(body, session)).decode("ascii").rstrip("=")


def read_note(text: str, session: str, *, at: int) -> Reader | None:
    """What a cookie says, when it is one of ours, of this session, and of the last day."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    body, seal = raw[: _BODY.size], raw[_BODY.size :]
    if len(body) != _BODY.size or not hmac.compare_digest(seal, _seal(body, session)):
        return None
    version, minute, member, mark = _BODY.unpack(body)
    if version != _VERSION or not 0 <= at // 60 - minute < LASTS:
        return None
    return Reader(member, mark)


def remember_reader(response: HttpResponse, member: Member, session: str, *, at: int) -> None:
    """Until the browser is closed: without the session it is worth nothing."""
    response.set_cookie(
        READER,
        note_for(member, session, at=at),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


@lru_cache(maxsize=256)
def _look(text: str) -> PageLook:
    return PageLook.read(text)


def visit_of(request: HttpRequest, *, at: int) -> Visit | None:
    """
    What the cookies of a request say, in seconds `at`.

    None: somebody signed out or signed in with a study card; elder mode, which shows the member's own
    contact; something to be told at the next page; a form's secret that is missing or of an old kind; a
    session that may have been idle too long, or is to be noted as seen; a browser that wants something else
    than a page.
    """
    cookies, meta = request.COOKIES, request.META
    session, csrf = cookies.get(settings.SESSION_COOKIE_NAME), cookies.get(settings.CSRF_COOKIE_NAME, "")
    if not session or READER not in cookies or "messages" in cookies or not _SECRET.fullmatch(csrf):
        return None
    accept = meta.get("HTTP_ACCEPT", "*/*")
    if "HTTP_RANGE" in meta or ("text/html" not in accept and "*/*" not in accept):
        return None
    look = _look(cookies.get(LOOK, "")[:64])
    reader = None if look.large else read_note(cookies[READER], session, at=at)
    seen = seen_at(cookies.get(SEEN, ""), session) if reader else None
    if reader is None or seen is None:
        return None
    renews = at - seen >= RENEWED_EVERY
    if renews and (at - seen > _shortest_idle() or seen // NOTED_EVERY != at // NOTED_EVERY):
        return None
    less = wants_less(request) if "HTTP_SAVE_DATA" in meta else look.less
    return Visit(session, reader, csrf, look, less, renews)


def masked(secret: str) -> str:
    """
    The secret of a form under a mask of its own, as `django.middleware.csrf.get_token` gives it.

    Django's costs as much as all else together: it asks the system for each letter.
    """
    mask: list[int] = []
    while (
        len(mask) < CSRF_SECRET_LENGTH
    ):  # letters are equally likely: what is left over above 248 is not used
        mask += [byte % 62 for byte in secrets.token_bytes(48) if byte < 248]
    del mask[CSRF_SECRET_LENGTH:]
    hidden = [_ALLOWED[(_PLACES[letter] + by) % 62] for letter, by in zip(secret, mask, strict=True)]
    return "".join([*[_ALLOWED[by] for by in mask], *hidden])


def _shortest_idle() -> int:
    """Whoever was idle for less is signed out by no rule."""
    return 60 * min(settings.IDLE_MINUTES_OFFICE, settings.IDLE_MINUTES_MEMBER)
