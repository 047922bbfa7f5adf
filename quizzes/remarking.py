"""Marking again what was handed in: many attempts at once, by the keys and the given points that hold now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from quizzes import marking
from quizzes.items import rebuild_items
from quizzes.keys import contents_by_version
from quizzes.marks import mark_of
from quizzes.models import Attempt, GivenPoints, ItemResult, Mark, Question

AT_ONCE = 500
"""Attempts that are read together."""

Contents = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Remarked:
    """An attempt, the mark that holds, and what marking it now gives."""

    attempt: Attempt
    last: Mark
    given: dict[int, list[str]]
    result: marking.Marking

    @property
    def is_other(self) -> bool:
        """Whether any question comes to something else than before."""
        told = [
            (row["right"], round(row["points"], 2), bool(row.get("awaiting"))) for row in self.last.detail
        ]
        return told != [
            (one.right, float(marking.hundredths(one.points)), one.awaiting) for one in self.result.questions
        ]

    @property
    def reaches(self) -> bool:
        return marking.passed(self.result.percent, self.attempt.pass_mark)

    @property
    def gains(self) -> bool:
        return self.reaches and not self.last.passed

    @property
    def falls(self) -> bool:
        return self.last.passed and not self.reaches


def remark(
    attempts: Iterable[UUID], contents: Mapping[int, Mapping[str, Any]] | None = None
) -> Iterator[Remarked]:
    """
    Mark these attempts again; `contents` stand for the keys of some versions that do not hold yet.

    Three or four statements for five hundred attempts.
    """
    known: Contents = {}
    waiting = iter(attempts)
    while keys := list(islice(waiting, AT_ONCE)):
        rows = Attempt.objects.handed_in().select_related("quiz", "member").in_bulk(keys)
        last = _last_marks(keys)
        by_hand = given_by_hand(keys)
        wanted = {place["version"] for row in rows.values() for place in row.paper} - known.keys()
        if wanted:
            known |= contents_by_version(wanted) | {pk: dict(one) for pk, one in (contents or {}).items()}
        for key in keys:
            if key in rows and key in last:
                yield _remarked(rows[key], last[key], by_hand.get(key, {}), known)


def _remarked(attempt: Attempt, last: Mark, by_hand: Mapping[int, GivenPoints], known: Contents) -> Remarked:
    given = {position: list(row["given"]) for position, row in enumerate(last.detail)}
    points = _points_of_before(attempt, last) | {position: row.points for position, row in by_hand.items()}
    paper = [known[place["version"]] for place in attempt.paper]
    return Remarked(attempt, last, given, marking.mark(paper, given, points))


def _points_of_before(attempt: Attempt, last: Mark) -> dict[int, int]:
    """What short answers earned by the mark that holds: it outlives the rows of the marker."""
    return {
        position: round(row["points"])
        for position, (place, row) in enumerate(zip(attempt.paper, last.detail, strict=True))
        if place["kind"] == Question.Kind.SHORT_ANSWER and row["given"] and not row.get("awaiting")
    }


def _last_marks(attempts: Sequence[UUID]) -> dict[UUID, Mark]:
    rows = Mark.objects.filter(attempt__in=attempts).order_by("attempt", "-pk").distinct("attempt")
    return {row.attempt_id: row for row in rows}


def given_by_hand(attempts: Sequence[UUID]) -> dict[UUID, dict[int, GivenPoints]]:
    """Return the points that persons gave and that hold, by attempt and position. One query."""
    rows = GivenPoints.objects.filter(attempt__in=attempts).order_by("attempt", "position", "-pk")
    found: dict[UUID, dict[int, GivenPoints]] = {}
    for row in rows.distinct("attempt", "position"):
        found.setdefault(row.attempt_id, {})[row.position] = row
    return found


def new_mark(one: Remarked, *, at: datetime, lets_pass_fall: bool, **why: Any) -> Mark:
    """
    Return the mark that follows, not saved yet. `why`: reason, marker, regrade.

    A pass stays a pass unless somebody says otherwise; then its questions say that it was kept.
    """
    mark = mark_of(one.attempt, one.result, one.given, at=at)
    for name, value in why.items():
        setattr(mark, name, value)
    if one.falls and not lets_pass_fall:
        mark.passed = True
        mark.detail = [
            row | {"pass_kept": True} if row["points"] < was["points"] else row
            for row, was in zip(mark.detail, one.last.detail, strict=True)
        ]
    return mark


def write_items_again(attempts: Sequence[UUID]) -> None:
    """Make the rows for the statistics anew, of attempts that have any."""
    kept = ItemResult.objects.filter(attempt__in=attempts).values_list("attempt", flat=True)
    rebuild_items(sorted(set(kept)))
