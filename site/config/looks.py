"""What every template may ask for: elder mode, the page's counterpart in the other language, office work."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import localdate

from meetings.holders import opens_meetings
from people.admin.access import opens_administration
from people.contacts import Contact, contact_for
from people.leading import opens_branch_pages
from people.looks import look_of
from people.models import OVERVIEW_OFFICES, Office
from people.offices import WAGTAIL_GROUPS


@dataclass(frozen=True)
class OfficeWork:
    """Which work of their offices a member finds in the navigation."""

    overview: bool = False
    visits: bool = False
    write: bool = False
    manage: bool = False
    offices: bool = False
    branch: bool = False
    contacts: bool = False
    meetings: bool = False


def offices_nav(request: HttpRequest) -> OfficeWork:
    """Asked by the templates that show the navigation; the offices are read once a request."""
    if not request.user.is_authenticated:
        return OfficeWork()
    offices = request.user.held_offices(localdate())
    kinds = {office.kind for office in offices}
    return OfficeWork(
        overview=not kinds.isdisjoint(OVERVIEW_OFFICES),
        visits=Office.Kind.VISITOR in kinds,
        write=not kinds.isdisjoint(WAGTAIL_GROUPS),
        manage=any(opens_administration(o) and o.kind not in WAGTAIL_GROUPS for o in offices),
        offices=bool(offices),
        branch=any(opens_branch_pages(office) for office in offices),
        contacts=getattr(request.user, "keeps_contact", False),
        meetings=any(opens_meetings(office) for office in offices),
    )


def whom_to_ring(request: HttpRequest) -> Contact | None:
    """The contact person of whoever is signed in: in elder mode on every page, so asked once a request."""
    if not request.user.is_authenticated:
        return None
    if not hasattr(request, "whom_to_ring"):
        request.whom_to_ring = contact_for(request.user, on=localdate())
    return request.whom_to_ring


def looks(request: HttpRequest) -> dict[str, Any]:
    """
    `large_print`: elder mode is on. `other_language`: (code, name, address) of this page's counterpart.
    `page_language`: as HTML writes it. `offices_nav`: see `OfficeWork`. `page_look`: see `PageLook`.
    """
    english = getattr(request, "LANGUAGE_CODE", "zh-hans") == "en"
    path = request.get_full_path()
    if english:
        other = ("zh-hans", "中文", path.removeprefix("/en") or "/")
    else:
        other = ("en", "English", "/en" + path)
    look = look_of(request)
    return {
        "large_print": look.large,
        "page_look": look,
        "whom_to_ring": partial(whom_to_ring, request),
        "other_language": getattr(request, "other_language", other),
        "page_language": "en" if english else "zh-CN",
        "home_url": "/en/" if english else "/",
        "offices_nav": partial(offices_nav, request),
    }
