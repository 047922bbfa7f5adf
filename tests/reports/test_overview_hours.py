"""Hours in the overview: each kind up to its cap, awards among them, home study outside the count."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import localdate, now

from hours.ledger import Event, add
from hours.models import Rule
from people.models import HomeStudy, Member
from tests.cast import LONG_AGO, make_member
from tests.hours.rows import add_record, this_year

pytestmark = pytest.mark.django_db

HOUR = 45 * 60
"""A study hour in seconds, by the rule from the beginning."""


def hours_of(client, branch) -> dict[str, tuple[Decimal, Decimal | None]]:
    rows = client.get(f"/overview/{branch.key}/").context["overview"].rows
    return {row.member.number: (row.hours, row.required) for row in rows}


def give_award(member: Member, seconds: int, bucket: str = "collective") -> None:
    at = this_year(3000)
    add(
        Event(
            member=member, bucket=bucket, source="quiz", key=f"award:{member.pk}", started_at=at, ended_at=at,
            award=seconds,
        ),
        at=now(),
    )  # fmt: skip


def test_each_kind_counts_up_to_its_cap_and_awards_count_along(client, secretary, branch, member) -> None:
    assert Rule.objects.at("minutes_per_study_hour", localdate()).value == 45
    Rule.objects.create(
        name="individual_cap_hours", value=2, valid_from=localdate() - timedelta(days=1), source="支部"
    )
    add_record(member, at=this_year(0), seconds=3 * HOUR)
    add_record(member, at=this_year(600), seconds=2 * HOUR, bucket="concentrated", source="meeting")
    give_award(member, HOUR)
    client.force_login(secretary)

    assert hours_of(client, branch)["lihui"] == (Decimal(5), Decimal(32))


def test_who_studies_at_home_stands_outside_the_count(client, secretary, branch, member) -> None:
    at_home = make_member("elder", branch)
    HomeStudy.objects.create(member=at_home, since=LONG_AGO, review_on=localdate() + timedelta(days=90))
    for one in (member, at_home):
        give_award(one, 32 * HOUR)
    client.force_login(secretary)
    overview = client.get(f"/overview/{branch.key}/").context["overview"]

    assert hours_of(client, branch)["elder"] == (Decimal(32), None)
    assert (overview.complete, len(overview.counted), overview.home_study) == (1, 2, 1)
