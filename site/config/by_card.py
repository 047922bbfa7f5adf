"""
What opens for who has signed in with a study card: reading, quizzes, the own record. Nothing else does.

The list says what is open, so that a new page is closed until somebody puts it here. That such a member holds
no office, whatever page it is, stands in `people.card_sessions`.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from people.card_sessions import is_by_card, still_holds

READING = frozenset(
    {
        "wagtail_serve",
        "courses:lesson",
        "courses:catalogue",
        "courses:new",
        "courses:search",
        "courses:tag",
        "courses:related",
        "courses:mine",
        "courses:notes",
        "courses:bookmark",
        "courses:differences",
        "courses:report",
        "courses:feedback",
        "programmes:reached",
        "wagtaildocs_serve",
    }
)
QUIZZES = frozenset(
    {
        "quizzes:mine",
        "quizzes:start",
        "quizzes:look_back",
        "quizzes:question",
        "quizzes:overview",
        "quizzes:hand_in",
        "quizzes:result",
    }
)
OWN_RECORD = frozenset(
    {
        "hours:record",
        "hours:my_statement",
        "hours:one",
        "hours:objection",
        "hours:rules",
        "people:belonging",
        "people:own_card",
    }
)
COMING_AND_GOING = frozenset(
    {
        "people:card",
        "people:card_pin",
        "people:card_first",
        "people:sign_in",
        "people:sign_out",
        "people:look",
        "people:forgotten",
        "people:privacy",
        "people:privacy_read",
        "healthz",
    }
)
OPEN = READING | QUIZZES | OWN_RECORD | COMING_AND_GOING
"""Names of the routes that open."""

NO_SESSION_ASKED = ("api",)
"""Namespaces whose routes know the member by a page's signed token, or show what a member reads anyway."""

FILES = ("/static/", "/media/")


def opens(request: HttpRequest) -> bool:
    """True when the address is one that a study card opens."""
    match = request.resolver_match
    return match.view_name in OPEN or match.namespace in NO_SESSION_ASKED or request.path.startswith(FILES)


class OnlyStudyByCard:
    """Closes what a study card does not open, before any view is asked; ends sessions of cancelled cards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: list, kwargs: dict
    ) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not is_by_card(request):
            return None
        if not still_holds(request):
            logout(request)
            messages.info(request, _("This study card is no longer valid, so you were signed out."))
            return redirect("people:sign_in")
        if opens(request):
            return None
        return render(request, "people/not_by_card.html", status=403)
