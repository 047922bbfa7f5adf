"""What was meant: one wrong character, or the right sound in wrong characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from courses.search import Hit, Narrowed, found_by
from courses.search_pinyin import sound
from courses.search_query import Asked, Part, Term, Way, asked_for
from courses.search_words import PIECE, asked_grams, fold, pairs
from people.models import Member

MOST_LOOKED_AT = 40
"""Lessons whose words are compared with what was asked."""

LONGEST_RUN = 16
MOST_PARTS = 3
SHORTEST_WORD = 4
"""A shorter word is nearly any other with one letter changed."""


@dataclass(frozen=True)
class Guess:
    """What was probably meant, and the question that asks for it."""

    text: str
    asked: Asked


def meant(asked: Asked, *, reader: Member, narrowed: Narrowed) -> Guess | None:
    """
    Return the question with one wrong character put right, of words that this reader may read.

    Each Chinese run and each word in turn is compared, first with titles, headings and key terms, then with
    the text. Asked only when nothing is found.
    """
    for part in asked.parts[:MOST_PARTS]:
        better = _better(part, reader=reader, narrowed=narrowed)
        if better:
            text = _put_right(asked.text, part.text, better)
            return Guess(text, asked_for(text))
    return None


def _better(part: Part, *, reader: Member, narrowed: Narrowed) -> str | None:
    if part.day or len(part.text) > LONGEST_RUN:
        return None
    if not part.is_run:
        return _better_word(part.text, reader=reader, narrowed=narrowed)
    pattern = _one_other(part.text)
    for place, sounding in (("H", True), ("W", False)):
        conditions = list(_conditions(part.text, place, sounding=sounding))
        hits = found_by(conditions, reader=reader, narrowed=narrowed, most=MOST_LOOKED_AT)
        better = _best(part.text, pattern, _texts(hits, place))
        if better:
            return better
    return None


def _conditions(run: str, place: str, *, sounding: bool) -> Iterator[str]:
    """What of a run is left without each of its characters; and how it sounds."""
    if len(run) > 2:
        for n in range(len(run)):
            left = [gram for half in (run[:n], run[n + 1 :]) for gram in list(pairs(half)) or list(half)]
            yield " & ".join(Term(gram).at(place) for gram in left)
    if sounding and len(run) > 1:
        yield Term("P" + "".join(sound(run)), begins=True).at(place)


def _one_other(run: str) -> re.Pattern[str]:
    """The run with any other character in one of its places, overlapping ones too."""
    ways = (f"{run[:n]}[^\\W\\d_a-z]{run[n + 1 :]}" for n in range(len(run)))
    return re.compile(f"(?=({'|'.join(ways)}))")


def _texts(hits: Iterable[Hit], place: str) -> Iterator[str]:
    for hit in hits:
        yield from map(fold, hit.heads)
        if place == "W":
            yield fold(hit.text)


def _best(run: str, pattern: re.Pattern[str], texts: Iterable[str]) -> str | None:
    """The likeliest of what stands in these texts: what sounds alike, then what is there oftenest."""
    looked_at = list(texts)
    heard = sound(run)
    counted: Counter[str] = Counter()
    if len(run) > 2:
        counted.update(found[1] for text in looked_at for found in pattern.finditer(text))
    if not counted:
        counted.update(each for text in looked_at for each in _heard_in(text, heard))
    counted.pop(run, None)
    return min(counted, key=lambda each: (sound(each) != heard, -counted[each], each), default=None)


def _heard_in(text: str, heard: tuple[str, ...]) -> Iterator[str]:
    """What sounds so in a title or heading; a whole body is not spelled out."""
    if len(text) > 300:
        return
    for found in PIECE.finditer(text):
        syllables = sound(found["run"]) if found["run"] else ()
        for n in range(len(syllables) - len(heard) + 1):
            if syllables[n : n + len(heard)] == heard:
                yield found["run"][n : n + len(heard)]


def _better_word(word: str, *, reader: Member, narrowed: Narrowed) -> str | None:
    """A word that begins alike and has one letter changed, left out or added, or two exchanged."""
    if len(word) < SHORTEST_WORD:
        return None
    beginning = Term(word[: (len(word) + 1) // 2], begins=True).at("H")
    hits = found_by([beginning], reader=reader, narrowed=narrowed, most=MOST_LOOKED_AT)
    counted = Counter(
        found[0]
        for text in _texts(hits, "H")
        for found in PIECE.finditer(text)
        if not found["run"] and found[0] != word and is_one_apart(found[0], word)
    )
    return min(counted, key=lambda each: (-counted[each], each), default=None)


def is_one_apart(one: str, other: str) -> bool:
    """True when one letter is changed, left out or added, or two neighbours are exchanged."""
    if abs(len(one) - len(other)) > 1:
        return False
    if len(one) > len(other):
        one, other = other, one
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[same:] == other[same + 1 :]
    swapped = one[same : same + 2] == other[same : same + 2][::-1] and one[same + 2 :] == other[same + 2 :]
    return one[same + 1 :] == other[same + 1 :] or swapped


def _put_right(text: str, wrong: str, better: str) -> str:
    """The question as it was typed, with the better word in it; folded, when it was typed otherwise."""
    return text.replace(wrong, better) if wrong in text else fold(text).replace(wrong, better)


def looser(asked: Asked) -> Asked | None:
    """The question with each long run cut in two: 群众教育 is then found where 群众的教育 stands."""
    parts = tuple(_cut(part) if part.is_run and len(part.text) >= 4 else part for part in asked.parts)
    return replace(asked, parts=parts) if parts != asked.parts else None


def _cut(part: Part) -> Part:
    run = part.text[:LONGEST_RUN]
    halves = ((run[:n], run[n:]) for n in range(2, len(run) - 1))
    ways = (Way(tuple(Term(gram) for half in both for gram in asked_grams(half))) for both in halves)
    return replace(part, ways=tuple(ways))
