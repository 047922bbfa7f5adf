"""A paper as its reader sees it before the end: what is asked and what was given, nothing of the key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from string import ascii_uppercase
from typing import Any

from quizzes.answers import LONGEST_BLANK, LONGEST_TEXT
from quizzes.attempts import answers_that_hold, versions_of
from quizzes.folding import Version, fold, others
from quizzes.models import Attempt, Question, QuestionVersion, in_reader_language

CHOICE = frozenset({Question.Kind.SINGLE_CHOICE, Question.Kind.MULTIPLE_CHOICE, Question.Kind.TRUE_FALSE})

LETTERS = (*ascii_uppercase, *(a + b for a in ascii_uppercase for b in ascii_uppercase))
"""A to Z, then AA to ZZ: what the rows of the other side of a question to match are called; never more."""


@dataclass(frozen=True)
class Option:
    """
    An option as it is shown. `match`: the key of what the reader put beside it, in a question to match.
    `letter`: what the other side of such a question is called by.
    """

    key: str
    text: str
    is_chosen: bool
    match: str = ""
    letter: str = ""


@dataclass(frozen=True)
class Case:
    """The text that this question and its neighbours are about."""

    key: str
    title: str
    text: str
    source: str


@dataclass(frozen=True)
class Blank:
    """A blank as it is asked: whether words, a number or a date belong there, and what stands in it."""

    kind: str
    text: str

    @property
    def longest(self) -> int:
        return LONGEST_BLANK


@dataclass(frozen=True)
class Elsewhere:
    """What was given besides the answer that holds, in words: on another device, or after the end."""

    words: str
    is_late: bool
    given_at: datetime


@dataclass(frozen=True)
class Asked:
    """
    A question as it is asked. It holds nothing of the key.

    `options`: to put in order, they stand as the reader put them. `matches`: the other side of a question to
    match. `words`: what stands in each blank, or the short answer. `given`: the answer as it is kept.
    """

    number: int
    kind: str
    stem: str
    options: list[Option]
    matches: list[Option] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    points: int = 1
    case: Case | None = None
    blanks: list[Blank] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)

    @property
    def takes_several(self) -> bool:
        return self.kind == Question.Kind.MULTIPLE_CHOICE

    @property
    def is_choice(self) -> bool:
        return self.kind in CHOICE

    @property
    def is_answered(self) -> bool:
        return bool(self.given)

    @property
    def longest(self) -> int:
        """Characters that a short answer takes."""
        return LONGEST_TEXT


@dataclass(frozen=True)
class Together:
    """Questions that stand together: those of one case under its text, or one by itself."""

    case: Case | None
    questions: list[Asked]

    @property
    def numbers(self) -> list[int]:
        return [asked.number for asked in self.questions]


def questions_of(attempt: Attempt) -> list[Asked]:
    """Return all questions with what was given so far, here and elsewhere. Two queries."""
    versions = QuestionVersion.objects.in_bulk([place["version"] for place in attempt.paper])
    answers = versions_of(attempt)
    held, besides = fold(answers), others(answers)
    return [
        _asked(
            position + 1,
            place,
            versions[place["version"]].content,
            list(held[position].given) if position in held else [],
            besides.get(position, ()),
        )
        for position, place in enumerate(attempt.paper)
    ]


def together(questions: Iterable[Asked]) -> list[Together]:
    """Return the questions of a paper in order, those of one case under its text."""
    groups = groupby(questions, key=lambda asked: asked.case.key if asked.case else asked.number)
    rows = [list(group) for _same, group in groups]
    return [Together(row[0].case, row) for row in rows]


def asked_on(paper: Sequence[Mapping[str, Any]]) -> list[Asked]:
    """Return the questions of a paper that no attempt holds yet, in the reader's language. One query."""
    versions = QuestionVersion.objects.in_bulk([place["version"] for place in paper])
    return [
        _asked(position + 1, place, versions[place["version"]].content, [])
        for position, place in enumerate(paper)
    ]


def first_unanswered(attempt: Attempt) -> int | None:
    """Return the number of the first question without an answer, or None when all have one. One query."""
    given = answers_that_hold(attempt)
    return next((n for n in range(1, len(attempt.paper) + 1) if not given.get(n - 1)), None)


def words_of(row: Mapping[str, str], name: str = "text") -> str:
    """Return a text of a frozen question in the reader's language."""
    return in_reader_language(row[name], row[f"{name}_en"])


def texts_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the words of both sides of a question by key."""
    return {row["key"]: words_of(row) for row in [*content["options"], *content.get("matches", ())]}


def case_of(content: Mapping[str, Any]) -> Case | None:
    """Return the text that a question is about, where it is about one."""
    case = content.get("case")
    return (
        Case(case["key"], *(words_of(case, name) for name in ("title", "text", "source"))) if case else None
    )


def elsewhere_of(
    place: Mapping[str, Any], content: Mapping[str, Any], besides: Iterable[Version]
) -> list[Elsewhere]:
    """Return what was given besides, in words, the newest first."""
    return [Elsewhere(said(place, content, one.given), one.is_late, one.given_at) for one in besides]


def said(place: Mapping[str, Any], content: Mapping[str, Any], given: Sequence[str]) -> str:
    """Return an answer in words; nothing, when it was taken back."""
    texts = texts_of(content)
    match place["kind"]:
        case Question.Kind.FILL_IN | Question.Kind.SHORT_ANSWER:
            return " · ".join(text or "–" for text in given)
        case Question.Kind.ORDERING:
            return " → ".join(texts.get(key, "–") for key in given)
        case Question.Kind.MATCHING:
            pairs = zip(place["options"], given, strict=False)
            return " · ".join(f"{texts[key]} – {texts[one]}" for key, one in pairs if one)
        case _:
            return " · ".join(texts[key] for key in place["options"] if key in given)


def _asked(
    number: int,
    place: Mapping[str, Any],
    content: Mapping[str, Any],
    given: list[str],
    besides: Iterable[Version] = (),
) -> Asked:
    texts = texts_of(content)
    kind = place["kind"]
    keys = given if kind == Question.Kind.ORDERING and given else place["options"]
    beside = given if kind == Question.Kind.MATCHING and given else [""] * len(keys)
    number_of_words = place.get("blanks", 1 if kind == Question.Kind.SHORT_ANSWER else 0)
    words = (given or [""] * number_of_words) if number_of_words else []
    return Asked(
        number=number,
        kind=kind,
        stem=words_of(content, "stem"),
        options=[
            Option(key, texts.get(key, "–"), key in given, one)
            for key, one in zip(keys, beside, strict=False)
        ],
        matches=[
            Option(key, texts[key], key in given, letter=letter)
            for key, letter in zip(place.get("matches", ()), LETTERS, strict=False)
        ],
        words=words,
        given=given,
        points=content.get("points", 1),
        case=case_of(content),
        blanks=[
            Blank(blank["kind"], text) for blank, text in zip(content.get("blanks", ()), words, strict=False)
        ],
        elsewhere=elsewhere_of(place, content, besides),
    )
