"""A paper as its reader sees it: before the end without the key, after it with what was right and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quizzes.attempts import last_choices
from quizzes.models import Attempt, Mark, Question, QuestionVersion, in_reader_language


@dataclass(frozen=True)
class Option:
    """An option as it is shown."""

    key: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class Asked:
    """A question as it is asked. It holds nothing of the key."""

    number: int
    stem: str
    takes_several: bool
    options: list[Option]

    @property
    def is_answered(self) -> bool:
        return any(option.is_chosen for option in self.options)


@dataclass(frozen=True)
class MarkedOption(Option):
    """An option after the end."""

    is_right: bool


@dataclass(frozen=True)
class Quoted:
    """The passage a question rested on when it was asked."""

    text: str
    work: str
    place: str


@dataclass(frozen=True)
class Explained:
    """A question after the end: what was chosen, what is right, and why."""

    number: int
    stem: str
    is_right: bool
    options: list[MarkedOption]
    explanation: str
    source: str
    quoted: Quoted | None = None

    @property
    def is_answered(self) -> bool:
        return any(option.is_chosen for option in self.options)


@dataclass(frozen=True)
class Result:
    """An attempt after the end."""

    percent: int
    points: int
    out_of: int
    passed: bool
    handed_in_at: datetime
    questions: list[Explained]


def question_at(attempt: Attempt, number: int) -> Asked | None:
    """Return the question with that number (from 1), or None when the paper has no such question."""
    if not 1 <= number <= len(attempt.paper):
        return None
    place = attempt.paper[number - 1]
    content = QuestionVersion.objects.get(pk=place["version"]).content
    last = (
        attempt.answers.filter(position=number - 1).order_by("-pk").values_list("chosen", flat=True).first()
    )
    return _asked(number, place, content, [str(key) for key in last or ()])


def questions_of(attempt: Attempt) -> list[Asked]:
    """Return all questions with what is chosen so far. Two queries."""
    versions = _versions(attempt)
    chosen = last_choices(attempt)
    return [
        _asked(position + 1, place, versions[place["version"]].content, chosen.get(position, []))
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
    chosen = last_choices(attempt)
    return next((n for n in range(1, len(attempt.paper) + 1) if not chosen.get(n - 1)), None)


def result_of(attempt: Attempt) -> Result:
    """Return the result of an attempt that was handed in, by the mark that holds. Two queries."""
    mark = Mark.objects.filter(attempt=attempt).latest("pk")
    versions = _versions(attempt)
    return Result(
        percent=mark.percent,
        points=mark.points,
        out_of=mark.out_of,
        passed=mark.passed,
        handed_in_at=attempt.handed_in_at,
        questions=[
            _explained(position + 1, place, versions[place["version"]].content, detail)
            for position, (place, detail) in enumerate(zip(attempt.paper, mark.detail, strict=True))
        ],
    )


def _versions(attempt: Attempt) -> dict[int, QuestionVersion]:
    return QuestionVersion.objects.in_bulk([place["version"] for place in attempt.paper])


def _texts(content: Mapping[str, Any]) -> dict[str, str]:
    return {o["key"]: in_reader_language(o["text"], o["text_en"]) for o in content["options"]}


def _asked(number: int, place: Mapping[str, Any], content: Mapping[str, Any], chosen: list[str]) -> Asked:
    texts = _texts(content)
    return Asked(
        number=number,
        stem=in_reader_language(content["stem"], content["stem_en"]),
        takes_several=place["kind"] == Question.Kind.MULTIPLE_CHOICE,
        options=[Option(key, texts[key], key in chosen) for key in place["options"]],
    )


def _explained(
    number: int, place: Mapping[str, Any], content: Mapping[str, Any], detail: Mapping[str, Any]
) -> Explained:
    texts = _texts(content)
    return Explained(
        number=number,
        stem=in_reader_language(content["stem"], content["stem_en"]),
        is_right=detail["right"],
        options=[
            MarkedOption(key, texts[key], key in detail["chosen"], key in content["correct"])
            for key in place["options"]
        ],
        explanation=in_reader_language(content["explanation"], content["explanation_en"]),
        source=in_reader_language(content["source"], content["source_en"]),
        quoted=_quoted(content["passage"]) if content.get("passage") else None,
    )


def _quoted(passage: Mapping[str, str]) -> Quoted:
    said = ("text", "work_title", "place")
    return Quoted(*(in_reader_language(passage[name], passage[f"{name}_en"]) for name in said))
