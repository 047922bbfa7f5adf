"""What differs between two editions of a lesson, told to its readers paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from courses.lesson_words import paragraphs
from courses.models import LessonEdition

LIKE = 0.4
"""Two paragraphs at least so alike are one that was changed; else one went and another came."""

_PIECE = re.compile(r"[A-Za-z0-9]+(?:['’.-][A-Za-z0-9]+)*|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """Words that stayed, went or came. `kind`: `same`, `removed`, `added`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """A paragraph that was changed, removed or added, in pieces."""

    kind: str
    pieces: tuple[Piece, ...]


def changes(old: LessonEdition, new: LessonEdition) -> list[Change]:
    """Return what is not the same in `new`, in its order. Two editions of the same words: nothing."""
    before, after = (paragraphs(each.title, each.summary, each.html) for each in (old, new))
    found: list[Change] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "equal":
            found += _between(before[i1:i2], after[j1:j2])
    return found


def _between(before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    """Pair what went with what came, in order, where the two are alike."""
    waiting = list(before)
    for text in after:
        like = next((old for old in waiting if _likeness(old, text) >= LIKE), None)
        if like is None:
            yield Change("added", (Piece("added", text),))
            continue
        for gone in waiting[: waiting.index(like)]:
            yield Change("removed", (Piece("removed", gone),))
        waiting = waiting[waiting.index(like) + 1 :]
        yield Change("changed", tuple(_pieces(like, text)))
    for gone in waiting:
        yield Change("removed", (Piece("removed", gone),))


def _likeness(old: str, new: str) -> float:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= LIKE else 0.0


def _pieces(old: str, new: str) -> Iterator[Piece]:
    """By character in Chinese, by word in Latin script."""
    before, after = _PIECE.findall(old), _PIECE.findall(new)
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(before[i1:i2]))
            continue
        if i1 < i2:
            yield Piece("removed", "".join(before[i1:i2]))
        if j1 < j2:
            yield Piece("added", "".join(after[j1:j2]))
