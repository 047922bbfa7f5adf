"""Answers with weights, as Moodle has them, made into our keys: what is right, and if parts earn points."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from quizzes.exchange.carried import SEVERAL, SINGLE, Carried, Entry, Option
from quizzes.exchange.written_values import NotUnderstood

NEARLY = Decimal("0.6")
"""Per cent that a weight may be off: 33.3 for a third."""

_STAR = re.compile(r"(?<!\\)\*")


@dataclass(frozen=True)
class Answer:
    """An answer of a file: its words, how much it earns in per cent, what is said when it is given."""

    text: str
    weight: Decimal
    feedback: str = ""


def choose(question: Carried, answers: list[Answer], entry: Entry, *, all_or_nothing: bool = False) -> None:
    """
    Give a choice its options. One choice: what earns everything is right. Several: what earns something.

    :raises NotUnderstood: when nothing is right, or of one choice more than one thing is.
    """
    is_right = _earns_all if question.kind == SINGLE else _earns_something
    right = [answer for answer in answers if is_right(answer)]
    if not right:
        raise NotUnderstood("needs_one_right", right=0)
    if question.kind == SINGLE and len(right) > 1:
        raise NotUnderstood("needs_one_right", right=len(right))
    if question.kind == SEVERAL and len(right) == 1:
        question.kind = SINGLE
        entry.warn("became_single")
    elif question.kind == SINGLE:
        if any(answer.weight != 0 for answer in answers if not is_right(answer)):
            entry.warn("weights_of_single")
    else:
        question.is_partial = not all_or_nothing
        if not all_or_nothing and not _is_our_rule(answers, right):
            entry.warn("weights_of_several")
    question.options = [Option(a.text, "", a in right, a.feedback) for a in answers]


def _earns_all(answer: Answer) -> bool:
    return answer.weight >= 100


def _earns_something(answer: Answer) -> bool:
    return answer.weight > 0


def _is_our_rule(answers: list[Answer], right: list[Answer]) -> bool:
    """Each right option earns the same, and each wrong one takes as much away."""
    share = Decimal(100) / len(right)
    return all(abs(answer.weight - (share if answer in right else -share)) <= NEARLY for answer in answers)


def words_accepted(answers: list[Answer], entry: Entry) -> list[str]:
    """
    Return what is accepted in a blank: the answers that earn everything.

    :raises NotUnderstood: when nothing is left.
    """
    accepted = []
    for answer in answers:
        if answer.feedback:
            entry.warn("feedback_not_kept")
        if answer.weight <= 0:
            continue
        if answer.weight < 100:
            entry.warn("part_of_points", text=answer.text[:40])
        elif _STAR.search(answer.text):
            entry.warn("star_not_kept", text=answer.text[:40])
        else:
            accepted.append(answer.text.replace("\\*", "*"))
    if not any(accepted):
        raise NotUnderstood("no_answer")
    return accepted
