"""Drawing a paper: which questions, in which order, with which order of options. One identity, one paper."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from django.utils.crypto import salted_hmac

from hours.prepared import fetch_all
from quizzes.askable import Askable
from quizzes.contents import contents
from quizzes.models import Question, QuestionVersion, Quiz, QuizPool
from quizzes.pools import in_pool

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


def questions_for(quiz: Quiz, identity: UUID, may_ask: Askable | None = None) -> list[QuestionVersion]:
    """
    Return what an attempt of this identity is asked: the quiz's own questions, then those of its pools.

    `may_ask`: what the quiz may ask (see `quizzes.askable`), read once for many papers; else it is read here,
    and of the contents only those that are drawn. A question is asked once; a pool that has too few gives all
    it has.
    """
    if may_ask is not None:
        return _drawn(identity, may_ask)
    versions = _drawn(identity, _named(quiz))
    known = contents((version.pk, version.digest) for version in versions)
    for version in versions:
        version.content = known[version.pk]
    return versions


_OWN = """
    select v.id, v.digest, q.id from quizzes_quizentry e
    join quizzes_question q on q.id = e.question_id and q.state = 'in_use'
    join quizzes_questionversion v on v.id = q.version_id
    where e.quiz_id = %s order by e.sort_order, e.id
"""


def number_asked(quiz: Quiz) -> int:
    """Return how many questions an attempt begun now asks. Two queries, and one or a few for each pool."""
    return len(_drawn(UUID(int=0), _named(quiz)))


def _drawn(identity: UUID, may_ask: Askable) -> list[QuestionVersion]:
    order = order_of(identity)
    taken = {version.question_id: version for version in may_ask.own}
    for pool, versions in may_ask.pools:
        free = {str(one.question_id): one for one in versions if one.question_id not in taken}
        for key in order(free, f"pool {pool.pk} ")[: pool.number]:
            taken[free[key].question_id] = free[key]
    return list(taken.values())


def _named(quiz: Quiz) -> Askable:
    """What a quiz may ask, without the contents. Two queries, and one or a few for each pool."""
    found = Askable(_versions(fetch_all(_OWN, [quiz.pk])))
    for pool in QuizPool.objects.filter(quiz=quiz).order_by("sort_order", "pk"):
        rows = in_pool(pool).order_by("pk").values_list("version_id", "version__digest", "pk")
        found.pools.append((pool, _versions(rows)))
    return found


def _versions(rows: Iterable[tuple[int, str, int]]) -> list[QuestionVersion]:
    return [QuestionVersion(pk=pk, digest=digest, question_id=question) for pk, digest, question in rows]


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


def _not_solved(kind: str, drawn: list[str], key: list[str]) -> list[str]:
    """What is to be put in order is not drawn solved; of two rows either order would tell the other."""
    solved = kind == Question.Kind.ORDERING and drawn == key and len(key) > 2
    return [*drawn[1:], drawn[0]] if solved else drawn


def _place(version: QuestionVersion, order: Order, shuffles: bool) -> dict[str, Any]:
    content = version.content
    kind = content["kind"]
    keys = [option["key"] for option in content["options"]]
    # What is to be put in order is shuffled, whatever the quiz says.
    shuffled = kind not in FIXED and (shuffles or kind == Question.Kind.ORDERING)
    place: dict[str, Any] = {
        "version": version.pk,
        "kind": kind,
        "options": _not_solved(kind, order(keys), keys) if shuffled else keys,
    }
    if content.get("matches"):
        place["matches"] = order(match["key"] for match in content["matches"])
    if content.get("blanks"):
        place["blanks"] = len(content["blanks"])
    return place
