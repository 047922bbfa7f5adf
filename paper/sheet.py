"""
The answer sheet: which box of which sheet belongs to which option, and where it lies.

Printing, the form for entering a sheet by hand and reading it by camera all go by this module. Measures are
millimetres on A4, see `paper/marks.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paper.content import QuizPart

BOX = 10.0
LINE = 0.35
ROWS = 10
GROUPS = (43.0, 119.0)
"""The left edge of the first box of the two columns of questions."""

ACROSS, DOWN, TOP = 17.0, 20.0, 66.0
BOXES = 4
SLOTS = ROWS * len(GROUPS)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Slot:
    """
    A place on a sheet with up to four boxes. A question with more options goes on in the next slot.

    `question` counts from 1 through the pack; `first` is the place of its first option in the question.
    """

    sheet: int
    row: int
    group: int
    question: int
    first: int
    options: int
    takes_several: bool

    @property
    def boxes(self) -> list[tuple[str, float, float]]:
        """Letter and upper left corner of each box."""
        y = TOP + self.row * DOWN
        return [(LETTERS[self.first + at], GROUPS[self.group] + at * ACROSS, y) for at in range(self.options)]


def answer_slots(quizzes: Sequence[QuizPart]) -> list[Slot]:
    """Return the slots of all questions of a pack in order, twenty to a sheet."""
    slots: list[Slot] = []
    number = 0
    for quiz in quizzes:
        for question in quiz.questions:
            number += 1
            for first in range(0, len(question.options), BOXES):
                sheet, place = divmod(len(slots), SLOTS)
                group, row = divmod(place, ROWS)
                boxes = min(BOXES, len(question.options) - first)
                slots.append(Slot(sheet, row, group, number, first, boxes, question.takes_several))
    return slots
