"""Packs as PDF: one, or many in one print run, and how many pages one takes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count as count_from
from typing import Any

from django.conf import settings

from paper.codes import LAST_PAGE
from paper.content import LessonPart, Look, Pack, Printed
from paper.press import Press
from paper.typesetting import (
    Codes,
    OurCodes,
    Words,
    typeset_codes,
    typeset_lesson,
    typeset_look,
    typeset_pack,
)
from paper.words import counted, fixed_words

_FIRST_GUESS = 12
_MOST_LAYOUTS = 6
"""The second layout has the right number of pages, but for a word that is longer by a digit."""

_LESSONS_KEPT = 64


class TooLong(Exception):
    """A pack of more pages than its codes can number."""


class PackPress:
    """
    Prints packs of one look, one after the other.

    It keeps lessons that many packs share, and expects the next pack to be as long as the last, since a code
    has to be drawn for every page before the pages are laid out. A wrong guess costs a second layout.
    """

    def __init__(self, look: Look, *, codes: Codes, words: Words) -> None:
        self.look = look
        self._codes = codes
        self._words = words
        self._press = Press("pack")
        self._guess = _FIRST_GUESS
        self._lessons: dict[str, tuple[dict[str, Any], set[str]]] = {}

    def print(self, packs: Sequence[Pack], *, duplex: bool = False) -> Printed:
        """
        Print packs into one PDF. `duplex`: each begins on a new sheet of a print on both sides.

        :raises TooLong: a pack has more pages than its codes can number.
        """
        missing: set[str] = set()
        data = {**typeset_look(self.look, self._words, self._title(packs)), "duplex": duplex}
        ready = [self._typeset(pack, missing) for pack in packs]
        expected = [self._guess] * len(packs)
        for layouts in count_from(1):
            for pack, one, count in zip(packs, ready, expected, strict=True):
                one["pages"] = counted(self._words, "pages", count)
                one["codes"] = typeset_codes(pack, count, self._codes)
            pdf = self._press.pdf({**data, "packs": ready})
            found: list[int] = json.loads(self._press.told("<pages>"))
            if found == expected:
                break
            if max(found) > LAST_PAGE or layouts == _MOST_LAYOUTS:
                raise TooLong
            expected = found
        self._guess = expected[-1]
        return Printed(pdf, expected, "".join(sorted(missing)))

    def _title(self, packs: Sequence[Pack]) -> str:
        return f"{self._words['pack']} {packs[0].number}" if len(packs) == 1 else self._words["packs"]

    def _typeset(self, pack: Pack, missing: set[str]) -> dict[str, Any]:
        lessons = [self._typeset_lesson(lesson, missing) for lesson in pack.lessons]
        return typeset_pack(pack, self.look, self._words, lessons, missing)

    def _typeset_lesson(self, lesson: LessonPart, missing: set[str]) -> dict[str, Any]:
        key = repr(lesson)
        if key not in self._lessons:
            if len(self._lessons) >= _LESSONS_KEPT:
                self._lessons.clear()
            lacking: set[str] = set()
            self._lessons[key] = typeset_lesson(lesson, self.look, self._words, lacking), lacking
        typeset, lacking = self._lessons[key]
        missing |= lacking
        return typeset


def pack_press(look: Look, codes: Codes | None = None) -> PackPress:
    """Return a press for packs of this look, with the codes of this installation unless others are given."""
    return PackPress(look, codes=codes or OurCodes(settings.SECRET_KEY), words=fixed_words(look.language))


def print_pack(pack: Pack, look: Look, *, codes: Codes | None = None) -> Printed:
    """Print one pack."""
    return pack_press(look, codes).print([pack])


def print_run(
    packs: Sequence[Pack], look: Look, *, codes: Codes | None = None, duplex: bool = True
) -> Printed:
    """Print many packs into one PDF for a branch, each with its own page numbers and codes."""
    return pack_press(look, codes).print(packs, duplex=duplex)


def page_budget(pack: Pack, look: Look) -> int:
    """Return how many pages the pack takes."""
    return print_pack(pack, look).pages[0]
