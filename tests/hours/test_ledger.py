"""What the database itself holds: nothing overlaps, nothing changes, nothing is counted twice."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from hours.ledger import Event, add
from hours.models import CountedInterval, StudyClock, StudyRecord
from hours.sittings import close_all_sittings
from hours.slots import reading_times
from hours.totals import studied, year_totals
from people.models import Member
from tests.cast import moment
from tests.hours.pages import TEN, Page, rows, stretches, there

pytestmark = pytest.mark.django_db

NOON = TEN + timedelta(hours=2)
MINUTE = timedelta(minutes=1)


def after(seconds: int) -> datetime:
    return TEN + timedelta(seconds=seconds)


def event(
    member: Member, begin: int, end: int, *, source: str = "meeting", bucket: str = "collective", **changes
) -> Event:
    """Something that happened so many seconds after ten."""
    began, ended = after(begin), after(end)
    given = {"key": f"{source}:{begin}", "started_at": began, "ended_at": ended, "pieces": [(began, ended)]}
    return Event(member=member, source=source, bucket=bucket, **given | changes)


@pytest.fixture
def record(member) -> StudyRecord:
    """A quarter of a minute of reading."""
    Page(member).read(0, 15)
    close_all_sittings(at=NOON)
    return StudyRecord.objects.get()


# Only added


@pytest.mark.parametrize(
    "statement",
    [
        "update hours_studyrecord set seconds = 1",
        "update hours_studyrecord set reason = 'x' where false",
        "delete from hours_studyrecord",
        "delete from hours_rule",
        "update hours_rule set value = 60",
    ],
)
def test_the_database_refuses_to_change_a_record_or_a_rule(record, statement) -> None:
    with (
        pytest.raises(IntegrityError, match="only added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert StudyRecord.objects.get().seconds == 15


@pytest.mark.parametrize("table", ["hours_studyrecord", "hours_rule"])
def test_the_database_refuses_to_empty_the_ledger(record, table) -> None:
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"set constraints all immediate; truncate {table} cascade")
    assert StudyRecord.objects.count() == 1


def test_the_database_refuses_two_intervals_at_once(record) -> None:
    first = CountedInterval.objects.get()
    with (
        pytest.raises(IntegrityError, match="no_two_counted_intervals_of_a_member_overlap"),
        transaction.atomic(),
    ):
        CountedInterval.objects.create(
            member=first.member,
            record=record,
            bucket="individual",
            started_at=first.started_at + timedelta(seconds=10),
            ended_at=first.ended_at + timedelta(seconds=10),
            seconds=15,
        )
    assert CountedInterval.objects.count() == 1


ROW = {
    "bucket": "individual", "source": "paper", "key": "k", "started_at": TEN, "ended_at": TEN + MINUTE,
    "seconds": 0, "received_at": NOON,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("a_record_has_a_known_kind_and_source", {"source": "rumour"}),
        ("a_record_has_a_known_kind_and_source", {"bucket": "other"}),
        ("a_record_does_not_end_before_it_begins", {"ended_at": TEN - MINUTE}),
        ("no_record_reaches_into_the_future", {"received_at": TEN}),
        ("only_a_correction_takes_time_away", {"seconds": -1, "award": -1}),
        ("no_record_counts_more_than_the_clock_showed|a_record_counts_exactly_its_time", {"seconds": 61}),
        ("a_record_counts_exactly_its_time", {"seconds": 1}),
        ("a_record_counts_exactly_its_time", {"award": 5}),
        ("what_awaits_confirmation_counts_nothing_yet", {"standing": "awaiting", "seconds": 5, "award": 5}),
        ("what_awaits_confirmation_counts_nothing_yet", {"standing": "perhaps"}),
    ],
)
def test_the_database_refuses_a_row_that_cannot_be(member, name, changes) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        StudyRecord.objects.create(member=member, **ROW | changes)
    assert not StudyRecord.objects.exists()


# Events beside the clock


def test_an_event_is_written_once_however_often_it_is_told(member, branch) -> None:
    first = add(event(member, 0, 600), at=NOON)
    again = add(event(member, 0, 600), at=NOON + MINUTE)

    assert first == again
    assert (first.seconds, first.home, first.recorded_in, first.refused) == (600, branch, branch, {})
    assert stretches(member) == [(0, 600)]


def test_a_meeting_takes_over_what_was_read_meanwhile_and_a_correction_says_so(member) -> None:
    for begin in range(0, 120, 30):
        Page(member).read(begin, begin + 30)
    close_all_sittings(at=NOON)
    add(event(member, 60, 600), at=NOON)

    reading, correction, meeting = rows(member)
    assert (reading.seconds, correction.seconds, meeting.seconds) == (120, -60, 540)
    assert (correction.source, correction.corrects, correction.bucket) == (
        "correction",
        reading,
        "individual",
    )
    assert stretches(member) == [(0, 60), (60, 600)]
    assert [total.seconds for total in totals(member)] == [{"individual": 60, "collective": 540}]


def test_a_meeting_in_the_middle_of_an_open_sitting_closes_it(member) -> None:
    page = Page(member)
    page.read(0, 60)
    add(event(member, 30, 90), at=after(95))
    answer = page.send(*there(60, 120), at=120)
    close_all_sittings(at=NOON)

    assert (answer.counted, answer.refused) == (30, {"elsewhere": 30})
    assert stretches(member) == [(0, 30), (30, 90), (90, 120)]
    assert [row.seconds for row in rows(member)] == [60, -30, 60, 30]


def test_reading_during_a_meeting_is_elsewhere(member) -> None:
    add(event(member, 0, 600), at=after(600))
    answer = Page(member).send(*there(570, 630), at=630)

    assert (answer.counted, answer.refused) == (30, {"elsewhere": 30})


@pytest.mark.parametrize(
    ("first", "second", "seconds"),
    [
        ("collective", "collective", [600, 300]),
        ("collective", "concentrated", [600, -300, 600]),
        ("concentrated", "collective", [600, 300]),
        ("individual", "collective", [600, -300, 600]),
        ("collective", "individual", [600, 300]),
        ("individual", "individual", [600, 300]),
    ],
)
def test_of_two_kinds_the_higher_has_the_minute_and_of_equals_the_first(
    member, first, second, seconds
) -> None:
    add(event(member, 0, 600, bucket=first), at=NOON)
    later = add(event(member, 300, 900, source="visit", bucket=second), at=NOON)

    assert [row.seconds for row in rows(member)] == seconds
    assert later.refused == ({} if later.seconds == 600 else {"elsewhere": 300})
    assert sum(end - begin for begin, end in stretches(member)) == 900


def test_what_awaits_confirmation_counts_and_holds_nothing(member) -> None:
    waiting = add(event(member, 0, 600, source="paper", bucket="individual", standing="awaiting"), at=NOON)

    assert (waiting.seconds, stretches(member), totals(member)) == (0, [], [])
    assert Page(member).send(*there(0, 60), at=60).counted == 60


def test_an_award_has_no_time_of_day(member) -> None:
    given = event(member, 0, 0, source="quiz", bucket="individual", pieces=(), award=900)

    assert (add(given, at=NOON).seconds, stretches(member)) == (900, [])
    assert [total.counted for total in totals(member)] == [900]


def test_a_meeting_over_new_year_is_one_record_and_an_interval_a_year(member) -> None:
    eve, morning = moment("2025-12-31 23:30"), moment("2026-01-01 00:45")
    add(event(member, 0, 0, started_at=eve, ended_at=morning, pieces=[(eve, morning)]), at=NOON)

    assert list(CountedInterval.objects.order_by("pk").values_list("seconds", flat=True)) == [1800, 2700]
    assert [total.counted for total in totals(member)] == [2700]
    assert [row.seconds for row in rows(member)] == [4500]


def test_what_is_counted_is_held_by_the_clock(member) -> None:
    add(event(member, 0, 600), at=after(600))

    assert held(member) == [(0, 600)]
    assert not StudyClock.objects.get().subject


def held(member: Member) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select extract(epoch from lower(s) - %s)::int, extract(epoch from upper(s) - %s)::int"
            " from hours_studyclock, unnest(held) s where member_key = %s order by 1",
            [TEN, TEN, member.key],
        )
        return cursor.fetchall()


def test_the_view_rebuilds_each_record_without_what_later_ones_took(member) -> None:
    Page(member).read(0, 60)
    close_all_sittings(at=NOON)
    add(event(member, 30, 90), at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("select record_id, study_seconds(spans) from ledger_rebuilt order by 1")
        rebuilt = dict(cursor.fetchall())

    reading, _correction, meeting = rows(member)
    assert rebuilt == {reading.pk: 30, meeting.pk: 60}


def totals(member: Member) -> list:
    return list(year_totals(studied([member.key], 2026)).values())


def test_an_unknown_edition_has_no_screens() -> None:
    assert reading_times(0).screens == ()
