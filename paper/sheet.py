"""
The answer sheet: which box of which sheet belongs to which option, and where it lies; and where what cannot
be answered by marking a box is written, on sheets of their own after those of the boxes.

Printing, the form for entering a sheet by hand and reading it by camera all go by this module. Measures are
millimetres on A4, see `paper/marks.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paper.content import PrintedQuestion, QuizPart

BOX = 10.0
LINE = 0.35
ROWS = 10
GROUPS = (43.0, 119.0)
"""The left edge of the first box of the two columns of questions."""

ACROSS, DOWN, TOP = 17.0, 20.0, 66.0
BOXES = 4
SLOTS = ROWS * len(GROUPS)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

LEFT, UPPER, LOWER = 43.0, 64.0, 264.0
"""Where writing begins from the left, and between which heights."""

HEAD, PITCH, SPACE = 9.0, 14.0, 7.0
"""The height of the line that says how to fill in boxes, of a line to write on, and between two questions."""

BESIDE, A_ROW = 20.0, 7
"""From one box to write in to the next, and how many stand in a row."""

_IN_BOXES = frozenset({"order", "pairs"})

MOST_LINES = 12
"""Lines or blanks of one question; more do not go on a sheet."""


@dataclass(frozen=True)
class Slot:
    """
    A place on a sheet with up to four boxes. A question with more options goes on in the next slot.

    `question` counts from 1 through the pack; `first` is the place of its first option in the question.
    `write_on`: the sheet, from 1, on which the question is answered in writing; it has no box here.
    """

    sheet: int
    row: int
    group: int
    question: int
    first: int
    options: int
    takes_several: bool
    write_on: int = 0

    @property
    def x(self) -> float:
        """The left edge of its first box."""
        return GROUPS[self.group]

    @property
    def y(self) -> float:
        return TOP + self.row * DOWN

    @property
    def boxes(self) -> list[tuple[str, float, float]]:
        """Letter and upper left corner of each box."""
        return [(LETTERS[self.first + at], self.x + at * ACROSS, self.y) for at in range(self.options)]


@dataclass(frozen=True)
class Writing:
    """
    Where the answer to one question is written. `sheet` counts on after those of the boxes.

    `boxes`: what is said beside each, and its upper left corner. `lines`: what is said before each, and its
    height.
    """

    sheet: int
    question: int
    answered: str
    top: float
    boxes: list[tuple[str, float, float]]
    lines: list[tuple[str, float]]


def answer_slots(quizzes: Sequence[QuizPart]) -> list[Slot]:
    """
    Return the slots of all questions of a pack in order, twenty to a sheet.

    A question that is answered in writing has a slot too, which says on which sheet; none has when no
    question is answered by marking a box.
    """
    asked = _numbered(quizzes)
    if all(question.answered != "boxes" for _number, question in asked):
        return []
    needed = [(n, q, first) for n, q in asked for first in _firsts(q)]
    sheets = -(-len(needed) // SLOTS)
    written = {place.question: place.sheet + 1 for place in _written(asked, sheets)}
    slots: list[Slot] = []
    for number, question, first in needed:
        sheet, place = divmod(len(slots), SLOTS)
        group, row = divmod(place, ROWS)
        boxes = min(BOXES, len(question.options) - first) if number not in written else 0
        several = question.takes_several and number not in written
        slots.append(Slot(sheet, row, group, number, first, boxes, several, written.get(number, 0)))
    return slots


def answer_places(quizzes: Sequence[QuizPart]) -> list[Writing]:
    """Return where the answers of a pack are written that are no mark in a box, in order."""
    slots = answer_slots(quizzes)
    return _written(_numbered(quizzes), slots[-1].sheet + 1 if slots else 0)


def _numbered(quizzes: Sequence[QuizPart]) -> list[tuple[int, PrintedQuestion]]:
    return list(enumerate((question for quiz in quizzes for question in quiz.questions), 1))


def _firsts(question: PrintedQuestion) -> range:
    """Where in the question each of its slots begins."""
    return range(0, len(question.options) if question.answered == "boxes" else 1, BOXES)


def _written(asked: Sequence[tuple[int, PrintedQuestion]], sheets: int) -> list[Writing]:
    places: list[Writing] = []
    sheet, top = sheets, UPPER
    for number, question in asked:
        if question.answered == "boxes":
            continue
        head = HEAD if question.answered in _IN_BOXES else 0.0
        height = head + _height(question)
        if top > UPPER and top + height > LOWER:
            sheet, top = sheet + 1, UPPER
        below = top + head
        places.append(
            Writing(sheet, number, question.answered, top, _boxes(question, below), _lines(question, below))
        )
        top += height + SPACE
    return places


def _height(question: PrintedQuestion) -> float:
    rows = -(-len(question.options) // A_ROW) if question.answered in _IN_BOXES else 0
    return (rows + _count_of_lines(question)) * PITCH


def _count_of_lines(question: PrintedQuestion) -> int:
    return {"blanks": question.blanks, "words": question.lines}.get(question.answered, 0)


def _boxes(question: PrintedQuestion, top: float) -> list[tuple[str, float, float]]:
    """To put in order: a box for a number beside each letter. To match: for a letter beside each number."""
    if question.answered not in _IN_BOXES:
        return []
    said = [
        LETTERS[at] if question.answered == "order" else f"({at + 1})"
        for at, _ in enumerate(question.options)
    ]
    return [(label, LEFT + at % A_ROW * BESIDE, top + at // A_ROW * PITCH) for at, label in enumerate(said)]


def _lines(question: PrintedQuestion, top: float) -> list[tuple[str, float]]:
    count = _count_of_lines(question)
    labelled = question.answered == "blanks" and count > 1
    return [(f"({at + 1})" if labelled else "", top + at * PITCH + 10) for at in range(count)]
