"""
Which parts of Wagtail's administration open to which office.

What is not named here opens to nobody: Wagtail's lists of users and groups, its reports (they name people),
its sign-in and password pages, and whatever a later version brings. Our own pages guard themselves: see
`people.admin.access.office_page`.
"""

from collections.abc import Iterable

from people.admin.access import opens_administration
from people.offices import Office

OURS = ("people.", "reports.", "programmes.", "courses.", "quizzes.", "hours.", "jobs.")
"""Modules of rooms: their own pages ask for the office themselves."""

EVERY_OFFICE = frozenset(Office.Kind)
WRITING = frozenset({Office.Kind.EDITOR, Office.Kind.REVIEWER})
SETTING = frozenset({Office.Kind.SYSTEM_ADMINISTRATOR})

ANYBODY = frozenset({"sprite/", "jsi18n/", "login/"})
"""Drawings and words of the administration, and the way to our own sign-in."""

DOORS: dict[str, frozenset[str]] = {
    "": EVERY_OFFICE,
    "account/": EVERY_OFFICE,
    "logout/": EVERY_OFFICE,
    "dismissibles/": EVERY_OFFICE,
    "pages/": WRITING,
    "api/main/": WRITING,
    "bulk/wagtailcore/": WRITING,
    "bulk/wagtailimages/": WRITING,
    "bulk/courses/": WRITING,
    "bulk/quizzes/": WRITING,
    "bulk/sources/": WRITING,
    "choose-page/": WRITING | SETTING,
    "choose-external-link/": WRITING,
    "choose-email-link/": WRITING,
    "choose-phone-link/": WRITING,
    "choose-anchor-link/": WRITING,
    "tag-autocomplete/": WRITING,
    "editing-sessions/": WRITING,
    "block-preview/": WRITING,
    "embeds/": WRITING,
    "snippets/": WRITING,
    "translation/": WRITING,
    "documents/": WRITING,
    "images/": WRITING,
    "collections/": SETTING,
    "sites/": SETTING,
    "locales/": SETTING,
    "redirects/": SETTING,
    "workflows/": SETTING,
}
"""How addresses below /admin/ begin, and the offices they open to. The longest beginning counts."""


def kinds_for(rest: str) -> frozenset[str]:
    """Return which offices open this address (without /admin/); the entrance is itself, not what is below."""
    fitting = [start for start in DOORS if (rest.startswith(start) if start else not rest)]
    return DOORS[max(fitting, key=len)] if fitting else frozenset()


def openers(rest: str, module: str) -> frozenset[str]:
    """Return the offices that open the address, shown by a view of that module."""
    return kinds_for(rest) or (EVERY_OFFICE if module.startswith(OURS) else frozenset())


def opens(rest: str, module: str, offices: Iterable[Office]) -> bool:
    """True when one of these offices opens the address, shown by a view of that module."""
    kinds = openers(rest, module)
    return any(office.kind in kinds and opens_administration(office) for office in offices)
