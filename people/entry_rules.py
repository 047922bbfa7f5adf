"""What has to be done before anything else opens: the second step, and a password that is not too old."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from ninja.security import SessionAuth

from people.entering import SECOND_STEP
from people.models import Member
from people.passwords import is_due
from people.second_step import is_on, is_required

ALWAYS = {"people:sign_out", "people:look", "people:second_step", "people:recovery_codes", "people:password"}
"""Pages that stay open, or nobody could do what is asked."""

API = "/api/"
"""Its routes need a token of a page, and no page opens; or they ask `BySession`."""


class BySession(SessionAuth):
    """For routes of the interface: whoever is signed in, as soon as pages open for them."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Member | None:
        member = super().authenticate(request, key)
        if member is None or (not settings.DEMO and (needs_second_step(request) or is_due(member, at=now()))):
            return None
        return member


by_session = BySession()


def needs_second_step(request: HttpRequest) -> bool:
    """True when an office asks for the second step and this session began without it."""
    if request.session.get(SECOND_STEP) or not is_required(request.user, on=localdate()):
        return False
    if is_on(request.user):  # switched on from another device
        request.session[SECOND_STEP] = True
        return False
    return True


class EntryRules:
    """
    Lead who has pages in the administration to the second step, and to a new password after ninety days.

    Costs nothing in the demonstration (which is exempt), nor for who has the second step on; for others the
    offices, which the navigation asks for anyway.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: list, kwargs: dict
    ) -> HttpResponse | None:
        if settings.DEMO or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if request.path.startswith(API):
            return None
        if not request.user.is_authenticated or request.resolver_match.view_name in ALWAYS:
            return None
        if needs_second_step(request):
            return self._led_to(
                request,
                "people:second_step",
                _("Your office asks for the second step. Please set it up first."),
            )
        if is_due(request.user, at=now()):
            return self._led_to(
                request,
                "people:password",
                _("Your password is older than ninety days. Please choose a new one."),
            )
        return None

    def _led_to(self, request: HttpRequest, page: str, why: str) -> HttpResponse:
        messages.info(request, why)
        return redirect(page)
