"""A paper after the end: what was given, what is right and why, as far as the quiz shows it by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from quizzes import marking
from quizzes.attempts import contents_of, versions_of
from quizzes.folding import Version, fold, others
from quizzes.models import Attempt, Checked, GivenPoints, Mark, Question, Quiz
from quizzes.papers import (
    Asked,
    Case,
    Elsewhere,
    Option,
    case_of,
    elsewhere_of,
    questions_of,
    said,
    texts_of,
    words_of,
)
from quizzes.same_words import fills
from quizzes.time_limits import GRACE


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
    """The passage a question rested on when it was asked, with its key."""

    key: UUID
    text: str
    work: str
    place: str


@dataclass(frozen=True)
class RubricPoints:
    """A line of the rubric, and what a person gave for it; none before that."""

    text: str
    out_of: int
    points: int | None = None


@dataclass(frozen=True)
class Explained:
    """
    A question after the end: what was given, what is right, and why.

    `right_order`: the options in the right order, where they were to be put in order. `is_awaiting`: a person
    has still to mark it. `comment`: what they wrote to it. `elsewhere`: what was given besides, and is kept.
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
    rubric: list[RubricPoints] = field(default_factory=list)
    comment: str = ""
    elsewhere: list[Elsewhere] = field(default_factory=list)

    @property
    def is_partly_right(self) -> bool:
        return not self.is_right and self.points > 0

    @property
    def has_parts(self) -> bool:
        """Whether the points say more than right or not."""
        return self.out_of != 1 or self.is_partly_right


@dataclass(frozen=True)
class Told:
    """A question whose key is not shown yet: what was given, in words."""

    number: int
    stem: str
    words: str
    case: Case | None = None
    elsewhere: list[Elsewhere] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """
    An attempt after the end. `awaiting`: questions that a person has still to mark.

    Until the key may be shown `questions` is empty and `told` says what was given; else the other way round.
    `corrected`: why the attempt was marked anew after its key was put right, the last reason first.
    """

    percent: int
    points: Decimal
    out_of: Decimal
    passed: bool
    awaiting: int
    handed_in_at: datetime
    questions: list[Explained]
    told: list[Told] = field(default_factory=list)
    key_from: datetime | None = None
    corrected: list[Mark] = field(default_factory=list)

    @property
    def is_in_questions(self) -> bool:
        """Whether each question is worth one point and right or not, so that points are questions."""
        whole = all(one.out_of == 1 and not one.is_partly_right for one in self.questions)
        return bool(self.questions) and whole


def key_from(quiz: Quiz, *, at: datetime) -> datetime | None:
    """
    Return from when the key is shown after an attempt, or None when it is shown now.

    After closing, not before the last answer given in time can have arrived.
    """
    if quiz.feedback == Quiz.Feedback.AFTER_CLOSING and quiz.closes_at and at <= quiz.closes_at + GRACE:
        return quiz.closes_at
    return None


def result_of(attempt: Attempt, *, at: datetime) -> Result:
    """Return the result of an attempt that was handed in, by the mark that holds. A few queries."""
    marks = list(Mark.objects.filter(attempt=attempt).select_related("regrade").order_by("-pk"))
    mark, shown_from = marks[0], key_from(attempt.quiz, at=at)
    return Result(
        percent=mark.percent,
        points=mark.points,
        out_of=mark.out_of,
        passed=mark.passed,
        awaiting=mark.awaiting,
        handed_in_at=attempt.handed_in_at,
        questions=[] if shown_from else _explained_all(attempt, mark),
        told=_told(attempt) if shown_from else [],
        key_from=shown_from,
        corrected=[] if shown_from else [one for one in marks if one.regrade_id],
    )


def _told(attempt: Attempt) -> list[Told]:
    questions = questions_of(attempt)
    return [Told(one.number, one.stem, said_of(one), one.case, one.elsewhere) for one in questions]


def said_of(asked: Asked) -> str:
    """Return what was given to a question, in words."""
    texts = {option.key: option.text for option in [*asked.options, *asked.matches]}
    sides = [{"key": key, "text": text, "text_en": text} for key, text in texts.items()]
    place = {"kind": asked.kind, "options": [option.key for option in asked.options]}
    return said(place, {"options": sides}, asked.given)


def _explained_all(attempt: Attempt, mark: Mark) -> list[Explained]:
    contents = contents_of(attempt.paper)
    besides = others(versions_of(attempt))
    by_hand = _by_hand(attempt) if any(one.get("rubric") for one in contents) else {}
    return [
        _explained(position + 1, place, content, detail, by_hand.get(position), besides.get(position, ()))
        for position, (place, content, detail) in enumerate(
            zip(attempt.paper, contents, mark.detail, strict=True)
        )
    ]


def _by_hand(attempt: Attempt) -> dict[int, GivenPoints]:
    return {row.position: row for row in GivenPoints.objects.filter(attempt=attempt).order_by("pk")}


def checked_of(attempt: Attempt) -> dict[int, Explained]:
    """Return, by number, the questions whose key was looked up. Queries only where the quiz lets."""
    if attempt.quiz.feedback != Quiz.Feedback.AT_ONCE:
        return {}
    positions = list(Checked.objects.filter(attempt=attempt).values_list("position", flat=True))
    if not positions:
        return {}
    contents = contents_of([attempt.paper[position] for position in positions])
    held = fold(versions_of(attempt))
    return {
        position + 1: explained_as_held(attempt, position, content, held)
        for position, content in zip(positions, contents, strict=True)
    }


def explained_as_held(
    attempt: Attempt, position: int, content: Mapping[str, Any], held: Mapping[int, Version]
) -> Explained:
    """Return a question with its key during an attempt, marked as the answer that holds would be."""
    given = list(held[position].given) if position in held else []
    one = marking.mark_question(content, given)
    detail = {
        "given": given,
        "right": one.right,
        "points": marking.hundredths(one.points),
        "out_of": one.out_of,
        "awaiting": one.awaiting,
    }
    return _explained(position + 1, attempt.paper[position], content, detail)


def _explained(
    number: int,
    place: Mapping[str, Any],
    content: Mapping[str, Any],
    detail: Mapping[str, Any],
    by_hand: GivenPoints | None = None,
    besides: Sequence[Version] = (),
) -> Explained:
    texts = texts_of(content)
    given, kind = detail["given"], place["kind"]
    ordering = kind == Question.Kind.ORDERING
    awaiting = bool(detail.get("awaiting"))
    return Explained(
        number=number,
        kind=kind,
        stem=words_of(content, "stem"),
        is_right=detail["right"],
        is_answered=bool(given),
        points=Decimal(str(detail["points"])),
        out_of=detail["out_of"],
        options=_marked_options(place, content, given, texts),
        explanation=words_of(content, "explanation"),
        source=words_of(content, "source"),
        quoted=_quoted(content["passage"]) if content.get("passage") else None,
        case=case_of(content),
        right_order=[texts[key] for key in content["correct"]] if ordering else [],
        blanks=_marked_blanks(content, given),
        words=given[0] if kind == Question.Kind.SHORT_ANSWER and given else "",
        is_awaiting=awaiting,
        rubric=_rubric(content, None if awaiting else by_hand),
        comment="" if awaiting or by_hand is None else by_hand.comment,
        elsewhere=elsewhere_of(place, content, besides),
    )


def _rubric(content: Mapping[str, Any], by_hand: GivenPoints | None) -> list[RubricPoints]:
    lines = content.get("rubric", [])
    given = by_hand.lines if by_hand and len(by_hand.lines) == len(lines) else [None] * len(lines)
    return [
        RubricPoints(words_of(line), line["points"], points)
        for line, points in zip(lines, given, strict=True)
    ]


def _marked_options(
    place: Mapping[str, Any], content: Mapping[str, Any], given: list[str], texts: Mapping[str, str]
) -> list[MarkedOption]:
    kind = place["kind"]
    pairs = kind == Question.Kind.MATCHING
    rights = {
        option["key"]: right for option, right in zip(content["options"], content["correct"], strict=False)
    }
    beside = dict(zip(place["options"], given, strict=False)) if pairs else {}
    feedback = {o["key"]: words_of(o, "feedback") for o in content["options"] if "feedback" in o}
    keys = given if kind == Question.Kind.ORDERING and given else place["options"]
    return [
        MarkedOption(
            key,
            texts.get(key, "–"),
            key in given,
            is_right=beside.get(key) == rights[key] if pairs else key in content["correct"],
            feedback=feedback.get(key, ""),
            chosen_match=texts.get(beside.get(key, ""), ""),
            right_match=texts.get(rights.get(key, ""), "") if pairs else "",
        )
        for key in keys
    ]


def _marked_blanks(content: Mapping[str, Any], given: list[str]) -> list[MarkedBlank]:
    blanks = content.get("blanks", ())
    texts = given if blanks and given else [""] * len(blanks)
    english = get_language() == "en"
    return [
        MarkedBlank(text, fills(blank, text), (english and blank["accepted_en"]) or blank["accepted"])
        for blank, text in zip(blanks, texts, strict=True)
    ]


def _quoted(passage: Mapping[str, str]) -> Quoted:
    shown = ("text", "work_title", "place")
    return Quoted(UUID(passage["key"]), *(words_of(passage, name) for name in shown))
