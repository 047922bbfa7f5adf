"""What is shown of a hit: its title and the part of its text where the words stand, with the words marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from courses.search_dates import places_of
from courses.search_pinyin import sound
from courses.search_query import Asked, Part
from courses.search_words import PIECE, fold_with_places, pairs, runs

LENGTH = 80
"""Characters of an extract; where they are Latin letters, twice as many."""

BEFORE = 16
SENTENCE = 40
"""So much is shown before the first word found; as far back as the second, when its sentence begins there."""

MOST_SPANS = 60
"""Places that are compared for an extract."""

ENDING = 6
"""What an English word may have after its stem."""

_ENDS = "。！？；!?;\n"


@dataclass(frozen=True, order=True)
class Span:
    """Where something stands that was asked, and which part of the question it is."""

    start: int
    end: int
    part: int = 0


def marked(text: str, asked: Asked) -> SafeString:
    """The whole text, with what was asked in <mark>."""
    return _with_marks(text, spans_of(text, asked, sounds=True))


def extract(text: str, asked: Asked) -> SafeString:
    """The part of a text where most of what was asked stands together; its beginning when nothing does."""
    spans = spans_of(text, asked)
    latin = len(text[:200].encode()) < 2 * len(text[:200])
    start, end = _window(text, spans, 2 * LENGTH if latin else LENGTH)
    inner = [
        Span(max(span.start, start) - start, min(span.end, end) - start)
        for span in spans
        if span.start < end and span.end > start
    ]
    shown = _with_marks(" ".join(text[start:end].split("\n")), inner)
    return format_html("{}{}{}", "…" if start else "", shown, "…" if end < len(text) else "")


def _with_marks(text: str, spans: Sequence[Span]) -> SafeString:
    pieces: list[tuple[str, str]] = []
    last = 0
    for span in spans:
        pieces.append((text[last : span.start], text[span.start : span.end]))
        last = span.end
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", pieces), text[last:])


def spans_of(text: str, asked: Asked, *, sounds: bool = False) -> list[Span]:
    """Where in `text` the parts stand, in order, none over another. `sounds`: Chinese for pinyin, too."""
    folded, places = fold_with_places(text)
    found: list[Span] = []
    for number, part in enumerate(asked.parts):
        for start, end in _places_of(part, folded, sounds=sounds):
            found.append(Span(places[start], _whole(text, places[end - 1] + 1), number))
    kept: list[Span] = []
    for span in sorted(found):
        if kept and span.start < kept[-1].end:
            kept[-1] = Span(kept[-1].start, max(kept[-1].end, span.end), kept[-1].part)
        else:
            kept.append(span)
    return kept


def _places_of(part: Part, folded: str, *, sounds: bool) -> list[tuple[int, int]]:
    if part.stem:
        return list(_words(part, folded)) or (list(_sounding(part.text, folded)) if sounds else [])
    if part.day:
        return list(places_of(part.day, folded)) or list(_occurrences(part.text, folded))
    whole = list(_occurrences(part.text, folded))
    if whole:
        return whole
    return [place for run in runs(part.text) for pair in pairs(run) for place in _occurrences(pair, folded)]


def _occurrences(wanted: str, folded: str) -> Iterator[tuple[int, int]]:
    at = folded.find(wanted)
    while at >= 0:
        yield at, at + len(wanted)
        at = folded.find(wanted, at + len(wanted))


def _words(part: Part, folded: str) -> Iterator[tuple[int, int]]:
    """Words of the same stem, and those that begin as was typed."""
    beginning = re.escape(part.stem.removesuffix("i"))  # the stem of "party" is "parti"
    begins = rf"|{re.escape(part.text)}\w*" if len(part.text) >= 3 else ""
    for found in re.finditer(rf"(?<![^\W_])(?:{beginning}[^\W_]{{0,{ENDING}}}(?![^\W_]){begins})", folded):
        yield found.span()


def _sounding(typed: str, folded: str) -> Iterator[tuple[int, int]]:
    """Characters whose initials are what was typed, or whose pinyin begins with it."""
    for found in PIECE.finditer(folded):
        syllables = sound(found["run"]) if found["run"] else ()
        initials = "".join(syllable[:1] for syllable in syllables)
        for at, end in _occurrences(typed, initials):
            yield found.start() + at, found.start() + end
        for at in range(len(syllables)):
            end, heard = at, ""
            while end < len(syllables) and len(heard) < len(typed):
                heard, end = heard + syllables[end], end + 1
            if end > at and heard.startswith(typed):
                yield found.start() + at, found.start() + end


def _window(text: str, spans: Sequence[Span], length: int) -> tuple[int, int]:
    """Where an extract begins and ends: on no character's and no word's middle."""
    if not spans:
        return 0, _end_of_word(text, min(len(text), length))
    best = _fullest(spans[:MOST_SPANS], length - BEFORE)
    start = max(0, best.start - BEFORE)
    back = max(0, best.start - SENTENCE)
    ends = max(text.rfind(end, back, best.start) for end in _ENDS)
    if ends >= 0 or back == 0:
        start = ends + 1 if ends >= 0 else 0
    start = _start_of_word(text, start)
    return start, _end_of_word(text, min(len(text), max(best.end, start + length)))


def _fullest(spans: Sequence[Span], room: int) -> Span:
    """Where most of the parts stand together; the first such place."""
    if len({span.part for span in spans}) == 1:
        return spans[0]

    def parts_from(first: Span) -> int:
        return len({span.part for span in spans if first.start <= span.start < first.start + room})

    return max(spans, key=lambda span: (parts_from(span), -span.start))


def _start_of_word(text: str, at: int) -> int:
    least = max(0, at - 2 * BEFORE)
    while least < at < len(text) and (_is_inside(text, at) or _continues(text[at])):
        at -= 1
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _end_of_word(text: str, at: int) -> int:
    most = min(len(text), at + 2 * BEFORE)
    while at < most and _is_inside(text, at):
        at += 1
    return _whole(text, at)


def _is_inside(text: str, at: int) -> bool:
    one, other = text[at - 1 : at], text[at : at + 1]
    return one.isascii() and other.isascii() and one.isalnum() and other.isalnum()


def _whole(text: str, at: int) -> int:
    """`at`, or after the marks that belong to the character before it."""
    while at < len(text) and _continues(text[at]):
        at += 1
    return at


def _continues(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me", "Cf"}
