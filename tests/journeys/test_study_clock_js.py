"""
The page's half of the study clock, in a real Chromium, with simulated clocks and a simulated network.

What it sends is then read, sorted and reckoned as the server does it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, Route

from hours.beats import LONGEST_BODY, MOST_BEATS, MOST_PAGES, read_reports
from hours.clock import Beat, Pace, Sign, Span, merged, reckon, total
from hours.sittings import _sorted_out
from hours.tokens import StudyToken
from tests.cast import moment

pytestmark = pytest.mark.journey

ROOT = Path(__file__).resolve().parents[2]
JS = ROOT / "site" / "static" / "js"
SCREENS = [60.0, 60.0, 60.0]
OPENED = moment("2026-03-10 10:00")
TOKEN = StudyToken(UUID(int=1), UUID(int=2), 3, OPENED).sign()
LIVE = "async (plan) => (await import('/living.js')).live(plan)"
FLUSH = "async (plan) => (await import('/living.js')).flush(plan)"


@dataclass
class Story:
    """What came of a simulated visit: bodies sent, states of the bar as (second, state), minutes shown."""

    sent: list[dict[str, Any]]
    states: list[list[Any]]
    shown: list[int]
    kept: list[str]
    pace: Pace

    @property
    def times(self) -> list[int]:
        return [one["at"] for one in self.sent]

    @property
    def delivered(self) -> list[dict[str, Any]]:
        return [one for one in self.sent if one["status"] == 200]

    def beats(self) -> list[list[Any]]:
        """All beats that arrived, as they were sent."""
        return [beat for one in self.delivered for beat in json.loads(one["body"])["pages"][0][1]]

    def spans(self) -> tuple[list[Span], dict[str, int]]:
        """What the server counts, each request by itself; and what it refuses, in tenths."""
        counted: list[Span] = []
        refused: dict[str, list[Span]] = {}
        for one in self.delivered:
            now = int(one["at"] * 10)
            for report in read_reports(one["body"].encode(), at=OPENED + timedelta(seconds=one["at"])):
                prompt, waited, _skew = _sorted_out(report, self.pace, now)
                found = reckon([*prompt, *waited], self.pace)
                counted += [Span(max(0, begin), min(end, now)) for begin, end in found.counted]
                for why, spans in found.refused.items():
                    refused.setdefault(why, []).extend(spans)
        return merged(counted), {str(why): total(spans) for why, spans in refused.items()}

    def seconds(self) -> float:
        return total(self.spans()[0]) / 10


@pytest.fixture(scope="module")
def shared_page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()

    def serve(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name.endswith(".js"):
            folder = Path(__file__).parent if name == "living.js" else JS
            route.fulfill(body=(folder / name).read_text("utf-8"), content_type="text/javascript")
        elif name == "beats":
            route.fulfill(body="{}", content_type="application/json")
        else:
            route.fulfill(body="<!doctype html><title>.</title>", content_type="text/html")

    page.route("**/*", serve)
    page.goto("http://lesson.test/")
    yield page
    page.close()


@pytest.fixture
def page(shared_page: Page) -> Page:
    shared_page.evaluate("localStorage.clear()")
    return shared_page


@pytest.fixture
def live(page: Page) -> Callable[..., Story]:
    """Spend so many seconds with a lesson; acts are (second, what, values)."""

    def spend(
        seconds: int, *acts: tuple, network: list[tuple] = (), media: int = 0, factor: float = 1, **more: Any
    ) -> Story:
        plan = {"token": TOKEN, "screens": SCREENS, "media": media, "factor": factor, "acts": acts,
                "network": list(network), "seconds": seconds, **more}  # fmt: skip
        return Story(**page.evaluate(LIVE, plan), pace=Pace(SCREENS, media, factor))

    return spend


def reading(begin: int, end: int, every: int = 10) -> list[tuple]:
    return [(second, "presence") for second in range(begin, end + 1, every)]


def test_reading_on_is_sent_every_half_minute_and_counts_in_full(live) -> None:
    story = live(300, *reading(0, 300))

    assert story.times == [30 * n for n in range(1, 11)]
    assert story.states == [[5, "running"]]
    assert (story.seconds(), story.shown[-1]) == (300, 300)


def test_a_page_with_one_ordinary_beat_is_150_bytes_at_most(live) -> None:
    turns = [(second, "look", second // 30 % 3, second // 30 % 3) for second in range(15, 3600, 30)]
    story = live(3600, *reading(0, 3600, every=1), *turns, elapsed=82_000)

    assert len(story.sent) == 120
    assert max(len(one["body"]) for one in story.sent) <= 150


def test_silence_pauses_and_an_hour_of_an_empty_chair_sends_nothing_more(live) -> None:
    story = live(3600)

    assert story.states == [[5, "running"], [65, "paused"]]
    assert story.times == [30, 60]
    assert story.seconds() == 60


@pytest.mark.parametrize(
    ("shown", "factor", "counted"),
    [((0, 0), 1, 60), ((0, 1), 1, 120), ((2, 9), 1, 60), ((0, 0), 1.5, 90), ((7, 9), 0.1, 20)],
    ids=["one screen", "two", "beyond the last", "large print", "least"],
)
def test_silence_counts_up_to_the_reading_time_of_what_is_shown(live, shown, factor, counted) -> None:
    assert live(600, (0, "look", *shown), factor=factor).seconds() == counted


def test_coming_back_goes_on_by_itself_and_says_that_nobody_was_there(live) -> None:
    story = live(360, (300, "presence"))

    assert story.states == [[5, "running"], [65, "paused"], [305, "running"]]
    assert story.times == [30, 60, 305, 330, 360]
    assert (story.seconds(), story.spans()[1]) == (120, {"quiet": 2400})


def test_after_ten_minutes_of_silence_there_is_no_sitting_left_to_tell_it_to(live) -> None:
    story = live(760, (700, "presence"))

    assert story.times == [30, 60, 730, 760]
    assert (story.seconds(), story.spans()[1]) == (120, {})


def test_each_beat_begins_with_the_sign_that_rules_then(live) -> None:
    story = live(90, (20, "look", 1, 2))

    assert story.beats() == [
        [0, 0, 300, "p0 p200:1-2"],
        [1, 300, 300, "p-100:1-2"],
        [2, 600, 300, "p-400:1-2"],
    ]


def test_signs_that_tell_nothing_new_are_not_sent(live) -> None:
    story = live(60, *reading(0, 60, every=1))

    assert story.beats() == [[0, 0, 300, "p0 p250"], [1, 300, 300, "p-50 p250"]]
    assert story.seconds() == 60


@pytest.mark.parametrize("status", [0, 413, 500, 503])
def test_what_could_not_be_sent_is_kept_and_sent_once_the_network_is_back(live, status) -> None:
    story = live(300, *reading(0, 300), network=[(50, 230, status)])

    assert story.states == [[5, "running"], [60, "offline"], [240, "running"]]
    assert story.seconds() == 300


def test_without_a_network_the_bar_shows_what_our_own_arithmetic_counts(live) -> None:
    story = live(600, *reading(0, 300), network=[(50, 900, 0)])

    assert (story.shown[-1], story.kept != []) == (30 + 330, True)


def test_two_hours_without_a_network_are_kept_whole_and_sent_in_requests_the_server_takes(live) -> None:
    story = live(7230, *reading(0, 7200, every=5), network=[(20, 7190, 0)])

    assert max(len(json.loads(one["body"])["pages"][0][1]) for one in story.sent) <= MOST_BEATS
    assert max(len(one["body"]) for one in story.sent) <= LONGEST_BODY
    assert story.seconds() == 7230


def test_a_refused_token_ends_the_clock_and_says_so(live) -> None:
    story = live(600, *reading(0, 600), network=[(0, 10_000, 409)])

    assert story.states == [[5, "running"], [30, "reload"]]
    assert (story.times, story.kept) == ([30], [])


def test_a_refused_report_is_dropped_and_the_clock_goes_on(live) -> None:
    story = live(90, *reading(0, 90), network=[(0, 45, 422)])

    assert story.times == [30, 60, 90]
    assert [beat[:3] for beat in story.beats()] == [[1, 300, 300], [2, 600, 300]]


def test_a_hidden_page_tells_at_once_and_counts_nothing(live) -> None:
    story = live(270, *reading(0, 20), (25, "hide", True), (225, "hide", False), *reading(230, 270))

    assert story.times == [25, 230, 235, 265, 270]
    assert (story.seconds(), story.spans()[1]) == (25 + 45, {"hidden": 2000})


@pytest.mark.parametrize("how", ["pause", "ended"])
def test_media_plays_with_the_hands_in_the_lap_and_when_it_stops_nobody_need_be_there(live, how) -> None:
    story = live(800, (10, "play", {"position": 0}), (610, how), media=900)

    assert story.states == [[5, "running"], [615, "paused"]]
    assert story.seconds() == 10 + 600


def test_media_counts_by_the_wall_clock_and_no_longer_than_it_can_last(live) -> None:
    story = live(600, (10, "play", {"position": 300, "rate": 1.5}), media=600)

    assert story.beats()[0][3] == "p0 m100@300x150"
    assert story.seconds() == 10 + 300 / 1.5


def test_seeking_to_the_end_earns_nothing(live) -> None:
    story = live(
        600, (10, "play", {"position": 0}), (20, "play", {"position": 599}), (21, "ended"), media=600
    )

    assert story.beats()[0][3] == "p0 m100@0 m200@599 s210"
    assert story.seconds() == 21


def test_media_told_again_as_it_stands_is_no_news(live) -> None:
    again = [(second, "play", {"position": second - 10}) for second in range(10, 40)]

    assert live(60, *again, media=600).beats()[0][3] == "p0 m100@0"


def test_turning_pages_while_media_plays_tells_what_is_shown(live) -> None:
    story = live(60, (5, "play", {"position": 0}), (15, "look", 1, 1), (16, "presence"), media=600)

    assert story.beats()[0][3] == "p0 m50@0 p150:1 m150@10"


def test_listening_with_the_screen_off_is_counted_as_it_goes(live) -> None:
    """The device may never come back to say that the recording has ended."""
    story = live(600, (10, "play", {"position": 0}), (20, "hide", True), media=900)

    assert story.times == [30 * n for n in range(1, 21)]
    assert story.seconds() == 600


def test_a_page_woken_once_a_minute_has_not_slept_when_its_media_went_on(live) -> None:
    stood = [(second, "stands", second - 10) for second in range(11, 600)]
    story = live(600, (10, "play", {"position": 0}), (20, "hide", True), (20, "drowsy"), *stood, media=900)

    assert story.seconds() == 600


def test_reading_aloud_goes_on_with_the_screen_off(live) -> None:
    sentences = [(second, "aloud", True) for second in range(10, 500, 12)]
    story = live(700, *sentences, (30, "hide", True), (30, "drowsy"), (500, "ended"))

    assert [beat[3] for beat in story.beats()[:2]] == ["p0 a100 a220", "a-80 a280"]
    assert story.seconds() == 500


def test_reading_aloud_that_somebody_stopped_on_a_hidden_page_is_over(live) -> None:
    sentences = [(second, "aloud", True) for second in range(10, 100, 12)]

    assert live(300, *sentences, (30, "hide", True), (100, "aloud", False)).seconds() == 100


@pytest.mark.parametrize("stops", [True, False], ids=["the monotonic clock stops", "it goes on"])
def test_a_sleeping_laptop_earns_nothing_and_uses_up_no_silence(live, stops) -> None:
    story = live(30_000, *reading(0, 50), (70, "sleep", 28_800, stops))

    assert story.spans()[0] == [Span(0, 700), Span(288_750, 289_150)]
    assert story.spans()[1].get("quiet", 0) < 600


def test_a_device_whose_clock_leaps_two_days_ahead_asks_the_time_and_goes_on(live) -> None:
    story = live(300, *reading(0, 300), (100, "leap", 2 * 86_400))

    assert json.dumps({"pages": [[TOKEN, []]]}, separators=(",", ":")) in [one["body"] for one in story.sent]
    assert story.seconds() == 295


def test_a_clock_that_is_set_back_is_not_noticed(live) -> None:
    story = live(300, *reading(0, 300), (100, "leap", -2 * 86_400))

    assert (story.times, story.seconds()) == ([30 * n for n in range(1, 11)], 300)


def test_a_clock_that_leaps_without_a_network_is_put_right_before_anything_is_told(live) -> None:
    story = live(300, *reading(0, 300), (100, "leap", 2 * 86_400), network=[(50, 200, 0)])

    assert story.seconds() == 295


def test_a_leap_a_crash_and_another_page_and_still_the_time_is_right(live) -> None:
    """The next page knows how the device's calendar went on; the server takes the difference off."""
    acts = [*reading(0, 200), (100, "leap", 2 * 86_400), (200, "crash"), (280, "flush")]
    story = live(300, *acts, network=[(50, 250, 0)])

    assert story.kept == []
    assert 190 <= story.seconds() <= 200
    assert story.spans()[0][-1].end <= 2000


def test_a_page_that_took_ten_seconds_to_start_sets_itself_right(live) -> None:
    story = live(120, *reading(0, 120), elapsed=-10)

    assert [beat[1] for beat in story.beats()] == [-100, 300, 600, 900]


@pytest.mark.parametrize("second", [3, 14, 29, 31, 44, 299])
def test_a_crash_loses_five_seconds_at_most(live, second) -> None:
    story = live(400, *reading(0, second, every=1), (second, "crash"), (350, "flush"))

    assert second - 5 <= story.seconds() <= second
    assert story.kept == []


def test_leaving_tells_all_at_once_and_keeps_it_until_a_later_page_has_an_answer(live) -> None:
    story = live(100, *reading(0, 40), (42, "leave"), (90, "flush"))

    assert [(one["at"], one["how"]) for one in story.sent] == [(30, "post"), (42, "beacon"), (90, "post")]
    assert [beat[:3] for beat in story.beats()] == [[0, 0, 300], [1, 300, 120], [1, 300, 120]]
    assert (story.seconds(), story.kept) == (42, [])


def test_a_page_that_was_in_the_back_for_a_while_goes_on(live) -> None:
    story = live(120, *reading(0, 40), (42, "hide", True), (62, "hide", False), *reading(70, 120))

    assert (story.seconds(), story.spans()[1]) == (100, {"hidden": 200})


LESSON = f"""<!doctype html><title>.</title>
<main data-study-clock data-token="{TOKEN}" data-beats-url="/beats"
  data-counted-seconds="700" data-media="0" data-factor="1">
<p data-screen="0" data-seconds="60">Some words</p><a href="/away">Away</a><input></main>
<div data-clock-bar data-text-running="{{minutes}} min" data-text-paused="paused"
  data-why-elsewhere="counted already">
<span data-clock-text></span><span role="status" data-clock-aloud></span></div>
<script type="module" src="/lesson-clock.js"></script>"""


@dataclass
class Lesson:
    """A page with the clock in it; `said` answers its reports, None being no network."""

    page: Page
    bodies: list[dict[str, Any]]
    said: dict[str, Any] | None

    def waits(self, seconds: float) -> None:
        self.page.clock.run_for(int(seconds * 1000))
        self.page.evaluate("null")

    @property
    def line(self) -> str:
        return (self.page.locator("[data-clock-text]").text_content() or "").replace("\u00a0", " ")

    @property
    def told(self) -> list[list[Any]]:
        """Counter, start, length and signs of all beats that came, in tenths of a second."""
        return [beat for body in self.bodies for page in body["pages"] for beat in page[1]]

    @property
    def last_sign(self) -> int:
        """When the last sign was that lies on the device, in tenths of a second."""
        (entry,) = self.page.evaluate("Object.values(localStorage).map(JSON.parse)")
        _counter, start, _length, signs = entry["beats"][-1]
        return int(start) + int(re.findall(r"p(-?\d+)", signs)[-1])

    @property
    def kept(self) -> list[str]:
        return self.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('study '))")


@pytest.fixture
def lesson(browser: Browser) -> Iterator[Lesson]:
    context = browser.new_context()
    page = context.new_page()
    lesson = Lesson(page, [], {"counted": 30, "sitting": 30, "awaiting": 0, "refused": {}, "at": 0})

    def serve(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name.endswith(".js"):
            route.fulfill(body=(JS / name).read_text("utf-8"), content_type="text/javascript")
        elif name != "beats":
            route.fulfill(body=LESSON if name == "lesson" else "<title>.</title>", content_type="text/html")
        elif lesson.said is None:
            route.abort()
        else:
            lesson.bodies.append(json.loads(route.request.post_data_buffer or b""))
            since = lesson.told[-1][1] + lesson.told[-1][2] if lesson.told else 0
            route.fulfill(json=lesson.said | {"at": since})

    context.route("**/*", serve)
    page.clock.install()
    page.goto("http://lesson.test/lesson")
    yield lesson
    context.close()


MOVES = {
    "focus": "document.querySelector('a').focus()",
    "selection": "getSelection().selectAllChildren(document.querySelector('p'))",
    "key": "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab', bubbles: true }))",
    "scrolling": "dispatchEvent(new Event('scroll'))",
    "pointer": "document.body.dispatchEvent(new PointerEvent('pointermove', { bubbles: true }))",
    "nothing": "null",
}


def test_whoever_moves_in_the_page_is_there_with_a_keyboard_or_a_screen_reader_too(lesson: Lesson) -> None:
    lesson.said = None
    seen = {}
    lesson.waits(2)
    for name, does in MOVES.items():
        lesson.waits(5)
        before = lesson.last_sign
        lesson.page.evaluate(does)
        lesson.waits(5)
        seen[name] = lesson.last_sign - before

    assert seen.pop("nothing") == 0
    assert {name for name, later in seen.items() if later >= 50} == set(MOVES) - {"nothing"}


def test_the_bar_tells_minutes_pauses_and_says_why(lesson: Lesson) -> None:
    lines = [lesson.line]
    lesson.said["refused"] = {"elsewhere": 12, "quiet": 3}  # type: ignore[index]
    lesson.waits(30)
    lesson.page.wait_for_function(
        "document.querySelector('[data-clock-text]').textContent.includes('already')"
    )
    lines.append(lesson.line)
    lesson.waits(40)
    lines.append(lesson.line)

    assert lines == ["11 min", "12 min · counted already", "paused"]
    assert lesson.page.locator("[role=status]").text_content() == "paused"


def test_what_is_seen_is_on_the_device_within_a_second_and_goes_with_the_next_page(lesson: Lesson) -> None:
    lesson.said = None
    lesson.waits(7)
    lesson.page.keyboard.press("Tab")
    kept = lesson.kept
    lesson.page.goto("http://lesson.test/elsewhere")
    left = lesson.kept
    lesson.said = {"counted": 0, "awaiting": 0, "refused": {}}
    lesson.page.evaluate("import('/study-outbox.js').then(({ outbox }) => outbox.flush())")

    assert (len(kept), left, lesson.kept) == (1, kept, [])
    assert [beat[0] for beat in lesson.told] == [lesson.told[0][0]]


def test_leaving_tells_at_once(lesson: Lesson) -> None:
    lesson.waits(12)
    with lesson.page.expect_request("**/beats") as told:
        lesson.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")

    assert told.value.resource_type == "ping"
    assert told.value.headers["content-type"] == "application/json"
    assert json.loads(told.value.post_data or "")["pages"][0][1][0][2] // 10 == 12


BEAT = [0, 0, 300, "p0"]


def kept(token: str, beats: list | None = None, *, days: float = 1) -> dict[str, Any]:
    return {"token": token, "beats": beats or [BEAT], "clock": 300, "wall": -days * 86_400_000}


def test_what_waits_is_sent_with_what_its_clock_would_show_now(page: Page) -> None:
    story = page.evaluate(FLUSH, {"entries": {"a": kept("A")}, "answers": {}})

    assert [json.loads(body) for body in story["sent"]] == [{"pages": [["A", [BEAT], 300 + 864_000]]}]
    assert story["left"] == []


def test_two_pages_that_send_the_same_leave_nothing_behind(page: Page) -> None:
    story = page.evaluate(FLUSH, {"entries": {"a": kept("A"), "b": kept("B")}, "answers": {}, "tabs": 2})

    assert (len(story["sent"]), story["sent"][0] == story["sent"][1], story["left"]) == (2, True, [])


def test_what_was_added_meanwhile_stays(page: Page) -> None:
    plan = {"entries": {"a": kept("A"), "b": kept("B")}, "answers": {}, "meanwhile": {"a": "more"}}

    assert page.evaluate(FLUSH, plan)["left"] == ["study a"]


@pytest.mark.parametrize("status", [409, 422])
def test_what_is_refused_is_dropped_and_holds_up_nothing_else(page: Page, status) -> None:
    entries = {"a": kept("A"), "b": kept("B"), "c": kept("C")}
    story = page.evaluate(FLUSH, {"entries": entries, "answers": {"B": status}})

    assert [len(json.loads(body)["pages"]) for body in story["sent"]] == [3, 1, 1, 1]
    assert story["left"] == []


@pytest.mark.parametrize("status", [500, 413])
def test_what_the_server_cannot_take_now_is_kept(page: Page, status) -> None:
    story = page.evaluate(FLUSH, {"entries": {"a": kept("A")}, "answers": {"A": status}})

    assert (len(story["sent"]), story["left"]) == (1, ["study a"])


def test_what_is_older_than_thirty_days_or_damaged_is_dropped(page: Page) -> None:
    entries = {"a": kept("A", days=31), "b": {"token": 7}, "c": kept("C", days=29)}
    story = page.evaluate(FLUSH, {"entries": entries, "answers": {}})

    assert [[page[0] for page in json.loads(body)["pages"]] for body in story["sent"]] == [["C"]]
    assert story["left"] == []


def test_much_goes_in_several_requests_within_the_servers_limits(page: Page) -> None:
    long = [[n, 300 * n, 300, " ".join(f"p{m}:{m}" for m in range(8))] for n in range(1200)]
    entries = {f"{n}": kept(f"{n}") for n in range(45)} | {"long": kept("long", long)}
    story = page.evaluate(FLUSH, {"entries": entries, "answers": {}})

    requests = [json.loads(body)["pages"] for body in story["sent"]]
    assert sum(len(page[1]) for pages in requests for page in pages) == 45 + 1200
    assert max(len(pages) for pages in requests) <= MOST_PAGES
    assert max(sum(len(page[1]) for page in pages) for pages in requests) <= MOST_BEATS
    assert max(len(body) for body in story["sent"]) <= LONGEST_BODY
    assert story["left"] == []


def random_beat(random: Random, counter: int) -> Beat:
    start, length = random.randint(-50, 3000), random.randint(1, 800)
    signs = []
    for _ in range(random.randint(0, 9)):
        first = random.randint(0, 6)
        signs.append(
            Sign(
                start + random.randint(-900, 900),
                random.choice("phmas"),
                first,
                first + random.randint(0, 3),
                random.randint(0, 700),
                random.choice([0.25, 0.75, 1.0, 1.25, 1.5, 2.0, 4.0]),
            )
        )
    return Beat(counter, start, length, tuple(signs))


def test_the_page_reckons_as_the_server_does(page: Page) -> None:
    random = Random(4)
    cases = []
    for _ in range(60):
        screens = [random.randint(10, 900) / 10 for _ in range(random.randint(0, 5))]
        pace = Pace(screens, random.choice([0, 300, 600]), random.choice([1, 1.25, 1.5 / 0.6, 0.3]))
        cases.append((pace, [random_beat(random, n) for n in range(10)]))
    plan = [
        {
            "pace": vars(pace),
            "beats": [beat._asdict() | {"signs": [s._asdict() for s in beat.signs]} for beat in beats],
        }
        for pace, beats in cases
    ]
    told = page.evaluate(
        "async (cases) => { const { reckon } = await import('/study-reckoning.js');"
        " return cases.map(({ beats, pace }) => reckon(beats, pace)); }",
        plan,
    )

    for (pace, beats), twin in zip(cases, told, strict=True):
        found = reckon(beats, pace)
        assert {
            "counted": [list(span) for span in found.counted],
            "quiet": [list(span) for span in found.refused.get("quiet", ())],
            "hidden": [list(span) for span in found.refused.get("hidden", ())],
            "claimed": found.claimed,
        } == twin
