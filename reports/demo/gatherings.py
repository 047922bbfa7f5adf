"""What is studied together beside meetings: training, visits, and last year's list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from hours.models import Bucket, Source, StudyClock
from people.models import Office, Organisation
from reports.demo.chance import dice, draw_key
from reports.demo.diary import Diary, draw_day, moment
from reports.demo.ledger import Entry, Piece
from reports.demo.lessons import LessonFacts
from reports.demo.places import Places
from reports.demo.posts import Posts
from reports.demo.roster import Person

COMMITTEE = {Office.Kind.SECRETARY, Office.Kind.DEPUTY, Office.Kind.COMMITTEE_MEMBER}


@dataclass
class Year:
    """Twelve months up to `at`: whose they are, where, and what came of them so far."""

    at: datetime
    people: list[Person]
    places: Places
    posts: Posts
    diaries: dict[str, Diary] = field(default_factory=lambda: defaultdict(Diary))
    entries: list[Entry] = field(default_factory=list)
    clocks: list[StudyClock] = field(default_factory=list)
    reached: dict[tuple[str, UUID], tuple[LessonFacts, datetime]] = field(default_factory=dict)

    @property
    def last(self) -> date:
        """The last whole day."""
        return self.at.date() - timedelta(days=1)

    @property
    def first(self) -> date:
        return self.last - timedelta(days=364)

    def months(self) -> Iterator[date]:
        """The first day of each month, the one in which the year begins included."""
        day = self.first.replace(day=1)
        while day <= self.last:
            yield day
            day = (day + timedelta(days=31)).replace(day=1)

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    def numbered(self, number: str) -> Person:
        return next(person for person in self.people if person.number == number)

    def attend(self, person: Person, where: Organisation, event: UUID, piece: Piece, **details: Any) -> bool:
        """Write down that the member took part in something of `where`; not when that time is taken."""
        day = piece.begin.date()
        diary = self.diaries[person.number]
        if not diary.is_free(piece.begin, piece.end):
            return False
        diary.take(piece.begin, piece.end)
        key = f"{event}:{person.member.key}"
        kind: dict[str, Any] = {"key": key, "bucket": Bucket.COLLECTIVE, "source": Source.MEETING}
        self.entries.append(
            Entry(
                member=person.member.key,
                home=self.places.branches[person.home_on(day)].pk,
                recorded_in=where.pk,
                started_at=piece.begin,
                ended_at=piece.end,
                pieces=[piece],
                **kind | details,
            )
        )
        return True


def diligence(person: Person) -> float:
    """How likely the member comes."""
    if person.number == "member":
        return 0.8
    if person.offices & COMMITTEE:
        return 0.96
    return person.dice("diligence").uniform(0.7, 0.99)


def train(year: Year) -> None:
    """Concentrated training: days at the Party school for committees, half a day for some members."""
    for person in year.people:
        rng = person.dice("training")
        days = 0
        if person.offices & {Office.Kind.SECRETARY, Office.Kind.DEPUTY}:
            days = 3
        elif person.offices & COMMITTEE:
            days = 2
        elif rng.random() < 0.3 and not person.home_study and person.number != "member":
            _train(year, person, year.last - timedelta(days=150), afternoons_only=True)
        for n in range(days):
            _train(year, person, year.last - timedelta(days=210 - n))


def _train(year: Year, person: Person, day: date, *, afternoons_only: bool = False) -> None:
    """A day of training; weekends are moved to the week before."""
    day -= timedelta(days=4) if day.weekday() > 2 else timedelta()
    for begin, minutes in ((9 * 60, 150), (14 * 60, 165)):
        if afternoons_only and begin < 12 * 60:
            continue
        event = draw_key(dice("training", day, begin))
        start = moment(day, begin)
        year.attend(
            person,
            year.places.county,
            event,
            Piece(start, start + timedelta(minutes=minutes)),
            bucket=Bucket.CONCENTRATED,
            recorded_by=year.numbered("committee").member.pk,
            received_at=start + timedelta(minutes=minutes + 95),
            evidence={"event": str(event)},
        )


def visit_homes(year: Year, lessons: list[LessonFacts]) -> None:
    """Those on home study are visited each month, mostly with a lesson to read and talk over."""
    for person in (p for p in year.people if p.home_study):
        rng = person.dice("visits")
        course = iter(lessons)
        visitors = year.posts.visitors[person.code]
        for month in year.months():
            day = draw_day(rng, month, month + timedelta(days=27))
            begin, minutes = moment(day, rng.randint(9 * 60, 16 * 60)), rng.randint(30, 50)
            visitor, event = rng.choice(visitors), draw_key(rng)
            lesson = next(course, None) if rng.random() < 0.8 else None
            if rng.random() < 0.08 or not person.studies_at_home(day) or not year.covers(day):
                continue
            end = begin + timedelta(minutes=minutes)
            year.attend(
                person,
                year.places.branches[person.code],
                event,
                Piece(begin, end),
                source=Source.VISIT,
                recorded_by=visitor.member.pk,
                received_at=end + timedelta(minutes=rng.randint(2, 240)),
                subject=lesson.key if lesson else None,
                edition=lesson.edition.pk if lesson else None,
                evidence={"visitors": 1},
            )
            if lesson:
                year.reached[person.number, lesson.key] = (lesson, end)


def bring_in(year: Year) -> None:
    """Half days of training of the year before, taken over from a list in its last weeks."""
    for number, person in enumerate(year.people):
        rng = person.dice("brought in")
        if person.home_study or rng.random() > 0.14:
            continue
        day = date(year.at.year - 1, 12, rng.choice((3, 9, 17)))
        start = moment(day, 14 * 60)
        year.attend(
            person,
            year.places.county,
            UUID(int=day.toordinal() * 10_000 + number),
            Piece(start, start + timedelta(minutes=rng.choice((120, 150, 180)))),
            bucket=Bucket.CONCENTRATED,
            source=Source.IMPORT,
            recorded_by=year.numbered("committee").member.pk,
            received_at=moment(date(year.at.year - 1, 12, 28), 10 * 60),
            evidence={"list": f"{day.year}", "line": number + 1},
        )
