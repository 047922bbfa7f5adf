"""Sessions that end when nobody is there, and the administration's permissions from dated offices."""

import base64
import hmac
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import Group
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from people.admin.doors import ANYBODY, openers, opens
from people.admin.groups import groups_of
from people.card_sessions import STAYS
from people.looks import look_of
from people.models import Member
from people.offices import OFFICE_WORK
from people.sessions import NOTED_EVERY, note_seen

Next = Callable[[HttpRequest], HttpResponse]

SEEN = "seen"
"""Signed cookie: when this session was last seen. Writing the session at each visit would cost too much."""

SIGNED_IN = "signed_in_at"
"""Session key: when it began, in whole seconds; what counts when the cookie is missing."""

RENEWED_EVERY = 60
"""Seconds after which the cookie is set anew."""

_NOTE = struct.Struct(">Q")


def idle_limit(member: Member, *, large_print: bool) -> timedelta | None:
    """How long a session may be idle: short for office work, long for members, no limit in elder mode."""
    if any(office.kind in OFFICE_WORK for office in member.held_offices(localdate())):
        return timedelta(minutes=settings.IDLE_MINUTES_OFFICE)
    if large_print:
        return None
    return timedelta(minutes=settings.IDLE_MINUTES_MEMBER)


@lru_cache(maxsize=4)
def _seen_key(secret: str) -> bytes:
    return salted_hmac("people.seen", "key", secret=secret, algorithm="sha256").digest()


def _sealed(body: bytes, session_key: str) -> bytes:
    return hmac.digest(_seen_key(settings.SECRET_KEY), body + session_key.encode(), "sha256")[:16]


def seen_note(session_key: str, at: int) -> str:
    """The cookie that says when a session was last seen; it fits no other session."""
    body = _NOTE.pack(at)
    return base64.urlsafe_b64encode(body + _sealed(body, session_key)).decode("ascii")


def seen_at(note: str, session_key: str) -> int | None:
    """When a session was last seen by its cookie, in seconds; None when it is no cookie of this session."""
    try:
        raw = base64.urlsafe_b64decode(note)
    except ValueError:
        return None
    body, seal = raw[: _NOTE.size], raw[_NOTE.size :]
    if len(body) != _NOTE.size or not hmac.compare_digest(seal, _sealed(body, session_key)):
        return None
    return int(_NOTE.unpack(body)[0])


def last_seen(request: HttpRequest) -> int | None:
    """When the session was last seen, in seconds, or None when nothing is known of it."""
    seen = seen_at(request.COOKIES.get(SEEN, ""), request.session.session_key)
    return request.session.get(SIGNED_IN) if seen is None else seen


class IdleTimeOut:
    """End a session that has been idle too long, and say so; what was being written is kept by the page."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        at = int(now().timestamp())
        seen = last_seen(request)
        if seen is not None and at - seen < RENEWED_EVERY:
            return self.get_response(request)
        if seen is not None and _is_over(request, at - seen):
            logout(request)
            messages.info(
                request, _("You were away for a while, so we signed you out. What you did is kept.")
            )
            return self.get_response(request)
        response = self.get_response(request)
        if request.session.session_key:  # changing the password gives it a new one, signing out none
            remember_seen(response, request.session.session_key, at)
            if seen is not None and seen // NOTED_EVERY != at // NOTED_EVERY:
                note_seen(request.session.session_key, at=datetime.fromtimestamp(at, UTC))
        return response


def _is_over(request: HttpRequest, idle: int) -> bool:
    if request.session.get(STAYS):
        return False
    limit = idle_limit(request.user, large_print=look_of(request).large)
    return limit is not None and idle > limit.total_seconds()


def remember_seen(response: HttpResponse, session_key: str, at: int) -> None:
    response.set_cookie(
        SEEN,
        seen_note(session_key, at),
        max_age=settings.SESSION_COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


ADMINISTRATION = "/admin/"


class AdminOffices:
    """
    The administration follows today's offices, at each request: Wagtail's groups are brought into line with
    them, and an address that none of them opens is not there. See `people.admin.doors`.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: list, kwargs: dict) -> None:
        if not request.path.startswith(ADMINISTRATION):
            return
        rest, module = request.path.removeprefix(ADMINISTRATION), view.__module__
        if not request.user.is_authenticated:
            if rest not in ANYBODY and not openers(rest, module):
                raise Http404
        elif rest not in ANYBODY:
            project_offices(request.user)
            if not opens(rest, module, request.user.held_offices(localdate())):
                raise Http404


class PrivatePages:
    """What a signed-in member saw is kept by no cache, and is gone from the browser after signing out."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
        response = self.get_response(request)
        if signed_in:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def project_offices(member: Member) -> None:
    """Make the member's groups exactly those that follow from the offices held today."""
    wanted = groups_of(member.held_offices(localdate()))
    present = set(member.groups.values_list("name", flat=True))
    if wanted != present:
        member.groups.set(Group.objects.filter(name__in=wanted))
