"""What speaks for an error in a question or its key. Arithmetic; nothing here knows the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEAST_ANSWERS = 20
"""Below so many answers nothing is suspected: it may well be chance."""

KEY_MAY_BE_WRONG = "key_may_be_wrong"
TWO_KEYS = "two_keys"
DOES_NOT_DISCRIMINATE = "does_not_discriminate"
TOO_HARD = "too_hard"
TOO_EASY = "too_easy"
OPTION_NEVER_CHOSEN = "option_never_chosen"

CODES = (KEY_MAY_BE_WRONG, TWO_KEYS, DOES_NOT_DISCRIMINATE, TOO_HARD, TOO_EASY, OPTION_NEVER_CHOSEN)
"""The gravest first."""

EASY, HARD = 0.95, 0.3
"""A mean score from and below which a question is too easy, too hard."""

LEAST_DISCRIMINATION = 0.1
LEAST_TO_DISCRIMINATE = 50
"""Answers below which a small correlation may well be chance."""

NEARLY = 0.75
"""So much of the key's share among the better third makes another option nearly as good."""

_OPTIONS = frozenset({"single_choice", "multiple_choice", "true_false"})


@dataclass(frozen=True)
class Chosen:
    """
    What was given, how often, what it earned, and its share among the better and the weaker third.

    Better and weaker by all other questions of the paper.
    """

    given: list[str]
    count: int
    score: float
    high: float
    low: float


@dataclass(frozen=True)
class Figures:
    """What was counted of a version."""

    answers: int
    facility: float
    discrimination: float | None
    chosen: tuple[Chosen, ...]


def suspects_of(content: Mapping[str, Any], figures: Figures) -> list[str]:
    """Return the codes of what is suspect, the gravest first; none below twenty answers."""
    if figures.answers < LEAST_ANSWERS:
        return []
    easy = figures.facility >= EASY
    enough = figures.answers >= LEAST_TO_DISCRIMINATE and figures.discrimination is not None
    flat = enough and (figures.discrimination or 0) < LEAST_DISCRIMINATION
    rival, key = _rival_and_key(content, figures.chosen)
    better = rival is not None and rival.high > key
    nearly = rival is not None and rival.high >= max(NEARLY * key, rival.low) > 0
    found = {
        KEY_MAY_BE_WRONG: better,
        TWO_KEYS: nearly and not better and content["kind"] != "true_false",
        DOES_NOT_DISCRIMINATE: flat and not easy,
        TOO_HARD: figures.facility < HARD,
        TOO_EASY: easy,
        OPTION_NEVER_CHOSEN: content["kind"] in _OPTIONS and any(not one.count for one in figures.chosen),
    }
    return [code for code in CODES if found[code]]


def _rival_and_key(content: Mapping[str, Any], chosen: Sequence[Chosen]) -> tuple[Chosen | None, float]:
    """
    Return what is wrong and yet given most by the better third, and the share of it that gave what is right.

    Of several right options it is the one chosen least; of several right wordings all together.
    """
    given = [one for one in chosen if one.given]
    right = [one.high for one in given if one.score >= 1]
    wrong = [one for one in given if one.score < 1]
    if not right or not wrong:
        return None, 0
    return max(wrong, key=lambda one: one.high), (min if content["kind"] == "multiple_choice" else sum)(right)
