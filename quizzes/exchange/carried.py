"""A question on its way between a file and the bank: one shape for all formats. Nothing here knows Django."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

SINGLE, SEVERAL, TRUE_FALSE = "single_choice", "multiple_choice", "true_false"
FILL_IN, ORDERING, MATCHING, SHORT = "fill_in", "ordering", "matching", "short_answer"
KINDS = (SINGLE, SEVERAL, TRUE_FALSE, FILL_IN, ORDERING, MATCHING, SHORT)
CHOICES = frozenset({SINGLE, SEVERAL, TRUE_FALSE})
MAY_BE_PARTIAL = frozenset({SEVERAL, ORDERING, MATCHING, FILL_IN})

BLANK = "____"
"""What stands for a blank in the stem."""

_BLANKS = re.compile(r"_{2,}|＿{2,}")
TRUE, FALSE = ("正确", "True"), ("错误", "False")
"""The two options of a true or false question whose file gives them no words of their own."""

ERROR, WARNING = "error", "warning"
"""Not imported; imported, but something is not carried over."""


@dataclass(frozen=True)
class Message:
    """What is to be said of a question: a code, whose words are in `wording`, and what it is about."""

    severity: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Option:
    """A choice, or a row to be put in order (the rows stand in the right order)."""

    text: str
    text_en: str = ""
    is_right: bool = False
    feedback: str = ""
    feedback_en: str = ""


@dataclass
class Pair:
    """What belongs together. Without a text: something that belongs to nothing."""

    text: str
    match: str
    text_en: str = ""
    match_en: str = ""


@dataclass
class Blank:
    """What is accepted in a blank: words, a number with its tolerance, or a date."""

    accepted: list[str]
    accepted_en: list[str] = field(default_factory=list)
    kind: str = "text"
    tolerance: str = ""


@dataclass
class RubricRow:
    """What a short answer earns points for."""

    text: str
    points: int = 1
    text_en: str = ""


@dataclass
class Carried:
    """A question as a file can hold it. `path`: the category of the file, in its own words."""

    kind: str
    stem: str
    stem_en: str = ""
    options: list[Option] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    blanks: list[Blank] = field(default_factory=list)
    rubric: list[RubricRow] = field(default_factory=list)
    explanation: str = ""
    explanation_en: str = ""
    source: str = ""
    source_en: str = ""
    reference: str = ""
    category: str = ""
    path: str = ""
    tags: list[str] = field(default_factory=list)
    difficulty: int = 1
    points: int = 1
    is_partial: bool = False
    valid_as_of: str = ""
    review_by: str = ""
    passage: str = ""
    case: str = ""

    def as_json(self) -> dict[str, Any]:
        """What says something, as plain JSON."""
        return {name: value for name, value in asdict(self).items() if value not in ("", [], None)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Carried:
        known = {one.name for one in fields(cls)}
        values = {name: value for name, value in found.items() if name in known}
        values["stem"] = values.get("stem", "")
        for name, kind in _ROWS.items():
            values[name] = [kind(**row) for row in values.get(name, ())]
        return cls(**values)


_ROWS: dict[str, Any] = {"options": Option, "pairs": Pair, "blanks": Blank, "rubric": RubricRow}


@dataclass
class Entry:
    """
    One place of a file: the question that stands there, if it can be read, and what is to be said of it.

    `place`: ("line", 12), ("row", 5), ("table", 2, 3), ("paragraph", 7).
    """

    number: int
    place: tuple[Any, ...]
    question: Carried | None = None
    messages: list[Message] = field(default_factory=list)

    def error(self, code: str, **values: Any) -> None:
        self.say(Message(ERROR, code, values))

    def warn(self, code: str, **values: Any) -> None:
        self.say(Message(WARNING, code, values))

    def say(self, message: Message) -> None:
        """The same thing is said once."""
        if message not in self.messages:
            self.messages.append(message)

    @property
    def is_good(self) -> bool:
        return self.question is not None and all(said.severity != ERROR for said in self.messages)

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "place": list(self.place),
            "question": self.question.as_json() if self.question else None,
            "messages": [[said.severity, said.code, dict(said.values)] for said in self.messages],
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Entry:
        question = Carried.from_json(found["question"]) if found["question"] else None
        messages = [Message(*said) for said in found["messages"]]
        return cls(found["number"], tuple(found["place"]), question, messages)


def blanks_in(stem: str) -> int:
    return len(_BLANKS.findall(stem))


def with_blanks(stem: str) -> str:
    """The stem with each blank written in the one way."""
    return _BLANKS.sub(BLANK, stem)


_GONE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff"
    "\u202a-\u202e\u2066-\u2069]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[ \t\xa0\u2000-\u200a\u202f]+")


def tidy(text: str) -> str:
    """Words as they are kept: no signs that nobody sees, no spaces at ends, no empty lines."""
    text = _LINE_END.sub("\n", text)
    lines = [_SPACES.sub(" ", line).strip() for line in _GONE.sub("", text).split("\n")]
    return "\n".join(line for line in lines if line)


def in_one_line(text: str) -> str:
    return tidy(text).replace("\n", " ")
