"""
Reading aloud in a real Chromium: what is spoken of a page, in which pieces, and the patience with devices.

Chromium in tests has no voice; `voice.js` stands in for it; once the real
one shows what a device without a voice says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, Route

from courses.blocks import LessonBody
from hours.beats import read_reports
from hours.clock import Pace, merged, reckon, total
from hours.tokens import StudyToken
from tests.cast import moment
from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.journey

ROOT = Path(__file__).resolve().parents[2]
JS = ROOT / "site" / "static" / "js"
OPENED = moment("2026-03-10 10:00")
TOKEN = StudyToken(UUID(int=1), UUID(int=2), 3, OPENED).sign()
VOICE = (Path(__file__).parent / "voice.js").read_text("utf-8")
BAR = """<div class="aloud" hidden data-read-aloud="h1, .screen" data-state="idle"
  data-idle="Read aloud" data-reading="Pause" data-paused="Read on"
  data-reading-now="Reading" data-paused-now="Paused"
  data-speed75="slow" data-speed100="normal" data-speed125="faster" data-speed150="fast"
  data-picture="图片：{words}" data-say-none="no voice" data-say-tap="tap to begin"
  data-say-stopped="it stopped" data-say-ended="the end" data-say-away="no network">
  <button data-act="press"><span>Read aloud</span></button><button data-act="back"><span>Back</span></button>
  <button data-act="forward"><span>Forward</span></button>
  <button data-act="faster"><span>normal</span></button>
  <p data-aloud-says role="status"></p><span data-aloud-state role="status"></span></div>"""
LESSON = """<h1>听意见</h1>{bar}
<div class="screen"><p>先听。再问：“谁来？”<b>大家</b>都说；最后记下来。</p>
<figure><img alt="村口的大树" src="/tree.svg">
<figcaption><span>树下</span><a class="link" href="#">放大看</a></figcaption></figure>
<figure class="quotation"><blockquote><p>从群众中来。</p></blockquote>
<figcaption><span style="display: flex"><span>《决定》</span><span>1943年</span></span></figcaption></figure>
<dl><dt>作风</dt><dd>办事的样子<br>长期的</dd></dl>
<ol><li><b>1929</b> 九月来信</li><li>七大</li></ol></div>
<div class="screen"><table><tr><th>年</th><th>事</th></tr><tr><td>1945</td><td></td></tr></table>
<details><summary>文字稿</summary><p>不读的话。</p></details><p hidden>藏起来的。</p>
<p class="card"><a class="btn" href="#">去测验</a></p><audio aria-label="录音"></audio><p>完。</p></div>
<div data-lesson-end></div>"""
SPOKEN = [
    "听意见", "先听。", "再问：“谁来？”", "大家都说；", "最后记下来。", "图片：村口的大树", "树下",
    "从群众中来。", "《决定》", "1943年", "作风", "办事的样子", "长期的",
    "1929 九月来信", "七大", "年", "事", "1945", "文字稿", "完。",
]  # fmt: skip

PRESSED = """async (name) => {
    document.querySelector(`[data-act=${name}] span`).click();
    await import('/speaking.js');
    for (let n = 0; n < 9; n += 1) await null;
}"""


@dataclass
class Reader:
    """A page with the bar, the voice of its device, and what its clock reports."""

    page: Page
    beats: list[bytes]
    passed: float = 0

    @property
    def now(self) -> int:
        """Tenths of a second since the page was opened."""
        return int(self.passed * 10)

    def press(self, name: str = "press") -> None:
        self.page.evaluate(PRESSED, name)
        self.waits(0.2)

    def waits(self, seconds: float) -> None:
        self.page.clock.run_for(int(seconds * 1000))
        self.passed += seconds

    @property
    def said(self) -> list[str]:
        return [one["text"] for one in self.voice["said"]]

    @property
    def voice(self) -> dict[str, Any]:
        return json.loads(self.page.evaluate("JSON.stringify(voice)"))

    @property
    def told(self) -> list[str]:
        return self.voice["told"]

    @property
    def marked(self) -> str:
        return self.page.evaluate("[...(CSS.highlights.get('aloud') ?? [])].map(String).join()")

    def shows(self, what: str) -> str:
        places = {"state": "[data-act=press]", "says": "[data-aloud-says]", "speed": "[data-act=faster]",
                  "now": "[data-aloud-state]"}  # fmt: skip
        return self.page.locator(places[what]).text_content() or ""


@pytest.fixture
def reader(browser: Browser) -> Iterator[Callable[..., Reader]]:
    contexts = []

    def opens(
        lesson: str = LESSON,
        *,
        at: str = "/",
        lang: str = "zh-CN",
        real: bool = False,
        main: str = "",
        **how: Any,
    ) -> Reader:
        context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        reader = Reader(page, [])
        words = lesson.replace("{bar}", BAR)

        def serve(route: Route) -> None:
            name = route.request.url.rsplit("/", 1)[1]
            if name == "beats":
                reader.beats.append(route.request.post_data_buffer or b"")
                route.fulfill(
                    json={"counted": 0, "sitting": 0, "awaiting": 0, "refused": {}, "at": reader.now}
                )
            elif name.endswith(".js"):
                route.fulfill(body=(JS / name).read_text("utf-8"), content_type="text/javascript")
            elif name.endswith(".svg"):
                svg = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80"/>'
                route.fulfill(body=svg, content_type="image/svg+xml")
            else:
                scripts = "".join(
                    f"<script type=module src=/{name}.js></script>"
                    for name in ["read-aloud", *(["lesson-clock"] if main else [])]
                )
                body = (
                    f"<!doctype html><html lang={lang}><title>.</title><main {main}>{words}</main>{scripts}"
                )
                route.fulfill(body=body, content_type="text/html; charset=utf-8")

        context.route("**/*", serve)
        if not real:
            page.clock.install(time=0)
            page.clock.pause_at(1000)
            page.add_init_script(f"window.VOICE = {json.dumps(how)}; {VOICE}")
        page.goto(f"http://lesson.test{at}")
        page.evaluate("import('/speaking.js')")
        return reader

    yield opens
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def cutter(browser: Browser) -> Iterator[Callable[[str, str], list[str]]]:
    """`sentences` and `pieces` as the page has them."""
    page = browser.new_page()
    page.route(
        "**/*",
        lambda route: route.fulfill(
            body=(JS / "spoken.js").read_text("utf-8")
            if route.request.url.endswith(".js")
            else "<title>.</title>",
            content_type="text/javascript" if route.request.url.endswith(".js") else "text/html",
        ),
    )
    page.goto("http://lesson.test/")
    yield lambda name, text: page.evaluate(
        "async ([n, t]) => (await import('/spoken.js'))[n](t)", [name, text]
    )
    page.close()


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("先听。再问！谁来？好", ["先听。", "再问！", "谁来？", "好"]),
        ("他说：“先听。”然后走了。", ["他说：“先听。”", "然后走了。"]),
        ("谁来？！大家笑了……没人答；会散了。", ["谁来？！", "大家笑了……", "没人答；", "会散了。"]),
        ("（见第2卷。）《决定》。", ["（见第2卷。）", "《决定》。"]),
        ("增长3.5%。共12.6万人。", ["增长3.5%。", "共12.6万人。"]),
        ("Mr. Li met No. 4. He asked: “Far?” Yes.", ["Mr. Li met No. 4. ", "He asked: “Far?” ", "Yes."]),
        ("“Far?” he asked. Is it 3.5 km?", ["“Far?” he asked. ", "Is it 3.5 km?"]),
        ("J. Smith wrote, e.g. letters. The end", ["J. Smith wrote, e.g. letters. ", "The end"]),
        ("党章规定 the rule. 请看。", ["党章规定 the rule. ", "请看。"]),
        ("。。。", ["。。。"]),
        ("", []),
    ],
)  # fmt: skip
def test_a_text_is_cut_into_sentences(cutter, text: str, cut: list[str]) -> None:
    assert cutter("sentences", text) == cut


def test_a_long_sentence_is_cut_where_one_breathes_and_never_in_a_character(cutter) -> None:
    clause = "把群众的意见集中起来，"
    assert cutter("pieces", clause * 5) == [clause * 4, clause]
    assert cutter("pieces", "𠮷" * 50) == ["𠮷" * 48, "𠮷" * 2]
    assert cutter("pieces", "word " * 30) == ["word " * 24, "word " * 6]


TEXTS = st.text(st.sampled_from("先听群众𠮷。！？；…，、”“）《》.!?,; \n\"'aZ1Mr"), max_size=160)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_what_is_cut_put_together_is_the_text_again(cutter, text: str) -> None:
    cut = cutter("sentences", text)
    assert "".join(cut) == text
    assert [piece for sentence in cut for piece in cutter("pieces", sentence) if not piece] == []
    assert "".join(piece for sentence in cut for piece in cutter("pieces", sentence)) == text


def test_all_of_a_lesson_is_read_in_order_cell_by_cell_and_nothing_that_is_not_its_words(reader) -> None:
    page = reader()
    page.press()
    page.waits(60)

    assert page.said == SPOKEN
    assert page.told == ["on"] * len(SPOKEN) + ["ended"]
    assert (page.shows("state"), page.shows("says"), page.marked) == ("Read aloud", "the end", "")


def test_every_block_of_a_lesson_sounds_as_it_says_a_table_row_by_row_with_its_headings(reader) -> None:
    blocks = LessonBody().child_blocks
    kinds = ["table", "discussion", "case", "video", "audio", "locked_quotation"]
    with override("en"):
        html = "".join(blocks[kind].render(blocks[kind].get_preview_value()) for kind in kinds)
    looks = "<style>figcaption, .dots { display: flex; }</style>"  # as the site has them
    page = reader(f"{looks}<h1>Blocks</h1>{{bar}}<div class=screen>{html}</div>", lang="en")
    page.press()
    page.waits(240)

    assert page.said == [
        "Blocks",
        "Where opinions were heard", "Where", "Who went", "Heard",
        "At the village gate", "Who went: The secretary", "Heard: 12",
        "At home", "Who went: Two members", "Heard: 7",
        "To talk about", "Where did you last hear people say what they think?",
        "First the place, then what you heard.",
        "Case: A form that nobody filled in",
        "Thirty forms were handed out in the village and two came back.",
        "The secretary gathered them in and went from house to house for an evening.",
        "To think about", "Why did the forms not come back, and the words did?",
        "An evening at the village gate", "Video about 2 min", "What is said, in writing",
        "A member remembers", "Audio about 3 min", "What is said, in writing",
        "From the masses, to the masses.", "Some Questions Concerning Methods of Leadership", "1 June 1943",
        "decision of the Central Committee drafted by Mao Zedong; our translation",
    ]  # fmt: skip


def test_what_is_read_is_marked_and_the_text_stays_as_it_is(reader) -> None:
    page = reader()
    before = page.page.locator(".screen").first.inner_html()
    page.press()
    page.press("forward")
    page.press("forward")
    page.press("forward")

    assert (page.said[-1], page.marked) == ("大家都说；", "大家都说；")
    page.press("forward")
    page.press("forward")
    assert (page.said[-1], page.marked, page.page.locator(".aloud-line").count()) == (
        "图片：村口的大树",
        "",
        1,
    )
    assert page.page.locator(".screen").first.inner_html() == before


def test_without_highlights_lines_are_laid_over_the_page(reader) -> None:
    page = reader()
    page.page.evaluate("CSS.highlights.set = undefined")
    lines = "document.querySelectorAll('.aloud-line').length"
    page.page.reload()
    page.page.evaluate("Object.defineProperty(CSS, 'highlights', {value: undefined}); import('/speaking.js')")
    page.press()
    seen = page.page.evaluate(lines)
    page.waits(60)

    assert (seen, page.page.evaluate(lines), page.said) == (1, 0, SPOKEN)


def test_pause_reads_the_sentence_again_when_one_reads_on(reader) -> None:
    page = reader()
    page.press()
    page.press("forward")
    page.press()
    paused = (page.shows("state"), page.shows("now"), page.told)
    page.waits(30)
    page.press()

    assert paused == ("Read on", "Paused", ["on", "on", "off"])
    assert (page.said, page.shows("state"), page.shows("now")) == (
        ["听意见", "先听。", "先听。"],
        "Pause",
        "Reading",
    )


def test_back_and_forward_go_by_sentences_with_buttons_and_arrows_in_the_bar(reader) -> None:
    long = "把群众的意见集中起来，" * 6
    page = reader("{bar}<div class=screen><p>一。" + long + "。二。</p></div>")
    page.press()
    page.press("forward")
    page.waits(10)
    middle = page.said[-1]
    page.press("forward")
    page.page.locator("[data-act=press]").focus()
    page.page.keyboard.press("ArrowLeft")
    page.waits(0.2)
    back = page.said[-1]
    page.page.keyboard.press("ArrowLeft")
    page.page.keyboard.press("ArrowLeft")
    page.waits(0.2)
    first = page.said[-1]
    page.page.evaluate("document.activeElement.blur()")
    page.page.keyboard.press("ArrowRight")
    page.waits(0.2)

    pieces = ["把群众的意见集中起来，" * 4, "把群众的意见集中起来，" * 2 + "。"]
    assert (middle, back, first, page.said[-1]) == (pieces[1], pieces[0], "一。", "一。")


def test_the_speed_is_said_in_words_remembered_and_holds_from_this_sentence_on(reader) -> None:
    page = reader()
    page.press()
    shown = [page.shows("speed")]
    for _ in range(4):
        page.press("faster")
        shown.append(page.shows("speed"))
    page.press("faster")
    rates = [one["rate"] for one in page.voice["said"]]
    page.page.reload()
    page.page.evaluate("import('/speaking.js')")
    page.press()

    assert shown == ["normal", "faster", "fast", "slow", "normal"]
    assert (rates, set(page.said)) == ([1, 1.25, 1.5, 0.75, 1, 1.25], {"听意见"})
    assert (page.shows("speed"), page.voice["said"][0]["rate"]) == ("faster", 1.25)


@pytest.mark.parametrize(
    ("lang", "has", "by"),
    [
        ("zh-CN", ["en-US", "zh-HK", "zh-TW", "zh-CN"], "zh-CN"),
        ("zh-CN", ["zh-HK", "zh-TW"], "zh-TW"),
        ("zh-CN", ["online zh-CN", "zh_CN"], "zh_CN"),
        ("zh-CN", ["yue-HK", "cmn-CN"], "cmn-CN"),
        ("en", ["zh-CN", "en-AU", "en-GB"], "en-GB"),
        ("zh-CN", [], ""),
    ],
)  # fmt: skip
def test_it_reads_with_a_voice_of_the_page_s_language_that_lives_on_the_device(reader, lang, has, by) -> None:
    page = reader(lang=lang, voices=has)
    page.press()

    assert [(one["by"], one["lang"]) for one in page.voice["said"]] == [(by, by or lang)]


@pytest.mark.parametrize("has", [["en-US"], ["online zh-CN", "ja-JP"]])
def test_a_device_without_such_a_voice_says_so_and_hides_nothing_else(reader, has) -> None:
    page = reader(voices=has)

    assert (page.shows("says"), page.page.locator("[data-read-aloud]").get_attribute("data-state")) == (
        "no voice",
        "none",
    )
    assert page.page.locator(".screen p").first.is_visible()


def test_a_browser_that_cannot_speak_says_so(reader) -> None:
    page = reader(real=True)
    page.page.add_init_script("Object.defineProperty(window, 'speechSynthesis', {value: undefined})")
    page.page.reload()

    assert page.shows("says") == "no voice"


def test_the_browser_of_these_tests_has_no_voice_and_says_so_when_asked(reader) -> None:
    page = reader(real=True)
    page.page.locator("[data-act=press]").click()
    page.page.wait_for_function("document.querySelector('[data-aloud-says]').textContent === 'no voice'")

    assert (page.shows("state"), page.shows("now")) == ("Read aloud", "")


def test_it_begins_with_the_first_sentence_that_is_shown(reader) -> None:
    page = reader(
        "<h1>题</h1>{bar}<div class=screen>" + "".join(f"<p>第{n}段。</p>" for n in range(80)) + "</div>"
    )
    page.page.evaluate("document.querySelectorAll('p')[41].scrollIntoView()")
    page.press()

    assert page.said == ["第40段。"]


def test_a_touched_sentence_is_read_from_there_on_once_it_reads(reader) -> None:
    page = reader()
    page.page.locator(".screen li").last.click()
    untouched = page.voice["said"]
    page.press()
    page.page.locator(".screen li").last.click()
    page.waits(0.2)

    assert (untouched, page.said) == ([], ["听意见", "七大"])


def test_the_sentence_comes_into_view_below_the_bar_unless_one_scrolled_by_hand(reader) -> None:
    page = reader(
        "<h1>题</h1>{bar}<div class=screen>" + "".join(f"<p>第{n}段。</p>" for n in range(80)) + "</div>"
    )
    page.press()
    for _ in range(30):
        page.press("forward")
    by_hand = page.page.evaluate("scrollY")
    page.page.evaluate("document.body.dispatchEvent(new WheelEvent('wheel', {bubbles: true}))")
    for _ in range(30):
        page.press("forward")

    stayed = page.page.evaluate("scrollY")
    page.waits(3)
    page.press("forward")

    assert by_hand > 300
    assert stayed == by_hand
    assert page.page.evaluate("scrollY") > by_hand


def test_by_the_address_it_begins_by_itself_or_asks_for_a_touch(reader) -> None:
    page = reader(at="/#listen")
    page.waits(0.2)
    focused = "document.activeElement.dataset.act"
    allowed = (page.said, page.shows("state"), page.shows("says"), page.page.evaluate(focused))
    page = reader(at="/#listen", fails="not-allowed")
    page.waits(0.2)
    refused = (page.said, page.shows("state"), page.shows("says"), page.page.evaluate(focused))
    page = reader(at="/#listen", begins=False, ends=False, silentAfter=0)
    page.waits(0.2)
    silent = (page.shows("state"), page.shows("says"), page.told)
    page.page.evaluate("voice.how.silentAfter = 99; voice.how.begins = true")
    page.press()

    assert allowed == (["听意见"], "Pause", "", "press")
    assert refused == ([], "Read aloud", "tap to begin", "press")
    assert silent == ("Read aloud", "tap to begin", [])
    assert (page.said, page.shows("state")) == (["听意见", "听意见"], "Pause")


def test_an_engine_that_never_tells_of_the_end_reads_on_all_the_same(reader) -> None:
    page = reader(ends=False)
    page.press()
    page.waits(90)

    assert page.said == SPOKEN


def test_an_engine_that_falls_silent_is_asked_once_more_and_then_the_page_says_so(reader) -> None:
    page = reader(silentAfter=3)
    page.press()
    page.waits(60)

    assert page.said == [*SPOKEN[:3], SPOKEN[3], SPOKEN[3]]
    assert page.told == ["on", "on", "on", "ended"]
    assert (page.shows("state"), page.shows("says")) == ("Read on", "it stopped")


def test_an_engine_that_never_begins_counts_nothing_and_the_page_says_so(reader) -> None:
    page = reader(silentAfter=0)
    page.press()
    page.waits(20)

    assert ("on" in page.told, page.shows("state"), page.shows("says")) == (False, "Read aloud", "no voice")


def hides(page: Page, hidden: bool) -> None:
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def test_it_reads_on_with_the_screen_off_and_where_it_was_silenced_once_it_is_on(reader) -> None:
    page = reader()
    page.press()
    hides(page.page, hidden=True)
    page.waits(3)
    off = page.said
    page.page.evaluate("speechSynthesis.dies()")
    page.waits(600)
    silenced = (page.said, page.told[-1])
    page.page.evaluate("speechSynthesis.dies(false)")
    hides(page.page, hidden=False)
    page.waits(60)

    assert len(off) >= 3
    assert silenced == (off, "ended")
    assert page.said == [*off, *SPOKEN[len(off) - 1 :]]


CLOCK = f"""data-study-clock data-token="{TOKEN}" data-beats-url="/beats" data-reached-url="/reached"
  data-counted-seconds="0" data-media="0" data-factor="1" """
SPOKEN_FOR_MINUTES = (
    "{bar}<div class=screen data-screen=0 data-seconds=20>"
    + "".join(f"<p>第{n}句话，念给大家听，慢慢地念。</p>" for n in range(100))
    + "</div>"
)


def counted(reader: Reader) -> tuple[int, dict[str, int]]:
    """Seconds the server would count of what was reported, and tenths it would not."""
    found, refused = [], dict[str, int]()
    for body in reader.beats:
        for report in read_reports(body, at=OPENED + timedelta(seconds=reader.passed)):
            reckoned = reckon(report.beats, Pace([20.0], 0, 1))
            found += reckoned.counted
            for why, spans in reckoned.refused.items():
                refused[str(why)] = refused.get(str(why), 0) + total(spans)
    return total(merged(found)) // 10, refused


def test_listening_counts_with_the_screen_off_until_somebody_stops_it(reader) -> None:
    """A screen that takes twenty seconds to read: only the voice can have made two minutes of it."""
    page = reader(SPOKEN_FOR_MINUTES, main=CLOCK)
    page.press()
    page.waits(4)
    hides(page.page, hidden=True)
    for _ in range(24):
        page.waits(5)
    page.page.evaluate("document.querySelector('[data-act=press]').click()")
    for _ in range(12):
        page.waits(5)
    seconds, refused = counted(page)

    assert 120 <= seconds <= 126
    assert set(refused) <= {"hidden"}


def test_a_voice_that_fell_silent_in_the_pocket_counts_no_longer_than_its_sentence_could(reader) -> None:
    page = reader(SPOKEN_FOR_MINUTES, main=CLOCK)
    page.press()
    page.waits(4)
    hides(page.page, hidden=True)
    for _ in range(4):
        page.waits(5)
    page.page.evaluate("speechSynthesis.dies()")
    for _ in range(60):
        page.waits(5)

    assert counted(page)[0] <= 4 + 20 + 20


def test_leaving_silences_it(reader) -> None:
    page = reader()
    page.press()
    page.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    page.waits(30)

    assert (page.said, page.shows("state")) == (["听意见"], "Read on")
