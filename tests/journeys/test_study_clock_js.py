"""
The page's half of the study clock, in a real Chromium, with a simulated clock and network.

What it sends is then reckoned as the server reckons it: the two halves are tested by the same stories.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from hours.clock import LARGE_PRINT_FACTOR, Span, reckon, total
from hours.sittings import on_server_time
from tests.cast import moment

pytestmark = pytest.mark.journey

JS = Path(__file__).resolve().parents[2] / "site" / "static" / "js" / "study-clock.js"
SCREENS = [60.0, 60.0, 60.0]
OPENED = moment("2026-03-10 10:00")

LIVE = """
async ({ screens, large, acts, network, seconds }) => {
  const { StudyClock } = await import("/study-clock.js");
  let time = 0;
  const sent = [];
  const states = [];
  const queued = [];
  const clock = new StudyClock({
    token: "the token", screens, largePrint: large, counted: 0,
    clock: () => time,
    show: (state) => { if (states.at(-1)?.[1] !== state) states.push([time / 1000, state]); },
    post: async (body) => {
      const status = network.find(([from, to]) => time / 1000 >= from && time / 1000 < to)?.[2] ?? 200;
      sent.push({ at: time / 1000, status, ...body });
      if (status === 0) throw new TypeError("Failed to fetch");
      return { status, answer: status === 200 ? { counted: 1 } : {} };
    },
  });
  clock.sign("p"); // as the page does when it opens
  for (let second = 0; second <= seconds; second += 1) {
    time = second * 1000;
    for (const [at, act, ...values] of acts) if (at === second) clock[act](...values);
    queued.push(clock.queue.length);
    if (second && second % 30 === 0) await clock.send();
    if (second % 5 === 0) clock.draw();
  }
  return { sent, states, queued: Math.max(...queued), counted: clock.counted };
}
"""


@dataclass
class Story:
    """What came of a simulated visit: reports sent, states of the bar as (second, state)."""

    sent: list[dict[str, Any]]
    states: list[list[Any]]
    queued: int
    counted: int
    factor: float = 1.0

    @property
    def delivered(self) -> list[dict[str, Any]]:
        return [report for report in self.sent if report["status"] == 200]

    def seconds(self) -> int:
        """What the server counts: each report by itself, and the union of them all."""
        spans: list[Span] = []
        for report in self.delivered:
            at: datetime = OPENED + timedelta(seconds=report["at"])
            signs = on_server_time(report["signs"], client_now=report["now"], at=at)
            spans += reckon(signs, SCREENS, factor=self.factor, media=3600).counted
        return total(spans)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()

    def serve(route: Route) -> None:
        if route.request.url.endswith("/study-clock.js"):
            route.fulfill(body=JS.read_text("utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>.</title>", content_type="text/html")

    page.route("**/*", serve)
    page.goto("http://lesson.test/")
    yield page
    page.close()


@pytest.fixture
def live(page: Page):
    """Spend so many seconds with a lesson; acts are (second, method of the clock, its values)."""

    def spend(seconds: int, *acts: tuple, network: list[tuple] = (), large: bool = False) -> Story:
        plan = {
            "screens": SCREENS,
            "large": large,
            "acts": acts,
            "network": list(network),
            "seconds": seconds,
        }
        return Story(**page.evaluate(LIVE, plan), factor=LARGE_PRINT_FACTOR if large else 1.0)

    return spend


def reading(begin: int, end: int, every: int = 10) -> list[tuple]:
    return [(second, "presence") for second in range(begin, end + 1, every)]


def test_reading_on_is_sent_every_half_minute_and_counts_in_full(live) -> None:
    story = live(300, *reading(0, 300))

    assert [report["at"] for report in story.sent] == [30 * n for n in range(1, 11)]
    assert story.states == [[0, "running"]]
    assert (story.seconds(), story.counted) == (300, 10)


def test_silence_pauses_and_an_hour_of_an_empty_chair_sends_nothing_more(live) -> None:
    story = live(3600)

    assert story.states == [[0, "running"], [65, "paused"]]
    assert [report["at"] for report in story.sent] == [30, 60]
    assert story.seconds() == 60


def test_with_two_screens_in_view_silence_lasts_twice_as_long(live) -> None:
    story = live(3600, (0, "look", 0, 1))

    assert [report["at"] for report in story.sent] == [30, 60, 90, 120]
    assert story.seconds() == 120


def test_large_print_is_given_half_as_much_time_again(live) -> None:
    story = live(3600, large=True)

    assert [report["at"] for report in story.sent] == [30, 60, 90]
    assert story.seconds() == 90


def test_coming_back_goes_on_by_itself(live) -> None:
    story = live(660, (600, "presence"))

    assert story.states == [[0, "running"], [65, "paused"], [600, "running"]]
    assert story.seconds() == 120


def test_the_last_sign_the_server_has_is_sent_again_so_that_silence_after_it_counts(live) -> None:
    story = live(60, (20, "presence"))

    first, second = story.sent
    assert first["signs"] == [[0, "p", 0, 0], [20_000, "p", 0, 0], [30_000, "t", 0, 0]]
    assert second["signs"] == [[20_000, "p", 0, 0], [60_000, "t", 0, 0]]
    assert story.seconds() == 60


def test_signs_closer_than_five_seconds_tell_nothing_new(live) -> None:
    story = live(30, *reading(0, 30, every=1))

    assert [sign[0] for sign in story.sent[0]["signs"]] == [
        0,
        5000,
        10_000,
        15_000,
        20_000,
        25_000,
        30_000,
        30_000,
    ]


@pytest.mark.parametrize("status", [0, 500, 503])
def test_what_could_not_be_sent_is_kept_and_sent_once_the_network_is_back(live, status) -> None:
    story = live(300, *reading(0, 300), network=[(50, 230, status)])

    assert story.states == [[0, "running"], [60, "offline"], [240, "running"]]
    assert [report["at"] for report in story.delivered] == [30, 240, 270, 300]
    told = [sign[0] for report in story.delivered for sign in report["signs"] if sign[1] == "p"]
    heads = [report["signs"][0][0] for report in story.delivered[1:]]
    assert sorted(told) == sorted([*range(0, 300_001, 10_000), *heads])
    assert story.seconds() == 300


def test_two_hours_without_a_network_are_kept_whole(live) -> None:
    story = live(7260, *reading(0, 7200, every=5), network=[(20, 7190, 0)])

    assert max(len(report["signs"]) for report in story.sent) <= 500
    assert story.seconds() == 7260


@pytest.mark.parametrize("status", [409, 422])
def test_a_refused_token_ends_the_clock_and_says_so(live, status) -> None:
    story = live(600, *reading(0, 600), network=[(0, 10_000, status)])

    assert story.states == [[0, "running"], [30, "reload"]]
    assert [report["at"] for report in story.sent] == [30]
    assert story.seconds() == 0


def test_a_hidden_page_counts_nothing_and_is_silent(live) -> None:
    story = live(540, *reading(0, 20), (20, "hide", True), (500, "hide", False), *reading(510, 540))

    assert [report["at"] for report in story.sent] == [30, 510, 540]
    assert story.sent[0]["signs"][-1] == [20_000, "h", 0, 0]
    assert story.seconds() == 20 + 40


def test_media_plays_with_the_hands_in_the_lap(live) -> None:
    story = live(700, (10, "play", True), (610, "play", False))

    assert story.states == [[0, "running"], [675, "paused"]]
    assert story.seconds() == 10 + 600 + 60


def test_listening_with_the_screen_off_is_counted_as_it_goes(live) -> None:
    """The device may never come back to say that the recording has ended."""
    story = live(600, (10, "play", True), (20, "hide", True))

    assert [report["at"] for report in story.sent] == [30 * n for n in range(1, 21)]
    assert story.seconds() == 600


def test_moving_the_pointer_while_media_plays_is_no_flood(live) -> None:
    story = live(30, (0, "play", True), *reading(1, 30, every=1))

    assert story.queued <= 8
    assert story.seconds() == 30


def test_the_page_is_told_what_the_server_counted(live) -> None:
    assert live(90, *reading(0, 90)).counted == 3


def test_the_rules_are_those_of_the_server(page: Page) -> None:
    cases = [(0, 0, 1), (0, 2, 1), (1, 1, LARGE_PRINT_FACTOR), (9, 9, 1), (2, 9, 1)]
    told = page.evaluate(
        """async ([screens, cases]) => {
          const { allowance } = await import("/study-clock.js");
          return cases.map(([first, last, factor]) => allowance(screens, first, last, factor) / 1000);
        }""",
        [SCREENS, cases],
    )

    assert told == [60, 180, 90, 20, 60]
