"""Marking an attempt that has ended: what holds, what it is worth, and the study time it earns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hours.prepared import fetch_all
from quizzes import marking
from quizzes.awarding import award_passes
from quizzes.folding import Version, fold
from quizzes.items import write_items
from quizzes.keys import contents_of, hold_keys
from quizzes.models import Attempt, Mark


def mark_handed_in(attempt: Attempt, *, at: datetime) -> Mark:
    """Mark the answers that hold at the end of an attempt, and award what the rule gives."""
    hold_keys(place["version"] for place in attempt.paper)
    contents = contents_of(attempt.paper)
    answers = versions_of(attempt)
    given = {position: list(one.given) for position, one in fold(answers).items()}
    result = marking.mark(contents, given)
    mark = mark_of(attempt, result, given, at=at)
    mark.save()
    write_items(attempt, mark, answers)
    if mark.passed:
        award_passes([attempt], at=at)
    return mark


def mark_of(
    attempt: Attempt, result: marking.Marking, given: Mapping[int, Sequence[str]], *, at: datetime
) -> Mark:
    """Return a mark that is not saved yet. No query."""
    return Mark(
        attempt=attempt,
        points=result.points,
        out_of=result.out_of,
        percent=result.percent,
        passed=marking.passed(result.percent, attempt.pass_mark),
        awaiting=result.awaiting,
        detail=[
            _detail(place["version"], given.get(position, ()), one)
            for position, (place, one) in enumerate(zip(attempt.paper, result.questions, strict=True))
        ],
        marking_version=marking.VERSION,
        marked_at=at,
    )


def _detail(version: int, given: Sequence[str], one: marking.Marked) -> dict[str, Any]:
    row = {"version": version, "given": list(given), "right": one.right, "out_of": one.out_of}
    row["points"] = float(marking.hundredths(one.points))
    return row | ({"awaiting": True} if one.awaiting else {})


_VERSIONS = """
    select position, given, device, counter, given_at, id, is_late from quizzes_answer
    where attempt_id = %(attempt)s and (%(position)s::int is null or position = %(position)s) order by id
"""


def versions_of(attempt: Attempt, position: int | None = None) -> list[Version]:
    """Return every saved answer of an attempt, or of one of its questions. One query."""
    rows = fetch_all(_VERSIONS, {"attempt": attempt.pk, "position": position})
    return [Version(*row) for row in rows]


def answers_that_hold(attempt: Attempt) -> dict[int, list[str]]:
    """Return what holds, by position; a question never answered is left out. One query."""
    return {position: list(one.given) for position, one in fold(versions_of(attempt)).items()}
