"""The meetings of the branches with their rolls: theme Party days, lectures, committee meetings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hours.models import Rule
from meetings.models import Attendance, Meeting
from reports.demo.chance import dice, draw_key
from reports.demo.diary import MONTHS, moment
from reports.demo.gatherings import COMMITTEE, Year, diligence
from reports.demo.ledger import Piece
from reports.demo.places import BRANCHES
from reports.demo.roster import Person

Kind, State = Meeting.Kind, Attendance.State

BATCH = 1000


@dataclass
class Rolls:
    """The meetings of the year and what was said of each member, to be written together."""

    rule: int
    meetings: list[Meeting] = field(default_factory=list)
    rows: list[Attendance] = field(default_factory=list)

    def say(self, meeting: Meeting, person: Person, state: str, arrived: datetime | None = None) -> None:
        by, at = meeting.closed_by, meeting.closed_at
        row = Attendance(meeting=meeting, member=person.member, state=state, arrived_at=arrived, by=by, at=at)
        row.key = draw_key(dice("attendance", meeting.key, person.number))
        self.rows.append(row)

    def write(self) -> None:
        Meeting.objects.bulk_create(self.meetings)
        Attendance.objects.bulk_create(self.rows, batch_size=BATCH)


def nth_weekday(month: date, week: int, weekday: int) -> date:
    """The `week`th such day of the month."""
    return month + timedelta(days=(weekday - month.weekday()) % 7 + 7 * (week - 1))


def hold_meetings(year: Year) -> None:
    """The branches' theme Party day each month, a lecture each quarter, and the committees' meetings."""
    rolls = Rolls(Rule.objects.at(Rule.Name.LATE_COUNTS, year.first).pk)
    for code, plan in BRANCHES.items():
        for month in year.months():
            day = nth_weekday(month, plan.week, plan.weekday)
            rng = dice("theme day", code, month)
            minutes = rng.choices((70, 80, 90, 95, 100, 110, 120), (3, 3, 4, 4, 4, 2, 1))[0]
            season = MONTHS[month.month - 1]
            _hold(year, rolls, code, Kind.THEME_DAY, moment(day, plan.hour * 60), minutes, season)
            if month.month % 3 == 0:
                begin = moment(nth_weekday(month, 4, 2), 19 * 60)
                _hold(year, rolls, code, Kind.LECTURE, begin, rng.choice((50, 60, 75)), 0.8)
            begin = moment(nth_weekday(month, 1, 1), 19 * 60)
            _hold(year, rolls, code, Kind.COMMITTEE, begin, rng.choice((45, 60, 60, 75)), 1.0)
    _plan(year, rolls)
    rolls.write()


def _hold(
    year: Year, rolls: Rolls, code: str, kind: str, begin: datetime, minutes: int, season: float
) -> None:
    """Who came, of the branch or of its committee. Some come a little late, some ask for leave."""
    day = begin.date()
    if not year.covers(day):
        return
    rng = dice("meeting", code, begin)
    meeting = _meeting(year, code, kind, begin, minutes)
    meeting.key = draw_key(rng)
    meeting.closed_by = meeting.opened_by
    meeting.closed_at = meeting.ends_at + timedelta(minutes=rng.randint(5, 170), seconds=rng.randrange(60))
    rolls.meetings.append(meeting)
    for person in _expected(year, code, kind, day):
        came = rng.random() < diligence(person) * (0.75 + 0.25 * min(season, 1.0))
        late = rng.choice((5, 10, 15, 20)) if rng.random() < 0.06 else 0
        if came and _attend(year, rolls, code, meeting, person, late):
            arrived = begin + timedelta(minutes=late) if late else None
            rolls.say(meeting, person, State.LATE if late else State.PRESENT, arrived)
        elif rng.random() < 0.7:
            rolls.say(meeting, person, State.LEAVE)


def _attend(year: Year, rolls: Rolls, code: str, meeting: Meeting, person: Person, late: int) -> bool:
    """Write down the hours, as closing the meeting does."""
    return year.attend(
        person,
        year.places.branches[code],
        meeting.key,
        Piece(meeting.starts_at + timedelta(minutes=late), meeting.ends_at),
        key=meeting.event_of(person.member.key),
        subject=meeting.key,
        recorded_by=meeting.opened_by.pk,
        received_at=meeting.closed_at,
        rule=rolls.rule,
        evidence={"meeting": f"{meeting.key}"},
    )


def _expected(year: Year, code: str, kind: str, day: date) -> Iterable[Person]:
    """Those who join in the branch on that day; for a committee meeting those in its offices."""
    for person in year.people:
        by_office = kind != Kind.COMMITTEE or person.offices & COMMITTEE
        if by_office and person.joins_in(day) == code and not person.studies_at_home(day):
            yield person


def _meeting(year: Year, code: str, kind: str, begin: datetime, minutes: int) -> Meeting:
    """Entered by the secretary of that day, some days before."""
    secretary = year.posts.secretary_of(code, begin.date()).member
    return Meeting(
        branch=year.places.branches[code],
        kind=kind,
        starts_at=begin,
        ends_at=begin + timedelta(minutes=minutes),
        chaired_by=secretary,
        opened_by=secretary,
        opened_at=min(begin, year.at) - timedelta(days=3),
    )


def _plan(year: Year, rolls: Rolls) -> None:
    """One meeting of yesterday evening whose roll is still to be taken, and the next theme Party day."""
    code, plan = "willow", BRANCHES["willow"]
    yesterday = _meeting(year, code, Kind.GENERAL, moment(year.last, 19 * 60), 90)
    months = [year.last.replace(day=1), (year.last.replace(day=1) + timedelta(days=32)).replace(day=1)]
    days = [nth_weekday(month, plan.week, plan.weekday) for month in months]
    next_day = next(day for day in days if day > year.last + timedelta(days=1))
    coming = _meeting(year, code, Kind.THEME_DAY, moment(next_day, plan.hour * 60), 90)
    for meeting in (yesterday, coming):
        meeting.key = draw_key(dice("planned", meeting.kind, meeting.starts_at))
        rolls.meetings.append(meeting)
