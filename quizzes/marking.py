"""The arithmetic of marking. Nothing here knows about the database or the web."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from quizzes.same_words import fills

VERSION = 3
"""Grows when the same answers would be marked differently; it is kept with each mark."""

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Marked:
    """
    What an answer to one question is worth.

    `right`: all of its points. `awaiting`: a person has not marked it yet; its points are 0 until then.
    """

    points: Fraction
    out_of: int
    right: bool
    awaiting: bool = False


@dataclass(frozen=True)
class Marking:
    """What a paper is worth, and each question of it."""

    questions: tuple[Marked, ...]

    @property
    def points(self) -> Decimal:
        return hundredths(sum((one.points for one in self.questions), Fraction()))

    @property
    def out_of(self) -> Decimal:
        return Decimal(sum(one.out_of for one in self.questions))

    @property
    def percent(self) -> int:
        return percentage(sum((one.points for one in self.questions), Fraction()), int(self.out_of))

    @property
    def awaiting(self) -> int:
        return sum(one.awaiting for one in self.questions)

    @property
    def right(self) -> tuple[bool, ...]:
        return tuple(one.right for one in self.questions)


def mark(
    paper_content: Sequence[Mapping[str, Any]],
    given: Mapping[int, Sequence[str]],
    by_hand: Mapping[int, int] | None = None,
) -> Marking:
    """
    Mark the questions of a paper, in order, with what was given at each position.

    `by_hand`: the points a person gave, by position; they hold for short answers only. What was not answered
    is not right. What was given for a position that is not on the paper counts for nothing.
    """
    hand = by_hand or {}
    return Marking(
        tuple(
            mark_question(content, given.get(position, ()), hand.get(position))
            for position, content in enumerate(paper_content)
        )
    )


def mark_question(content: Mapping[str, Any], given: Sequence[str], by_hand: int | None = None) -> Marked:
    """
    Mark one answer (for the shape of `given`, see `Answer`).

    All or nothing, unless the question gives points for parts. The rule for parts, each time of the points:

    * multiple choice: right options chosen minus wrong ones chosen, out of the right ones, never below none;
    * fill in, match: blanks or rows that are right, out of all;
    * put in order: neighbours that follow each other rightly, out of all.
    """
    out_of = int(content.get("points", 1))
    if content["kind"] == "short_answer":
        return _by_hand(given, by_hand, out_of)
    share = _share(content, given)
    if share < 1 and not content.get("partial"):
        share = Fraction()
    return Marked(share * out_of, out_of, right=share == 1)


def _by_hand(given: Sequence[str], points: int | None, out_of: int) -> Marked:
    if points is None:
        return Marked(Fraction(), out_of, right=False, awaiting=any(text.strip() for text in given))
    held = Fraction(min(max(points, 0), out_of))
    return Marked(held, out_of, right=held == out_of)


def _share(content: Mapping[str, Any], given: Sequence[str]) -> Fraction:
    """How much of the key was met, from 0 to 1."""
    match content["kind"]:
        case "fill_in":
            return _share_of_blanks(content["blanks"], given)
        case "matching":
            return _share_of_rows(content["correct"], given)
        case "ordering":
            return _share_of_neighbours(content["correct"], given)
        case "single_choice" | "true_false":
            return _share_of_one(content["correct"], given)
        case _:
            return _share_of_choice(content["correct"], given)


def _share_of_choice(correct: Sequence[str], given: Sequence[str]) -> Fraction:
    right, chosen = set(correct), set(given)
    if not right:
        return Fraction()
    return max(Fraction(len(chosen & right) - len(chosen - right), len(right)), Fraction())


def _share_of_one(correct: Sequence[str], given: Sequence[str]) -> Fraction:
    """One option is asked for: when a corrected key names several, each of them is right."""
    chosen = set(given)
    return Fraction(len(chosen) == 1 and chosen <= set(correct))


def _share_of_blanks(blanks: Sequence[Mapping[str, Any]], given: Sequence[str]) -> Fraction:
    met = sum(fills(blank, text) for blank, text in zip(blanks, given, strict=False))
    return Fraction(met, len(blanks)) if blanks else Fraction()


def _share_of_rows(correct: Sequence[str], given: Sequence[str]) -> Fraction:
    met = sum(right == chosen for right, chosen in zip(correct, given, strict=False))
    return Fraction(met, len(correct)) if correct else Fraction()


def _share_of_neighbours(correct: Sequence[str], given: Sequence[str]) -> Fraction:
    if list(given) == list(correct):
        return Fraction(1 if correct else 0)
    right = set(pairwise(correct))
    met = sum(pair in right for pair in pairwise(given))
    return Fraction(met, len(right)) if right else Fraction()


def hundredths(points: Fraction) -> Decimal:
    """Return points as they are written down: to the hundredth, a half rounded up."""
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return exact.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


def percentage(points: int | Fraction, out_of: int) -> int:
    """Return points as a whole per cent, a half rounded up; nothing out of nothing is 0."""
    return int((200 * Fraction(points) + out_of) // (2 * out_of)) if out_of else 0


def passed(percent: int, pass_mark: int) -> bool:
    """Whether the result reaches the pass mark."""
    return percent >= pass_mark
