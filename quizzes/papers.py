"""A paper as its reader sees it: before the end without the key, after it with what was right and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from quizzes.attempts import answers_that_hold, versions_of
from quizzes.folding import fold
from quizzes.models import Attempt, Mark, Question, QuestionVersion, in_reader_language
from quizzes.same_words import fills

CHOICE = frozenset({Question.Kind.SINGLE_CHOICE, Question.Kind.MULTIPLE_CHOICE, Question.Kind.TRUE_FALSE})


@dataclass(frozen=True)
class Option:
    """An option as it is shown. `match`: the key of what the reader put beside it, in a question to match."""

    key: str
    text: str
    is_chosen: bool
    match: str = ""


@dataclass(frozen=True)
class Case:
    """The text that this question and its neighbours are about."""

    key: str
    title: str
    text: str
    source: str


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

    @property
    def takes_several(self) -> bool:
        return self.kind == Question.Kind.MULTIPLE_CHOICE

    @property
    def is_choice(self) -> bool:
        return self.kind in CHOICE

    @property
    def is_answered(self) -> bool:
        return bool(self.given)


@dataclass(frozen=True)
class MarkedOption(Option):
    """An option after the end. `right_match`: what belongs to it, in words, in a question to match."""

    is_right: bool = False
    feedback: str = ""
    chosen_match: str = ""
    right_match: str = ""


@dataclass(frozen=True)
class MarkedBlank:
    """A blank after the end: what was written, and what is accepted."""

    given: str
    is_right: bool
    accepted: list[str]


@dataclass(frozen=True)
class Quoted:
    """The passage a question rested on when it was asked."""

    text: str
    work: str
    place: str


@dataclass(frozen=True)
class Explained:
    """
    A question after the end: what was given, what is right, and why.

    `right_order`: the options in the right order, where they were to be put in order. `is_awaiting`: a person
    has still to mark it. `comment`: what they wrote to it.
    """

    number: int
    kind: str
    stem: str
    is_right: bool
    is_answered: bool
    points: Decimal
    out_of: int
    options: list[MarkedOption]
    explanation: str
    source: str
    quoted: Quoted | None = None
    case: Case | None = None
    right_order: list[str] = field(default_factory=list)
    blanks: list[MarkedBlank] = field(default_factory=list)
    words: str = ""
    is_awaiting: bool = False

    @property
    def is_partly_right(self) -> bool:
        return not self.is_right and self.points > 0


@dataclass(frozen=True)
class Result:
    """An attempt after the end. `awaiting`: questions that a person has still to mark."""

    percent: int
    points: Decimal
    out_of: Decimal
    passed: bool
    awaiting: int
    handed_in_at: datetime
    questions: list[Explained]


def question_at(attempt: Attempt, number: int) -> Asked | None:
    """Return the question with that number (from 1), or None when the paper has no such question."""
    if not 1 <= number <= len(attempt.paper):
        return None
    place = attempt.paper[number - 1]
    content = QuestionVersion.objects.get(pk=place["version"]).content
    held = fold(versions_of(attempt, position=number - 1)).get(number - 1)
    return _asked(number, place, content, list(held.given) if held else [])


def questions_of(attempt: Attempt) -> list[Asked]:
    """Return all questions with what is chosen so far. Two queries."""
    versions = _versions(attempt)
    given = answers_that_hold(attempt)
    return [
        _asked(position + 1, place, versions[place["version"]].content, given.get(position, []))
        for position, place in enumerate(attempt.paper)
    ]


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


def result_of(attempt: Attempt) -> Result:
    """Return the result of an attempt that was handed in, by the mark that holds. Two queries."""
    mark = Mark.objects.filter(attempt=attempt).latest("pk")
    versions = _versions(attempt)
    return Result(
        percent=mark.percent,
        points=mark.points,
        out_of=mark.out_of,
        passed=mark.passed,
        awaiting=mark.awaiting,
        handed_in_at=attempt.handed_in_at,
        questions=[
            _explained(position + 1, place, versions[place["version"]].content, detail)
            for position, (place, detail) in enumerate(zip(attempt.paper, mark.detail, strict=True))
        ],
    )


def _versions(attempt: Attempt) -> dict[int, QuestionVersion]:
    return QuestionVersion.objects.in_bulk([place["version"] for place in attempt.paper])


def _words(row: Mapping[str, str], name: str = "text") -> str:
    return in_reader_language(row[name], row[f"{name}_en"])


def _texts(content: Mapping[str, Any]) -> dict[str, str]:
    """The words of both sides by key."""
    return {row["key"]: _words(row) for row in [*content["options"], *content.get("matches", ())]}


def _asked(number: int, place: Mapping[str, Any], content: Mapping[str, Any], given: list[str]) -> Asked:
    texts = _texts(content)
    kind = place["kind"]
    keys = given if kind == Question.Kind.ORDERING and given else place["options"]
    beside = given if kind == Question.Kind.MATCHING and given else [""] * len(keys)
    number_of_words = place.get("blanks", 1 if kind == Question.Kind.SHORT_ANSWER else 0)
    return Asked(
        number=number,
        kind=kind,
        stem=_words(content, "stem"),
        options=[Option(key, texts[key], key in given, one) for key, one in zip(keys, beside, strict=False)],
        matches=[Option(key, texts[key], key in given) for key in place.get("matches", ())],
        words=(given or [""] * number_of_words) if number_of_words else [],
        given=given,
        points=content.get("points", 1),
        case=_case(content),
    )


def _case(content: Mapping[str, Any]) -> Case | None:
    case = content.get("case")
    return Case(case["key"], *(_words(case, name) for name in ("title", "text", "source"))) if case else None


def _explained(
    number: int, place: Mapping[str, Any], content: Mapping[str, Any], detail: Mapping[str, Any]
) -> Explained:
    texts = _texts(content)
    given, kind = detail["given"], place["kind"]
    ordering = kind == Question.Kind.ORDERING
    return Explained(
        number=number,
        kind=kind,
        stem=_words(content, "stem"),
        is_right=detail["right"],
        is_answered=bool(given),
        points=Decimal(str(detail["points"])),
        out_of=detail["out_of"],
        options=_marked_options(place, content, given, texts),
        explanation=_words(content, "explanation"),
        source=_words(content, "source"),
        quoted=_quoted(content["passage"]) if content.get("passage") else None,
        case=_case(content),
        right_order=[texts[key] for key in content["correct"]] if ordering else [],
        blanks=_marked_blanks(content, given),
        words=given[0] if kind == Question.Kind.SHORT_ANSWER and given else "",
        is_awaiting=bool(detail.get("awaiting")),
    )


def _marked_options(
    place: Mapping[str, Any], content: Mapping[str, Any], given: list[str], texts: Mapping[str, str]
) -> list[MarkedOption]:
    kind = place["kind"]
    pairs = kind == Question.Kind.MATCHING
    rights = dict(zip(place["options"], content["correct"], strict=True)) if pairs else {}
    beside = dict(zip(place["options"], given, strict=False)) if pairs else {}
    feedback = {o["key"]: _words(o, "feedback") for o in content["options"] if "feedback" in o}
    keys = given if kind == Question.Kind.ORDERING and given else place["options"]
    return [
        MarkedOption(
            key,
            texts[key],
            key in given,
            is_right=beside.get(key) == rights[key] if pairs else key in content["correct"],
            feedback=feedback.get(key, ""),
            chosen_match=texts.get(beside.get(key, ""), ""),
            right_match=texts.get(rights.get(key, ""), ""),
        )
        for key in keys
    ]


def _marked_blanks(content: Mapping[str, Any], given: list[str]) -> list[MarkedBlank]:
    blanks = content.get("blanks", ())
    texts = given or [""] * len(blanks)
    english = get_language() == "en"
    return [
        MarkedBlank(text, fills(blank, text), (english and blank["accepted_en"]) or blank["accepted"])
        for blank, text in zip(blanks, texts, strict=True)
    ]


def _quoted(passage: Mapping[str, str]) -> Quoted:
    said = ("text", "work_title", "place")
    return Quoted(*(in_reader_language(passage[name], passage[f"{name}_en"]) for name in said))
