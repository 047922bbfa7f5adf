"""Sessions that end when nobody is there, and the editor's permissions from dated offices."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from people.models import Member
from people.offices import OFFICE_WORK, WAGTAIL_GROUPS

Next = Callable[[HttpRequest], HttpResponse]

SEEN = "seen_at"
"""Session key: when the member was last seen, in whole seconds."""

RENEWED_EVERY = 300
"""Seconds; a write at each request would cost more than the page."""


def idle_limit(member: Member, *, large_print: bool) -> timedelta | None:
    """How long a session may be idle: short for office work, long for members, no limit in elder mode."""
    if any(office.kind in OFFICE_WORK for office in member.held_offices(localdate())):
        return timedelta(minutes=settings.IDLE_MINUTES_OFFICE)
    if large_print:
        return None
    return timedelta(minutes=settings.IDLE_MINUTES_MEMBER)


class IdleTimeOut:
    """End a session that has been idle too long, and say so; what was being written is kept by the page."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._check(request)
        return self.get_response(request)

    def _check(self, request: HttpRequest) -> None:
        at = int(now().timestamp())
        seen = request.session.get(SEEN)
        if seen is not None and at - seen < RENEWED_EVERY:
            return
        limit = idle_limit(request.user, large_print=request.COOKIES.get("look") == "large")
        if seen is not None and limit is not None and at - seen > limit.total_seconds():
            logout(request)
            messages.info(
                request, _("You were away for a while, so we signed you out. What you did is kept.")
            )
            return
        request.session[SEEN] = at


class AdminOffices:
    """Bring Wagtail's groups into line with today's offices, at each request for the editor's pages."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/admin/") and request.user.is_authenticated:
            project_offices(request.user)
        return self.get_response(request)


def project_offices(member: Member) -> None:
    """Make the member's groups exactly those that follow from the offices held today."""
    wanted = {WAGTAIL_GROUPS[o.kind] for o in member.held_offices(localdate()) if o.kind in WAGTAIL_GROUPS}
    present = set(member.groups.values_list("name", flat=True))
    if wanted != present:
        member.groups.set(Group.objects.filter(name__in=wanted))
