"""The study time that a passed quiz earns by a dated rule, once a quiz and year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from hours import ledger
from hours.models import Bucket, Rule, Source
from hours.totals import year_of
from quizzes.models import Attempt, Mark


def award_passes(attempts: Iterable[Attempt], *, at: datetime) -> int:
    """
    Write into the ledger what the rule of its day gives for each of these passed attempts; return how many.

    It gives for the first pass of a member at a quiz in a year, and belongs to the moment the attempt was
    handed in. Looks back earn nothing. It gives nothing until an organisation says otherwise. A few
    statements, however many attempts; again, it gives nothing more.
    """
    passed = {row.pk: row for row in attempts if not row.is_look_back and row.handed_in_at is not None}
    minutes = _minutes() if passed else []
    earning = {pk: row for pk, row in passed.items() if _given(minutes, localdate(row.handed_in_at))}
    if not earning:
        return 0
    before = _passed_already(earning, besides=passed)
    first: dict[tuple[Any, ...], Attempt] = {}
    for row in sorted(earning.values(), key=lambda row: (row.handed_in_at, str(row.pk))):
        first.setdefault(_once(row.member_id, row.quiz_id, row.handed_in_at), row)
    events = [
        _event(row, _given(minutes, localdate(row.handed_in_at)))
        for once, row in first.items()
        if once not in before
    ]
    ledger.add_all(events, at=at)
    return len(events)


def _once(member: int, quiz: int, handed_in_at: datetime) -> tuple[int, int, int]:
    return member, quiz, year_of(handed_in_at)


def _passed_already(earning: dict[Any, Attempt], *, besides: dict[Any, Attempt]) -> set[tuple[int, int, int]]:
    """Members, quizzes and years with a pass among other attempts. One query."""
    marks = Mark.objects.filter(
        passed=True,
        attempt__is_look_back=False,
        attempt__member__in={row.member_id for row in earning.values()},
        attempt__quiz__in={row.quiz_id for row in earning.values()},
    ).exclude(attempt__in=besides)
    names = ("attempt__member_id", "attempt__quiz_id", "attempt__handed_in_at")
    return {_once(*row) for row in marks.values_list(*names)}


def _minutes() -> list[tuple[date, int]]:
    rules = Rule.objects.filter(name=Rule.Name.QUIZ_AWARD_MINUTES).order_by("-valid_from")
    return [(begins, int(value * 60)) for begins, value in rules.values_list("valid_from", "value")]


def _given(minutes: list[tuple[date, int]], on: date) -> int:
    """Seconds that the rule gives on a day."""
    return next((seconds for begins, seconds in minutes if begins <= on), 0)


def _event(row: Attempt, seconds: int) -> ledger.Event:
    return ledger.Event(
        member=row.member,
        bucket=Bucket.INDIVIDUAL,
        source=Source.QUIZ,
        key=f"{row.member.key}:{row.quiz.key}:{year_of(row.handed_in_at)}",
        started_at=row.handed_in_at,
        ended_at=row.handed_in_at,
        award=seconds,
        subject=row.quiz.key,
        rule=Rule.Name.QUIZ_AWARD_MINUTES,
    )
