"""Contacts with a member in each way, written straight into the tables for tests that read them."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from meetings.models import Attendance, Meeting
from outreach.models import Packet, PacketStep, PackRun, Visit, VisitMember
from people.models import ContactMade, Member
from tests.cast import SHANGHAI


def at_ten(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)


def visited(member: Member, by: Member, day: date, *, way: str = "visit", outcome: str = "held") -> Visit:
    """A visit, a call, or a closed door."""
    branch, at = member.home(day).branch, at_ten(day)
    minutes = 30 if outcome == "held" else 0
    visit = Visit.objects.create(
        key=uuid.uuid4(), way=way, outcome=outcome, started_at=at, minutes=minutes, branch=branch,
        recorded_by=by, received_at=at + timedelta(hours=1),
    )  # fmt: skip
    VisitMember.objects.create(visit=visit, member=member, branch=branch, confirmed="none")
    return visit


def packet_for(member: Member, by: Member, **steps: date) -> Packet:
    """A pack with these steps: `made=…, delivered=…`."""
    branch = member.home(next(iter(steps.values()))).branch
    at = at_ten(next(iter(steps.values())))
    run = PackRun.objects.create(
        organisation=branch, asked_by=by, asked_at=at, language="zh-hans", kind=PackRun.Kind.values[0],
        look={}, contents={},
    )  # fmt: skip
    number = f"{Packet.objects.count():06d}"
    packet = Packet.objects.create(number=number, run=run, member=member, branch=branch, made_at=at)
    for state, day in steps.items():
        PacketStep.objects.create(packet=packet, state=state, on=day, by=by, at=at_ten(day))
    return packet


def attended(member: Member, by: Member, day: date, *states: str, closed: bool = True) -> Meeting:
    """A meeting at which these things were said of the member, one after the other."""
    begins = at_ten(day)
    ends = begins + timedelta(hours=1)
    meeting = Meeting.objects.create(
        branch=member.home(day).branch, kind="general", starts_at=begins, ends_at=ends, opened_by=by,
        opened_at=begins, closed_by=by if closed else None, closed_at=ends if closed else None,
    )  # fmt: skip
    for state in states:
        late = begins + timedelta(minutes=10) if state == "late" else None
        Attendance.objects.create(
            meeting=meeting, member=member, state=state, arrived_at=late, by=by, at=begins
        )
    return meeting


def called(member: Member, by: Member, day: date) -> ContactMade:
    return ContactMade.objects.create(member=member, by=by, on=day, noted_at=at_ten(day))
