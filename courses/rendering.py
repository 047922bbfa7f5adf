"""From the blocks of a lesson to what is kept of it: HTML in screens, reading time, contents, digest."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

if TYPE_CHECKING:
    from courses.models import LessonPage

CHARACTERS_A_SECOND = 4.0
"""A calm reader's pace in Chinese: 240 characters a minute; studies of silent reading find 300 to 500."""

WORDS_A_SECOND = 3.0
"""The same in English: 180 words a minute."""

SECONDS_FOR_A_FIGURE = 20.0

SECONDS_FOR_A_CELL = 1.0
"""To look from a cell of a table to its headings, beside reading it."""

SECONDS_TO_THINK = 20.0
"""For each question of a case or a discussion: to stop and think; talking it over is counted elsewhere."""

SCREENFUL = 45.0
"""Seconds of reading after which a new screen begins: about what a telephone shows at once."""

_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[A-Za-z0-9]+(?:['’.-][A-Za-z0-9]+)*")


def reading_seconds(text: str) -> float:
    """Return the expected seconds to read `text`: by its Chinese characters and its words in Latin script."""
    return len(_CHINESE.findall(text)) / CHARACTERS_A_SECOND + len(_WORD.findall(text)) / WORDS_A_SECOND


@dataclass
class RenderedLesson:
    """What an edition keeps. `screens`: reading seconds of each screen, media not included."""

    html: SafeString
    screens: list[float]
    contents: list[dict[str, str]]
    sources: list[dict[str, str]]
    quiz_keys: list[str]
    media_seconds: int
    digest: str
    passages: dict[str, str]

    @property
    def expected_seconds(self) -> int:
        return max(1, round(sum(self.screens)) + self.media_seconds)

    @property
    def minutes(self) -> int:
        """As `LessonEdition.minutes` will say it."""
        return -(-self.expected_seconds // 60)


@dataclass
class _Screen:
    pieces: list[str] = field(default_factory=list)
    seconds: float = 0.0


def render_lesson(page: LessonPage) -> RenderedLesson:
    """
    Render a lesson in its own language, without any reader: the same for everyone, so that it can be kept.

    Blocks are gathered into screens of about `SCREENFUL` seconds; the clock counts silence up to what the
    screens shown take to read.
    """
    screens = [_Screen()]
    contents: list[dict[str, str]] = []
    quiz_keys: list[str] = []
    passages: dict[str, str] = {}
    media = 0
    with override(page.locale.language_code):
        for number, block in enumerate(page.body):
            if block.block_type == "heading":
                contents.append({"id": f"part-{number}", "text": block.value})
            if block.block_type == "quiz":
                quiz_keys.append(str(block.value.key))
            if block.block_type == "locked_quotation" and block.value:
                passages[str(block.value.key)] = block.value.digest
            media += _media_seconds(block)
            html = block.render({"anchor": f"part-{number}"})
            _place(screens, html, _seconds(block, html), opens=block.block_type == "heading")
    html = mark_safe("".join(_section(n, screen) for n, screen in enumerate(screens)))  # noqa: S308  # from escaped templates
    return RenderedLesson(
        html=html,
        screens=[round(screen.seconds, 1) for screen in screens],
        contents=contents,
        sources=_sources(page),
        quiz_keys=quiz_keys,
        media_seconds=media,
        digest=_digest(page, html, media),
        passages=passages,
    )


def _sources(page: LessonPage) -> list[dict[str, str]]:
    """What the editors name, and after it the works of the locked quotations that they did not name."""
    named = [{"work": source.value["work"], "date": source.value["date"]} for source in page.sources]
    english = page.locale.language_code == "en"
    for block in page.body:
        if block.block_type == "locked_quotation" and block.value:
            work = block.value.work
            title, date = (work.title, work.date)
            if english:
                title, date = (work.title_en or title, work.date_en or date)
            if title not in {source["work"] for source in named}:
                named.append({"work": title, "date": date})
    return named


def _place(screens: list[_Screen], html: str, seconds: float, *, opens: bool) -> None:
    screen = screens[-1]
    full = screen.seconds and screen.seconds + seconds > SCREENFUL
    if full or (opens and screen.seconds > SCREENFUL / 2):
        screen = _Screen()
        screens.append(screen)
    screen.pieces.append(html)
    screen.seconds += seconds


def _section(number: int, screen: _Screen) -> str:
    inner = mark_safe("".join(screen.pieces))  # noqa: S308  # rendered by our block templates
    return format_html(
        '<div class="screen" data-screen="{}" data-seconds="{}">{}</div>',
        number,
        round(screen.seconds, 1),
        inner,
    )


_OPENING = re.compile(r'<div class="screen" data-screen="[0-9]+" data-seconds="([0-9.]+)">')


def screens_of(html: str) -> list[dict[str, Any]]:
    """Part the words of an edition into its screens again: seconds and words of each."""
    _before, *parts = _OPENING.split(html)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    screens = [(float(seconds), words.removesuffix("</div>").strip()) for seconds, words in pairs]
    return [{"seconds": seconds, "html": words} for seconds, words in screens]


def _seconds(block: Any, html: str) -> float:
    """What a block takes beside listening and watching. Transcripts are not counted on top of that."""
    if block.block_type in {"video", "audio"}:
        return reading_seconds(block.value["title"])
    return reading_seconds(strip_tags(html)) + _beside_reading(block)


def _beside_reading(block: Any) -> float:
    if block.block_type == "image":
        return SECONDS_FOR_A_FIGURE
    if block.block_type == "table":
        return SECONDS_FOR_A_CELL * sum(len(row) for row in block.value.rows)
    if block.block_type == "discussion":
        return SECONDS_TO_THINK
    if block.block_type == "case":
        return SECONDS_TO_THINK * len(block.value["questions"])
    return 0.0


def _media_seconds(block: Any) -> int:
    return int(block.value["seconds"]) if block.block_type in {"video", "audio"} else 0


def _digest(page: LessonPage, html: str, media_seconds: int) -> str:
    """Name what the reader sees and how long it takes: two editions with the same digest are the same."""
    seen = [
        page.title,
        page.summary,
        html,
        page.sources.get_prep_value(),
        str(page.valid_as_of),
        str(page.review_by),
        media_seconds,
    ]
    for source in seen[3]:
        source.pop("id", None)
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
