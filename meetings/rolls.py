"""
The roll of a meeting: whom to expect on its day, who is welcome beside them, and what was said of each.

It is reckoned from where people belonged on that day, and no copy is kept: a copy would keep for good who
studied at home. Home study is known by name in the own branch's committee only. To these, members on home
study stand apart, with those registered out as mobile, as welcome and not expected; to everybody else they
stand among all, without any mark, and nothing is said of who did not come, since that would say it too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localtime

from meetings.models import Attendance, Meeting
from people.models import (
    Affiliation,
    HomeStudy,
    Member,
    MemberQuerySet,
    MobileRegistration,
    Office,
    Organisation,
    Sight,
)
from people.offices import COMMITTEE

State = Attendance.State


@dataclass(frozen=True)
class Line:
    """
    A member on the roll. `said`: the row that holds, if anything was said.

    `is_expected`: neither away nor known to study at home. `is_known`: the viewer knows what is arranged.
    """

    member: Member
    said: Attendance | None
    is_guest: bool
    is_expected: bool
    is_known: bool

    @property
    def state(self) -> str:
        return self.said.state if self.said else ""

    @property
    def arrived(self) -> str:
        """The time of day of a late arrival."""
        arrived = self.said.arrived_at if self.said else None
        return f"{localtime(arrived):%H:%M}" if arrived else ""


@dataclass
class Roll:
    """A meeting's roll for a viewer. `elsewhere`: how many came whom the viewer does not see today."""

    meeting: Meeting
    lines: list[Line] = field(default_factory=list)
    elsewhere: int = 0

    @property
    def expected(self) -> list[Line]:
        return [line for line in self.lines if line.is_expected]

    @property
    def welcome(self) -> list[Line]:
        return [line for line in self.lines if not line.is_expected]

    def of(self, *states: str) -> list[Line]:
        return [line for line in self.lines if line.state in states]

    @property
    def present(self) -> list[Line]:
        return self.of(State.PRESENT)

    @property
    def late(self) -> list[Line]:
        return self.of(State.LATE)

    @property
    def on_leave(self) -> list[Line]:
        return self.of(State.LEAVE)

    @property
    def attended(self) -> int:
        return len(self.present) + len(self.late) + self.elsewhere

    @property
    def knows_arrangements(self) -> bool:
        """Whether the viewer knows of all members at home here who studies at home."""
        return all(line.is_known for line in self.lines if not line.is_guest)

    @property
    def not_here(self) -> list[Line] | None:
        """
        Those expected who neither came nor are on leave; None when it is not to be told.

        Of a guest the viewer does not know whether they study at home: nothing is said of them.
        """
        if not self.knows_arrangements:
            return None
        heard = {State.PRESENT, State.LATE, State.LEAVE}
        return [line for line in self.expected if line.is_known and line.state not in heard]


def members_of(meeting: Meeting) -> Q:
    """The condition on members whom the roll names: those of the day, and of whom something was said."""
    here = of_the_day(meeting.branch, meeting.kind, meeting.day)
    return here | Q(Exists(Attendance.objects.filter(meeting=meeting, member=OuterRef("pk"))))


def of_the_day(organisation: Organisation, kind: str, day: date) -> Q:
    """The condition on members who belong to such a meeting of that day: at home, as guests, by office."""
    mine = Affiliation.objects.of(OuterRef("pk"), on=day)
    if kind == Meeting.Kind.COMMITTEE:
        return Q(Exists(committee_of(organisation, day).filter(member=OuterRef("pk"))))
    if organisation.kind == Organisation.Kind.GROUP:
        return Q(Exists(mine.filter(group=organisation)))
    return Q(Exists(mine.filter(branch=organisation)))


def committee_of(organisation: Organisation, day: date) -> QuerySet[Office]:
    """The offices of its committee on that day."""
    return Office.objects.held_on(day).filter(organisation=organisation, kind__in=COMMITTEE)


def whom_to_call(meeting: Meeting, viewer: Member, *, on: date) -> MemberQuerySet:
    """Members on the roll whom the viewer may see, sorted as names are in pinyin."""
    members = Member.objects.visible_to(viewer, on=on).filter(members_of(meeting))
    return members.order_by("name_latin", "name", "pk")


def roll_of(meeting: Meeting, viewer: Member, *, on: date) -> Roll:
    """The roll as the viewer may see it on that day. Two queries beside the offices."""
    day, place = meeting.day, meeting.recording_branch
    mine = Affiliation.objects.of(OuterRef("pk"), on=day)
    away = MobileRegistration.objects.on(day).filter(member=OuterRef("pk"))
    members = (
        whom_to_call(meeting, viewer, on=on)
        .with_sights(viewer, Sight.ARRANGEMENT, on=on)
        .annotate(
            is_guest=Exists(mine.host().filter(branch=place)),
            is_away=Exists(away) | Exists(mine.host().exclude(branch=place)),
            studies_at_home=Exists(HomeStudy.objects.on(day).filter(member=OuterRef("pk"))),
        )
    )
    said = {row.member_id: row for row in meeting.attendances.all().holding()}
    roll = Roll(meeting)
    for member in members:
        roll.lines.append(_line(member, said.pop(member.pk, None)))
    roll.elsewhere = sum(row.has_come for row in said.values())
    return roll


def _line(member: Member, said: Attendance | None) -> Line:
    known = member.shows_arrangement
    is_away = member.is_away and not member.is_guest
    return Line(
        member=member,
        said=said,
        is_guest=member.is_guest,
        is_expected=not is_away and not (known and member.studies_at_home),
        is_known=known,
    )


@dataclass(frozen=True)
class Quorum:
    """A committee meets when at least half of its members came (Regulations on branches, art. 12)."""

    members: int
    came: int

    @property
    def is_reached(self) -> bool:
        return self.came * 2 >= self.members


def quorum_of(meeting: Meeting) -> Quorum | None:
    """How many of the committee came; None for another kind of meeting. One query."""
    if meeting.kind != Meeting.Kind.COMMITTEE:
        return None
    offices = set(committee_of(meeting.branch, meeting.day).values_list("member", flat=True))
    came = set(meeting.attendances.all().holding().attended().values_list("member", flat=True))
    return Quorum(len(offices), len(offices & came))
