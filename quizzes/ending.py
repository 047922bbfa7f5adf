"""The end of an attempt: handed in by its member, or by the server when its time is over. Twice is once."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from hours.prepared import fetch_all
from jobs.schedule import every_minute
from quizzes.marks import mark_handed_in
from quizzes.models import Attempt, Mark
from quizzes.time_limits import GRACE, is_over

_AT_ONCE = 5000
"""Attempts that one run of the job ends; the next minute goes on."""

_COLUMNS = [field.attname for field in Attempt._meta.concrete_fields]
_END = f"""
    update quizzes_attempt set
        handed_in_at = case when ends_at < %(at)s - %(grace)s then ends_at
            else greatest(%(at)s, begun_at) end,
        ended_by = case when ends_at < %(at)s - %(grace)s then 'time' else 'member' end
    where id = %(attempt)s and handed_in_at is null and {{}}
    returning {", ".join(_COLUMNS)}
"""  # noqa: S608  # the model's own columns
_END_OWN = _END.format("member_id = %(member)s")
_END_OVERDUE = _END.format(
    "ends_at < %(at)s - %(grace)s"
    " and id = (select id from quizzes_attempt where id = %(attempt)s for no key update skip locked)"
)


@transaction.atomic
def hand_in(*, attempt_id: UUID, member_id: int, at: datetime) -> Mark:
    """
    End an attempt and mark what was saved. Handing in again returns the mark that was made.

    When its time was over already it has ended then, and not now.

    :raises Attempt.DoesNotExist: when it is not an attempt of this member.
    """
    ended = _end(_END_OWN, at=at, attempt=attempt_id, member=member_id)
    if ended is not None:
        return mark_handed_in(ended, at=at)
    attempt = Attempt.objects.get(pk=attempt_id, member_id=member_id)
    mark = attempt.marks.get(reason="")
    mark.attempt = attempt
    return mark


def _end(sql: str, *, at: datetime, **facts: Any) -> Attempt | None:
    """
    Write the end of an attempt, and return it; None when there is none that is open. One statement.

    Who saves meanwhile waits for this transaction, and finds it ended; what was saved before is there when
    the answers are read.
    """
    rows = fetch_all(sql, {"at": at, "grace": GRACE, **facts})
    if not rows:
        return None
    ended = Attempt.from_db(connection.alias, _COLUMNS, rows[0])
    ended.paper = json.loads(ended.paper)
    return ended


def end_if_over(attempt: Attempt, *, at: datetime) -> Attempt:
    """Return the attempt, ended and marked when its time is over. No query when it is not."""
    if attempt.handed_in_at is None and is_over(attempt, at):
        ended = hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=at).attempt
        attempt.handed_in_at, attempt.ended_by = ended.handed_in_at, ended.ended_by
    return attempt


@every_minute("hand in attempts whose time is over")
def end_overdue(at: datetime) -> int:
    """
    Hand in what nobody touched after its time; return how many. What is being ended elsewhere is left alone.

    Each in a transaction of its own. One that cannot be marked stops no other, and is told at the end.
    """
    overdue = Attempt.objects.open().filter(ends_at__lt=at - GRACE).order_by("ends_at", "pk")
    faults: list[Exception] = []
    made = 0
    for key in list(overdue.values_list("pk", flat=True)[:_AT_ONCE]):
        try:
            made += _end_one(key, at=at)
        except Exception as error:  # whatever it is, the others are handed in
            faults.append(error)
    if faults:
        raise ExceptionGroup("not all attempts could be handed in", faults)
    return made


@transaction.atomic
def _end_one(key: UUID, *, at: datetime) -> bool:
    ended = _end(_END_OVERDUE, at=at, attempt=key)
    if ended is not None:
        mark_handed_in(ended, at=at)
    return ended is not None
