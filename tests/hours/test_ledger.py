"""What the database itself holds: nothing overlaps, nothing changes, nothing is counted twice."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hours.clock import Kind, Sign
from hours.models import CountedInterval, StudyRecord
from hours.sittings import close_all_sittings, close_ended_sittings, take_beat
from hours.slots import reading_times
from hours.tokens import StudyToken
from hours.totals import studied, year_totals
from people.models import Member
from tests.cast import moment

pytestmark = pytest.mark.django_db

TEN = moment("2026-03-10 10:00")


def token(member: Member, subject: UUID | None = None, at: datetime = TEN) -> StudyToken:
    return StudyToken(member.key, subject or UUID(int=7), 0, at)


def sign(second: int, kind: str = "p", at: datetime = TEN) -> Sign:
    return Sign(int(at.timestamp()) + second, Kind(kind))


def beat(held: StudyToken, *signs: Sign, now: int, at: datetime = TEN):
    return take_beat(held, signs, at=at + timedelta(seconds=now))


def test_reading_is_counted_and_becomes_one_row_with_its_intervals(member, branch) -> None:
    mine = token(member)
    first = beat(mine, sign(0), sign(15), sign(30, "t"), now=30)
    second = beat(mine, sign(15), sign(32), sign(50), sign(60, "t"), now=60)

    assert (first.counted, second.counted, second.sitting) == (30, 30, 60)
    assert not StudyRecord.objects.exists()
    assert close_ended_sittings(TEN + timedelta(minutes=12)) == 1

    record = StudyRecord.objects.get()
    assert (record.member, record.home, record.recorded_in) == (member, branch, branch)
    assert (record.started_at, record.ended_at, record.seconds) == (TEN, TEN + timedelta(seconds=60), 60)
    assert (record.bucket, record.source, record.rule.name) == ("individual", "online", "fair_pace")
    interval = CountedInterval.objects.get()
    assert (interval.record, interval.started_at, interval.seconds) == (record, TEN, 60)


def test_an_empty_chair_earns_the_reading_time_of_the_screen_and_the_row_says_why(member) -> None:
    mine = token(member)
    for minute in range(60):
        beat(mine, sign(0), sign(minute * 60, "t"), now=minute * 60)
    close_all_sittings(at=TEN + timedelta(hours=2))

    record = StudyRecord.objects.get()
    assert record.seconds == 20
    assert record.refused == {"quiet": 59 * 60 - 20}


def test_every_second_of_a_row_is_counted_or_has_its_reason(member) -> None:
    """Read, hidden, closed, opened again: one sitting whose seconds all add up."""
    beat(token(member), sign(0), sign(15), sign(30, "h"), sign(40, "p"), sign(45, "t"), now=45)
    again = TEN + timedelta(seconds=200)
    beat(token(member, at=again), sign(200), sign(260, "t"), now=260)
    close_all_sittings(at=TEN + timedelta(hours=1))

    record = StudyRecord.objects.get()
    assert record.seconds == 35 + 20
    assert record.refused == {"hidden": 10, "closed": 155, "quiet": 40}
    assert (
        record.seconds + sum(record.refused.values()) == (record.ended_at - record.started_at).total_seconds()
    )


def test_an_hour_claimed_in_a_minute_is_at_most_a_minute(member) -> None:
    answer = beat(token(member), *[sign(second) for second in range(-3600, 3600, 10)], now=60)

    assert answer.counted == 60
    assert answer.refused == {"outside": 3600 * 2 - 10 - 60}


def test_the_same_beat_sent_again_changes_nothing(member) -> None:
    mine = token(member)
    assert beat(mine, sign(0), sign(15), sign(30), now=30).counted == 30
    assert beat(mine, sign(0), sign(15), sign(30), now=40).counted == 0
    assert [total.counted for total in totals(member)] == [30]


def test_two_tabs_at_the_same_time_count_once(member) -> None:
    one, two = token(member, UUID(int=1)), token(member, UUID(int=2))
    beat(one, sign(0), sign(15), sign(30), now=30)
    answer = beat(two, sign(0), sign(15), sign(45), now=45)

    assert answer.counted == 5
    assert answer.refused == {"elsewhere": 30, "quiet": 10}
    assert [total.counted for total in totals(member)] == [35]


def test_what_one_row_has_told_the_next_does_not_tell_again(member) -> None:
    """A page left alone, its sitting closed, and gone on with: no other page, no second telling."""
    mine = token(member)
    beat(mine, sign(0), sign(60, "t"), now=60)
    close_ended_sittings(TEN + timedelta(seconds=760))
    beat(mine, sign(0), sign(1200), sign(1210, "t"), now=1210)
    close_all_sittings(at=TEN + timedelta(hours=1))

    first, second = StudyRecord.objects.order_by("pk")
    assert (first.seconds, first.refused) == (20, {"quiet": 40})
    assert (second.seconds, second.refused) == (10, {"quiet": 1140})
    assert second.started_at == first.ended_at


def test_one_sitting_in_trouble_stops_nobody_else_s(member, secretary) -> None:
    beat(token(member), sign(0), sign(15), now=15)
    beat(token(secretary), sign(0), sign(15), now=15)
    record = StudyRecord.objects.create(
        member=member, bucket="collective", source="meeting", key="1", started_at=TEN, ended_at=TEN,
        seconds=0, received_at=TEN,
    )  # fmt: skip
    CountedInterval.objects.create(
        member=member, record=record, bucket="collective", started_at=TEN, seconds=60,
        ended_at=TEN + timedelta(seconds=60),
    )  # fmt: skip

    assert close_all_sittings(at=TEN + timedelta(hours=1)) == 1
    assert list(StudyRecord.objects.filter(source="online").values_list("member", flat=True)) == [
        secretary.key
    ]


def totals(member: Member) -> list:
    return list(year_totals(studied([member.key], 2026)).values())


def test_a_sitting_over_new_year_is_cut_there(member) -> None:
    eve = moment("2026-12-31 23:59")
    mine = token(member, at=eve)
    beat(
        mine,
        sign(0, at=eve),
        sign(20, at=eve),
        sign(40, at=eve),
        sign(60, at=eve),
        sign(75, at=eve),
        now=75,
        at=eve,
    )
    close_all_sittings(at=eve + timedelta(hours=1))

    assert list(CountedInterval.objects.order_by("started_at").values_list("seconds", flat=True)) == [60, 15]
    assert list(StudyRecord.objects.order_by("started_at").values_list("seconds", flat=True)) == [60, 15]
    assert [t.counted for t in totals(member)] == [60]


@pytest.mark.parametrize(
    "statement", ["update hours_studyrecord set seconds = 1", "delete from hours_studyrecord"]
)
def test_the_database_refuses_to_change_a_record(member, statement) -> None:
    beat(token(member), sign(0), sign(15), now=15)
    close_all_sittings(at=TEN + timedelta(hours=1))

    with (
        pytest.raises(IntegrityError, match="only added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert StudyRecord.objects.get().seconds == 15


def test_the_database_refuses_to_empty_the_ledger(member) -> None:
    beat(token(member), sign(0), sign(15), now=15)
    close_all_sittings(at=TEN + timedelta(hours=1))

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; truncate hours_studyrecord cascade")
    assert StudyRecord.objects.count() == 1


def test_the_database_refuses_two_intervals_at_once(member) -> None:
    beat(token(member), sign(0), sign(15), now=15)
    close_all_sittings(at=TEN + timedelta(hours=1))
    first = CountedInterval.objects.get()

    with (
        pytest.raises(IntegrityError, match="no_two_counted_intervals_of_a_member_overlap"),
        transaction.atomic(),
    ):
        CountedInterval.objects.create(
            member=member,
            record=first.record,
            bucket="individual",
            started_at=first.started_at + timedelta(seconds=10),
            ended_at=first.ended_at + timedelta(seconds=10),
            seconds=15,
        )
    assert CountedInterval.objects.count() == 1


events = st.lists(
    st.tuples(
        st.integers(0, 1), st.lists(st.tuples(st.integers(-100, 900), st.sampled_from("ptm")), max_size=6)
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events, st.randoms())
def test_counted_time_never_exceeds_the_clock_and_the_ledger_agrees_with_the_answers(
    branch, events, random
) -> None:
    with transaction.atomic():
        member = Member.objects.create_user(f"m{uuid4().hex[:12]}", None, name="某")
        tabs = [token(member, UUID(int=1)), token(member, UUID(int=2))]
        answers = 0
        for tab, rows in events:
            answers += beat(tabs[tab], *[sign(at, kind) for at, kind in rows], now=600).counted
        shown = sum(total.counted for total in totals(member))
        close_all_sittings(at=TEN + timedelta(hours=1))
        written = sum(CountedInterval.objects.filter(member=member).values_list("seconds", flat=True))

        assert answers == shown == written <= 600
        assert written == sum(StudyRecord.objects.filter(member=member).values_list("seconds", flat=True))
        transaction.set_rollback(True)


def test_an_unknown_edition_still_has_the_least_allowance() -> None:
    assert reading_times(0).screens == ()
