"""A meeting of forty people is closed: how long it takes, and how many statements."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median
from time import perf_counter
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime, now

from meetings import holding
from meetings.closing import close_meeting
from meetings.holding import Mark, Plan
from meetings.models import Meeting
from people.models import Affiliation, Member, Office, Organisation
from tests.bench.rows import Row

LONG_AGO = date(2020, 1, 1)
PEOPLE = 40
TIMES = 9


def measure() -> list[Row]:
    """Meetings on days one after the other, so that none takes another's time."""
    branch, secretary, members = _stage()
    took, statements = [], 0
    for days in range(1, TIMES + 1):
        meeting = _marked(branch, secretary, members, days)
        with CaptureQueriesContext(connection) as caught:
            begun = perf_counter()
            close_meeting(meeting, by=secretary, at=now())
            took.append((perf_counter() - begun) * 1000)
        statements = len(caught)
    work = f"a meeting of {PEOPLE} closed"
    return [
        Row("outreach", f"{work}: half within", median(took), "ms"),
        Row("outreach", f"{work}: SQL statements", statements, "statements"),
    ]


def _stage() -> tuple[Organisation, Member, list[Member]]:
    branch = Organisation.objects.found(kind=Organisation.Kind.BRANCH, name="点名支部", on=LONG_AGO)
    members = Member.objects.bulk_create(
        Member(number=f"roll{n}", name=f"党员{n}", password="!") for n in range(PEOPLE)
    )
    Affiliation.objects.bulk_create(
        Affiliation(member=member, branch=branch, kind="home", since=LONG_AGO) for member in members
    )
    Office.objects.create(member=members[0], organisation=branch, kind=Office.Kind.SECRETARY, since=LONG_AGO)
    return branch, members[0], members


def _marked(branch: Organisation, secretary: Member, members: list[Member], days: int) -> Meeting:
    begins = localtime().replace(hour=15, minute=0, second=0, microsecond=0) - timedelta(days=days)
    plan = Plan(kind="theme_day", starts_at=begins, ends_at=begins + timedelta(minutes=90))
    meeting = holding.open_meeting(branch, plan, by=secretary, at=now())
    marks = [Mark(uuid4(), member.key, "present") for member in members]
    holding.mark(meeting, marks, by=secretary, at=now())
    return meeting
