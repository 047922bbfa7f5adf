"""Issuing and cancelling activity records, and recording what came back on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hours.ledger import Event, add_all
from hours.models import Bucket, Rule, Source, Standing
from outreach.sheets import KEPT_OPEN, LINES, LONGEST_MINUTES, ActivitySheet, SheetLine, SheetReturn
from people import audit
from people.leading import KeyTaken, NotForYourself, Refusal, leads, lock_member
from people.mobility import NotRegisteredOut, active_registration
from people.models import Member, MobileRegistration

ISSUED = audit.action("sheet.issued", gettext_lazy("Issued an activity record"))
CANCELLED = audit.action("sheet.cancelled", gettext_lazy("Cancelled an activity record"))
PRINTED = audit.action("sheet.printed", gettext_lazy("Printed an activity record"))
RECORDED = audit.action("sheet.recorded", gettext_lazy("Recorded what came back on an activity record"))


class NotYourSheet(Refusal):
    words = gettext_lazy("This is for the contact person and for the leaders of the home branch.")


class SheetCancelled(Refusal):
    words = gettext_lazy("This activity record was cancelled. Please issue a new one.")


class NothingToRecord(Refusal):
    words = gettext_lazy("No line is filled in. Please copy at least one line from the sheet.")


class LinesRefused(Refusal):
    """Some lines cannot be recorded; `faults` say which and why, and none was recorded."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__()
        self.faults = list(faults)
        self.words = " ".join(self.faults)


@dataclass(frozen=True)
class Line:
    """A line as it was copied from the sheet."""

    row: int
    started_at: datetime
    minutes: int
    kind: str
    about: str = ""

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(minutes=self.minutes)


@transaction.atomic
def issue(registration: MobileRegistration, *, key: UUID, by: Member, at: datetime) -> ActivitySheet:
    """
    Issue a sheet for a member who is away, numbered on. Asked again with the same key it is the same sheet.

    :raises NotRegisteredOut, NotYourSheet, NotForYourself, KeyTaken: and nothing is changed.
    """
    on = localdate(at)
    lock_member(registration.member)
    current = active_registration(registration.member, on=on)
    if current is None or current.pk != registration.pk:
        raise NotRegisteredOut
    _check(current, by, on=on)
    there = ActivitySheet.objects.filter(key=key).first()
    if there is not None and there.registration_id != current.pk:
        raise KeyTaken
    if there is not None:
        return there
    pk = _next_number()
    sheet = ActivitySheet.objects.create(
        pk=pk,
        key=key,
        number=f"{on.year}-{pk:06d}",
        member=current.member,
        registration=current,
        branch=current.branch,
        since=current.since,
        expires_on=on + KEPT_OPEN,
        issued_by=by,
        issued_at=at,
    )
    details = {"sheet": sheet.number}
    audit.note(ISSUED, at=at, by=by, member=sheet.member, organisation=sheet.branch, details=details)
    return sheet


@transaction.atomic
def cancel(sheet: ActivitySheet, *, by: Member, at: datetime) -> None:
    """
    Say that a sheet no longer holds: it was lost, or issued by mistake. Cancelling twice is cancelling once.

    :raises NotYourSheet: and nothing is changed.
    """
    lock_member(sheet.member)
    current = _held(sheet)
    _check_sheet(current, by, on=localdate(at))
    if current.cancelled_at is not None:
        return
    current.cancelled_by, current.cancelled_at = by, at
    current.save(update_fields=["cancelled_by", "cancelled_at"])
    details = {"sheet": current.number}
    audit.note(CANCELLED, at=at, by=by, member=current.member, organisation=current.branch, details=details)


@transaction.atomic
def record_return(
    sheet: ActivitySheet, lines: Sequence[Line], *, key: UUID, by: Member, at: datetime
) -> SheetReturn:
    """
    Record the lines of a sheet that came back: rows of the ledger that await confirmation by the home branch.

    All of the lines or none. With the same key it is the same return. Where lines overlap one another or
    other study, the ledger counts each minute once.

    :raises NotYourSheet, KeyTaken, SheetCancelled, NothingToRecord, LinesRefused: and nothing is written.
    """
    lock_member(sheet.member)
    current = _held(sheet)
    _check_sheet(current, by, on=localdate(at))
    there = SheetReturn.objects.filter(key=key).first()
    if there is not None and there.sheet_id != current.pk:
        raise KeyTaken
    if there is not None:
        return there
    if current.cancelled_at is not None:
        raise SheetCancelled
    if not lines:
        raise NothingToRecord
    if faults := _faults(current, lines, at=at):
        raise LinesRefused(faults)
    returned = SheetReturn.objects.create(key=key, sheet=current, recorded_by=by, recorded_at=at)
    written = add_all((_event(current, line, by) for line in lines), at=at)
    records = {record.key: record for record in written}
    SheetLine.objects.bulk_create(
        SheetLine(
            sheet=current,
            returned=returned,
            row=line.row,
            started_at=line.started_at,
            minutes=line.minutes,
            kind=line.kind,
            about=line.about or None,
            record=records[_key(current, line)],
        )
        for line in lines
    )
    details = {"sheet": current.number, "lines": len(lines)}
    audit.note(RECORDED, at=at, by=by, member=current.member, organisation=current.branch, details=details)
    return returned


def _event(sheet: ActivitySheet, line: Line, by: Member) -> Event:
    return Event(
        member=sheet.member,
        bucket=Bucket.COLLECTIVE,
        source=Source.MEETING,
        key=_key(sheet, line),
        started_at=line.started_at,
        ended_at=line.ended_at,
        pieces=((line.started_at, line.ended_at),),
        subject=sheet.key,
        standing=Standing.AWAITING,
        recorded_in=sheet.branch,
        recorded_by=by,
        rule=Rule.Name.PAPER_COUNTS,
        evidence={"sheet": sheet.number, "line": line.row, "kind": line.kind},
    )


def _key(sheet: ActivitySheet, line: Line) -> str:
    return f"sheet:{sheet.key}:{line.row}"


def _faults(sheet: ActivitySheet, lines: Sequence[Line], *, at: datetime) -> list[str]:
    """What is wrong with which line, in words."""
    recorded = set(sheet.lines.values_list("row", flat=True))
    last, faults, seen = sheet.last_day(), [], set()
    for line in lines:
        day = localdate(line.started_at)
        said = {"line": line.row, "since": sheet.since, "last": last, "most": LONGEST_MINUTES}
        if not 1 <= line.row <= LINES or line.row in seen:
            faults.append(_("Line %(line)s: this line is not on the sheet.") % said)
        elif line.row in recorded:
            faults.append(_("Line %(line)s is recorded already. Please leave it empty here.") % said)
        elif not 1 <= line.minutes <= LONGEST_MINUTES:
            faults.append(_("Line %(line)s: please give 1 to %(most)s minutes.") % said)
        elif line.started_at > at or line.ended_at > at:
            faults.append(_("Line %(line)s lies in the future. Please check the day and the time.") % said)
        elif not sheet.since <= day <= last:
            faults.append(
                _("Line %(line)s: the sheet holds from %(since)s to %(last)s. Please check the day.") % said
            )
        seen.add(line.row)
    return faults


def _check(registration: MobileRegistration, by: Member, *, on: date) -> None:
    if by == registration.member:
        raise NotForYourself
    keeps = MobileRegistration.objects.kept_by(by, on=on).filter(pk=registration.pk).exists()
    if not keeps and not leads(by, registration.branch, on=on):
        raise NotYourSheet


def _check_sheet(sheet: ActivitySheet, by: Member, *, on: date) -> None:
    if not ActivitySheet.objects.visible_to(by, on=on).filter(pk=sheet.pk).exists():
        raise NotYourSheet


def _held(sheet: ActivitySheet) -> ActivitySheet:
    """The sheet as it stands now that the member is locked."""
    return ActivitySheet.objects.select_related("member", "branch", "registration").get(pk=sheet.pk)


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('outreach_activitysheet', 'id'))")
        (number,) = cursor.fetchone()
    return number


def forget_words(member: Member, at: datetime) -> None:
    """Empty what activities were about, and let no sheet of an erased member be filled in any longer."""
    SheetLine.objects.filter(sheet__member=member, about__isnull=False).update(about=None)
    open_ones = ActivitySheet.objects.filter(member=member, cancelled_at=None)
    open_ones.update(cancelled_at=at)
