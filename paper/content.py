"""
What a pack is made of, in words and values: no member of ours, no page of a site. A contract.

Everything here is plain data, so that a pack can be kept as JSON and printed again as it was.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Size = Literal["a4", "a3"]

Answered = Literal["boxes", "blanks", "order", "pairs", "words"]
"""How a question is answered on paper: by marking boxes, or by writing on the sheet."""

GAP = re.compile("_{2,}|＿{2,}")
"""A blank in the stem of a question to fill in."""

SMALLEST, USUAL, LARGEST = 16, 20, 30
"""Points of the body text that can be chosen."""

Block = dict[str, Any]
"""
One piece of a lesson, by `kind`:

`heading`    {"text"}
`paragraph`  {"runs": [{"text", "bold", "italic"}]}
`list`       {"ordered": bool, "items": [[run, …], …]}
`quotation`  {"text", "from"}
`terms`      {"terms": [{"term", "meaning"}]}
`timeline`   {"title", "events": [{"when", "what"}]}
`figure`     {"path", "alt", "caption"}     `path`: an image file, or "" when it cannot be printed
`table`      {"caption", "head": [[run, …], …], "rows": [[[run, …], …], …], "numbers": [column, …]}
             `numbers`: columns that stand at the right
`case`       {"title", "blocks": [block, …], "think", "questions": [text, …]}
             `think`: words above the questions
`discussion` {"heading", "question", "hint"}    a question to talk about, with lines to write on
`media`      {"title", "transcript", "address"} a video or a recording: printed as its words, or as a note,
             and the address where it is played as a code for the camera
"""


@dataclass(frozen=True)
class Look:
    """How a pack looks. `language` is that of its fixed words: `zh-hans` or `en`."""

    size: Size = "a4"
    points: int = USUAL
    pinyin: bool = False
    language: str = "zh-hans"


@dataclass(frozen=True)
class LessonPart:
    """A lesson in a pack. `discussion`: questions to talk about, each with lines to write on."""

    title: str
    minutes: int
    blocks: list[Block]
    sources: list[str]
    summary: str = ""
    as_of: str = ""
    discussion: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PrintedCase:
    """A text that the questions after it are about; it is printed once above them."""

    title: str
    text: str
    source: str = ""


@dataclass(frozen=True)
class PrintedQuestion:
    """
    A question on paper: its options in the order of the paper, lettered A, B, C … in that order.

    `matches`: the other column of a question to match; then it is the one with letters, and the options are
    numbered. `blanks`: how many are to be filled in. `lines`: to write on. `points`: said when not 1.
    """

    stem: str
    takes_several: bool
    options: list[str]
    answered: Answered = "boxes"
    matches: list[str] = field(default_factory=list)
    blanks: int = 0
    lines: int = 0
    points: int = 1
    case: PrintedCase | None = None


@dataclass(frozen=True)
class QuizPart:
    """A quiz in a pack; its questions are numbered on through the pack, and so stand on the answer sheet."""

    title: str
    questions: list[PrintedQuestion]


@dataclass(frozen=True)
class Pack:
    """
    A personal pack.

    `key`: 32 hexadecimal digits that the codes on its pages carry. `number`: what people call it.
    """

    key: str
    number: str
    name: str
    branch: str
    made_on: str
    contact_name: str
    contact_phone: str
    lessons: list[LessonPart]
    quizzes: list[QuizPart] = field(default_factory=list)
    title: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Printed:
    """A PDF, how many pages each pack in it has, and characters for which the fonts have no picture."""

    pdf: bytes
    pages: list[int]
    missing: str = ""
