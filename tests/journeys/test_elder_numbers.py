"""
Every page that a member can reach, measured in a browser: sizes, distances, targets, contrast, widths.

What is asserted stands in docs/elder-mode.md. The walk follows links, so a new page is measured without
anybody thinking of it; one that no link leads to has to be named in `STARTS`.
"""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.architecture.route_table import SITE
from tests.journeys.conftest import PHONE, QUICK, Visitor, faults
from tests.journeys.walking import CONTENT, NOT_PAGES, Walk

pytestmark = pytest.mark.journey

HERE = Path(__file__).parent
NUMBERS = (HERE / "numbers.js").read_text("utf-8")
WHOLE = (HERE / "whole.js").read_text("utf-8")

SPACING = """
    * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-bottom: 2em !important; }
"""
"""The distances that readers may set themselves (WCAG 1.4.12)."""

THEMES = cycle(("contrast", "dark"))
"""By turns, one a page: all pages are made of the same parts, and measuring contrast takes long."""

STARTS = {
    "": ["/", "/sign-in/", "/forgotten/", "/code/", "/look/", "/privacy/"],
    "elder": ["/", "/account/", "/password/", "/my-data/", "/record/", "/rules/"],
    "visitor": ["/", "/visits/"],
    "secretary": ["/", "/overview/", "/branch/", "/requests/"],
}
"""Who walks, and from where."""


def within(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": PHONE["height"]})
    return [f"{width} px: {fault}" for fault in page.evaluate(WHOLE)]


def wearing(page: Page, classes: str) -> None:
    """Another look without loading the page again: it is only classes of the root element."""
    page.evaluate("classes => { document.documentElement.className = classes }", classes)


def contrast(page: Page, theme: str) -> list[str]:
    options = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}, **QUICK}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [f"{theme}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]]


def with_own_spacing(page: Page) -> list[str]:
    page.evaluate(
        "css => {const own = new CSSStyleSheet; own.replaceSync(css); document.adoptedStyleSheets = [own]}",
        SPACING,
    )
    found = [f"own spacing, {fault}" for fault in within(page, 320)]
    page.evaluate("document.adoptedStyleSheets = []")
    return found


def in_elder_mode(page: Page, *, contact: bool, of_office: bool) -> list[str]:
    """What holds of a page in elder mode; of office pages, made of the same parts, the main things."""
    wanted = {"size": 24, "leading": 1.8, "target": 60, "contact": contact}
    found = page.evaluate(f"({NUMBERS})({json.dumps(wanted)})")
    found += faults(page, target=60)
    if not of_office:
        theme = next(THEMES)
        wearing(page, f"large-print theme-{theme}")
        found += contrast(page, theme)
        wearing(page, "large-print")
        found += with_own_spacing(page)
    wearing(page, "large-print type-36")
    largest = {**wanted, "size": 33, "contact": False}
    found += [f"36 px: {fault}" for fault in page.evaluate(f"({NUMBERS})({json.dumps(largest)})")]
    found += within(page, 320) + within(page, 640)
    page.set_viewport_size(PHONE)
    return found


def in_normal_mode(page: Page) -> list[str]:
    """Opened in high contrast, so that the other colours are loaded too."""
    wearing(page, "")
    found = faults(page, target=24)
    theme = next(THEMES)
    wearing(page, f"theme-{theme}")
    found += contrast(page, theme)
    found += within(page, 320) + with_own_spacing(page)
    page.set_viewport_size(PHONE)
    return found


def arrive(somebody, number: str, look: str) -> Visitor:
    visitor: Visitor = somebody(look=look)
    if number:
        visitor.sign_in(number)
        visitor.context.add_cookies([{"name": "look", "value": look, "url": visitor.served.url}])
    return visitor


def in_lines(walk: Walk) -> str:
    return "\n".join(f"{path}: {fault}" for path, found in walk.faults.items() for fault in found)


def test_every_page_of_a_member_keeps_the_numbers_of_elder_mode(somebody) -> None:
    walk = Walk()
    for number, starts in STARTS.items():

        def check(page: Page, number: str = number) -> list[str]:
            of_office = number in {"visitor", "secretary"}
            return in_elder_mode(page, contact=number == "elder", of_office=of_office)

        visitor = arrive(somebody, number, "large")
        walk.through(visitor, check, [*starts, *handed_in(visitor, number), *of_content(visitor, number)])
    assert not walk.faults, in_lines(walk)
    missing = unmeasured(walk)
    assert not missing, f"No link led to these pages; please name an address in STARTS: {', '.join(missing)}"


def handed_in(visitor: Visitor, number: str) -> list[str]:
    """The result of a quiz that this member took, if there is one."""
    found = visitor.served.rows(
        "select a.id::text from quizzes_attempt a join people_member m on m.id = a.member_id"
        " where m.number = %s and a.handed_in_at is not null limit 1",
        number,
    )
    return [f"/attempt/{pk}/" for (pk,) in found]


def of_content(visitor: Visitor, number: str) -> list[str]:
    """What has changed in a lesson, and a tag: reading and tagging lead there."""
    if number != "elder":
        return []
    ((lesson,),) = visitor.served.rows(
        "select translation_key::text from courses_lessonedition"
        " where is_live and language = 'zh-hans' limit 1"
    )
    tags = visitor.served.rows("select slug from taggit_tag order by id limit 1")
    return [f"/lessons/{lesson}/changes/", *(f"/tags/{slug}/" for (slug,) in tags)]


def unmeasured(walk: Walk) -> list[str]:
    """Pages of members that the walk did not come to."""
    pages = {row.route for row in SITE if "member" in row.to and row.method == "GET"}
    pages -= {*walk.routes, CONTENT, *BEHIND_AN_ACT}
    return sorted(route for route in pages if not NOT_PAGES.search("/" + route.removeprefix("^")))


BEHIND_AN_ACT = {
    "account/second-step/codes/",  # the second step is on
    "account/second-step/off/",
    "card/first/",  # a card was read just now
    "card/pin/",
    "code/password/",  # a one-time code was typed just now
    "record/statement/<uuid:key>/",  # of somebody else; one's own is measured
    "sheets/<str:code>/",  # printed, and found by its code
    "visits/<uuid:key>/",  # a visit was recorded
}
"""Pages that no link leads to, because something has to happen before. Their own journeys look at them."""


def test_every_page_of_a_member_keeps_the_numbers_in_normal_type(somebody) -> None:
    walk = Walk()
    for number, starts in {"": STARTS[""], "member": STARTS["elder"]}.items():
        walk.through(arrive(somebody, number, "normal.contrast"), in_normal_mode, starts)
    assert not walk.faults, in_lines(walk)
