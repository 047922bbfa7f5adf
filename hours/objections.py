"""
Objections: a member says that a record is wrong, and the branch that recorded it answers, once.

An objection is raised to a record with all its corrections, so to the first row of its family. The answer is
an explanation, or names the correction that puts the record right. Rows are only added.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hours.families import family_of, first_of
from hours.ledger import may_settle
from hours.models import Objection, ObjectionAnswer, StudyRecord
from people import audit
from people.leading import Refusal, lock_member
from people.models import Member

RAISED = audit.action("hours.objection_raised", _("Said that a study record is not right"))
ANSWERED = audit.action("hours.objection_answered", _("Answered an objection to a study record"))

LONGEST = 500
"""Characters of an objection, and of its answer."""

MOST_OPEN = 20
"""Objections of one member that may be open at a time."""


class NotYourRecord(Refusal):
    words = _("This is not a record of yours.")


class WordsNeeded(Refusal):
    words = _("Please write a few words, 500 characters at most.")


class ObjectionOpen(Refusal):
    words = _("You have objected to this record already. Please wait for the answer of your branch.")


class TooManyOpen(Refusal):
    words = _("Twenty of your objections are still to be answered. Please wait for your branch.")


class AlreadyAnswered(Refusal):
    words = _("This objection has been answered already.")


class NotThatCorrection(Refusal):
    words = _("This correction does not belong to the record that the objection is about.")


@transaction.atomic
def raise_objection(record: StudyRecord, *, by: Member, text: str, at: datetime) -> Objection:
    """
    Say of one's own record that it is not right, and why.

    :raises NotYourRecord, WordsNeeded, ObjectionOpen, TooManyOpen: and nothing is written.
    """
    if record.member_id != by.key:
        raise NotYourRecord
    words = _in_words(text)
    lock_member(by)
    first = first_of(record)
    still_open = Objection.objects.open().filter(member=by)
    if still_open.filter(record=first).exists():
        raise ObjectionOpen
    if still_open.count() >= MOST_OPEN:
        raise TooManyOpen
    objection = Objection.objects.create(record=first, member=by, text=words, at=at)
    audit.note(RAISED, at=at, by=by, member=by, organisation=first.recorded_in, details={"record": first.pk})
    return objection


@transaction.atomic
def answer(
    objection: Objection, text: str, correction: StudyRecord | None = None, *, by: Member, at: datetime
) -> ObjectionAnswer:
    """
    Answer an objection, for a leader of the branch that recorded: with an explanation, or with a correction.

    `correction` is a row of the record's family, as `correcting.correct` returns it: in effect, or proposed.

    :raises NotForYourself, NotYourBranch, WordsNeeded, NotThatCorrection, AlreadyAnswered: and nothing is
        written.
    """
    record = objection.record
    may_settle(record, by, at=at)
    words = _in_words(text)
    lock_member(objection.member)
    if ObjectionAnswer.objects.filter(objection=objection).exists():
        raise AlreadyAnswered
    if correction is not None and correction.pk not in {row.pk for row in family_of(record).later}:
        raise NotThatCorrection
    found = ObjectionAnswer.objects.create(
        objection=objection, text=words, correction=correction, by=by, at=at
    )
    audit.note(
        ANSWERED,
        at=at,
        by=by,
        member=objection.member_id,
        organisation=record.recorded_in,
        details={"record": record.pk, "corrected": correction is not None},
    )
    return found


def objections_to(records: Iterable[StudyRecord], *, by: Member) -> dict[int, list[Objection]]:
    """What a member objected to records of their own, by record, the earliest first. One query."""
    raised = Objection.objects.filter(member=by, record__in=[record.pk for record in records])
    found: dict[int, list[Objection]] = {}
    for objection in raised.select_related("answer__by", "answer__correction").order_by("pk"):
        found.setdefault(objection.record_id, []).append(objection)
    return found


def _in_words(text: str) -> str:
    words = text.strip()
    if not 0 < len(words) <= LONGEST:
        raise WordsNeeded
    return words
