"""
Closing a meeting writes the hours, and a correction puts right what was said after that.

Closing writes a record for each who came, under a key that the meeting and the member make: closed twice, or
told of twice, it counts once. A correction is a further row of attendance, and in the ledger a correction of
the record or, where there was none, a record that awaits the second person if the rule of the day asks for
one.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from hours.correcting import NothingChanges, Wanted, correct, second_person_needed
from hours.ledger import Event, Piece, add, add_all, reason_in_words
from hours.models import Bucket, Rule, Source, Standing, StudyRecord
from meetings.holding import (
    NotOnTheRoll,
    NotThatArrival,
    WasCalledOff,
    check_day,
    check_times,
    still_open,
)
from meetings.models import Attendance, Meeting
from meetings.rolls import whom_to_call
from people import audit
from people.leading import KeyTaken, NotForYourself, NotYourBranch, Refusal, leads
from people.models import Member

CLOSED = audit.action("meetings.closed", _("Closed a meeting; its hours are in the ledger"))
CORRECTED = audit.action("meetings.corrected", _("Corrected who was at a meeting"))

State = Attendance.State


class NotOver(Refusal):
    words = _("The meeting is not over yet. Please close it when it has ended, or correct its end.")


class NobodyCame(Refusal):
    words = _("Nobody is marked as present yet. If the meeting was not held, call it off.")


class NotClosed(Refusal):
    words = _("This meeting is not closed yet. Please mark it on the roll.")


@transaction.atomic
def close_meeting(
    meeting: Meeting,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    by: Member,
    at: datetime,
) -> Meeting:
    """
    Close the meeting, with the times it really had, and write the hours of all who came. Set-based.

    Closed again it stays as it is. The place is emptied: nobody needs it any more.

    :raises NotYourBranch, WasCalledOff, NotTheseTimes, TooFarAway, NotOver, NobodyCame: and nothing is
        written.
    """
    closed = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    if closed.is_closed:
        return closed
    current = still_open(meeting, by=by, at=at)
    current.starts_at, current.ends_at = starts_at or current.starts_at, ends_at or current.ends_at
    check_times(current.starts_at, current.ends_at)
    if current.starts_at != closed.starts_at:
        check_day(current.starts_at, at=at)
    if current.ends_at > at:
        raise NotOver
    held = list(current.attendances.all().holding().select_related("member"))
    events = _events(current, held, by=by)
    if not events:
        raise NobodyCame
    if current.lecturer is not None:
        events += _lecture(current, by=by, at=at)
    add_all(events, at=at)
    current.closed_by, current.closed_at, current.place = by, at, None
    current.save()
    details = {"meeting": f"{current.key}", "kind": current.kind, "attended": len(events)}
    audit.note(CLOSED, at=at, by=by, organisation=current.branch, details=details)
    return current


def whole_when_late(meeting: Meeting) -> bool:
    """What the rule of the meeting's day says of coming late: whether the whole meeting counts."""
    return bool(Rule.objects.at(Rule.Name.LATE_COUNTS, meeting.day).value)


def _events(meeting: Meeting, held: list[Attendance], *, by: Member) -> list[Event]:
    whole, found = whole_when_late(meeting), []
    for row in held:
        row.meeting = meeting
        piece = row.piece(whole=whole)
        if piece is not None:
            found.append(_event(meeting, row.member, piece, by=by))
    return found


def _event(
    meeting: Meeting, member: Member, piece: Piece, *, by: Member, standing: str = "", reason: str = ""
) -> Event:
    evidence: dict[str, object] = {"meeting": f"{meeting.key}"}
    if meeting.lessons:
        evidence["lessons"] = [f"{lesson}" for lesson in meeting.lessons]
    return Event(
        member=member,
        bucket=Bucket.COLLECTIVE,
        source=Source.MEETING,
        key=meeting.event_of(member.key),
        started_at=piece[0],
        ended_at=piece[1],
        pieces=[piece],
        subject=meeting.key,
        standing=standing or Standing.COUNTED,
        recorded_in=meeting.recording_branch,
        recorded_by=by,
        rule=Rule.Name.LATE_COUNTS,
        reason=reason,
        evidence=evidence,
    )


def _lecture(meeting: Meeting, *, by: Member, at: datetime) -> list[Event]:
    """
    What the rule awards for preparing the lecture, once a meeting.

    Who closes a meeting at which they lectured does not pay themself: it awaits a second person.
    """
    lecturer = meeting.lecturer
    minutes = Rule.objects.at(Rule.Name.LECTURE_AWARD_MINUTES, meeting.day).value
    seconds = int(minutes * 60)
    if lecturer is None or not seconds:
        return []
    own = lecturer.pk == by.pk
    return [
        Event(
            member=lecturer,
            bucket=Bucket.INDIVIDUAL,
            source=Source.MEETING,
            key=f"lecture:{meeting.key}",
            started_at=meeting.starts_at,
            ended_at=meeting.ends_at,
            award=0 if own else seconds,
            subject=meeting.key,
            standing=Standing.AWAITING if own else Standing.COUNTED,
            recorded_in=meeting.recording_branch,
            recorded_by=by,
            rule=Rule.Name.LECTURE_AWARD_MINUTES,
            evidence={"meeting": f"{meeting.key}", **({"award": seconds} if own else {})},
        )
    ]


def may_correct(meeting: Meeting, by: Member, *, at: datetime) -> bool:
    """Whether `by` leads the branch that recorded, or an organisation above it."""
    return leads(by, meeting.recording_branch, on=localdate(at))


@transaction.atomic
def correct_attendance(
    meeting: Meeting,
    member: Member,
    state: str,
    *,
    arrived_at: datetime | None = None,
    key: UUID,
    by: Member,
    reason: str,
    at: datetime,
) -> Attendance:
    """
    Say something else of a member at a meeting that is closed, and put the hours right.

    `key` names the form that was sent: sent again, it is the same row.

    :raises NotYourBranch, NotForYourself, NoReason, NotClosed, WasCalledOff, KeyTaken, NotOnTheRoll,
        NotThatArrival, NothingChanges, and what `hours.correcting` raises: and nothing is written.
    """
    current = Meeting.objects.select_for_update(of=("self",), no_key=True).select_related("branch__parent")
    meeting = current.get(pk=meeting.pk)
    if not may_correct(meeting, by, at=at):
        raise NotYourBranch
    if member.pk == by.pk:
        raise NotForYourself
    words = reason_in_words(reason)
    if meeting.is_called_off:
        raise WasCalledOff
    if not meeting.is_closed:
        raise NotClosed
    already = Attendance.objects.filter(key=key).first()
    if already is not None and (already.meeting_id, already.member_id) != (meeting.pk, member.pk):
        raise KeyTaken
    if already is not None:
        return already
    row = _corrected_row(meeting, member, state, arrived_at, key=key, by=by, at=at)
    row.save(force_insert=True)
    _put_right(row, by=by, reason=words, at=at)
    details = {"meeting": f"{meeting.key}", "state": state}
    audit.note(
        CORRECTED, at=at, by=by, member=member, organisation=meeting.branch, reason=words, details=details
    )
    return row


def _corrected_row(
    meeting: Meeting,
    member: Member,
    state: str,
    arrived_at: datetime | None,
    *,
    key: UUID,
    by: Member,
    at: datetime,
) -> Attendance:
    if not whom_to_call(meeting, by, on=localdate(at)).filter(pk=member.pk).exists():
        raise NotOnTheRoll
    if state != State.LATE:
        arrived_at = None
    elif arrived_at is None or not meeting.starts_at <= arrived_at <= meeting.ends_at:
        raise NotThatArrival
    last = meeting.attendances.filter(member=member).order_by("-pk").first()
    if last is not None and (last.state, last.arrived_at) == (state, arrived_at):
        raise NothingChanges
    return Attendance(
        key=key, meeting=meeting, member=member, state=state, arrived_at=arrived_at, by=by, at=at
    )


def _put_right(row: Attendance, *, by: Member, reason: str, at: datetime) -> None:
    """The ledger follows: the record is corrected, or there is one now; where nothing changes, it stays."""
    meeting, member = row.meeting, row.member
    piece = row.piece(whole=whole_when_late(meeting))
    record = StudyRecord.objects.filter(source=Source.MEETING, key=meeting.event_of(member.key)).first()
    if record is not None:
        pieces = [piece] if piece else []
        try:
            with transaction.atomic():
                correct(record, Wanted(pieces), key=f"{row.key}", by=by, reason=reason, at=at)
        except NothingChanges:
            return
    elif piece is not None:
        standing = Standing.AWAITING if second_person_needed(at) else Standing.COUNTED
        add(_event(meeting, member, piece, by=by, standing=standing, reason=reason), at=at)
