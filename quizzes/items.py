"""What each question of an attempt came to: rows for the statistics, made from the mark that holds."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from quizzes.folding import Version
from quizzes.models import Answer, Attempt, Mark, Question

LONGEST = timedelta(minutes=30)
"""Who lets more time pass before an answer was away meanwhile: so much of it is taken to be thinking."""

_AT_ONCE = 1000
"""Attempts that are read together when many are made anew."""

_WRITE = """
    insert into quizzes_itemresult (attempt_id, position, version_id, given, score, rest, seconds)
        select * from jsonb_to_recordset(%s)
            as row(attempt uuid, position int, version bigint, given text[], score float8, rest float8,
                seconds int)
        on conflict (attempt_id, position) do update set version_id = excluded.version_id,
            given = excluded.given, score = excluded.score, rest = excluded.rest,
            seconds = coalesce(excluded.seconds, quizzes_itemresult.seconds)
"""


def write_items(attempt: Attempt, mark: Mark, answers: Sequence[Version] = ()) -> None:
    """
    Write what the questions of an attempt came to, by the mark that holds. One statement; again, the same.

    `answers`: all that was saved, for the time taken; without them the time that is known stays. A look back
    is nobody's score and leaves nothing. What a person has yet to mark is left out until then.
    """
    _write(items_of(attempt, mark.detail, answers))


def _write(rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [json.dumps(rows)])


def items_of(
    attempt: Attempt, detail: Sequence[Mapping[str, Any]], answers: Sequence[Version] = ()
) -> list[dict[str, Any]]:
    """Return the rows of an attempt. Arithmetic, no query. What was written freely is not kept here."""
    if attempt.is_look_back:
        return []
    on_paper = attempt.ended_by == Attempt.EndedBy.PAPER
    seconds = {} if on_paper else seconds_taken(answers, begun_at=attempt.begun_at)
    marked = [(n, row) for n, row in enumerate(detail) if not row.get("awaiting")]
    points = sum(row["points"] for _, row in marked)
    out_of = sum(row["out_of"] for _, row in marked)
    return [
        {
            "attempt": str(attempt.pk),
            "position": n,
            "version": row["version"],
            "given": [] if attempt.paper[n]["kind"] == Question.Kind.SHORT_ANSWER else row["given"],
            "score": _share(row["points"], row["out_of"]),
            "rest": _share(points - row["points"], out_of - row["out_of"])
            if out_of > row["out_of"]
            else None,
            "seconds": seconds.get(n),
        }
        for n, row in marked
    ]


def _share(points: float, out_of: float) -> float | None:
    # Points are hundredths: what adding and taking away leaves behind them is no share.
    return min(1.0, max(0.0, round(points, 2) / out_of)) if out_of else None


def seconds_taken(answers: Iterable[Version], *, begun_at: datetime) -> dict[int, int]:
    """
    Return the seconds for each question: before each of its answers, since the answer before it.

    Of questions answered at one moment (a page sent as a whole) it cannot be told. What came late is no time
    of the attempt.
    """
    taken: dict[int, timedelta] = defaultdict(timedelta)
    unknown: set[int] = set()
    before = begun_at
    in_time = sorted((one for one in answers if not one.is_late), key=attrgetter("given_at", "serial"))
    for moment, given in groupby(in_time, key=attrgetter("given_at")):
        positions = {one.position for one in given}
        if len(positions) > 1:
            unknown |= positions
        for position in positions:
            taken[position] += min(moment - before, LONGEST)
        before = moment
    return {n: round(time.total_seconds()) for n, time in taken.items() if n not in unknown}


def rebuild_items(attempts: Iterable[UUID] | None = None) -> int:
    """
    Make the rows of these attempts anew (None: of all), from marks and answers; return how many attempts.

    A few statements for a thousand attempts: for what was marked before there were such rows, and for what is
    marked anew together.
    """
    wanted = Attempt.objects.handed_in().for_score()
    keys = iter(wanted.values_list("pk", flat=True) if attempts is None else attempts)
    made = 0
    while some := list(islice(keys, _AT_ONCE)):
        with transaction.atomic():
            rows = [row for found in _found(wanted.in_bulk(some)) for row in items_of(*found)]
            _write(rows)
        made += len({row["attempt"] for row in rows})
    return made


def _found(
    attempts: Mapping[UUID, Attempt],
) -> Iterator[tuple[Attempt, list[dict[str, Any]], list[Version]]]:
    """Each attempt with the detail of the mark that holds, and all its answers. Two queries."""
    marks = Mark.objects.filter(attempt__in=attempts).order_by("attempt", "-pk").distinct("attempt")
    answers: dict[UUID, list[Version]] = defaultdict(list)
    saved = Answer.objects.filter(attempt__in=attempts).order_by("pk")
    names = ("attempt", "position", "given", "device", "counter", "given_at", "pk", "is_late")
    for attempt, *row in saved.values_list(*names):
        answers[attempt].append(Version(*row))
    for key, detail in marks.values_list("attempt", "detail"):
        yield attempts[key], detail, answers[key]
