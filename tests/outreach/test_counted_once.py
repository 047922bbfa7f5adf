"""A meeting of the host and a visit from home count once: at home, with the host, and in the county."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from hours.models import CountedInterval, Rule, StudyRecord
from meetings.closing import close_meeting
from meetings.holding import Mark, Plan, mark, open_meeting
from outreach.mobile_desk import Attended, attended_at
from outreach.reach import reached_of, unreached_by_part
from people.models import Affiliation, Member, MobileRegistration
from reports.overview import branch_overview
from reports.tree import branch_lines
from tests.cast import moment
from tests.outreach.visiting import make_visitor, visit

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 10)
AT = moment("2026-03-10 12:00")
SINCE = date(2026, 1, 10)


@pytest.fixture
def visitor(branch, member) -> Member:
    return make_visitor("visitor", branch, member, name="周平")


@pytest.fixture
def studied(member, secretary, stranger, branch, other_branch, visitor) -> None:
    """From nine to ten with the host branch; from half past nine to half past ten visited, reported twice."""
    Rule.objects.create(name="yearly_hours_member", value=2, valid_from=date(2020, 1, 2), source="x")
    Rule.objects.create(name="host_leads", value=0, valid_from=date(2020, 1, 2), source="x")
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=SINCE)
    MobileRegistration.objects.create(
        member=member, branch=branch, receiving=other_branch, contact=visitor, since=SINCE, months=12
    )
    plan = Plan(kind="general", starts_at=moment("2026-03-10 09:00"), ends_at=moment("2026-03-10 10:00"))
    meeting = open_meeting(other_branch, plan, by=stranger, at=moment("2026-03-10 08:00"))
    mark(meeting, [Mark(uuid4(), member.key, "present")], by=stranger, at=moment("2026-03-10 09:05"))
    close_meeting(meeting, by=stranger, at=moment("2026-03-10 10:30"))
    close_meeting(meeting, by=stranger, at=moment("2026-03-10 10:31"))
    for reporter in (visitor, secretary):
        visit(member, by=reporter, at=AT, start="2026-03-10 09:30", minutes=60)


def overview(viewer: Member, place):
    return branch_overview(viewer, place, language="zh-hans", at=AT, on=DAY)


def row_of(viewer: Member, place, member: Member):
    (row,) = [row for row in overview(viewer, place).rows if row.member == member]
    return row


def test_the_ledger_holds_each_minute_once(studied, member, branch, other_branch) -> None:
    records = StudyRecord.objects.filter(member=member).order_by("pk")

    assert [(r.source, r.bucket, r.recorded_in, r.seconds) for r in records] == [
        ("meeting", "collective", other_branch, 3600),
        ("visit", "collective", branch, 1800),
        ("visit", "collective", branch, 0),
    ]
    assert CountedInterval.objects.filter(member=member).seconds() == 90 * 60


def test_at_home_all_of_it_counts_once(studied, member, secretary, branch) -> None:
    row = row_of(secretary, branch, member)
    found = overview(secretary, branch)

    assert (row.hours, row.is_guest, row.is_on_track) == (Decimal(2), False, True)
    assert (len(found.at_home), found.complete, found.studying) == (3, 1, 1)


def test_with_the_host_stands_what_it_recorded_and_nobody_is_counted_again(
    studied, member, stranger, other_branch
) -> None:
    row = row_of(stranger, other_branch, member)
    found = overview(stranger, other_branch)

    assert (row.hours, row.is_guest) == (Decimal(1), True)
    assert (len(found.at_home), found.guests, found.complete, found.studying) == (1, 1, 0, 0)


def test_in_the_county_the_member_is_one_with_two_hours(studied, county, branch, other_branch) -> None:
    lines = {line.organisation: (line.members, line.complete) for line in branch_lines(county, on=DAY)}

    assert lines == {branch: (3, 1), other_branch: (1, 0)}
    assert sum(complete for _members, complete in lines.values()) == 1


def test_attendance_with_the_host_is_seen_at_home_once(studied, member, other_branch) -> None:
    pairs = {(member.key, other_branch.pk)}

    assert attended_at(pairs, year=2026) == {(member.key, other_branch.pk): Attended(1, 3600)}


def test_reached_by_us_counts_the_member_once_and_at_home(
    studied, member, county, general_branch, other_branch
):
    assert reached_of([member.pk], on=DAY)[member.pk].days == {"meeting": DAY, "visit": DAY}
    assert unreached_by_part(county, on=DAY) == {
        general_branch.path: (3, 2, 2, 2),  # the member is reached; the secretary and the visitor are not
        other_branch.path: (1, 1, 1, 1),
    }
