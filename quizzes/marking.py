"""The arithmetic of marking. Nothing here knows about the database or the web."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VERSION = 1
"""Grows when the same answers would be marked differently; it is kept with each mark."""


@dataclass(frozen=True)
class Marking:
    """What a paper is worth: a point a question, and for each question whether it was answered rightly."""

    points: int
    out_of: int
    percent: int
    right: tuple[bool, ...]


def mark(paper_content: Sequence[Mapping[str, Any]], chosen: Mapping[int, Collection[str]]) -> Marking:
    """
    Mark the questions of a paper, in order, with what was chosen at each position.

    A question is right when exactly its right options were chosen: all of them and no other. What was not
    answered is not right. What was chosen for a position that is not on the paper counts for nothing.
    """
    right = tuple(
        bool(content["correct"]) and set(chosen.get(position, ())) == set(content["correct"])
        for position, content in enumerate(paper_content)
    )
    return Marking(
        points=sum(right), out_of=len(right), percent=percentage(sum(right), len(right)), right=right
    )


def percentage(points: int, out_of: int) -> int:
    """Return points as a whole per cent, a half rounded up; nothing out of nothing is 0."""
    return (200 * points + out_of) // (2 * out_of) if out_of else 0


def passed(percent: int, pass_mark: int) -> bool:
    """Whether the result reaches the pass mark."""
    return percent >= pass_mark
