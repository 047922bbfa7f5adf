"""
Writing into the ledger, for everybody but the clock: one function, one lock, one transaction.

Rows are added and never changed. What awaits confirmation is a row that counts nothing; its confirmation is another.
A correction is a row that names the record it corrects, what it takes from it and what it adds. When two kinds of
study claim the same minute, concentrated goes before collective before individual; what is taken over is said by a
correction of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Jsonb

from hours.models import Bucket, CountedInterval, Rule, Source, Standing, StudyRecord
from hours.ranges import spans_of
from people import audit
from people.leading import NotForYourself, NotYourBranch, Refusal, leads
from people.models import Member, Organisation

CONFIRMED = audit.action("hours.confirmed", _("Confirmed a study record"))
DECLINED = audit.action("hours.declined", _("Did not confirm a study record"))
CORRECTED = audit.action("hours.corrected", _("Corrected a study record"))
PROPOSED = audit.action("hours.correction_proposed", _("Proposed a correction of a study record"))

Piece = tuple[datetime, datetime]


class AlreadySettled(Refusal):
    words = _("This record has been confirmed or declined already.")


class NoReason(Refusal):
    words = _("Please give a reason.")


class NothingChanges(Refusal):
    words = _("This is what the record says already.")


class NotThatTime(Refusal):
    words = _("The time must end after it begins, on the record's own day, and not lie in the future.")


class SecondPersonNeeded(Refusal):
    words = _("Whoever proposed this correction cannot confirm it. Please ask a second person.")


@dataclass(frozen=True)
class Event:
    """
    Something that earned study time, or may: who, of which kind, from where, and when.

    `key` names the event: written again, the same record is returned. `pieces` are its stretches of time; `award`
    are seconds without a time of day. `recorded_in` is the branch that leads on that day when none is named.
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
    rule: str = ""
    reason: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


_ADD = """
    select ledger_add(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@transaction.atomic
def add(event: Event, *, at: datetime) -> StudyRecord:
    """
    Write an event into the ledger and return its record, or the one it has already.

    Of its pieces counts what no other record of the same or a higher kind holds; the row says what does not.
    """
    return _added(event, at=at)


def _added(
    event: Event,
    *,
    at: datetime,
    taken: Sequence[Piece] = (),
    corrects: StudyRecord | None = None,
    settles: StudyRecord | None = None,
) -> StudyRecord:
    values = [
        event.member.key,
        event.bucket,
        event.source,
        event.key,
        event.subject,
        event.edition,
        event.started_at,
        event.ended_at,
        spans_of(event.pieces),
        spans_of(taken),
        event.award,
        event.standing,
        event.recorded_in and event.recorded_in.pk,
        event.recorded_by and event.recorded_by.pk,
        corrects and corrects.pk,
        settles and settles.pk,
        event.rule,
        event.reason,
        Jsonb(dict(event.evidence)),
        at,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)
        (pk,) = cursor.fetchone()
    return StudyRecord.objects.get(pk=pk)


def may_settle(record: StudyRecord, by: Member, *, at: datetime) -> None:
    """
    Return when `by` may confirm, decline or correct the record.

    :raises NotYourBranch, NotForYourself: otherwise.
    """
    if record.member_id == by.key:
        raise NotForYourself
    if not leads(by, record.recorded_in, on=localdate(at)):
        raise NotYourBranch


@transaction.atomic
def confirm(records: Iterable[StudyRecord], *, by: Member, reason: str, at: datetime) -> list[StudyRecord]:
    """
    Count what awaits confirmation: all of them or none. Proposed corrections are confirmed one by one.

    :raises NotYourBranch, NotForYourself, AlreadySettled, SecondPersonNeeded: and nothing is written.
    """
    wanted = list(records)
    _check_open(wanted, by, at)
    if any(record.source == Source.CORRECTION for record in wanted):
        if any(record.recorded_by_id == by.pk for record in wanted):
            raise SecondPersonNeeded
        done = [_confirm_correction(record, by=by, reason=reason, at=at) for record in wanted]
    else:
        done = _settle_all(wanted, Standing.COUNTED, by=by, reason=reason, at=at)
    subjects = [(record.member_id, {"record": record.pk}) for record in wanted]
    audit.note_each(CONFIRMED, at=at, by=by, subjects=subjects, reason=reason)
    return done


@transaction.atomic
def decline(records: Iterable[StudyRecord], *, by: Member, reason: str, at: datetime) -> list[StudyRecord]:
    """
    Say of records that await confirmation that they are not confirmed, and why. They stay, and count nothing.

    :raises NoReason, NotYourBranch, NotForYourself, AlreadySettled: and nothing is written.
    """
    wanted = list(records)
    if not reason.strip():
        raise NoReason
    _check_open(wanted, by, at)
    done = _settle_all(wanted, Standing.DECLINED, by=by, reason=reason.strip(), at=at)
    subjects = [(record.member_id, {"record": record.pk}) for record in wanted]
    audit.note_each(DECLINED, at=at, by=by, subjects=subjects, reason=reason)
    return done


def _check_open(records: Sequence[StudyRecord], by: Member, at: datetime) -> None:
    keys = [record.pk for record in records]
    # Members' clocks are locked by the writing itself, in order; here only what is open is asked.
    if StudyRecord.objects.filter(pk__in=keys).awaiting().count() != len(keys):
        raise AlreadySettled
    for record in records:
        may_settle(record, by, at=at)


_SETTLE = """
    select ledger_add(r.member_key, r.bucket, r.source, 'settled:' || r.id, r.subject, r.edition, r.started_at,
            r.ended_at, case when %(standing)s = 'counted' then r.claimed else '{}' end, '{}',
            case when %(standing)s = 'counted' then coalesce((r.evidence->>'award')::int, 0) else 0 end,
            %(standing)s, r.recorded_in_id, %(by)s, r.corrects_id, r.id,
            coalesce((select name from hours_rule where id = r.rule_id), ''), %(reason)s, r.evidence, %(at)s)
        from (select * from hours_studyrecord where id = any(%(records)s) order by member_key, id) r
"""


def _settle_all(
    records: Sequence[StudyRecord], standing: str, *, by: Member, reason: str, at: datetime
) -> list[StudyRecord]:
    values = {
        "standing": standing,
        "by": by.pk,
        "reason": reason,
        "at": at,
        "records": [record.pk for record in records],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, values)
        written = [pk for (pk,) in cursor.fetchall()]
    return list(StudyRecord.objects.filter(pk__in=written).order_by("pk"))


def current_pieces(record: StudyRecord) -> list[Piece]:
    """The stretches that count today of a record and of its corrections. One query."""
    family = StudyRecord.objects.filter(pk=record.pk) | StudyRecord.objects.filter(corrects=record)
    held = CountedInterval.objects.filter(record__in=family.values("pk")).order_by("started_at")
    return list(held.values_list("started_at", "ended_at"))


@transaction.atomic
def correct(
    record: StudyRecord, *, wanted: Sequence[Piece], key: str, by: Member, reason: str, at: datetime
) -> StudyRecord:
    """
    Say which stretches of the record's day should count, in place of those that do; none: nothing of it counts.

    By the rule of the day the correction takes effect at once, or when a second person has confirmed it: then
    the returned row awaits confirmation. `key` names the form that was sent; sent again nothing is added.

    :raises NoReason, NotThatTime, NothingChanges, NotYourBranch, NotForYourself: and nothing is written.
    """
    may_settle(record, by, at=at)
    if not reason.strip():
        raise NoReason
    already = StudyRecord.objects.filter(source=Source.CORRECTION, key=key).first()
    if already:
        return already
    days = {localdate(moment) for piece in wanted for moment in piece}
    if any(end <= begin or end > at for begin, end in wanted) or days - {localdate(record.started_at)}:
        raise NotThatTime
    if sorted(wanted) == current_pieces(record):
        raise NothingChanges
    needs_second = Rule.objects.at(Rule.Name.CORRECTION_SECOND_PERSON, localdate(at)).value
    proposal = Event(
        member=record.member,
        bucket=record.bucket,
        source=Source.CORRECTION,
        key=key,
        started_at=min((begin for begin, _end in wanted), default=record.started_at),
        ended_at=max((end for _begin, end in wanted), default=record.ended_at),
        pieces=wanted,
        subject=record.subject,
        edition=record.edition,
        standing=Standing.AWAITING if needs_second else Standing.COUNTED,
        recorded_in=record.recorded_in,
        recorded_by=by,
        rule=Rule.Name.CORRECTION_SECOND_PERSON,
        reason=reason.strip(),
    )
    audit.note(
        PROPOSED if needs_second else CORRECTED,
        at=at,
        by=by,
        member=record.member_id,
        reason=reason.strip(),
        details={"record": record.pk},
    )
    if needs_second:
        return _added(proposal, at=at, corrects=record)
    return _apply(record, proposal, at=at)


def _apply(
    record: StudyRecord, event: Event, *, at: datetime, settles: StudyRecord | None = None
) -> StudyRecord:
    """Take from the record and its corrections what should not count, and add what should."""
    held, wanted = current_pieces(record), list(event.pieces)
    taken = _without(held, wanted)
    pieces = _without(wanted, held)
    moments = [moment for piece in (*taken, *pieces) for moment in piece] or [record.started_at]
    event = Event(
        **{**event.__dict__, "pieces": pieces, "started_at": min(moments), "ended_at": max(moments)},
    )
    return _added(event, at=at, taken=taken, corrects=record, settles=settles)


def _confirm_correction(proposal: StudyRecord, *, by: Member, reason: str, at: datetime) -> StudyRecord:
    record = proposal.corrects
    assert record is not None  # noqa: S101  # a correction names its record: the database sees to it
    event = Event(
        member=proposal.member,
        bucket=proposal.bucket,
        source=Source.CORRECTION,
        key=f"settled:{proposal.pk}",
        started_at=proposal.started_at,
        ended_at=proposal.ended_at,
        pieces=[(span.lower, span.upper) for span in proposal.claimed],
        subject=proposal.subject,
        edition=proposal.edition,
        recorded_in=proposal.recorded_in,
        recorded_by=by,
        rule=Rule.Name.CORRECTION_SECOND_PERSON,
        reason=reason.strip() or proposal.reason,
    )
    return _apply(record, event, at=at, settles=proposal)


def _without(pieces: Sequence[Piece], others: Sequence[Piece]) -> list[Piece]:
    """The parts of `pieces` that lie in none of `others`."""
    rest = list(pieces)
    for begin, end in others:
        kept: list[Piece] = []
        for first, last in rest:
            if last <= begin or first >= end:
                kept.append((first, last))
                continue
            if first < begin:
                kept.append((first, begin))
            if end < last:
                kept.append((end, last))
        rest = kept
    return rest


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
    """Write what a dated rule awards, in minutes, as a record without a time of day; None when it awards nothing."""
    seconds = int(Rule.objects.at(rule, localdate(at)).value * 60)
    if not seconds:
        return None
    event = Event(
        member=member, bucket=bucket, source=source, key=key, started_at=at, ended_at=at, award=seconds,
        subject=subject, recorded_by=by, rule=rule,
    )  # fmt: skip
    return add(event, at=at)
