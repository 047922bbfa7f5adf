"""What a sitting looks like: counted pieces from its beginning on, and between them what is not counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from hours.clock import Refusal, Span, total

SHORTEST = 80
"""Seconds of the shortest sitting."""


@dataclass(frozen=True)
class Shape:
    """A sitting without its time of day, in seconds from its beginning."""

    pieces: list[Span]
    refused: dict[str, list[Span]] = field(default_factory=dict)

    @property
    def counted(self) -> int:
        return total(self.pieces)

    @property
    def ends(self) -> int:
        """The last thing known of it; quiet at the end belongs to it."""
        return max(span.end for spans in (self.pieces, *self.refused.values()) for span in spans)

    @property
    def refused_seconds(self) -> dict[str, int]:
        return {why: total(spans) for why, spans in self.refused.items()}

    def limited(self, room: int) -> Shape:
        """The same where the lesson can earn only so many seconds more: the rest counts nothing."""
        kept: list[Span] = []
        beyond: list[Span] = []
        for begin, end in self.pieces:
            middle = min(end, begin + max(room, 0))
            kept += [Span(begin, middle)] if begin < middle else []
            beyond += [Span(middle, end)] if middle < end else []
            room -= end - begin
        limit = {str(Refusal.LESSON_LIMIT): beyond} if beyond else {}
        return Shape(kept, self.refused | limit)


def draw_shape(rng: Random, length: float) -> Shape:
    """So many seconds of reading in up to three pieces; between and after them quiet, or a hidden page."""
    seconds = max(SHORTEST, int(length))
    count = max(1, min(rng.choices((1, 2, 3), (5, 3, 2))[0], seconds // 90))
    cuts = sorted(rng.sample(range(30, seconds - 30, 20), count - 1))
    pieces: list[Span] = []
    refused: dict[str, list[Span]] = {}
    now = 0
    for begin, end in zip([0, *cuts], [*cuts, seconds], strict=True):
        if pieces:
            now = _refuse(rng, refused, now, rng.randint(15, 240))
        pieces.append(Span(now, now + end - begin))
        now += end - begin
    if rng.random() < 0.35:
        _refuse(rng, refused, now, rng.randint(10, 200))
    return Shape(pieces, refused)


def _refuse(rng: Random, refused: dict[str, list[Span]], begin: int, seconds: int) -> int:
    why = Refusal.QUIET if rng.random() < 0.7 else Refusal.HIDDEN
    refused.setdefault(str(why), []).append(Span(begin, begin + seconds))
    return begin + seconds
