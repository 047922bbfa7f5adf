"""
Noting in a form what somebody answered on paper or aloud: a row for each question of a drawn paper.

The rows are the same for a slip and for a visit. Each part of an answer has a field of its own, whose name
ends in a key that stays when the paper is drawn anew. What was noted is told to `quizzes.on_paper`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import pgettext

from paper.sheet import LETTERS
from quizzes.answers import LONGEST_BLANK, LONGEST_TEXT
from quizzes.forms_of_questions import ANSWERED, Heard, blank_name, spoken
from quizzes.models import Question

Place = Mapping[str, Any]


class Sent(Protocol):
    """The fields of a form as they were sent."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True)
class Box:
    """A box of a row: its letter, what the option says, and whether it is ticked."""

    letter: str
    key: str
    text: str
    is_ticked: bool


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Part:
    """One field of an answer: what it is called, what it is for in full, and what stands in it."""

    name: str
    label: str
    text: str = ""
    value: str = ""
    choices: list[Choice] = field(default_factory=list)
    longest: int = 0


@dataclass(frozen=True)
class Row:
    """
    A question with its number in the pack or the form.

    `answered`: as in `paper.content.PrintedQuestion`; "boxes" are ticked, all else is noted in `parts`.
    `case`: the text to read before it, when it is the first question about it.
    """

    number: int
    name: str
    answered: str
    heard: Heard
    boxes: list[Box] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    takes_several: bool = False
    case: list[str] = field(default_factory=list)

    @property
    def stem(self) -> str:
        return self.heard.stem


def rows_of(
    paper: Sequence[Place],
    contents: Sequence[Mapping[str, Any]],
    *,
    prefix: str,
    sent: Sent | None,
    first: int = 1,
) -> Iterator[Row]:
    """Return the rows of a paper, numbered on from `first`, with what was noted so far."""
    before: list[str] = []
    for position, (place, content) in enumerate(zip(paper, contents, strict=True)):
        name = f"{prefix}{position}"
        heard = spoken(content, place)
        yield Row(
            number=first + position,
            name=name,
            answered=ANSWERED[place["kind"]],
            heard=heard,
            boxes=_boxes(name, place, heard, sent) if ANSWERED[place["kind"]] == "boxes" else [],
            parts=_parts(name, place, heard, sent),
            takes_several=place["kind"] == Question.Kind.MULTIPLE_CHOICE,
            case=heard.case if heard.case != before else [],
        )
        before = heard.case


def noted_in(sent: Sent, paper: Sequence[Place], *, prefix: str) -> dict[int, list[str]]:
    """Return what was noted, by position (from 0); questions of which nothing was noted are left out."""
    found = {position: _given(sent, f"{prefix}{position}", place) for position, place in enumerate(paper)}
    return {position: given for position, given in found.items() if any(given)}


def _given(sent: Sent, name: str, place: Place) -> list[str]:
    match place["kind"]:
        case Question.Kind.FILL_IN | Question.Kind.MATCHING | Question.Kind.SHORT_ANSWER:
            return [_text(sent, one) for one in _names(name, place)]
        case Question.Kind.ORDERING:
            return _in_order(place["options"], [_text(sent, one) for one in _names(name, place)])
        case _:
            return sent.getlist(name)


def _text(sent: Sent | None, name: str) -> str:
    return (sent.get(name, "") if sent is not None else "").strip()


def _names(name: str, place: Place) -> list[str]:
    """
    The names of the fields of an answer that is noted in parts.

    What is behind the second low line stays the same on another paper of the same questions.
    """
    match place["kind"]:
        case Question.Kind.FILL_IN:
            return [f"{name}_{place['version']}-{blank}" for blank in range(place["blanks"])]
        case Question.Kind.SHORT_ANSWER:
            return [f"{name}_{place['version']}"]
        case Question.Kind.ORDERING | Question.Kind.MATCHING:
            return [f"{name}_{key}" for key in place["options"]]
        case _:
            return []


def _in_order(options: Sequence[str], numbers: Sequence[str]) -> list[str]:
    """
    The options by the numbers written beside them. A place whose number stands nowhere, or twice, is "".

    A number that no sheet of ours could hold is given back as it is, which is on no paper.
    """
    known = [str(number) for number in range(1, len(options) + 1)]
    strange = [number for number in numbers if number and number not in known]
    if strange:
        return strange[:1]
    return [options[numbers.index(number)] if list(numbers).count(number) == 1 else "" for number in known]


def _boxes(name: str, place: Place, heard: Heard, sent: Sent | None) -> list[Box]:
    ticked = set(sent.getlist(name)) if sent is not None else set()
    return [
        Box(letter, key, text, key in ticked)
        for letter, key, text in zip(LETTERS, place["options"], heard.options, strict=False)
    ]


def _parts(name: str, place: Place, heard: Heard, sent: Sent | None) -> list[Part]:
    names = _names(name, place)
    values = [_text(sent, one) for one in names]
    match place["kind"]:
        case Question.Kind.FILL_IN:
            labels = [blank_name(number, len(names)) for number in range(1, len(names) + 1)]
            return [
                Part(one, label, value=value, longest=LONGEST_BLANK)
                for one, label, value in zip(names, labels, values, strict=True)
            ]
        case Question.Kind.SHORT_ANSWER:
            return [
                Part(
                    names[0],
                    pgettext("to a question of a quiz", "Answer"),
                    value=values[0],
                    longest=LONGEST_TEXT,
                )
            ]
        case Question.Kind.ORDERING:
            known = [(str(number), str(number)) for number in range(1, len(names) + 1)]
            return _selects(names, list(LETTERS), heard.options, values, known)
        case Question.Kind.MATCHING:
            known = [
                (key, f"{letter} {text}")
                for key, letter, text in zip(place["matches"], LETTERS, heard.matches, strict=False)
            ]
            numbers = [f"({number})" for number in range(1, len(names) + 1)]
            return _selects(names, numbers, heard.options, values, known)
        case _:
            return []


def _selects(
    names: Sequence[str],
    labels: Sequence[str],
    texts: Sequence[str],
    values: Sequence[str],
    known: Sequence[tuple[str, str]],
) -> list[Part]:
    return [
        Part(name, label, text, value, [Choice(key, said, key == value) for key, said in known])
        for name, label, text, value in zip(names, labels, texts, values, strict=False)
    ]
