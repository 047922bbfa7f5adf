"""Visitors and visits for tests: who is paired with whom, and a report as a device sends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outreach.reports import Report, Visited
from outreach.visits import Recorded, record_visit
from people.models import Member, Office, Organisation, Pairing
from tests.cast import LONG_AGO, give_office, make_member, moment

NOON = moment("2026-03-10 12:00")
"""The day of most tests: a Tuesday."""


def make_visitor(number: str, branch: Organisation, *members: Member, **fields: Any) -> Member:
    """Somebody at home in the branch who brings study to these members."""
    visitor = make_member(number, branch, **fields)
    give_office(visitor, branch, Office.Kind.VISITOR)
    for member in members:
        Pairing.objects.create(visitor=visitor, member=member, since=LONG_AGO)
    return visitor


def report(
    *members: Member, start: datetime | str = "2026-03-10 09:00", minutes: int = 40, **said: Any
) -> Report:
    """A report of a visit to these members, each confirmed by a tap unless said otherwise."""
    confirmed = said.pop("confirmed", "tap")
    visited = said.pop("visited", None) or [Visited(member.key, confirmed) for member in members]
    begin = moment(start) if isinstance(start, str) else start
    return Report(**{"key": uuid4(), "started_at": begin, "minutes": minutes, "members": visited, **said})


def visit(*members: Member, by: Member, at: datetime = NOON, **said: Any) -> Recorded:
    return record_visit(report(*members, **said), by=by, at=at)


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def queries(act: Callable[[], object]) -> int:
    """How many statements it takes."""
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)
