"""The acts around a meeting that is open: planning it, changing it, taking the roll, calling it off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from meetings.holders import KINDS, holds
from meetings.models import LONGEST, Attendance, Meeting
from meetings.rolls import whom_to_call
from people import audit
from people.leading import KeyTaken, NotYourBranch, Refusal, is_open
from people.models import Member, Organisation

OPENED = audit.action("meetings.opened", _("Entered a meeting"))
CHANGED = audit.action("meetings.changed", _("Changed a meeting that is not closed"))
CALLED_OFF = audit.action("meetings.called_off", _("Called a meeting off"))
MARKED = audit.action("meetings.marked", _("Took the roll of a meeting"))

FARTHEST = timedelta(days=366)
"""So long before or after today a meeting can be entered."""

MOST_MARKS = 2000
MOST_LESSONS = 30

State = Attendance.State


class NotTheseTimes(Refusal):
    words = _("A meeting ends after it begins, on the same day, and lasts eight hours at most.")


class TooFarAway(Refusal):
    words = _("Please choose a day within a year from today.")


class NotThatKind(Refusal):
    words = _("This organisation does not hold meetings of that kind.")


class NotOpenThatDay(Refusal):
    words = _("This organisation does not exist on that day. Please check the date.")


class NotOnTheRoll(Refusal):
    words = _("This person is not on the roll of the meeting. Please check the day of the meeting.")


class AlreadyClosed(Refusal):
    words = _("This meeting is closed. What is wrong is put right by a correction.")


class WasCalledOff(Refusal):
    words = _("This meeting was called off.")


class NotThatArrival(Refusal):
    words = _("Who came late arrived between the beginning and the end. Please give the time.")


class TooMany(Refusal):
    words = _("This is too much at once. Please send fewer.")


@dataclass(frozen=True)
class Plan:
    """What is said of a meeting before it is held."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    title: str = ""
    place: str = ""
    lessons: Sequence[UUID] = ()
    chaired_by: Member | None = None
    lecturer: Member | None = None

    def values(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "title": self.title.strip(),
            "place": self.place.strip() or None,
            "lessons": list(dict.fromkeys(self.lessons)),
            "chaired_by": self.chaired_by,
            "lecturer": self.lecturer if self.kind == Meeting.Kind.LECTURE else None,
        }


@dataclass(frozen=True)
class Mark:
    """What a device says of a member at a meeting. `key` is made there: sent twice, it is one row."""

    key: UUID
    member: UUID
    state: str
    arrived_at: datetime | None = None


@dataclass
class Taken:
    """What became of marks: those that are kept, and those that are not, with the reason."""

    kept: list[UUID] = field(default_factory=list)
    refused: dict[UUID, Refusal] = field(default_factory=dict)


@transaction.atomic
def open_meeting(
    organisation: Organisation, plan: Plan, *, key: UUID | None = None, by: Member, at: datetime
) -> Meeting:
    """
    Enter a meeting, in the future or in the past. `key` names the form: sent again, it is the same meeting.

    :raises NotYourBranch, NotThatKind, NotTheseTimes, TooFarAway, NotOpenThatDay, NotOnTheRoll, KeyTaken:
        and nothing is written.
    """
    if not holds(by, organisation, on=localdate(at)):
        raise NotYourBranch
    already = Meeting.objects.filter(key=key, branch=organisation).first() if key else None
    if already is not None:
        return already
    meeting = Meeting(branch=organisation, opened_by=by, opened_at=at, **plan.values())
    if key:
        meeting.key = key
    _check(meeting, by=by, at=at)
    try:
        with transaction.atomic():
            meeting.save(force_insert=True)
    except IntegrityError:
        return _of_the_form(meeting)
    _note(OPENED, meeting, by=by, at=at, kind=meeting.kind, on=f"{meeting.day}")
    return meeting


def _of_the_form(meeting: Meeting) -> Meeting:
    """What the same form, sent at the same time, has entered meanwhile."""
    there = Meeting.objects.filter(key=meeting.key).first()
    if there is None or there.branch_id != meeting.branch_id:
        raise KeyTaken
    return there


@transaction.atomic
def change_meeting(meeting: Meeting, plan: Plan, *, by: Member, at: datetime) -> Meeting:
    """
    Say something else of a meeting that is still open. The roll stays as it was taken.

    :raises NotYourBranch, AlreadyClosed, WasCalledOff, NotThatKind, NotTheseTimes, TooFarAway,
        NotOpenThatDay, NotOnTheRoll: and nothing is changed.
    """
    current = still_open(meeting, by=by, at=at)
    for name, value in plan.values().items():
        setattr(current, name, value)
    _check(current, by=by, at=at)
    current.save()
    _note(CHANGED, current, by=by, at=at, kind=current.kind, on=f"{current.day}")
    return current


@transaction.atomic
def call_off(meeting: Meeting, *, by: Member, at: datetime) -> Meeting:
    """
    Say that the meeting is not held. The place is emptied; what was marked stays and counts nothing.

    :raises NotYourBranch, AlreadyClosed, WasCalledOff: and nothing is changed.
    """
    current = still_open(meeting, by=by, at=at)
    current.called_off_by, current.called_off_at, current.place = by, at, None
    current.save()
    _note(CALLED_OFF, current, by=by, at=at)
    return current


@transaction.atomic
def mark(meeting: Meeting, marks: Iterable[Mark], *, by: Member, at: datetime) -> Taken:
    """
    Note who is there: one member or many, in one statement. The last mark received of a member holds.

    A mark that cannot be kept is told with its reason, and the others are kept.

    :raises NotYourBranch, AlreadyClosed, WasCalledOff, TooMany: and nothing is written.
    """
    wanted = list(marks)
    if len(wanted) > MOST_MARKS:
        raise TooMany
    current = still_open(meeting, by=by, at=at)
    keys = {mark.member for mark in wanted}
    called = whom_to_call(current, by, on=localdate(at)).filter(key__in=keys)
    members = {member.key: member for member in called}
    taken, rows = Taken(), []
    for one in wanted:
        member = members.get(one.member)
        if member is None:
            taken.refused[one.key] = NotOnTheRoll()
        elif not _arrival_fits(one, current):
            taken.refused[one.key] = NotThatArrival()
        else:
            rows.append(_row(current, member, one, by=by, at=at))
    if rows:
        Attendance.objects.bulk_create(rows, ignore_conflicts=True)
        _sort_out(rows, taken)
        _note(MARKED, current, by=by, at=at, marks=len(rows))
    return taken


def _sort_out(rows: Sequence[Attendance], taken: Taken) -> None:
    """Say of each row that it is kept; of one whose key stands for something else that it is not."""
    kept = Attendance.objects.in_bulk([row.key for row in rows], field_name="key")
    for row in rows:
        there = kept[row.key]
        if (there.meeting_id, there.member_id, there.state) == (row.meeting_id, row.member_id, row.state):
            taken.kept.append(row.key)
        else:
            taken.refused[row.key] = KeyTaken()


def still_open(meeting: Meeting, *, by: Member, at: datetime) -> Meeting:
    """
    The meeting as it stands, held until the transaction ends, so that nobody closes it meanwhile.

    :raises NotYourBranch, AlreadyClosed, WasCalledOff: when its roll cannot be taken, or not by them.
    """
    rows = Meeting.objects.select_for_update(of=("self",), no_key=True).select_related("branch__parent")
    current = rows.get(pk=meeting.pk)
    if not holds(by, current.branch, on=localdate(at)):
        raise NotYourBranch
    if current.is_closed:
        raise AlreadyClosed
    if current.is_called_off:
        raise WasCalledOff
    return current


def _row(meeting: Meeting, member: Member, one: Mark, *, by: Member, at: datetime) -> Attendance:
    arrived = one.arrived_at if one.state == State.LATE else None
    return Attendance(
        key=one.key, meeting=meeting, member=member, state=one.state, arrived_at=arrived, by=by, at=at
    )


def _arrival_fits(one: Mark, meeting: Meeting) -> bool:
    if one.state != State.LATE:
        return one.state in State.values
    return one.arrived_at is not None and meeting.starts_at <= one.arrived_at <= meeting.ends_at


def check_times(starts_at: datetime, ends_at: datetime) -> None:
    """
    :raises NotTheseTimes: when no meeting has these times.
    """
    last = ends_at - timedelta(microseconds=1)  # midnight ends a day
    if not starts_at < ends_at <= starts_at + LONGEST or localdate(starts_at) != localdate(last):
        raise NotTheseTimes


def check_day(starts_at: datetime, *, at: datetime) -> None:
    """
    :raises TooFarAway: when it is more than a year ago, or ahead.
    """
    if not at - FARTHEST <= starts_at <= at + FARTHEST:
        raise TooFarAway


def _check(meeting: Meeting, *, by: Member, at: datetime) -> None:
    place = meeting.branch
    if meeting.kind not in KINDS[place.kind]:
        raise NotThatKind
    check_times(meeting.starts_at, meeting.ends_at)
    check_day(meeting.starts_at, at=at)
    founded = place.founded_on is None or place.founded_on <= meeting.day
    if not (founded and is_open(place, on=meeting.day)):
        raise NotOpenThatDay
    named = {person.pk for person in (meeting.chaired_by, meeting.lecturer) if person is not None}
    seen = Member.objects.visible_to(by, on=localdate(at)).filter(Q(pk__in=named))
    if named and seen.count() != len(named):
        raise NotOnTheRoll


def _note(what: audit.Action, meeting: Meeting, *, by: Member, at: datetime, **details: Any) -> None:
    said = {"meeting": f"{meeting.key}", **details}
    audit.note(what, at=at, by=by, organisation=meeting.branch, details=said)
