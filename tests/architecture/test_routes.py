"""Every address, every role, two subtrees that share nobody. See `route_table.py` for who may open what."""

import re
import sys
from collections.abc import Collection

import pytest
from django.db.models import Q
from django.template.backends.django import Template
from wagtail.contrib.redirects.middleware import RedirectMiddleware

from people.admin import doors
from people.admin import offices as offices_pages
from people.models import Member
from reports import views as reports_pages
from tests.architecture.route_table import ADMIN_OF_OURS, ENTRANCES, SITE, WAGTAIL, WAGTAIL_ROLES
from tests.architecture.routes import (
    ANONYMOUS,
    HIDDEN,
    ROLES,
    SHOWN,
    SIGN_IN,
    SIGNED_IN,
    Row,
    Scene,
    build_scene,
    example_of,
    faults,
    met,
    routes,
    unclassified,
)

pytestmark = pytest.mark.django_db

TABLE = [*SITE, *ADMIN_OF_OURS, *ENTRANCES]

ASK = "Nobody has said who may open these addresses. Please add them to tests/architecture/route_table.py: "


@pytest.fixture
def scene(lesson, monkeypatch) -> Scene:
    """Two counties. What pages look like is left out: who gets one is decided before."""
    built = build_scene(lesson, monkeypatch)
    monkeypatch.setattr(Template, "render", lambda *args, **options: "")
    monkeypatch.setattr(RedirectMiddleware, "process_response", lambda self, request, response: response)
    return built


def of_wagtail() -> list[str]:
    named = {row.route for row in TABLE}
    return [route for route in routes() if route.startswith("admin/") and route not in named]


def beginning_of(route: str) -> str:
    """The longest beginning in the table; of a route that has none, the route itself."""
    return max((start for start in WAGTAIL if route.startswith(start)), key=len, default=route)


def test_somebody_has_said_who_may_open_every_address() -> None:
    present = routes()
    missing = unclassified((row.route for row in TABLE), WAGTAIL, present)
    gone = sorted({row.route for row in TABLE} - {*present, "static"})

    assert missing == [], ASK + ", ".join(missing)
    assert gone == [], "These are in the table and not on the site: " + ", ".join(gone)


def test_a_route_that_nobody_classified_is_named() -> None:
    known = [row.route for row in TABLE]

    assert unclassified(known, WAGTAIL, [*known, "secrets/<uuid:key>/"]) == ["secrets/<uuid:key>/"]


def test_the_site_shows_everybody_what_is_theirs_and_nothing_else(scene) -> None:
    """What is for every member is walked by one role of each sort; everything else by all."""
    tell(SITE, "")
    for_all = [row for row in SITE if set(row.to) >= SIGNED_IN]
    scoped = [row for row in SITE if row not in for_all]

    wrong = faults(scene, for_all, ONE_OF_EACH) + faults(scene, scoped, ROLES)
    assert not wrong, in_lines(wrong)


def test_the_english_site_shows_the_same_to_the_same(scene) -> None:
    """The same views at other addresses, so one role of each sort is enough."""
    rows = [row for row in SITE if has_languages(row.route)]
    tell(rows, "/en")

    wrong = faults(scene, rows, ONE_OF_EACH, "/en")
    assert not wrong, in_lines(wrong)


def test_the_administration_opens_by_office_and_subtree(scene) -> None:
    rows = [*ADMIN_OF_OURS, *ENTRANCES]
    tell(rows, "")

    wrong = faults(scene, rows, ROLES)
    assert not wrong, in_lines(wrong)


def test_wagtail_opens_by_office(scene) -> None:
    """Its pages ask for permissions besides; so an address with a key is walked by those it is closed to."""
    found = []
    for route in of_wagtail():
        to, address = WAGTAIL.get(beginning_of(route), frozenset()), example_of(route)
        has_no_key = address == f"/{route}"
        for role in WAGTAIL_ROLES:
            if role not in to and role != ANONYMOUS and not has_no_key:
                is_wrong = not scene.is_stopped_at_the_door(role, address)
            elif role not in to:
                answer = met(scene.visit(role, address, Row(route, to)))
                is_wrong = answer != HIDDEN and (role, answer) != (ANONYMOUS, SIGN_IN)
            elif has_no_key and route not in ASKED_FOR_MORE:
                is_wrong = met(scene.visit(role, address, Row(route, to))) in {HIDDEN, SIGN_IN}
            else:
                continue
            if is_wrong:
                found.append(f"/{route} as {role}: it is for {named(to)}")
    tell_wagtail()

    assert not found, in_lines(found)


ASKED_FOR_MORE = {
    "admin/block-preview/",  # which block
    "admin/locales/new/",  # a language that is not there yet
    "admin/snippets/",  # a list of kinds; ours are in the menu
}
"""Addresses without keys that ask for something more than the office."""

ONE_OF_EACH = [ANONYMOUS, "member", "secretary", "county leader", "editor", "secretary elsewhere"]


def has_languages(route: str) -> bool:
    """The interface, the administration and files have no language in their address."""
    return not re.match(r"api/|healthz|\^documents/|\^media/|static", route)


def tell(rows: list[Row], prefix: str) -> None:
    """The list, for `pytest -s`: each address and the roles it is shown to."""
    for row in rows:
        keys = "".join(f" [{key}]" for name, key in row.keys.items())
        sys.stdout.write(f"{prefix}/{row.route}{keys} {row.method}: {named(row.to)}\n")


def tell_wagtail() -> None:
    for route in of_wagtail():
        sys.stdout.write(f"/{route}: {named(WAGTAIL.get(beginning_of(route), ()))}\n")


def in_lines(wrong: list[str]) -> str:
    return "\n".join(["What these people met is not what tests/architecture/route_table.py says:", *wrong])


def named(to: Collection[str]) -> str:
    """The roles in words, in the order of the list of roles."""
    if set(to) >= set(ROLES):
        return "everybody"
    if set(to) >= set(ROLES) - {ANONYMOUS}:
        return "every member"
    return ", ".join(role for role in ROLES if role in to) or "nobody"


def test_a_view_that_forgets_its_scope_fails_the_walk(scene, monkeypatch) -> None:
    """The member's page, and an organisation's offices, each once without asking who looks."""
    elsewhere = ["member elsewhere", "secretary elsewhere", "county leader elsewhere"]
    members = [row for row in TABLE if row.route == "members/<uuid:key>/"]
    offices = [row for row in TABLE if row.route == "admin/people/offices/at/<uuid:key>/"]
    assert faults(scene, [*members, *offices], elsewhere) == []

    whoever = scene.people["county leader"]
    scoped = reports_pages.members_with_sights
    monkeypatch.setattr(reports_pages, "members_with_sights", lambda viewer, on: scoped(whoever, on=on))
    monkeypatch.setattr(offices_pages, "places_to_give", lambda viewer, on: Q())

    shown = f"{SHOWN}, but the table says {HIDDEN}"
    assert faults(scene, members, elsewhere) == [
        f"/members/<uuid:key>/ as {role}: {shown}" for role in elsewhere
    ]
    assert faults(scene, offices, elsewhere) == [
        f"/admin/people/offices/at/<uuid:key>/ as county leader elsewhere: {shown}"
    ] * len(offices)


def test_a_door_of_wagtail_left_open_fails_the_walk(scene, monkeypatch) -> None:
    row = Row("admin/users/", WAGTAIL["admin/users/"], at="/admin/users/", stranger=HIDDEN)
    assert faults(scene, [row], ["editor", ANONYMOUS]) == []
    monkeypatch.setitem(doors.DOORS, "users/", doors.WRITING)
    monkeypatch.setattr(Member, "has_perm", lambda *args: True)

    assert faults(scene, [row], ["editor"]) == [
        f"/admin/users/ as editor: {SHOWN}, but the table says {HIDDEN}"
    ]
