"""Days, years, limits, and what waited on a device: from reports of pages to rows of the ledger."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection

from hours.models import CountedInterval, Rule, StudyRecord
from hours.sittings import close_all_sittings
from tests.cast import moment
from tests.hours.pages import TEN, Page, adds_up, beat, rows, short_lesson, stretches, there

pytestmark = pytest.mark.django_db

OTHER = UUID(int=8)
HOUR = timedelta(hours=1)


@pytest.fixture
def page(member) -> Page:
    return Page(member)


def close(hours: float = 1) -> None:
    close_all_sittings(at=TEN + hours * HOUR)


def set_rule(name: str, value: float, valid_from: date = date(2026, 1, 1)) -> None:
    Rule.objects.create(name=name, value=value, valid_from=valid_from, source="县委通知")


# Midnight and New Year in Shanghai


def test_a_beat_over_midnight_is_parted(member) -> None:
    opened = moment("2026-03-10 23:59:30")
    page = Page(member, opened=opened)
    first = page.read(0, 20)
    second = page.send(beat(1, 20, 30), at=50)
    close_all_sittings(at=opened + HOUR)

    assert (first.counted, second.counted, second.sitting) == (20, 30, 20)
    assert [(row.started_at, row.seconds) for row in rows(member)] == [
        (opened, 30),
        (moment("2026-03-11 00:00"), 20),
    ]
    assert stretches(member, opened) == [(0, 30), (30, 50)]


def test_what_the_part_before_midnight_lost_is_told_too(member) -> None:
    opened = moment("2026-03-10 23:59:30")
    Page(member, subject=OTHER, opened=opened).read(0, 20)
    answer = Page(member, opened=opened).send(beat(0, 0, 50), at=50)

    assert (answer.counted, answer.refused) == (30, {"elsewhere": 20})


def test_time_before_midnight_that_comes_after_it_goes_to_the_day_before(member) -> None:
    """The new day's sitting is open already: the old day's beat must not stretch it over midnight."""
    opened = moment("2026-12-31 23:59:00")
    page = Page(member, opened=opened)
    page.send(beat(2, 60, 30), at=90)
    answer = page.send(beat(1, 30, 30), at=100)
    page.send(beat(3, 90, 30), at=120)
    close_all_sittings(at=opened + HOUR)

    assert answer.counted == 30
    assert stretches(member, opened) == [(30, 60), (60, 90), (90, 120)]
    assert {(row.started_at.astimezone(TEN.tzinfo).year, row.seconds) for row in rows(member)} == {
        (2026, 30), (2027, 30),
    }  # fmt: skip
    for interval in CountedInterval.objects.all():
        begin, end = (m.astimezone(TEN.tzinfo) for m in (interval.started_at, interval.ended_at))
        assert begin.year == (end - timedelta(microseconds=1)).year


def test_a_beat_wholly_of_yesterday_goes_on_with_yesterdays_sitting(member) -> None:
    opened = moment("2026-03-10 23:59:00")
    page = Page(member, opened=opened)
    page.read(0, 30)
    page.send(beat(1, 30, 30), at=75)
    close_all_sittings(at=opened + HOUR)

    assert [row.seconds for row in rows(member)] == [60]


def test_at_new_year_each_part_belongs_to_its_year(member) -> None:
    opened = moment("2026-12-31 23:59:00")
    page = Page(member, opened=opened)
    page.read(0, 45)
    page.read(45, 75)
    close_all_sittings(at=opened + HOUR)

    assert [row.seconds for row in rows(member)] == [60, 15]
    assert stretches(member, opened) == [(0, 60), (60, 75)]


def test_offline_over_new_year_is_a_row_a_day(member) -> None:
    opened = moment("2026-12-31 23:58:00")
    page = Page(member, opened=opened)
    answer = page.send(*there(0, 240), at=3600)

    assert (answer.counted + answer.awaiting, answer.sitting) == (240, 0)
    assert [(row.source, row.ended_at) for row in rows(member)] == [
        ("offline", moment("2027-01-01 00:00")),
        ("offline", moment("2027-01-01 00:02")),
    ]
    assert all(adds_up(row) for row in rows(member))


# What waited on a device


def test_what_waited_counts_at_once_or_awaits_confirmation_by_rule(page, member) -> None:
    set_rule("offline_counts", 1)
    counted = page.send(*there(0, 60), at=3600)
    assert (counted.counted, counted.awaiting, stretches(member)) == (60, 0, [(0, 60)])


def test_what_waited_awaits_confirmation_when_the_rule_says_so(page, member) -> None:
    set_rule("offline_counts", 0)
    awaiting = page.send(*there(0, 60), at=3600)
    again = page.send(*there(0, 60), at=3700)

    assert (awaiting.counted, awaiting.awaiting, again.awaiting) == (0, 60, 0)
    (record,) = rows(member)
    assert (record.standing, record.seconds, stretches(member)) == ("awaiting", 0, [])
    assert [(s.lower, s.upper) for s in record.claimed] == [(TEN, TEN + timedelta(seconds=60))]
    assert adds_up(record)


@pytest.mark.parametrize(("at", "source"), [(150, "online"), (151, "offline")])
def test_two_minutes_after_it_ended_a_beat_has_waited(page, member, at, source) -> None:
    set_rule("offline_counts", 1)
    assert page.send(beat(0, 0, 30), at=at).counted == 30
    close()

    assert [(row.source, row.seconds) for row in rows(member)] == [(source, 30)]


def test_a_late_row_names_its_beats_and_the_second_one_brings_only_what_is_new(page, member) -> None:
    set_rule("offline_counts", 1)
    page.send(beat(4, 120, 30), beat(6, 180, 30), at=3600)
    answer = page.send(*there(120, 240), at=3700)

    assert answer.counted == 60
    first, second = rows(member)
    assert [(s.lower, s.upper) for s in first.counters] == [(4, 5), (6, 7)]
    assert [(s.lower, s.upper) for s in second.counters] == [(5, 6), (7, 8)]
    assert (first.seconds, first.refused) == (60, {"closed": 30})
    assert stretches(member) == [(120, 150), (150, 180), (180, 210), (210, 240)]


def test_a_page_that_reported_ten_thousand_beats_still_writes_its_rows(page, member) -> None:
    set_rule("offline_counts", 1)
    assert page.send(beat(2_000_000_000, 10, 30), at=3600).counted == 30


def test_an_old_report_after_a_correction_does_not_earn_again(page, member) -> None:
    set_rule("offline_counts", 1)
    page.read(0, 60)
    close()
    (record,) = rows(member)
    take_away(record)
    answer = page.send(*there(0, 60), at=7200)

    assert (answer.counted, stretches(member)) == (0, [])


def take_away(record: StudyRecord) -> None:
    """A correction of everything a record counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select ledger_add(%s, 'individual', 'correction', %s, %s, null, %s, %s, '{}',"
            " %s::tstzmultirange, 0, 'counted', null, null, %s, null, '', '错', '{}', %s)",
            [
                record.member_id, f"gone:{record.pk}", record.subject, record.started_at, record.ended_at,
                f'{{["{record.started_at.isoformat()}","{record.ended_at.isoformat()}")}}',
                record.pk, TEN + HOUR,
            ],
        )  # fmt: skip


def test_a_clock_two_days_ahead_is_put_right_when_the_page_says_what_it_shows(page, member) -> None:
    set_rule("offline_counts", 1)
    ahead = 2 * 86_400
    answer = page.send(*there(ahead, ahead + 60, counter=0), at=60, clock=ahead + 60)

    assert (answer.counted, answer.refused, stretches(member)) == (60, {}, [(0, 60)])
    (record,) = rows(member)
    assert (record.source, record.evidence["clock_off"]) == ("offline", -ahead)


def test_a_clock_ahead_that_is_not_told_is_the_future(page, member) -> None:
    ahead = 2 * 86_400
    answer = page.send(*there(ahead, ahead + 60, counter=0), at=60)

    assert (answer.counted, answer.refused) == (0, {"future": 60})


def test_what_a_wrong_clock_told_is_taken_once_wherever_it_would_fall_later(page, member) -> None:
    set_rule("offline_counts", 1)
    ahead = 2 * 86_400
    beats = there(ahead, ahead + 60, counter=0)
    page.send(*beats, at=60, clock=ahead + 60)
    for later in (90, 3600, 86_400):
        answer = page.send(*beats, at=later, clock=ahead + 60)
        assert (answer.counted, answer.awaiting) == (0, 0)

    assert stretches(member) == [(0, 60)]


def test_what_a_wrong_clock_told_of_time_that_is_held_is_taken_once_too(page, member) -> None:
    """Its first telling counts nothing new, but the ledger knows its numbers."""
    set_rule("offline_counts", 1)
    ahead = 2 * 86_400
    page.read(0, 60)
    beats = there(ahead, ahead + 60, counter=0)
    first = page.send(*beats, at=60, clock=ahead + 60)
    again = page.send(*beats, at=3600, clock=ahead + 60)
    close()

    assert (first.counted, again.counted, stretches(member)) == (0, 0, [(0, 60)])


def test_late_rows_keep_clear_of_what_another_lesson_has(page, member) -> None:
    set_rule("offline_counts", 1)
    page.another(subject=OTHER).read(0, 30)
    answer = page.send(*there(0, 60), at=3600)

    assert (answer.counted, answer.refused) == (30, {"elsewhere": 30})
    (record,) = rows(member)
    assert (record.refused, adds_up(record)) == ({"elsewhere": 30}, True)


# Limits


def test_a_lesson_earns_its_expected_time_by_its_factor_and_the_row_keeps_the_rest(page, member) -> None:
    answers = [page.read(begin, begin + 30, lesson=short_lesson) for begin in range(0, 150, 30)]
    close()

    assert [answer.counted for answer in answers] == [30, 30, 30, 0, 0]
    assert answers[3].refused == {"lesson_limit": 30}
    (record,) = rows(member)
    assert (record.seconds, record.refused) == (90, {"lesson_limit": 60})
    assert adds_up(record)


def test_the_limit_may_be_crossed_within_a_beat(page, member) -> None:
    page.read(0, 75, lesson=short_lesson)
    answer = page.send(beat(3, 75, 30), at=105, lesson=short_lesson)

    assert (answer.counted, answer.refused) == (15, {"lesson_limit": 15})


def test_time_beyond_a_limit_is_not_held_and_another_lesson_may_count_it(page, member) -> None:
    page.read(0, 90, lesson=short_lesson)
    page.read(90, 120, lesson=short_lesson)
    answer = page.another(subject=OTHER).send(beat(0, 90, 30), at=121)
    close()

    assert answer.counted == 30
    assert stretches(member) == [(0, 90), (90, 120)]


def test_the_limit_of_a_lesson_is_a_years(member) -> None:
    for text, counted in (("2026-12-30 10:00", 90), ("2026-12-31 10:00", 0), ("2027-01-01 10:00", 90)):
        page = Page(member, opened=moment(text))
        assert sum(page.read(b, b + 30, lesson=short_lesson).counted for b in (0, 30, 60)) == counted


def test_last_years_late_rows_have_last_years_room_while_this_years_sitting_is_open(member) -> None:
    set_rule("offline_counts", 1)
    old = Page(member, opened=moment("2026-12-31 10:00"))
    new = Page(member, opened=moment("2027-01-01 10:00"))
    new.read(0, 60, lesson=short_lesson)
    late = old.send(*there(0, 90), at=86_400 + 60, lesson=short_lesson)
    rest = new.read(60, 120, lesson=short_lesson)

    assert (late.counted, rest.counted, rest.refused) == (90, 30, {"lesson_limit": 30})


def test_late_rows_meet_the_limit_that_the_open_sitting_has_used(page, member) -> None:
    set_rule("offline_counts", 1)
    page.read(600, 660, lesson=short_lesson)
    late = page.send(*there(0, 60), at=660, lesson=short_lesson)
    rest = page.read(660, 690, lesson=short_lesson)
    close()

    assert (late.counted, late.refused) == (30, {"lesson_limit": 30})
    assert (rest.counted, rest.refused) == (0, {"lesson_limit": 30})
    assert sum(row.seconds for row in rows(member)) == 90


def test_a_day_earns_no_more_than_its_limit_over_all_lessons(page, member) -> None:
    set_rule("individual_day_hours", 0.02)  # of 45 minutes: 54 seconds
    first = page.read(0, 30)
    second = page.another(subject=OTHER).read(30, 60)
    third = page.another(subject=OTHER).read(60, 90)
    close()

    assert [a.counted for a in (first, second, third)] == [30, 24, 0]
    assert (second.refused, third.refused) == ({"day_limit": 6}, {"day_limit": 30})
    assert sum(row.seconds for row in rows(member)) == 54
    assert all(adds_up(row) for row in rows(member))


def test_a_day_limit_crossed_at_midnight_begins_anew(member) -> None:
    set_rule("individual_day_hours", 0.02)
    opened = moment("2026-03-10 23:59:00")
    page = Page(member, opened=opened)
    page.read(0, 55)
    answer = page.send(beat(2, 55, 35), at=90)

    assert (answer.counted, answer.refused) == (30, {"day_limit": 5})


def test_late_rows_of_two_days_have_each_days_room(member) -> None:
    set_rule("individual_day_hours", 0.02)
    set_rule("offline_counts", 1)
    page = Page(member, opened=moment("2026-03-10 23:58:00"))
    answer = page.send(*there(0, 240), at=3600)

    assert (answer.counted, answer.refused) == (108, {"day_limit": 132})
    assert [row.seconds for row in rows(member)] == [54, 54]
