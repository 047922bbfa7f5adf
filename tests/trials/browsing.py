"""Somebody at an attempt in a real browser: they give answers, and what their page shows is believed."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as BrowserError

SEEN = """() => {
  const quiz = document.querySelector("[data-quiz]");
  return [...quiz.querySelectorAll("[data-question]")].map((section) => {
    const fields = [...section.querySelectorAll("fieldset [name=given]")];
    const values = fields.map(({ value }) => value);
    const kind = section.dataset.kind;
    let given = values.some((value) => value.trim()) ? values : [];
    if (kind.endsWith("_choice")) given = values.filter((_, at) => fields[at].checked);
    if (kind === "ordering") given = section.querySelector("[data-order]").dataset.given ? values : [];
    const says = section.querySelector("[data-quiz-state]").textContent;
    return { given, saved: says === quiz.dataset.saved, kept: says === quiz.dataset.kept };
  });
}"""

KEPT = """() => Object.entries(localStorage).filter(([key]) => key.startsWith("quiz answer "))
  .map(([, text]) => JSON.parse(text))"""

WORDS = "群众的事情要同群众商量，不能替他们作主。"


@dataclass
class Told:
    """An answer that the page said was saved."""

    position: int
    given: list[str]


@dataclass
class Visitor:
    """A member with a browser, and a second page beside the first that looks at what the device keeps."""

    browser: Browser
    site: str
    work: dict[str, Any]
    chance: Random
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context: BrowserContext = self.browser.new_context(
            locale="zh-CN", viewport={"width": 390, "height": 800}
        )
        self.context.set_default_timeout(20_000)
        self.context.add_cookies(
            [{"name": name, "value": text, "url": self.site} for name, text in self.work["cookies"].items()]
        )
        self.beside = self.context.new_page()
        self.beside.goto(f"{self.site}/healthz")
        self.page: Page = self.context.new_page()

    def close(self) -> None:
        self.context.close()

    def address(self, rest: str) -> str:
        return f"{self.site}/attempt/{self.work['attempt']}/{rest}"

    def open(self, rest: str = "1/") -> None:
        """Open the paper; a server that is coming back gets some seconds."""
        deadline = time.monotonic() + 40
        while True:
            try:
                if self.page.is_closed():
                    self.page = self.context.new_page()
                self.page.goto(self.address(rest))
                self.page.wait_for_selector("[data-quiz] [data-quiz-state]", state="attached")
                return
            except BrowserError:
                if time.monotonic() > deadline:
                    raise
                self.page.close()
                time.sleep(0.3)

    def turn_to(self, number: int) -> None:
        """By the page itself, which needs no network for it."""
        section = self.page.locator(f"[data-question='{number}']")
        for _step in range(20):
            shown = int(
                self.page.evaluate(
                    "() => +(document.querySelector('[data-question]:not([hidden])')?.dataset.question ?? 0)"
                )
            )
            if shown == number:
                return
            if shown == 0:
                self.page.locator(f"[data-to='{number}'] a").click()
                continue
            way = "next" if shown < number else "previous"
            self.page.locator(f"[data-question='{shown}'] button[value={way}]").click()
        raise LookupError(f"Question {number} does not come: {section}")

    def give(self, number: int, *, words: str = "") -> None:
        """Some answer, by mouse and keys."""
        self.turn_to(number)
        section = self.page.locator(f"[data-question='{number}']")
        match self.work["kinds"][number - 1]:
            case "fill_in":
                for field_ in section.locator("fieldset input[name=given]").all():
                    field_.fill("")
                    field_.press_sequentially(self.chance.choice(("1921", "1949", "一大")), delay=8)
            case "matching":
                for chosen in section.locator("fieldset select[name=given]").all():
                    chosen.select_option(index=self.chance.randrange(1, 4))
            case "ordering":
                section.locator("[data-down]").nth(self.chance.randrange(2)).click()
            case "short_answer":
                area = section.locator("textarea")
                area.fill("")
                area.press_sequentially(words or WORDS[: self.chance.randrange(5, 20)], delay=8)
            case _:
                section.locator("label.choice").nth(self.chance.randrange(4)).click()

    def look(self) -> list[dict[str, Any]]:
        """What the page shows, by question. What it says is saved is noted."""
        seen = self.page.evaluate(SEEN)
        for position, one in enumerate(seen):
            if one["saved"] and one["given"]:
                self.told.append(Told(position, one["given"]))
        return seen

    def kept(self) -> list[dict[str, Any]]:
        """What the device keeps, seen from the page beside; a crash may have taken that one too."""
        try:
            return self.beside.evaluate(KEPT)
        except BrowserError:
            self.beside = self.context.new_page()
            self.beside.goto(f"{self.site}/healthz")
            return self.beside.evaluate(KEPT)

    def wait_until_sent(self, *, reload: bool, seconds: float = 45.0) -> bool:
        """Until the device keeps nothing more; the reader may load the page anew when it takes long."""
        deadline = time.monotonic() + seconds
        anew = time.monotonic() + 2.5 if reload else deadline
        while self.kept():
            if time.monotonic() > deadline:
                return False
            if time.monotonic() > anew:
                anew = deadline
                self.open()
            self.beside.wait_for_timeout(60)
        return True

    def hand_in(self) -> bool:
        """By the button; when there is no answer, once more, as people do."""
        for _turn in range(4):
            try:
                self.open("check/")
                self.page.locator("[data-hand-in] button").click()
                self.page.wait_for_url(self.address(""), timeout=15_000)
                return True
            except BrowserError:
                time.sleep(0.5)
        return False


def plain(kind: str, given: list[str]) -> list[str]:
    """As it is kept: choices in order, words without blanks around them."""
    return sorted(given) if kind.endswith("_choice") else [text.strip() for text in given]


def read_works(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
