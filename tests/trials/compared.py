"""What is there after the faults, against what was given, what was told, and what must hold."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg

from tests.trials.devices import Kept
from tests.trials.finding import Finding
from tests.trials.holding import Row, holding, rows_of, worth

if TYPE_CHECKING:
    from tests.trials.faults import Learner

GRACE = timedelta(seconds=30)
"""What was given before the end of the time counts when it arrives within so much after it."""

NEAR = timedelta(milliseconds=5)

Wrong = dict[str, list[str]]


def compared(
    learners: list[Learner], kinds: Sequence[str], ends: dict[UUID, datetime | None]
) -> Iterator[Finding]:
    sums: Counter[str] = Counter()
    wrong: Wrong = {name: [] for name in ("lost", "unsent", "foreign", "late", "holds", "mark")}
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as straight:
        for learner in learners:
            rows = rows_of(straight, learner.work.attempt)
            _check_rows(learner, rows, ends[learner.work.attempt], sums, wrong)
            _check_mark(straight, learner, rows, kinds, sums, wrong)
    for name, what in (
        ("lost", f"every answer told as saved is there: {sums['told']:,}"),
        ("unsent", f"every answer kept on a device has arrived: {sums['kept']:,}"),
        ("foreign", f"nothing is there that was not given: {sums['rows']:,}"),
        ("late", f"given when it was, late when it was: {sums['rows']:,}, {sums['late']:,} late"),
        ("holds", f"what was told to hold held: {sums['held']:,}"),
        ("mark", f"one mark each, of what holds: {sums['marks']:,} of {sums['questions']:,} questions"),
    ):
        yield Finding("faults", what, f"{len(wrong[name])} amiss {wrong[name][:2]}", not wrong[name])


def _check_rows(
    learner: Learner,
    rows: list[Row],
    ends: datetime | None,
    sums: Counter[str],
    wrong: Wrong,
) -> None:
    kept = {each.name: each for device in learner.devices for each in device.all}
    there = {(row.device, row.counter): row for row in rows}
    sums["rows"] += len(rows)
    sums["late"] += sum(row.is_late for row in rows)
    if len(there) != len(rows) or there.keys() - kept.keys():
        wrong["foreign"].append(f"{learner.work.attempt} {there.keys() - kept.keys()}")
    for name, each in kept.items():
        row = there.get(name)
        sums["kept"] += 1
        sums["told"] += len(each.told)
        if row is None and each.is_replaced and not each.told:
            continue
        same = row is not None and (row.position + 1, row.given) == (each.number, each.given)
        if not same:
            wrong["lost" if each.told else "unsent"].append(f"{each} {row}")
            continue
        _check_time(row, each, learner, ends, wrong["late"])
    if learner.in_order:
        _check_holds(learner.in_order, there, sums, wrong["holds"])


def _check_time(row: Row, kept: Kept, learner: Learner, ends: datetime | None, wrong: list[str]) -> None:
    """Given when the server could tell that it was, and late by the rule: after the end, or out of time."""
    fits = []
    for sent in kept.sent:
        begun, ended = _moment(sent.begun), _moment(sent.ended or time.time())
        ago = timedelta(milliseconds=sent.ago)
        given = min(max(row.saved_at - ago, learner.work.begun_at), row.saved_at)
        if begun - NEAR <= row.saved_at <= ended + NEAR and abs(given - row.given_at) <= NEAR:
            fits.append(sent)
    if not fits:
        wrong.append(f"given at {row.given_at}, saved at {row.saved_at}: {kept}")
        return
    out_of_time = ends is not None and (row.saved_at > ends + GRACE or row.given_at > ends)
    near_the_end = ends is not None and any(
        abs(moment - edge) <= NEAR for moment, edge in ((row.saved_at, ends + GRACE), (row.given_at, ends))
    )
    if all(sent.after_end for sent in fits):
        expected = {True}
    elif all(sent.before_end for sent in fits):
        expected = {out_of_time}
    else:
        expected = {True, out_of_time}
    if row.is_late not in expected and not near_the_end:
        wrong.append(f"late {row.is_late}, and should be {expected}: {kept}")
    if any(told["late"] != row.is_late for told in kept.told):
        wrong.append(f"told {kept.told}, and is late {row.is_late}")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _check_holds(
    in_order: list[tuple[Kept, dict[str, Any]]],
    there: dict[tuple[UUID | None, int], Row],
    sums: Counter[str],
    wrong: list[str],
) -> None:
    """Each time something was told, of what had come until then."""
    come: list[Row] = []
    for kept, told in in_order:
        row = there[kept.name]
        if row not in come:
            come.append(row)
        held = holding(come).get(row.position)
        sums["held"] += 1
        if told["holds"] is not (held is not None and held.id == row.id):
            wrong.append(f"{kept} told {told}")


def _check_mark(
    straight: psycopg.Connection[Any],
    learner: Learner,
    rows: list[Row],
    kinds: Sequence[str],
    sums: Counter[str],
    wrong: Wrong,
) -> None:
    marks = straight.execute(
        "select points, out_of, awaiting, detail from quizzes_mark where attempt_id = %s",
        [learner.work.attempt],
    ).fetchall()
    sums["marks"] += len(marks)
    if len(marks) != 1:
        wrong["mark"].append(f"{learner.work.attempt} has {len(marks)} marks")
        return
    ((points, out_of, awaiting, detail),) = marks
    held = holding(rows)
    told = worth(held, learner.work.right, kinds)
    sums["questions"] += len(detail)
    for position, row in enumerate(detail):
        given = held[position].given if position in held else []
        if (row["given"], row["right"], bool(row.get("awaiting"))) != (given, *told[position]):
            wrong["mark"].append(f"{learner.work.attempt} {position}: {row}, and holds {given}")
    expected = (sum(right for right, _ in told), len(kinds), sum(hand for _, hand in told))
    if (points, out_of, awaiting) != expected:
        wrong["mark"].append(f"{learner.work.attempt}: {points} of {out_of}, {awaiting}, not {expected}")
