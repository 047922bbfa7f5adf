"""Signing in with the study card on a telephone: by touch with the QR, by keyboard with the number."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

import pypdfium2
import zxingcpp
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor, faults

PIN = "2749"

KEYS = """() => [...document.querySelectorAll('[data-pad] button')].map(key => {
    const box = key.getBoundingClientRect(); return Math.floor(Math.min(box.width, box.height)); })"""


@dataclass(frozen=True)
class Card:
    """A card in use, as it lies on the table."""

    number: str
    secret: str = field(repr=False)


def card_in_use(somebody) -> Card:
    """The secretary makes a card for the account `member`, who chooses the PIN."""
    secretary: Visitor = somebody(viewport={"width": 1280, "height": 900})
    secretary.sign_in("secretary")
    ((key,),) = secretary.served.rows("select key from people_member where number = 'member'")
    secretary.open(f"/members/{key}/card/")
    secretary.page.click("button[name=act][value=issue]")
    secretary.page.wait_for_url("**/cards/print/")
    line = secretary.page.locator("main li").first
    number = re.sub(r"\D", "", line.locator(".muted").last.inner_text())
    printed = secretary.page.request.get(f"{secretary.served.url}/cards/print/large/").body()
    (code,) = zxingcpp.read_barcodes(pypdfium2.PdfDocument(io.BytesIO(printed))[0].render(scale=4).to_pil())
    member: Visitor = somebody()
    member.open(f"/card/#{code.text.partition('#')[2]}")
    member.page.wait_for_url("**/card/first/")
    assert faults(member.page) == []
    for name, text in {"code": line.locator("strong").inner_text(), "pin": PIN, "again": PIN}.items():
        member.page.fill(f"input[name={name}]", text)
    member.page.click("main form.card > button.btn")
    member.page.wait_for_url(f"{member.served.url}/")
    return Card(number, code.text.partition("#")[2])


def test_by_touch_with_the_qr_whose_secret_stays_in_no_address(somebody) -> None:
    card = card_in_use(somebody)
    visitor = somebody(look="large")
    page, sent = visitor.page, []
    page.on("request", lambda request: sent.append(request.url))
    visitor.open(f"/card/#{card.secret}")
    page.wait_for_url("**/card/pin/")

    assert not any(card.secret in address for address in [*sent, page.url])
    assert "李慧" in page.inner_text("h1")
    assert min(page.evaluate(KEYS)) >= 72
    assert faults(page, target=60) == []
    for digit in "9999":
        page.click(f"[data-pad] button[value='{digit}']")
    page.click("main form.card > button.btn")
    expect(page.locator("[role=alert]")).to_contain_text("4")
    for digit in f"{PIN[:2]}0":
        page.click(f"[data-pad] button[value='{digit}']")
    page.click("[data-key=back]")
    for digit in PIN[2:]:
        page.click(f"[data-pad] button[value='{digit}']")
    page.click("[data-show] label")
    assert page.input_value("input[name=pin]") == PIN
    assert page.get_attribute("input[name=pin]", "type") == "text"
    page.click("main form.card > button.btn")
    page.wait_for_url(visitor.served.url + "/")

    assert visitor.open("/account/") == 403
    assert visitor.open("/record/") == 200
    sessions = visitor.served.rows(
        "select count(*) from people_opensession s join people_studycard c on c.id = s.card_id"
        " where c.number = %s",
        card.number,
    )
    assert sessions == [(2,)]


def test_by_keyboard_alone_with_the_number_and_the_device_remembers(somebody) -> None:
    card = card_in_use(somebody)
    visitor = somebody(look="large")
    page = visitor.page
    visitor.open("/sign-in/")
    page.focus("main a.btn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/card/")
    assert faults(page, target=60) == []
    page.focus("input[name=number]")
    page.keyboard.type(card.number)
    page.keyboard.press("Enter")
    page.wait_for_url("**/card/pin/")
    assert "李慧" not in page.content()

    expect(page.locator("input[name=pin]")).to_be_focused()
    page.keyboard.type(PIN)
    while page.evaluate("document.activeElement.name") != "stays":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(visitor.served.url + "/")

    (cookie,) = [one for one in visitor.context.cookies() if one["name"] == "session"]
    half_a_year = page.evaluate("Date.now()") / 1000 + 180 * 24 * 3600
    assert abs(cookie["expires"] - half_a_year) < 600


def test_without_scripts_the_number_and_the_pin_do(somebody, browser, served) -> None:
    card = card_in_use(somebody)
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    try:
        page = context.new_page()
        page.goto(f"{served.url}/card/")
        page.fill("input[name=number]", card.number)
        page.click("main form.card > button.btn")
        assert page.locator("[data-pad]").is_hidden()
        page.fill("input[name=pin]", PIN)
        page.click("main form.card > button.btn")
        page.wait_for_url(f"{served.url}/")
    finally:
        context.close()
