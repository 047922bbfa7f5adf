"""Drawing a paper: which questions, in which order, with which order of options. One identity, one paper."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from django.utils.crypto import salted_hmac

from quizzes.bank import versions_in_use
from quizzes.models import Question, QuestionVersion, Quiz

FIXED = frozenset({Question.Kind.TRUE_FALSE, Question.Kind.MATCHING})
"""Kinds whose options stay: true stands before false; to match, only the other side is shuffled."""


class Order(Protocol):
    """A secret order of one identity: the same keys come out in the same order each time."""

    def __call__(self, keys: Iterable[str], what: str = "") -> list[str]: ...


def order_of(identity: UUID) -> Order:
    """
    Return the order of an identity. The seed is secret.

    A shuffle that a reader can undo would show the order the editor wrote, and editors like to write the
    right option first.
    """
    seed = salted_hmac("quizzes.paper", identity.hex, algorithm="sha256").digest()

    def order(keys: Iterable[str], what: str = "") -> list[str]:
        return sorted(keys, key=lambda key: hmac.digest(seed, f"{what}{key}".encode(), "sha256"))

    return order


def questions_for(quiz: Quiz, identity: UUID) -> list[QuestionVersion]:
    """Return what an attempt of this identity is asked: the quiz's own questions, then those of its pools."""
    return versions_in_use(quiz)


def draw_paper(
    identity: UUID, versions: Iterable[QuestionVersion], *, quiz: Quiz | None = None
) -> list[dict[str, Any]]:
    """
    Return the paper of an identity (see `Attempt`): questions in order, options shuffled by it.

    `quiz` says what is shuffled; without it, as a quiz does that says nothing else. Questions of one case
    stay together, where the first of them stands.
    """
    order = order_of(identity)
    shuffles_options = quiz is None or quiz.shuffles_options
    together = _cases_together(list(versions))
    if quiz is not None and quiz.shuffles_questions:
        groups = {str(group[0].pk): group for group in together}
        together = [groups[key] for key in order(groups, "question ")]
    return [_place(version, order, shuffles_options) for group in together for version in group]


def _cases_together(versions: Sequence[QuestionVersion]) -> list[list[QuestionVersion]]:
    groups: dict[str, list[QuestionVersion]] = {}
    for version in versions:
        case = version.content.get("case")
        groups.setdefault(case["key"] if case else str(version.pk), []).append(version)
    return list(groups.values())


def _place(version: QuestionVersion, order: Order, shuffles: bool) -> dict[str, Any]:
    content = version.content
    kind = content["kind"]
    keys = [option["key"] for option in content["options"]]
    # What is to be put in order never stands in the order of the key, whatever the quiz says.
    shuffled = kind not in FIXED and (shuffles or kind == Question.Kind.ORDERING)
    place: dict[str, Any] = {
        "version": version.pk,
        "kind": kind,
        "options": order(keys) if shuffled else keys,
    }
    if content.get("matches"):
        place["matches"] = order(match["key"] for match in content["matches"])
    if content.get("blanks"):
        place["blanks"] = len(content["blanks"])
    return place
