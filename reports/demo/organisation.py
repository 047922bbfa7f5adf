"""Puts the demonstration together: places, members, offices, and twelve months of study."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from hours.models import StudyClock
from hours.totals import SHANGHAI
from people.models import Member, NoticeRead
from people.privacy_notice import in_force
from programmes.models import LessonReached
from reports.demo import gatherings
from reports.demo.belonging import settle_belonging
from reports.demo.desk import fill_the_desk
from reports.demo.gatherings import Year
from reports.demo.ledger import write_entries
from reports.demo.lessons import live_lessons
from reports.demo.outreach import bring_study
from reports.demo.places import found_places
from reports.demo.posts import fill_posts
from reports.demo.putting_right import put_right
from reports.demo.reading import read_lessons
from reports.demo.rolls import hold_meetings
from reports.demo.roster import enrol_members
from reports.demo.ruling import RulesOfTheYear, make_rules
from reports.demo.study_cards import hand_out_cards
from reports.demo.tries import try_quizzes


class MembersPresent(Exception):
    """There are members already; the demonstration is for an empty house."""


@dataclass(frozen=True)
class Made:
    """How much was made."""

    members: int
    records: int
    intervals: int
    attempts: int


@transaction.atomic
def make_demonstration(*, at: datetime, password: str) -> Made:
    """
    Make the demonstration organisation with the twelve months that end yesterday. The same at the same `at`.

    :raises MembersPresent: and nothing is made.
    """
    if Member.objects.exists():
        raise MembersPresent
    at = at.astimezone(SHANGHAI)
    places = found_places()
    people = enrol_members(places, on=at.date(), password=password)
    year = Year(at, people, places, fill_posts(people, places, on=at.date()))
    settle_belonging(people, places, year.posts, on=at.date())
    hand_out_cards(people, year.posts, on=at.date())
    courses = live_lessons()
    gatherings.bring_in(year)
    gatherings.train(year)
    hold_meetings(year)
    gatherings.visit_homes(year, courses[0] if courses else [])
    make_rules(at)
    wishes = read_lessons(year, courses, RulesOfTheYear())
    tries = try_quizzes(year, wishes)
    StudyClock.objects.bulk_create(year.clocks)
    records, intervals = write_entries(sorted(year.entries, key=lambda e: (e.received_at, e.key)))
    _write_reached(year)
    put_right(year)
    bring_study(year, courses)
    fill_the_desk(at=at)
    _confirm_notices(at)
    tries.write()
    _take_stock()
    return Made(len(people), records, intervals, len(tries.attempts))


def _confirm_notices(at: datetime) -> None:
    """Everybody has read the privacy notice: a visitor of the demonstration begins where they like."""
    version = in_force(at.date())
    members = Member.objects.all()
    NoticeRead.objects.bulk_create(NoticeRead(member=m, version=version, at=at) for m in members)


def _write_reached(year: Year) -> None:
    members = {person.number: person.member for person in year.people}
    LessonReached.objects.bulk_create(
        LessonReached(member=members[number], lesson=key, edition_id=lesson.edition.pk, reached_at=at)
        for (number, key), (lesson, at) in year.reached.items()
    )


def _take_stock() -> None:
    """Tell the planner what came, so that the first pages are as quick as later ones."""
    with connection.cursor() as cursor:
        cursor.execute("analyze")
