"""Who may open which page of the administration: it follows from dated offices, asked at each request."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.timezone import localdate

from people.models import LEADING, Member, Office, Organisation

View = Callable[..., HttpResponse]

HIGHER = frozenset({Organisation.Kind.COMMITTEE, Organisation.Kind.GENERAL_BRANCH})
"""Organisations that have others below them: their leaders look after the tree and its people."""


def leads_a_higher_organisation(office: Office) -> bool:
    """True for secretary and deputy of a committee or general branch."""
    return office.kind in LEADING and office.organisation.kind in HIGHER


def opens_administration(office: Office) -> bool:
    """True when this office has pages in the administration."""
    of_its_own = {
        Office.Kind.EDITOR,
        Office.Kind.REVIEWER,
        Office.Kind.SYSTEM_ADMINISTRATOR,
        Office.Kind.AUDIT_ADMINISTRATOR,
        Office.Kind.SECURITY_ADMINISTRATOR,
    }
    return office.kind in of_its_own or leads_a_higher_organisation(office)


def open_to(member: Member, kinds: Collection[str], *, leaders: bool) -> bool:
    """True when the member holds one of `kinds` today, or (with `leaders`) leads a higher organisation."""
    return any(
        office.kind in kinds or (leaders and leads_a_higher_organisation(office))
        for office in member.held_offices(localdate())
    )


def office_page(*kinds: str, leaders: bool = False) -> Callable[[View], View]:
    """Open a page of the administration to holders of these offices; to everybody else it is not there."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated or not open_to(request.user, kinds, leaders=leaders):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return guard
