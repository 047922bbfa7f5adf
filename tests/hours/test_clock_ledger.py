"""From reports of pages to rows of the ledger: sittings, replays, tabs and devices, many at once."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from hours.beats import PageReport
from hours.models import CountedInterval, StudyClock, StudyRecord
from hours.sittings import close_all_sittings, close_ended_sittings, take_reports
from hours.tokens import read_token
from people.models import Member
from tests.hours.pages import TEN, Page, adds_up, beat, long_lesson, rows, stretches, there

pytestmark = pytest.mark.django_db

OTHER = UUID(int=8)
HOUR = timedelta(hours=1)


@pytest.fixture
def page(member) -> Page:
    return Page(member)


def close(hours: float = 1) -> None:
    close_all_sittings(at=TEN + hours * HOUR)


# The ordinary way


def test_the_first_beat_makes_the_clock_and_opens_a_sitting(page, member) -> None:
    assert not StudyClock.objects.exists()
    answer = page.read(0, 30)

    assert (answer.counted, answer.sitting, answer.awaiting, answer.refused) == (30, 30, 0, {})
    clock = StudyClock.objects.get()
    assert (clock.member_id, clock.subject, clock.edition) == (member.key, UUID(int=7), 1)
    assert clock.last_at == TEN + timedelta(seconds=30)
    assert rows(member) == []


def test_half_minutes_become_one_row_with_its_interval(page, member, branch) -> None:
    answers = [page.read(begin, begin + 30) for begin in (0, 30, 60)]
    assert [(answer.counted, answer.sitting) for answer in answers] == [(30, 30), (30, 60), (30, 90)]

    assert close_ended_sittings(TEN + timedelta(seconds=90 + 600)) == 0
    assert close_ended_sittings(TEN + timedelta(seconds=90 + 601)) == 1
    (record,) = rows(member)
    assert (record.started_at, record.ended_at, record.seconds) == (TEN, TEN + timedelta(seconds=90), 90)
    assert (record.source, record.bucket, record.standing, record.refused) == (
        "online", "individual", "counted", {},
    )  # fmt: skip
    assert (record.home, record.recorded_in, record.rule.name) == (branch, branch, "fair_pace")
    assert stretches(member) == [(0, 90)]
    assert (record.evidence["screens"], record.evidence["spans"]) == (1, 1)


def test_never_more_than_the_time_that_passed_when_a_page_opens_at_the_end_of_a_second(page) -> None:
    """Opened at 10:00:00.9, told at 10:00:02.0: one whole second lies between, not two."""
    token = page.another(opened=TEN + timedelta(milliseconds=900)).token
    signed = read_token(token.sign(), at=TEN + timedelta(seconds=2))
    report = PageReport(signed, there(0, 2), None)
    answer = take_reports([report], at=TEN + timedelta(seconds=2), times=long_lesson)

    assert answer.counted == 1


def test_both_ends_of_a_stretch_are_rounded_down_to_the_second(page, member) -> None:
    page.send(beat(0, 0.9, 29.3), beat(1, 30.2, 10.7), at=41)
    close()

    assert stretches(member) == [(0, 40)]


def test_a_chain_of_odd_tenths_loses_nothing(page, member) -> None:
    """Fifty beats of 7.3 seconds, one after another."""
    page.send(*[beat(n, n * 7.3, 7.3) for n in range(10)], at=73)
    for n in range(10, 50):
        page.send(beat(n, n * 7.3, 7.3), at=(n + 1) * 7.3)
    close()

    assert stretches(member) == [(0, 365)]


def test_silence_counts_up_to_the_reading_time_of_the_screen_and_the_row_says_since_when_not(
    page, member
) -> None:
    page.send(*[beat(n, n * 60, 60, [(0, "p")]) for n in range(3)], at=180)
    close()

    (record,) = rows(member)
    assert (record.seconds, record.refused) == (69, {"quiet": 111})  # 60 seconds × 1.15
    assert record.evidence["quiet"] == [[int(TEN.timestamp()) + 69, 111]]
    assert adds_up(record)


def test_every_second_of_a_row_is_counted_or_has_its_reason(page, member) -> None:
    """Read, hidden, closed, opened again: one sitting whose seconds all add up."""
    page.send(beat(0, 0, 40, [(0, "p"), (30, "h")]), at=40)
    again = page.another(opened=TEN + timedelta(seconds=200))
    answer = again.send(beat(0, 0, 60, [(0, "p")]), beat(1, 60, 30, [(0, "p")]), at=90)
    close()

    assert (answer.counted, answer.sitting, answer.refused) == (69, 99, {"quiet": 21})
    (record,) = rows(member)
    assert (record.seconds, record.refused) == (99, {"hidden": 10, "closed": 160, "quiet": 21})
    assert adds_up(record)
    assert stretches(member) == [(0, 30), (200, 269)]


# Nothing twice


def test_a_literal_replay_changes_nothing(page, member) -> None:
    page.read(0, 60)
    again = page.send(*there(0, 60), at=60)

    assert (again.counted, again.sitting, again.refused) == (0, 60, {})
    close()
    (record,) = rows(member)
    assert (record.seconds, record.refused) == (60, {})


def test_a_replay_after_the_sitting_has_ended_changes_nothing_and_is_not_told(page, member) -> None:
    page.send(beat(0, 0, 60, [(0, "p"), (30, "h")]), at=60)
    close(0.1)
    answer = page.send(beat(0, 0, 60, [(0, "p"), (30, "h")]), at=100)
    close()

    assert answer.counted == 0
    assert [(row.seconds, row.refused) for row in rows(member)] == [(30, {"hidden": 30})]


def test_a_replay_hours_later_changes_nothing_however_often(page, member) -> None:
    page.read(0, 60)
    close()
    for later in (3600, 7200, 86_400, 20 * 86_400):
        answer = page.send(*there(0, 60), at=later)
        assert (answer.counted, answer.awaiting, answer.refused) == (0, 0, {})

    assert [row.seconds for row in rows(member)] == [60]


def test_beats_out_of_order_come_to_the_same(page, member) -> None:
    for counter in (2, 0, 3, 1):
        page.send(beat(counter, counter * 30, 30), at=120)
    close()

    assert stretches(member) == [(0, 120)]


def test_a_replay_between_two_sittings_of_other_lessons_tells_nothing_again(page, member) -> None:
    """A, then B, then what A sent already: A's next row must not say that A was elsewhere."""
    other = page.another(subject=OTHER)
    page.read(0, 30)
    other.read(30, 60)
    page.send(*there(0, 30), *there(60, 90), at=90)
    close()

    assert [(row.subject, row.seconds, row.refused) for row in rows(member)] == [
        (UUID(int=7), 30, {}),
        (OTHER, 30, {}),
        (UUID(int=7), 30, {}),
    ]


def test_one_request_with_pages_to_and_fro_writes_rows_that_do_not_clash(page, member) -> None:
    """The same second begins many sittings of a lesson within one millisecond."""
    other = page.another(subject=OTHER)
    quiet = beat(0, 0, 5, [(0, "h")])
    reports = []
    for n in range(10):
        reports += [page.report(quiet, beat(n + 1, 10 + 6 * n, 3)), other.report(beat(n, 13 + 6 * n, 3))]
    take_reports(reports, at=TEN + timedelta(seconds=80), times=long_lesson)
    close()

    assert sum(row.seconds for row in rows(member)) == 60
    assert all(adds_up(row) for row in rows(member))


# Tabs and devices


def test_two_tabs_at_the_same_time_count_once(page, member) -> None:
    other = page.another(subject=OTHER)
    page.read(0, 30)
    answer = other.send(beat(0, 0, 30), beat(1, 30, 15), at=45)
    close()

    assert (answer.counted, answer.refused) == (15, {"elsewhere": 30})
    assert stretches(member) == [(0, 30), (30, 45)]
    assert [(row.seconds, row.refused) for row in rows(member)] == [(30, {}), (15, {"elsewhere": 30})]


def test_two_devices_with_the_same_lesson_are_one_sitting(page, member) -> None:
    phone = page.another(opened=TEN + timedelta(seconds=10))
    page.read(0, 30)
    answer = phone.read(0, 30)
    close()

    assert (answer.counted, answer.sitting, answer.refused) == (10, 40, {})
    assert [(row.seconds, row.refused) for row in rows(member)] == [(40, {})]


def test_another_page_whose_time_is_all_held_does_not_end_the_sitting(page, member) -> None:
    other = page.another(subject=OTHER)
    page.read(0, 60)
    answer = other.send(*there(10, 50), at=60)
    page.read(60, 90)
    close()

    assert (answer.counted, answer.refused) == (0, {"elsewhere": 40})
    assert [(row.subject, row.seconds) for row in rows(member)] == [(UUID(int=7), 90)]


def test_another_lesson_ends_the_sitting(page, member) -> None:
    page.read(0, 30)
    answer = page.another(subject=OTHER).read(30, 60)

    assert (answer.counted, answer.sitting) == (30, 30)
    assert [(row.subject, row.seconds) for row in rows(member)] == [(UUID(int=7), 30)]


def test_another_edition_ends_the_sitting(page, member) -> None:
    page.read(0, 30)
    page.another(edition=2).read(30, 60)
    close()

    assert [(row.edition, row.seconds) for row in rows(member)] == [(1, 30), (2, 30)]


@pytest.mark.parametrize(("silence", "written"), [(600, 1), (601, 2)])
def test_ten_minutes_of_silence_end_a_sitting(page, member, silence, written) -> None:
    page.read(0, 30)
    begin = 30 + silence
    page.send(beat(1, begin, 0.1), at=begin)
    page.read(begin, begin + 30, counter=2)
    close()

    assert len(rows(member)) == written
    assert sum(row.seconds for row in rows(member)) == 60


# What cannot have been


def test_time_that_has_not_been_is_refused_as_future(page, member) -> None:
    answer = page.send(beat(0, 0, 60), beat(1, 60, 60), at=20)

    assert (answer.counted, answer.refused) == (20, {"future": 100})


def test_time_before_the_page_was_opened_is_refused_as_outside(page, member) -> None:
    answer = page.send(beat(0, -40, 60), at=20)

    assert (answer.counted, answer.refused) == (20, {"outside": 40})


def test_a_report_that_claims_31_years_counts_no_more_than_a_minute(page, member) -> None:
    answer = page.send(beat(0, 0, 31.8 * 365 * 86_400, [(n, "p") for n in range(0, 60, 10)]), at=60)

    assert answer.counted == 60
    assert answer.refused == {"claimed": round(31.8 * 365 * 86_400) - 60}
    close()
    assert stretches(member) == [(0, 60)]


def test_a_page_of_a_node_whose_clock_is_ahead_counts_from_its_opening(member) -> None:
    ahead = Page(member, opened=TEN + timedelta(seconds=3))
    early = ahead.send(beat(0, 0, 30), at=-3)
    later = ahead.send(beat(0, 0, 30), at=27)

    assert (early.counted, early.refused) == (0, {"future": 30})
    assert (later.counted, later.refused) == (27, {"future": 3})


def test_a_beat_of_nothing_writes_no_row(page, member) -> None:
    answer = page.send(beat(0, 0, 0.4), at=30)
    close()

    assert (answer.counted, answer.refused) == (0, {})
    assert rows(member) == []


def test_no_beats_at_all_are_an_honest_report(page, member) -> None:
    assert page.send(at=30).counted == 0
    assert not StudyClock.objects.exists()


# Many at once


def test_two_members_share_a_phone_and_each_gets_their_own(member, secretary) -> None:
    mine, theirs = Page(member), Page(secretary, opened=TEN + timedelta(seconds=30))
    answer = take_reports(
        [theirs.report(*there(0, 30)), mine.report(*there(0, 30))],
        at=TEN + timedelta(seconds=60),
        times=long_lesson,
    )
    close()

    assert (answer.counted, answer.refused) == (60, {})
    assert (stretches(member), stretches(secretary)) == ([(0, 30)], [(30, 60)])


def test_the_same_page_twice_in_a_request_counts_once(page, member) -> None:
    report = page.report(*there(0, 60))
    answer = take_reports([report, report], at=TEN + timedelta(seconds=60), times=long_lesson)

    assert (answer.counted, answer.sitting) == (60, 60)


def test_twenty_pages_open_at_once_count_the_wall_clock(page, member) -> None:
    reports = [page.another(subject=UUID(int=n)).report(*there(0, 60)) for n in range(20)]
    answer = take_reports(reports, at=TEN + timedelta(seconds=60), times=long_lesson)
    close()

    assert answer.counted == 60
    assert answer.refused == {"elsewhere": 19 * 60}
    assert stretches(member) == [(0, 60)]


def test_the_clock_of_an_erased_member_counts_and_writes_nothing(page, member) -> None:
    page.read(0, 30)
    with connection.cursor() as cursor:
        cursor.execute("select study_hold(%s, %s)", [member.key, TEN + timedelta(seconds=40)])
    before = StudyClock.objects.values().get()
    answers = [page.read(30, 60), page.send(*there(0, 60), at=3600), page.read(4000, 4030)]

    assert [answer.counted for answer in answers] == [0, 0, 0]
    assert [row.seconds for row in rows(member)] == [30]
    assert StudyClock.objects.values().get() == before


def test_a_page_of_an_account_that_was_closed_begins_no_sitting_and_writes_no_row(page, member) -> None:
    page.read(0, 30)
    close()
    Member.objects.filter(pk=member.pk).update(is_active=False)
    before = StudyClock.objects.values().get()
    at_once = page.read(4000, 4030)
    late = page.send(*there(4100, 4400), at=9000)
    close(4)

    assert (at_once.counted, late.counted, late.awaiting) == (0, 0, 0)
    assert [row.seconds for row in rows(member)] == [30]
    assert StudyClock.objects.values().get() == before


def test_one_sitting_in_trouble_stops_nobody_elses(page, member, secretary) -> None:
    page.read(0, 30)
    Page(secretary).read(0, 30)
    record = StudyRecord.objects.create(
        member=member, bucket="collective", source="meeting", key="1", started_at=TEN, ended_at=TEN,
        seconds=0, received_at=TEN,
    )  # fmt: skip
    CountedInterval.objects.create(
        member=member, record=record, bucket="collective", started_at=TEN, seconds=60,
        ended_at=TEN + timedelta(seconds=60),
    )  # fmt: skip

    assert close_all_sittings(at=TEN + HOUR) == 1
    assert [row.seconds for row in rows(secretary)] == [30]


def test_the_own_pace_is_not_touched_by_a_beat(page, member) -> None:
    page.read(0, 30)
    StudyClock.objects.update(pace=80, pace_lessons=3)
    page.read(30, 60)
    page.another(subject=OTHER).read(60, 90)
    page.send(*there(100, 130), at=3600)
    close()

    assert StudyClock.objects.values_list("pace", "pace_lessons").get() == (80, 3)
