"""
Corrections: which stretches of a record should count, said by a leader of the branch that recorded.

A correction speaks of the whole family of a record (see `hours.families`): whatever was corrected before, it
says what should count in the end. By the rule of the day it takes effect at once, or when a second person
confirms it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from hours.families import Family, family_of, first_of, pieces_of
from hours.ledger import Event, Piece, add, lock_clocks, may_settle, reason_in_words
from hours.models import Rule, Source, Standing, StudyRecord
from hours.ranges import spans_of
from people import audit
from people.leading import Refusal
from people.models import Member

CORRECTED = audit.action("hours.corrected", _("Corrected a study record"))
PROPOSED = audit.action("hours.correction_proposed", _("Proposed a correction of a study record"))

LONGEST_AWARD = timedelta(days=1)


class NothingChanges(Refusal):
    words = _("This is what the record says already.")


class NotThatTime(Refusal):
    words = _("The time must end after it begins, on the record's own day, and not lie in the future.")


class StillAwaits(Refusal):
    words = _("This record awaits confirmation itself. Please confirm or decline it first.")


class CorrectionAwaits(Refusal):
    words = _("A correction of this record awaits confirmation already. Please settle that one first.")


@dataclass(frozen=True)
class Effect:
    """What a correction does, in seconds: of the record, and of all that is counted for the member."""

    before: int
    after: int
    elsewhere: int = 0
    taken_over: int = 0

    @property
    def of_the_year(self) -> int:
        """By how much the member's total of the year changes."""
        return self.after - self.before - self.taken_over


@dataclass(frozen=True)
class Wanted:
    """What should count: these stretches, and so many seconds without a time of day (None: as it is)."""

    pieces: Sequence[Piece] = ()
    award: int | None = None


def second_person_needed(at: datetime) -> bool:
    """Whether a correction of today awaits a second person. One query."""
    return bool(Rule.objects.at(Rule.Name.CORRECTION_SECOND_PERSON, localdate(at)).value)


@transaction.atomic
def correct(
    record: StudyRecord, wanted: Wanted, *, key: str, by: Member, reason: str, at: datetime
) -> StudyRecord:
    """
    Say what should count of a record, in place of what does; nothing: nothing of it counts.

    What another record holds already does not count twice; the row says so. By the rule of the day the
    returned row is in effect, or awaits confirmation by a second person. `key` names the form that was sent:
    sent again, the same row is returned.

    :raises NotYourBranch, NotForYourself, NoReason, NotThatTime, StillAwaits, CorrectionAwaits,
        NothingChanges: and nothing is written.
    """
    first = first_of(record)
    may_settle(first, by, at=at)
    words = reason_in_words(reason)
    lock_clocks([first.member_id])
    event_key = f"correct:{first.pk}:{key}"
    already = StudyRecord.objects.filter(source=Source.CORRECTION, key=event_key).first()
    if already:
        return already
    check_wanted(first, wanted, at=at)
    needs_second = second_person_needed(at)
    audit.note(
        PROPOSED if needs_second else CORRECTED,
        at=at,
        by=by,
        member=first.member_id,
        organisation=first.recorded_in,
        reason=words,
        details={"record": first.pk},
    )
    if needs_second:
        return _propose(first, wanted, key=event_key, by=by, reason=words, at=at)
    return _take_effect(first, wanted, key=event_key, by=by, reason=words, at=at)


def check_wanted(first: StudyRecord, wanted: Wanted, *, at: datetime) -> None:
    """
    Return when a record can be corrected so.

    :raises StillAwaits, CorrectionAwaits, NotThatTime, NothingChanges: otherwise.
    """
    family = family_of(first)
    if first in family.open_rows:
        raise StillAwaits
    if family.open_rows:
        raise CorrectionAwaits
    day = localdate(first.started_at)
    for begin, end in wanted.pieces:
        last = end - timedelta(microseconds=1)  # midnight ends a day
        if end <= begin or end > at or {localdate(begin), localdate(last)} != {day}:
            raise NotThatTime
    if wanted.award is not None and not 0 <= wanted.award <= LONGEST_AWARD.total_seconds():
        raise NotThatTime
    same_award = wanted.award is None or wanted.award == award_of(family)
    if same_award and united(wanted.pieces) == united(pieces_of(family.rows)):
        raise NothingChanges


def _propose(
    first: StudyRecord, wanted: Wanted, *, key: str, by: Member, reason: str, at: datetime
) -> StudyRecord:
    effect = effect_of(first, wanted)
    evidence: dict[str, int] = {"from": effect.before, "to": effect.after}
    if wanted.award is not None:
        evidence["award_to"] = wanted.award
    proposal = Event(
        member=first.member,
        bucket=first.bucket,
        source=Source.CORRECTION,
        key=key,
        started_at=min((begin for begin, _end in wanted.pieces), default=first.started_at),
        ended_at=max((end for _begin, end in wanted.pieces), default=first.ended_at),
        pieces=wanted.pieces,
        subject=first.subject,
        edition=first.edition,
        standing=Standing.AWAITING,
        recorded_in=first.recorded_in,
        recorded_by=by,
        corrects=first,
        rule=Rule.Name.CORRECTION_SECOND_PERSON,
        reason=reason,
        evidence=evidence,
    )
    return add(proposal, at=at)


def _take_effect(
    first: StudyRecord, wanted: Wanted, *, key: str, by: Member, reason: str, at: datetime
) -> StudyRecord:
    values = [first.pk, key, spans_of(wanted.pieces), wanted.award, by.pk, reason, at]
    with connection.cursor() as cursor:
        cursor.execute("select ledger_correct(%s, %s, %s, %s, null, %s, %s, '{}', %s)", values)
        (pk,) = cursor.fetchone()
    return StudyRecord.objects.get(pk=pk)


def effect_of(first: StudyRecord, wanted: Wanted) -> Effect:
    """What would count if this took the place of what does, as things stand now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select seconds_before, seconds_after, elsewhere, taken_over from ledger_effect(%s, %s, %s)",
            [first.pk, spans_of(wanted.pieces), wanted.award],
        )
        return Effect(*cursor.fetchone())


def award_of(family: Family) -> int:
    """The seconds without a time of day that a family counts."""
    return sum(row.award for row in family.rows)


def united(pieces: Sequence[Piece]) -> list[Piece]:
    """Stretches in order, those that touch or overlap as one."""
    found: list[Piece] = []
    for begin, end in sorted(pieces):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((begin, end))
    return found
