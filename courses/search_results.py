"""What an answer shows: hits with their words marked, and what was done when there were none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.core.cache import cache
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from courses.search import A_PAGE, MOST, Found, Hit, Narrowed, find, hits, near_titles
from courses.search_extracts import extract, marked, spans_of
from courses.search_guesses import looser, meant
from courses.search_query import Asked, asked_for
from courses.search_words import fold
from people.leading import Refusal
from people.models import Member

PAGES = MOST // A_PAGE
MOST_SUGGESTIONS = 8

SEARCHES_A_MINUTE = 60
SUGGESTIONS_A_MINUTE = 300


class TooOften(Refusal):
    words = _("You have searched very often just now. Please wait a minute and search again.")


@dataclass(frozen=True)
class Shown:
    """A hit as it is shown."""

    hit: Hit
    title: SafeString
    extract: SafeString


@dataclass
class Results:
    """One page of what was found. `meant`: the words that were searched instead of those typed."""

    asked: Asked
    number: int = 0
    page: int = 1
    meant: str = ""
    is_looser: bool = False
    is_elsewhere: bool = False
    shown: list[Shown] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    @property
    def pages(self) -> int:
        return max(1, -(-self.number // A_PAGE))

    @property
    def has_more(self) -> bool:
        """True when there may be hits that were not looked at."""
        return self.number >= MOST


def allow(member: Member, kind: str, most: int, *, at: datetime) -> None:
    """Raise `TooOften` when the member has asked `most` times in this minute, of this process."""
    key = f"{kind}:{member.pk}:{int(at.timestamp()) // 60}"
    cache.add(key, 0, 90)
    if cache.incr(key) > most:
        raise TooOften


def results(text: str, *, reader: Member, narrowed: Narrowed, page: int, at: datetime) -> Results:
    """
    Answer a question. When nothing has all of it: what was meant, what has its pieces, the other language.

    Two statements, and some more when nothing was found.
    """
    asked = asked_for(text)
    answer = Results(asked)
    if not asked.parts:
        return answer
    allow(reader, "search", SEARCHES_A_MINUTE, at=at)
    answer.found = find(asked, reader=reader, narrowed=narrowed)
    if not answer.found:
        _try_otherwise(answer, reader=reader, narrowed=narrowed)
    answer.number = len(answer.found)
    answer.page = min(max(page, 1), answer.pages)
    first = (answer.page - 1) * A_PAGE
    answer.shown = [
        Shown(hit, marked(hit.title, answer.asked), extract(hit.text or hit.summary, answer.asked))
        for hit in hits(answer.found[first : first + A_PAGE])
    ]
    return answer


def _try_otherwise(answer: Results, *, reader: Member, narrowed: Narrowed) -> None:
    """Fill in what was found in another way, the one nearest to the question first."""
    everywhere = replace(narrowed, language="")
    asked = answer.asked
    if narrowed.language and (found := find(asked, reader=reader, narrowed=everywhere)):
        answer.found, answer.is_elsewhere = found, True
        return
    guess = meant(asked, reader=reader, narrowed=narrowed)
    if guess and (found := find(guess.asked, reader=reader, narrowed=narrowed)):
        answer.found, answer.asked, answer.meant = found, guess.asked, guess.text
        return
    cut = looser(asked)
    if cut and (found := find(cut, reader=reader, narrowed=narrowed)):
        answer.found, answer.asked, answer.is_looser = found, cut, True


def suggestions(text: str, *, reader: Member, language: str, at: datetime) -> list[str]:
    """Titles, headings and key terms, of what `reader` may read, that hold what is typed. Two statements."""
    asked = asked_for(text)
    if not asked.parts:
        return []
    allow(reader, "suggest", SUGGESTIONS_A_MINUTE, at=at)
    near = near_titles(asked, reader=reader, language=language, most=MOST_SUGGESTIONS)
    return list(dict.fromkeys(_holding(near, asked)))[:MOST_SUGGESTIONS]


def _holding(near: list[Hit], asked: Asked) -> Iterator[str]:
    """The heads of these hits that have every part: those that begin with it first."""
    holding = [
        (spans[0].start, len(head), head)
        for hit in near
        for head in hit.heads
        if (spans := spans_of(head, asked, sounds=True)) and _has_all(head, asked)
    ]
    yield from (head for _start, _length, head in sorted(holding, key=lambda each: each[:2]))


def _has_all(head: str, asked: Asked) -> bool:
    folded = fold(head)
    return all(
        part.text in folded
        or (not part.is_run and spans_of(head, replace(asked, parts=(part,)), sounds=True))
        for part in asked.parts
    )
