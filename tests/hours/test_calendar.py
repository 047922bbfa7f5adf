"""The calendar of days: what was counted on which day in Shanghai, and what awaits confirmation."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hours.confirming import confirm, decline
from hours.correcting import Wanted, correct
from hours.days import Day, calendar, days_of_year
from hours.reasons import stretch as told
from people.models import Member, Office, Organisation
from tests.cast import give_office, make_member, moment
from tests.hours.acts import NOON, awaiting, stretch, write
from tests.hours.pages import Page
from tests.hours.rows import add_record, this_year

pytestmark = pytest.mark.django_db

TENTH = date(2026, 3, 10)


def days(member, year: int = 2026) -> list[tuple[date, int, int]]:
    return [(day.day, day.minutes, day.awaiting_minutes) for day in days_of_year(member.key, year)]


def test_each_day_of_study_has_its_minutes(member) -> None:
    add_record(member, at=moment("2026-01-31 23:00"), seconds=600)
    add_record(member, at=moment("2026-02-01 00:00"), seconds=120)
    add_record(member, at=moment("2026-02-01 09:00"), seconds=179)
    add_record(member, at=moment("2025-12-31 23:00"), seconds=600)

    assert days(member) == [(date(2026, 1, 31), 10, 0), (date(2026, 2, 1), 4, 0)]
    assert days(member, 2025) == [(date(2025, 12, 31), 10, 0)]


def test_a_day_begins_at_midnight_in_shanghai(member) -> None:
    add_record(member, at=moment("2026-03-10 07:59"))
    add_record(member, at=moment("2026-03-10 00:00"))

    assert days(member) == [(TENTH, 2, 0)]


def test_awards_and_the_lesson_that_is_open_are_in_the_day(member) -> None:
    write(member, award=600, source="quiz", key="q1")
    Page(member).read(0, 30)

    assert [(day.day, day.seconds) for day in days_of_year(member.key, 2026)] == [(TENTH, 630)]


def test_what_awaits_is_told_beside_what_counts_until_it_is_settled(member, secretary) -> None:
    first, second = awaiting(member, (0, 20)), awaiting(member, (30, 40), source="paper")
    assert days(member) == [(TENTH, 0, 30)]

    confirm([first], by=secretary, at=NOON)
    assert days(member) == [(TENTH, 20, 10)]

    decline([second], by=secretary, reason="日期不符", at=NOON)
    assert days(member) == [(TENTH, 20, 0)]


def test_a_day_of_which_nothing_is_left_is_no_day_of_study(member, secretary, county) -> None:
    record = write(member, (0, 20))
    proposal = correct(record, Wanted([]), key="a", by=secretary, reason="记错", at=NOON)
    assert days(member) == [(TENTH, 20, 0)]

    confirm([proposal], by=leader_above(county), at=NOON)
    assert days(member) == []


def leader_above(county: Organisation) -> Member:
    leader = make_member("above")
    give_office(leader, county, Office.Kind.SECRETARY)
    return leader


def test_nobody_elses_days_are_in_it(member, secretary) -> None:
    add_record(secretary, at=moment("2026-03-10 10:00"))

    assert days(member) == []


def test_months_come_the_latest_first_and_their_days_in_order() -> None:
    found = calendar(
        [Day(date(2026, 1, 3), 60, 0), Day(date(2026, 3, 1), 90, 0), Day(date(2026, 3, 9), 90, 0)]
    )

    assert [(month.first.month, month.minutes, [day.day.day for day in month.days]) for month in found] == [
        (3, 3, [1, 9]),
        (1, 1, [3]),
    ]


@given(st.lists(st.tuples(st.integers(0, 364), st.integers(1, 900)), unique_by=lambda pair: pair[0]))
def test_the_calendar_loses_no_second(pairs) -> None:
    begin = date(2026, 1, 1)
    found = [Day(begin + timedelta(days=offset), seconds, 0) for offset, seconds in sorted(pairs)]
    months = calendar(found)

    assert sorted(day.day for month in months for day in month.days) == [day.day for day in found]
    assert sum(day.seconds for month in months for day in month.days) == sum(day.seconds for day in found)
    assert all(day.day.replace(day=1) == month.first for month in months for day in month.days)


def test_the_days_are_one_query_however_many(member, django_assert_num_queries) -> None:
    for day in range(60):
        add_record(member, at=this_year(24 * 60 * day))

    with django_assert_num_queries(1):
        assert len(days_of_year(member.key, this_year().year)) == 60


# The pages


def test_the_record_links_each_day_to_its_records(client, member) -> None:
    add_record(member, at=moment("2026-03-10 10:00"), seconds=600)
    add_record(member, at=moment("2026-03-11 10:00"), seconds=600)
    client.force_login(member)
    body = client.get("/record/?year=2026").content.decode()
    day = client.get("/record/?day=2026-03-10")

    assert ('href="?day=2026-03-10"' in body, 'href="?day=2026-03-12"' in body) == (True, False)
    assert [line.record.started_at for line in day.context["lines"]] == [moment("2026-03-10 10:00")]
    assert day.context["length"] == "10 分钟"


def test_a_record_over_midnight_stands_on_both_days(client, member) -> None:
    add_record(member, at=moment("2026-03-10 23:50"), seconds=1200, source="meeting", bucket="collective")
    client.force_login(member)
    shown = [len(client.get(f"/record/?day=2026-03-{day}").context["lines"]) for day in ("09", 10, 11, 12)]

    assert shown == [0, 1, 1, 0]


@pytest.mark.parametrize("day", ["", "nonsense", "2026-02-30", "1999-12-31", "2999-01-01", "2026-3"])
def test_a_day_that_there_is_not_shows_the_year(client, member, day) -> None:
    client.force_login(member)

    assert "record" in client.get("/record/", {"day": day}).context


def test_a_day_shows_ones_own_records_and_no_others(client, member, secretary) -> None:
    add_record(member, at=moment("2026-03-10 10:00"))
    client.force_login(secretary)

    assert client.get("/record/?day=2026-03-10").context["lines"] == []


@pytest.mark.parametrize("rows", [1, 30])
def test_a_day_costs_the_same_however_full(client, member, django_assert_num_queries, rows) -> None:
    for minute in range(rows):
        add_record(member, at=moment("2026-03-10 10:00") + timedelta(minutes=2 * minute))
    client.force_login(member)

    # session, member; rows, families, objections; the member's offices
    with django_assert_num_queries(6):
        assert len(client.get("/record/?day=2026-03-10").context["lines"]) == rows


def test_stretches_are_told_by_the_clock() -> None:
    assert told(*stretch(0, 12)).clock == "10:00–10:12"
    assert told(moment("2026-03-10 10:00:05"), moment("2026-03-10 10:00:45")).clock == "10:00:05–10:00:45"
