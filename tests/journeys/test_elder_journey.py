"""
An older member's whole way, once by keyboard alone and once by touch: the study card, a lesson, reading
aloud, a quiz, the own record. On each page of the way every number of elder mode holds.

With ELDER_SCREENSHOTS=1 the pages are kept as pictures in the folder `var`, to be looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, Locator, expect

from tests.journeys.conftest import PHONE, ROOT, Served, Visitor
from tests.journeys.test_elder_numbers import in_elder_mode
from tests.journeys.test_first_light import close_sittings

pytestmark = pytest.mark.journey

VOICE = (Path(__file__).parent / "voice.js").read_text("utf-8")
QUICK = "window.VOICE = {loud: 12, voices: ['en-US', 'zh-CN']};"
PIN = "4961"
KEYS = 250
"""Nobody presses Tab more often than that on one page."""


@dataclass(frozen=True)
class Card:
    """What the secretary printed: the card, and apart from it the code for the first use."""

    address: str
    number: str
    code: str = field(repr=False)


class Hands(Visitor):
    """Somebody who goes on by one way only, and has each page measured."""

    way = ""
    measured: int = 0

    def looks(self, name: str, *, contact: bool = True) -> None:
        self.page.evaluate("scrollTo(0, 0)")
        assert in_elder_mode(self.page, contact=contact, of_office=False) == [], name
        self.page.evaluate("document.documentElement.className = 'large-print'")
        self.measured += 1
        if os.environ.get("ELDER_SCREENSHOTS"):
            folder = ROOT / "var" / "elder"
            folder.mkdir(parents=True, exist_ok=True)
            shot = folder / f"{self.way}-{self.measured:02}-{name}.png"
            self.page.screenshot(path=shot, full_page=True)

    def press(self, what: Locator) -> None:
        raise NotImplementedError

    def choose(self, option: Locator) -> None:
        raise NotImplementedError

    def write(self, where: Locator, text: str) -> None:
        raise NotImplementedError

    def goes(self, what: Locator) -> None:
        """Press what leads to another page."""
        with self.page.expect_navigation():
            self.press(what)
        self.page.wait_for_load_state()


class Keyboard(Hands):
    """Tab, arrows, blank and Enter; what has the focus is seen to have it."""

    way = "keyboard"

    def reach(self, what: Locator) -> None:
        for _ in range(KEYS):
            if what.evaluate("element => element === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        expect(what).to_be_focused()
        for _ in range(20):  # a page that scrolls calmly arrives a moment later
            hidden = self.page.evaluate(SEEN)
            if not hidden:
                return
            self.page.wait_for_timeout(100)
        assert hidden == [], f"{what}: {hidden}"

    def press(self, what: Locator) -> None:
        self.reach(what)
        self.page.keyboard.press("Enter")

    def choose(self, option: Locator) -> None:
        group = self.page.locator(f"[name={option.get_attribute('name')}]:visible")
        if option.get_attribute("type") == "radio":
            first = group.and_(self.page.locator(":checked")).or_(group.first).first
            self.reach(first)
            while not option.evaluate("element => element === document.activeElement"):
                self.page.keyboard.press("ArrowDown")
        else:
            self.reach(option)
        if not option.is_checked():
            self.page.keyboard.press(" ")
        expect(option).to_be_checked()

    def write(self, where: Locator, text: str) -> None:
        self.reach(where)
        self.page.keyboard.type(text)


SEEN = """() => {
    const element = document.activeElement, box = element.getBoundingClientRect();
    const outline = (one) => (one ? parseFloat(getComputedStyle(one).outlineWidth) : 0);
    const marked = outline(element) >= 2 || outline(element.closest("label")) >= 2;
    const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const found = [];
    if (!marked) found.push("the focus is not seen");
    const hidden = there && !element.contains(there) && !there.contains(element);
    if (hidden) found.push(`hidden behind ${there.outerHTML.slice(0, 80)}`);
    return found;
}"""


class Touch(Hands):
    """A thumb: what is touched is in view and large enough."""

    way = "touch"

    def press(self, what: Locator) -> None:
        what.scroll_into_view_if_needed()
        what.tap()

    def choose(self, option: Locator) -> None:
        option.locator("xpath=ancestor::label").tap()
        expect(option).to_be_checked()

    def write(self, where: Locator, text: str) -> None:
        self.press(where)
        pad = self.page.locator("[data-pad]")
        if where.get_attribute("inputmode") == "none" and pad.count():
            for digit in text:
                self.press(pad.get_by_role("button", name=digit, exact=True))
        else:
            self.page.keyboard.type(text)


@pytest.fixture
def hands(served: Served, browser: Browser) -> Iterator[Callable[[type[Hands]], Hands]]:
    contexts = []

    def arrive(kind: type[Hands]) -> Hands:
        touch = kind is Touch
        context = browser.new_context(viewport=PHONE, locale="zh-CN", has_touch=touch, is_mobile=touch)
        context.set_default_timeout(20_000)
        context.add_init_script(QUICK + VOICE)
        contexts.append(context)
        return kind(served, context, context.new_page())

    yield arrive
    for context in contexts:
        context.close()


def printed_card(somebody) -> Card:
    """The secretary makes a card for the member and prints it; a camera reads the square on the print."""
    secretary: Visitor = somebody(viewport={"width": 1280, "height": 900})
    secretary.sign_in("secretary")
    ((key,),) = secretary.served.rows("select key from people_member where number = 'elder'")
    secretary.open(f"/members/{key}/card/")
    page = secretary.page
    page.locator("button[name=act][value=issue]").click()
    page.wait_for_url("**/cards/print/")
    line = page.locator("main li").first
    link = page.locator("main a[href*='/cards/print/large/']").first.get_attribute("href")
    printed = page.request.get(f"{secretary.served.url}{link}")
    picture = pypdfium2.PdfDocument(printed.body())[0].render(scale=4).to_numpy()
    (square,) = [code.text for code in zxingcpp.read_barcodes(picture) if "/card/" in code.text]
    digits = re.sub(r"\D", "", line.locator(".muted").last.inner_text())
    return Card(address=square, number=digits, code=line.locator("strong").inner_text().strip())


@pytest.mark.parametrize("kind", [Keyboard, Touch], ids=["keyboard alone", "touch"])
def test_an_older_member_studies_from_the_card_to_the_own_record(somebody, hands, kind) -> None:
    card = printed_card(somebody)
    elder: Hands = hands(kind)
    elder.open("/")
    elder.goes(elder.page.locator("main button[name=look][value=large]").first)
    elder.looks("first-page", contact=False)
    signs_in(elder, card)
    title = reads_and_listens(elder)
    does_the_quiz(elder)
    looks_at_the_record(elder, title)


def signs_in(elder: Hands, card: Card) -> None:
    """The first time with the code and a PIN of one's own; after signing out with the PIN."""
    page = elder.page
    shows(elder, card)
    elder.looks("first-use", contact=isinstance(elder, Touch))
    for name, text in {"code": card.code, "pin": PIN, "again": PIN}.items():
        elder.write(page.locator(f"main [name={name}]"), text)
    elder.goes(page.locator("main form.card button.btn"))
    expect(page.locator("h1")).to_contain_text("王秀英")
    elder.goes(page.locator("footer form[action$='/sign-out/'] button"))
    shows(elder, card)
    elder.looks("pin")
    elder.write(page.locator("main [name=pin]"), PIN)
    elder.choose(page.locator("main [name=stays]"))
    elder.goes(page.locator("main form.card button.btn"))
    expect(page.locator("h1")).to_contain_text("王秀英")
    elder.looks("home")


def shows(elder: Hands, card: Card) -> None:
    """The camera reads the card; who has a keyboard alone types its number."""
    page = elder.page
    if isinstance(elder, Touch):
        page.goto(elder.served.url + "/card/#" + urlsplit(card.address).fragment)
        page.wait_for_url(re.compile("/card/(first|pin)/$"))
        return
    elder.open("/card/")
    elder.looks("card", contact=False)
    elder.write(page.locator("main [name=number]"), card.number)
    elder.goes(page.locator("main form.card button.btn"))
    if not page.evaluate("localStorage.getItem('used')"):
        page.evaluate("localStorage.setItem('used', 1)")
        elder.goes(page.locator("main a[href$='/card/first/']"))


def reads_and_listens(elder: Hands) -> str:
    """The second door: the lesson is read aloud to its end, and each sentence is told to the study clock."""
    page = elder.page
    assert page.locator(".door").count() == 3
    elder.goes(page.locator(".door[href$='#listen']"))
    title = page.locator("h1").inner_text()
    bar = page.locator("[data-read-aloud]")
    expect(bar).to_have_attribute("data-state", "reading")
    elder.press(bar.locator("[data-act=press]"))
    expect(bar).to_have_attribute("data-state", "paused")
    elder.looks("lesson")
    elder.press(bar.locator("[data-act=faster]"))
    elder.press(bar.locator("[data-act=press]"))
    elder.press(bar.locator("[data-act=forward]"))
    elder.press(bar.locator("[data-act=back]"))
    expect(bar).to_have_attribute("data-state", "idle", timeout=90_000)
    said = page.evaluate("voice.said")
    assert (said[0]["text"], said[0]["by"], said[-1]["rate"]) == (title.replace("\n", ""), "zh-CN", 1.25)
    # Each piece but those that a button cut off before they were heard.
    assert page.evaluate("voice.told.filter((told) => told === 'on').length") >= max(10, len(said) - 4)
    assert page.evaluate("voice.told.at(-1)") == "ended"
    expect(page.locator("#end :is([data-when-reached], .tag.ok)").first).to_be_visible()
    elder.looks("lesson-heard")
    return title


def does_the_quiz(elder: Hands) -> None:
    """By way of the part's page; nothing hurries, each question can be heard, and one hands in at once."""
    page = elder.page
    elder.goes(page.locator(".breadcrumb a").last)
    elder.looks("part")
    elder.goes(page.locator("main a[href*='/quiz/']"))
    elder.looks("quiz")
    elder.goes(page.locator("main form button.btn"))
    asked = 0
    while page.locator("main [data-question]:visible").count():
        asked += 1
        if asked == 1:
            elder.looks("question")
            hears_the_question(elder)
        options = page.locator("main .choice [name=given]:visible")
        if options.count():  # the other kinds have a journey of their own
            elder.choose(options.first)
        elder.goes(page.locator("main button[name=go]:visible").first)
    elder.looks("before-handing-in")
    elder.goes(page.locator("main [data-hand-in] button.btn"))
    elder.looks("result")
    assert asked >= 5
    expect(page.locator("[data-result-of] .figure")).to_be_visible()


def hears_the_question(elder: Hands) -> None:
    page = elder.page
    bar = page.locator("[data-read-aloud]")
    elder.press(bar.locator("[data-act=press]"))
    expect(bar).to_have_attribute("data-state", "reading")
    expect(bar).to_have_attribute("data-state", "idle", timeout=30_000)
    said = "".join(page.evaluate("voice.said.map(({ text }) => text)"))
    stem = page.locator("main h1:visible").inner_text()
    options = page.locator("main .choice:visible span").all_inner_texts()
    assert [text for text in [stem, *options] if re.sub(r"\s", "", text) not in re.sub(r"\s", "", said)] == []


def looks_at_the_record(elder: Hands, title: str) -> None:
    page = elder.page
    close_sittings(elder.served, of="elder")
    elder.goes(page.locator("nav a[href$='/record/']"))
    elder.looks("record")
    first = page.locator("main .ledger tbody tr").first
    expect(first).to_contain_text(title.replace("\n", ""))
    expect(first).to_contain_text("您在阅读")


def test_nothing_on_the_way_ends_by_time(somebody) -> None:
    """Neither a refresh of the page nor a clock that counts down stands on any page of the way."""
    member: Visitor = somebody(look="large")
    member.sign_in("elder")
    found = []
    for path in ("/", "/branch-life/meetings-and-study/three-meetings-and-one-lecture/", "/record/"):
        member.open(path)
        found += member.page.locator("meta[http-equiv=refresh], [role=timer], dialog[open]").all_inner_texts()
    assert found == []
