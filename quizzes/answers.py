"""What may be given as answer to a question of a paper, for each kind. Without the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quizzes.questions import Question

LONGEST_BLANK = 200
LONGEST_TEXT = 4000
"""Characters that a blank and a short answer take."""


class NotOnThePaper(Exception):
    """The question or the option is not on this paper, or more was given than the question takes."""


class TooLong(Exception):
    """More was written than the question takes. The first argument is how many characters it takes."""


def answer_for(paper: Sequence[Mapping[str, Any]], position: int, given: Sequence[str]) -> list[str]:
    """
    Return an answer as it is kept (see `Answer.given`); nothing said is the empty list.

    :raises NotOnThePaper: when the paper holds no such question or option, or it takes less.
    :raises TooLong: when a text is longer than the question takes.
    """
    if not 0 <= position < len(paper):
        raise NotOnThePaper
    place = paper[position]
    if not any(given):
        return []
    match place["kind"]:
        case Question.Kind.FILL_IN:
            return _texts(given, number=place["blanks"], longest=LONGEST_BLANK)
        case Question.Kind.SHORT_ANSWER:
            return _texts(given, number=1, longest=LONGEST_TEXT)
        case Question.Kind.ORDERING:
            return _check(list(given), sorted(given) == sorted(place["options"]))
        case Question.Kind.MATCHING:
            known = {*place["matches"], ""}
            return _check(list(given), len(given) == len(place["options"]) and known.issuperset(given))
        case kind:
            chosen = sorted(set(given))
            one = kind != Question.Kind.MULTIPLE_CHOICE
            return _check(chosen, set(chosen).issubset(place["options"]) and (len(chosen) == 1 or not one))


def _kept(text: str) -> str:
    """A text as PostgreSQL keeps it: without NUL, which nobody types, and halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "").replace("\r\n", "\n").strip()


def _check(given: list[str], is_right: bool) -> list[str]:
    if not is_right:
        raise NotOnThePaper
    return given


def _texts(given: Sequence[str], *, number: int, longest: int) -> list[str]:
    if len(given) != number:
        raise NotOnThePaper
    texts = [_kept(text) for text in given]
    if any(len(text) > longest for text in texts):
        raise TooLong(longest)
    return texts if any(texts) else []
