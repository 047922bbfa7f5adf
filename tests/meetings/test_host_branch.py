"""A meeting of the host branch counts once: in the member's record, at home, with the host, in the county."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils.timezone import localtime, now

from hours.models import Rule, StudyRecord
from meetings import holding
from meetings.closing import close_meeting
from meetings.holding import Plan
from people.models import Member
from reports.overview import branch_overview
from reports.tree import branch_lines
from tests.hours.acts import assert_all_agrees, minutes_of
from tests.meetings.room import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(secretary, branch, guest):
    """A meeting of ninety minutes this morning or last night, to which the guest came and the secretary."""
    end = localtime(now()).replace(second=0, microsecond=0) - timedelta(minutes=5)
    if end.hour < 2:
        end = end.replace(hour=0, minute=0) - timedelta(hours=1)
    plan = Plan("theme_day", end - timedelta(minutes=90), end)
    meeting = holding.open_meeting(branch, plan, by=secretary, at=now())
    holding.mark(meeting, [said(guest), said(secretary)], by=secretary, at=now())
    return close_meeting(meeting, by=secretary, at=now())


def page(viewer: Member, address: str):
    client = Client()
    client.force_login(viewer)
    return client.get(address)


def hours_of(viewer: Member, organisation, member: Member, *, day: date):
    found = branch_overview(viewer, organisation, language="zh-hans", at=now(), on=day)
    (row,) = [row for row in found.rows if row.member == member]
    return row.hours, row.is_guest


def test_it_counts_once_at_home_with_the_host_and_in_the_county(
    counted, guest, secretary, stranger, county, branch, other_branch
) -> None:
    day = counted.day  # on New Year's Day that of last year
    record = StudyRecord.objects.get(member=guest)

    assert (record.home, record.recorded_in, record.seconds) == (other_branch, branch, 90 * 60)
    at_home, _guest = hours_of(stranger, other_branch, guest, day=day)
    with_host, is_guest = hours_of(secretary, branch, guest, day=day)
    assert at_home == with_host == 2
    assert is_guest
    new_year = day.replace(month=1, day=1)
    Rule.objects.create(name="yearly_hours_member", value=2, valid_from=new_year, source="x")
    lines = {line.organisation.pk: line for line in branch_lines(county, on=day)}
    told = {place: (lines[place.pk].members, lines[place.pk].complete) for place in (branch, other_branch)}
    assert told == {branch: (1, 0), other_branch: (2, 1)}
    assert minutes_of(guest) == 90
    assert_all_agrees(guest)


def test_the_home_branch_reads_which_meeting_it_was(counted, guest, stranger) -> None:
    answer = page(stranger, f"/members/{guest.key}/?year={counted.day.year}")

    assert "柳溪社区支部" in answer.content.decode()
