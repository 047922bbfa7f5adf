"""Elder mode as somebody meets it: the switch, sizes and colours, the strip of large text, the keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor, faults

pytestmark = pytest.mark.journey

LESSON = "/mass-line/what-it-is/how-the-mass-line-formed/"


FOCUSED = """
    () => {
        const on = document.activeElement;
        window.met ??= [];
        if (on === document.body || window.met.includes(on)) return null;
        window.met.push(on);
        const after = window.met.length < 2 || window.met.at(-2).compareDocumentPosition(on) & 4;
        const ring = getComputedStyle(on.closest(".choice") ?? on);
        const shows = parseFloat(ring.outlineWidth) >= 3 && ring.outlineStyle !== "none";
        return [on.outerHTML.slice(0, 90), Boolean(after), shows];
    }
"""
"""What has the focus, whether it comes after the one before, whether it shows; None when all were met."""

PRESSABLE = """
    () => [...document.querySelectorAll("a[href], button, summary, input, select, textarea")]
        .filter(each => each.checkVisibility({visibilityProperty: true}) && !each.disabled).length
"""


def size_of(page, selector: str) -> str:
    return page.locator(selector).first.evaluate("element => getComputedStyle(element).fontSize")


def test_elder_mode_is_switched_on_at_the_door_and_goes_along(somebody) -> None:
    """Pressed on the first page, made larger and dark, and the same on another device after signing in."""
    elder: Visitor = somebody()
    page = elder.page
    elder.open("/")
    page.locator("main").get_by_role("button", name="长辈版").click()
    expect(page.locator("html")).to_have_class("large-print")
    elder.sign_in("elder")
    elder.open("/look/")
    for name in ("32", "深色"):
        page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("button", name="32", exact=True)).to_have_attribute("aria-pressed", "true")
    assert (size_of(page, "main p"), page.url.split("#")[1]) == ("29.44px", "looks")
    elder.open("/")
    assert size_of(page, ".door") == "32px"
    assert page.locator(".door").count() == 3
    assert page.locator(".door").nth(1).get_attribute("href").endswith("#listen")

    elsewhere: Visitor = somebody()
    elsewhere.sign_in("elder")
    expect(elsewhere.page.locator("html")).to_have_class("large-print type-32 theme-dark")
    assert elsewhere.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 18, 15)"
    elsewhere.open("/look/")
    for name in ("24", "米色"):
        elsewhere.page.get_by_role("button", name=name, exact=True).click()


def test_the_strip_repeats_what_is_focused_touched_and_pointed_at(somebody) -> None:
    member: Visitor = somebody(look="large.strip")
    member.sign_in("member")
    member.context.add_cookies([{"name": "look", "value": "large.strip", "url": member.served.url}])
    page = member.page
    member.open(LESSON)
    strip, words = page.locator("[data-big-text]"), page.locator("[data-big-text-words]")
    expect(strip).to_be_visible()
    assert float(size_of(page, "[data-big-text-words]").removesuffix("px")) >= 36
    page.keyboard.press("Tab")
    expect(words).to_have_text("跳到正文")
    sentence = page.locator(".screen p").first
    sentence.scroll_into_view_if_needed()
    box = sentence.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    whole = sentence.inner_text()
    expect(words).not_to_have_text("跳到正文")
    assert words.inner_text() in whole
    assert 0 < len(words.inner_text()) <= 49
    page.evaluate("document.activeElement.blur()")  # the focused skip link lies on others
    assert faults(page, target=60) == []
    page.get_by_role("button", name="关闭大字屏幕").click()
    expect(strip).to_be_hidden()
    page.wait_for_timeout(300)
    member.open(LESSON)
    expect(strip).to_have_count(0)


def test_the_strip_takes_no_tap_and_covers_no_focus(somebody) -> None:
    member: Visitor = somebody(look="large.36.strip")
    page = member.page
    member.open("/sign-in/")
    for _ in range(12):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => {
                const strip = document.querySelector("[data-big-text]"), on = document.activeElement;
                const box = on.getBoundingClientRect(), edge = strip.getBoundingClientRect().top;
                return !strip.contains(on) && box.bottom > edge + 1 && box.height < 300;
            }"""
        )
        page.wait_for_timeout(30)
        assert not covered, page.evaluate("document.activeElement.outerHTML")
    page.get_by_role("link", name="隐私说明").first.click()
    page.wait_for_url("**/privacy/")


def test_every_control_is_reached_by_the_keyboard_and_shows_it(somebody) -> None:
    """Tab goes through all there is to press, in the page's order, with a ring of 3 px; then it leaves."""
    elder: Visitor = somebody(look="large")
    elder.sign_in("elder")
    page = elder.page
    for path in ("/", "/look/", LESSON):
        elder.open(path)
        met = []
        for _ in range(120):
            page.keyboard.press("Tab")
            here = page.evaluate(FOCUSED)
            if here is None:
                break
            met.append(here)
        pressable = page.evaluate(PRESSABLE)
        assert [each for each in met if not (each[1] and each[2])] == []
        assert len(met) >= pressable, (path, len(met), pressable)
