"""What was typed: parts that all have to be found, each in one of several ways; and as a tsquery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from courses.search_dates import Day, dates_in
from courses.search_index import stems_of
from courses.search_words import PIECE, asked_grams, fold
from people.leading import Refusal

LONGEST = 100
"""Characters that may be asked for."""

MOST_PARTS = 12
EVERYWHERE = "THSMW"
SOUNDING = "TH"
"""The places whose pinyin is kept."""


class TooLong(Refusal):
    words = _("Please ask in fewer words: at most 100 characters.")


@dataclass(frozen=True)
class Term:
    """A lexeme without its place. `begins`: anything that begins so."""

    lexeme: str
    begins: bool = False
    sounds: bool = False

    def at(self, place: str) -> str:
        if self.sounds and place not in SOUNDING:
            place = SOUNDING[-1]
        return quoted(place + self.lexeme) + (":*" if self.begins else "")


@dataclass(frozen=True)
class Way:
    """Terms that together find a part, in some of the places."""

    terms: tuple[Term, ...]
    places: str = EVERYWHERE


@dataclass(frozen=True)
class Part:
    """One thing that was asked, in folded letters."""

    text: str
    ways: tuple[Way, ...]
    day: Day | None = None
    stem: str = ""

    @property
    def is_run(self) -> bool:
        """True of Chinese characters and digits."""
        return self.day is None and not self.stem

    def at(self, place: str) -> str:
        ways = [" & ".join(term.at(place) for term in way.terms) for way in self.ways if place in way.places]
        return " | ".join(f"({way})" for way in ways)


@dataclass(frozen=True)
class Asked:
    """A whole question. Without parts nothing was asked that could be found."""

    parts: tuple[Part, ...] = ()
    text: str = field(default="", compare=False)

    def at(self, place: str, filters: Iterable[str] = ()) -> str:
        """The tsquery that finds every part at `place`, and whose filters agree."""
        return " & ".join([*(f"({part.at(place)})" for part in self.parts), *map(quoted, filters)])


def quoted(lexeme: str) -> str:
    """As tsquery reads it: whatever it holds, it is one lexeme."""
    return "'" + lexeme.replace("\0", "").replace("\\", "\\\\").replace("'", "''") + "'"


def asked_for(text: str) -> Asked:
    """Read what somebody typed. Nothing in it is an operator."""
    text = " ".join(text.replace("\0", " ").split())
    if len(text) > LONGEST:
        raise TooLong
    folded = fold(text)
    days = sorted(dates_in(folded), key=lambda day: day.start)
    rest = _blanked(folded, days)
    pieces = [(found.start(), found[0], found["run"]) for found in PIECE.finditer(rest)]
    stems = {word: stem_of(word) for _start, word, run in pieces if not run}
    found = [(day.start, _date_part(folded[day.start : day.end], day)) for day in days]
    for start, piece, run in pieces:
        if run:
            found.append((start, run_part(piece)))
        elif stems[piece] or not (days or len(pieces) > 1):
            found.append((start, word_part(piece, stems[piece])))
    parts = dict.fromkeys(part for _start, part in sorted(found, key=lambda each: each[0]))
    return Asked(tuple(parts)[:MOST_PARTS], text)


def _blanked(folded: str, days: Iterable[Day]) -> str:
    for day in days:
        folded = folded[: day.start] + " " * (day.end - day.start) + folded[day.end :]
    return folded


def run_part(run: str) -> Part:
    return Part(run, (Way(tuple(map(Term, asked_grams(run)))),))


def word_part(word: str, stem: str) -> Part:
    """A word by its stem, its beginning, and as pinyin."""
    ways = [Way((Term(stem or word),))]
    if len(word) >= 2:
        ways.append(Way((Term(word, begins=len(word) >= 3),)))
        if word.isascii():
            ways += [Way((Term(kind + word, begins=True, sounds=True),)) for kind in "IP"]
    return Part(word, tuple(ways), stem=stem or word)


def _date_part(text: str, day: Day) -> Part:
    """A date by what it means; and by its characters, because it may only be a piece of something else."""
    ways = [Way((Term(day.lexeme),))]
    terms = tuple(_terms_of(text))
    if terms:
        ways.append(Way(terms, EVERYWHERE if "月" in text or "年" in text else "T"))
    return Part(text, tuple(ways), day=day)


def _terms_of(text: str) -> Iterator[Term]:
    for found in PIECE.finditer(text):
        if found["run"]:
            yield from map(Term, asked_grams(found["run"]))
        else:
            yield Term(found[0], begins=True)


@lru_cache(maxsize=4096)
def stem_of(word: str) -> str:
    """The English stem of a word, or nothing when it is one of the commonest."""
    return stems_of([word]).get(word, "")
