"""When the demonstration is made and when not. Without courses: a year of meetings, visits and training."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Q

from hours.models import CountedInterval, StudyRecord
from people.models import Member, Organisation
from reports.demo.organisation import MembersPresent, make_demonstration
from tests.cast import moment

AT = moment("2026-11-22 20:00")


def test_without_demo_nothing_is_made(settings: Any, db: None) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO is off"):
        call_command("demo", verbosity=0)

    assert not Organisation.objects.exists()


def test_it_is_refused_where_members_are(member: Member) -> None:
    with pytest.raises(CommandError, match="There are members already"):
        call_command("demo", verbosity=0)
    with pytest.raises(MembersPresent):
        make_demonstration(at=AT, password="-")

    assert list(Member.objects.all()) == [member]
    assert not CountedInterval.objects.exists()


def test_the_same_moment_makes_the_same_year(db: None) -> None:
    def picture() -> list:
        with transaction.atomic():
            make_demonstration(at=AT, password="-")
            names = Member.objects.order_by("number").values_list(
                "number", "key", "name", "birth_year", "phone"
            )
            fields = ("member__number", "home__name", "started_at", "seconds", "recorded_by__number")
            settled = Q(corrects__isnull=False) | Q(settles__isnull=False)  # their keys name numbers of rows
            records = StudyRecord.objects.exclude(settled).order_by("source", "key")
            acts = StudyRecord.objects.filter(settled).order_by("started_at", "source", "pk")
            rows = [*names, *records.values_list("key", *fields), *acts.values_list("reason", *fields)]
            transaction.set_rollback(True)
        return rows

    first, second = picture(), picture()

    assert len(first) > 2000
    assert first == second


@pytest.mark.parametrize(
    "day", ["2027-01-01 00:30", "2027-03-01 08:00", "2028-02-29 12:00", "2031-07-31 23:59"]
)
def test_it_can_be_made_on_any_day(day: str, db: None) -> None:
    made = make_demonstration(at=moment(day), password="-")

    assert made.members == 160
    assert not StudyRecord.objects.filter(received_at__gt=moment(day)).exists()
    assert Member.objects.filter(birth_year__lt=moment(day).year - 60).count() in range(44, 50)
