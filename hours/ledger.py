"""
Writing into the ledger, for everybody but the clock: one function, one lock, one transaction.

Rows are added and never changed. What awaits confirmation is a row that counts nothing; its confirmation is
another (see `hours.confirming`). A correction is a row that names the record it corrects, what it takes from
it and what it adds (see `hours.correcting`). When two kinds of study claim the same minute, concentrated goes
before collective before individual; what is taken over is said by a correction of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Jsonb

from hours.models import Bucket, Rule, Standing, StudyRecord
from hours.ranges import spans_of
from people.leading import NotForYourself, NotYourBranch, Refusal, leads
from people.models import Member, Organisation

Piece = tuple[datetime, datetime]


REASON = 300
"""Characters of a reason at most."""


class NoReason(Refusal):
    words = _("Please give a reason, 300 characters at most.")


@dataclass(frozen=True)
class Event:
    """
    Something that earned study time, or may: who, of which kind, from where, and when.

    `key` names the event: written again, the same record is returned. `pieces` are its stretches of time;
    `award` are seconds without a time of day. `recorded_in` is the branch that leads on that day when none is
    named.
    """

    member: Member
    bucket: str
    source: str
    key: str
    started_at: datetime
    ended_at: datetime
    pieces: Sequence[Piece] = ()
    award: int = 0
    subject: Any = None
    edition: int | None = None
    standing: str = Standing.COUNTED
    recorded_in: Organisation | None = None
    recorded_by: Member | None = None
    corrects: StudyRecord | None = None
    rule: str = ""
    reason: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


_ADD = "select ledger_add(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"

AT_ONCE = 1000
"""Events in one statement: each takes twenty of the 65,535 values that a statement may carry."""


@transaction.atomic
def add(event: Event, *, at: datetime) -> StudyRecord:
    """
    Write an event into the ledger and return its record, or the one it has already.

    Of its pieces counts what no other record of the same or a higher kind holds; the row says what does not.
    """
    (record,) = add_all([event], at=at)
    return record


@transaction.atomic
def add_all(events: Iterable[Event], *, at: datetime) -> list[StudyRecord]:
    """
    Write events of many members, a thousand in a statement, and return their records.

    Both go by the order of the members' keys, so that two acts at once do not wait for each other.
    """
    waiting = sorted(events, key=lambda event: event.member.key)
    written: list[int] = []
    for begin in range(0, len(waiting), AT_ONCE):
        some = waiting[begin : begin + AT_ONCE]
        with connection.cursor() as cursor:
            cursor.execute(
                " union all ".join([_ADD] * len(some)),
                [value for event in some for value in _values(event, at)],
            )
            written += [pk for (pk,) in cursor.fetchall()]
    records = StudyRecord.objects.in_bulk(written)
    return [records[pk] for pk in written]


def _values(event: Event, at: datetime) -> list[Any]:
    return [
        event.member.key,
        event.bucket,
        event.source,
        event.key,
        event.subject,
        event.edition,
        event.started_at,
        event.ended_at,
        spans_of(event.pieces),
        spans_of([]),
        event.award,
        event.standing,
        event.recorded_in and event.recorded_in.pk,
        event.recorded_by and event.recorded_by.pk,
        event.corrects and event.corrects.pk,
        None,
        event.rule,
        event.reason,
        Jsonb(dict(event.evidence)),
        at,
    ]


def responsible_for(record: StudyRecord, *, on: date) -> Organisation | None:
    """The branch that recorded; of what none recorded, the branch where the person is at home today."""
    if record.recorded_in is not None:
        return record.recorded_in
    home = record.member.home(on)
    return home.branch if home else None


def may_settle(record: StudyRecord, by: Member, *, at: datetime) -> None:
    """
    Return when `by` may confirm, decline or correct the record.

    The branch that recorded stays responsible, also when the member has gone elsewhere; when it is closed
    nobody leads it any more but who leads the organisation above.

    :raises NotYourBranch, NotForYourself: otherwise.
    """
    if record.member_id == by.key:
        raise NotForYourself
    if not leads(by, responsible_for(record, on=localdate(at)), on=localdate(at)):
        raise NotYourBranch


def lock_clocks(members: Iterable[UUID]) -> None:
    """
    Hold the ledgers of these members until the transaction ends.

    They are held in the order of their keys, so that no two acts wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select study_lock(key) from"
            " (select distinct key from unnest(%s::uuid[]) key order by key) those",
            [list(members)],
        )


def reason_in_words(reason: str, *, needed: bool = True) -> str:
    """
    Return the reason without blanks around it.

    :raises NoReason: when it is too long, or there is none and one is needed.
    """
    words = reason.strip()
    if len(words) > REASON or (needed and not words):
        raise NoReason
    return words


def award(
    *,
    member: Member,
    source: str,
    key: str,
    bucket: str = Bucket.INDIVIDUAL,
    rule: str,
    subject: Any = None,
    by: Member | None = None,
    at: datetime,
) -> StudyRecord | None:
    """Write what a dated rule awards, in minutes, without a time of day; None when it awards nothing."""
    seconds = int(Rule.objects.at(rule, localdate(at)).value * 60)
    if not seconds:
        return None
    event = Event(
        member=member, bucket=bucket, source=source, key=key, started_at=at, ended_at=at, award=seconds,
        subject=subject, recorded_by=by, rule=rule,
    )  # fmt: skip
    return add(event, at=at)
