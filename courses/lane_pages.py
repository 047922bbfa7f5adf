"""
Lesson pages that a process keeps: rendered once by the ordinary template, with holes for what is a member's
own.

What a page shows beside its holes follows from its `Kind`; two members for whom all of that is the same see
the same page. Nothing tells a process that something was published: the stamp of the tree is another one
then, and pages of the old one are asked for by nobody and fall out.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from threading import Lock
from typing import NamedTuple
from zlib import crc32

from django.conf import settings
from django.template.defaultfilters import date as in_words
from django.template.loader import get_template
from django.templatetags.l10n import unlocalize
from django.utils.html import escape
from django.utils.timezone import localtime
from django.utils.translation import override

from courses.lane_anybody import AnyRequest, AnyState, Sheet, any_member
from courses.lane_asking import Answer, Question
from courses.outline import Course, Lesson
from courses.packing import packed_file, packed_part
from courses.views import same_for_all, times_of
from hours.counting_rules import counting_rules
from hours.slots import ReadingTimes
from hours.tokens import StudyToken
from people.looks import LOOK, PageLook

MOST_PAGES = 1000
"""In each process; a page is 20 to 40 KB."""

FREE = ("csrf", "token", "seconds", "factor", "printed")
"""The holes beside states."""


class Kind(NamedTuple):
    """All that a kept page goes by."""

    path: str
    host: str
    language: str
    look: PageLook
    less: bool
    edition: int
    stamp: str
    closed: str
    offices: str
    day: date


Chunks = tuple[bytes | None, ...]
"""A piece of a page; where None stands comes the form's token."""


@dataclass(slots=True)
class Parts:
    """
    A page in parts. `free`: the place of a part and what is put there. `states`: the place of the first part
    of a piece, the number of the lesson, and the piece for each letter.
    """

    parts: list[bytes]
    free: list[tuple[int, str]]
    states: list[tuple[int, int, dict[str, Chunks]]]

    def filled(self, own: Mapping[str, bytes], states: str) -> list[bytes]:
        parts, csrf = self.parts.copy(), own["csrf"]
        for place, name in self.free:
            parts[place] = own[name]
        for place, number, pieces in self.states:
            for offset, chunk in enumerate(pieces[states[number]]):
                parts[place + offset] = csrf if chunk is None else chunk
        return parts

    def packed(self) -> Parts:
        """The same with each part packed."""
        states = [
            (place, number, {letter: tuple(map(_packed_chunk, each)) for letter, each in pieces.items()})
            for place, number, pieces in self.states
        ]
        return Parts([packed_part(part) for part in self.parts], self.free, states)


def _packed_chunk(chunk: bytes | None) -> bytes | None:
    return None if chunk is None else packed_part(chunk)


@dataclass(slots=True)
class KeptPage:
    """A page, plain and packed, and what has to be known of the lesson to fill its holes."""

    question: Question
    plain: Parts
    packed: Parts
    lesson: Lesson
    times: ReadingTimes
    language: str


class Pages:
    """The pages a process keeps, the last asked for last. None: of this kind none can be kept."""

    def __init__(self, most: int = MOST_PAGES) -> None:
        self.most = most
        self._kept: OrderedDict[Kind, KeptPage | None] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, kind: Kind) -> bool:
        return kind in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, kind: Kind) -> KeptPage | None:
        with self._lock:
            if kind not in self._kept:
                return None
            self._kept.move_to_end(kind)
            return self._kept[kind]

    def keep(self, kind: Kind, page: KeptPage | None) -> None:
        with self._lock:
            self._kept[kind] = page
            self._kept.move_to_end(kind)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


def make_page(
    kind: Kind, question: Question, course: Course, entry: Lesson, *, at: datetime
) -> KeptPage | None:
    """
    Render the page for anybody of this kind; None when the template asks for more of somebody.

    Changes the states of the course's lessons: it is not to be used any more.
    """
    sheet = Sheet(question.here)
    cookies = {LOOK: str(kind.look)}
    request = AnyRequest(sheet, kind.path, kind.host, kind.language, cookies, saves=kind.less)
    request.user = any_member(sheet, kind.offices)
    for number, lesson in enumerate(course.lessons, 1):
        lesson.state = AnyState(sheet, number)  # type: ignore[assignment]  # stands in for one
    times = times_of(entry)
    pace = counting_rules(at).pace(times, large_print=False, pace=100)
    with override(kind.language):
        context = {
            **same_for_all(request, course, entry),
            "token": sheet.hole("token"),
            "csrf_token": sheet.hole("csrf"),
            "pace": replace(pace, factor=sheet.hole("factor")),
            "printed_at": sheet.hole("printed"),
            "sheet": sheet,
        }
        text = get_template("courses/lesson.html").render(context, request)
    plain = _in_parts(sheet, text)
    return None if sheet.faults else KeptPage(question, plain, plain.packed(), entry, times, kind.language)


def _in_parts(sheet: Sheet, text: str) -> Parts:
    """Split a page at its holes. A state's piece has as many parts as it can need."""
    page = Parts([], [], [])
    for place, words in enumerate(re.split(f"h{sheet.seal}([a-z]+[0-9]*)h", text)):
        if place % 2 == 0:
            page.parts.append(words.encode())
        elif words in FREE:
            page.free.append((len(page.parts), words))
            page.parts.append(b"")
        else:
            number, pieces = sheet.pieces[int(words.removeprefix("state"))]
            chunks = {letter: _chunks(sheet, piece) for letter, piece in pieces.items()}
            most = max(map(len, chunks.values()))
            even = {letter: (*each, *[b""] * (most - len(each))) for letter, each in chunks.items()}
            page.states.append((len(page.parts), number - 1, even))
            page.parts += [b""] * most
    return page


def _chunks(sheet: Sheet, piece: str) -> Chunks:
    """Within a state's piece only the form's token is put in."""
    chunks: list[bytes | None] = []
    for words in piece.split(sheet.hole("csrf")):
        if sheet.seal in words:
            sheet.refuse("something else of one's own in by_state")
        chunks += [words.encode(), None]
    return tuple(chunks[:-1])


def compose(page: KeptPage, answer: Answer, *, csrf: str, at: datetime, packs: bool = False) -> bytes:
    """The page of one member: what is theirs is put into the holes."""
    edition = page.lesson.edition
    token = StudyToken(answer.member, edition.translation_key, edition.pk, at, False, answer.pace)
    factor = counting_rules(at).pace(page.times, large_print=False, pace=answer.pace).factor
    own = {
        "csrf": csrf.encode(),
        "token": token.sign().encode(),
        "seconds": b"%d" % answer.seconds,
        "factor": _written(factor),
        "printed": _printed(page.language, at.replace(second=0, microsecond=0)),
    }
    content = b"".join(page.plain.filled(own, answer.states))
    if not packs:
        return content
    packed = page.packed.filled({name: packed_part(each) for name, each in own.items()}, answer.states)
    return packed_file(packed, crc32(content), len(content))


@lru_cache(maxsize=1024)
def _written(factor: float) -> bytes:
    return unlocalize(factor).encode()


@lru_cache(maxsize=16)
def _printed(language: str, minute: datetime) -> bytes:
    """As `{% now "DATETIME_FORMAT" %}` writes it."""
    with override(language):
        return escape(in_words(localtime(minute), "DATETIME_FORMAT")).encode(settings.DEFAULT_CHARSET)
