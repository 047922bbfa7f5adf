"""`verify_ledger` agrees with what the ledger's own functions wrote, and finds what was changed behind it."""

from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection

from hours import verifying
from hours.ledger import Event, add
from hours.models import CountedInterval, StudyClock
from hours.sittings import close_all_sittings
from hours.verifying import verify_ledger
from tests.cast import moment
from tests.hours.pages import TEN, Page, rows, there

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NOON = TEN + 2 * HOUR


def run(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@contextmanager
def behind_its_back():
    """As somebody who has the database's own rights, and no triggers or foreign keys in the way."""
    run("set constraints all immediate")
    run("set session_replication_role = replica")
    yield
    run("set session_replication_role = origin")


@pytest.fixture
def ledger(member, secretary, branch) -> None:
    """Two members who read; a meeting takes over ten minutes of one; something awaits; a sitting is open."""
    for who in (member, secretary):
        page = Page(who)
        for begin in range(0, 1200, 30):
            page.read(begin, begin + 30)
        page.another(subject=UUID(int=8)).send(*there(2000, 2100), at=2100)
    add(meeting(member, TEN + timedelta(minutes=5), TEN + timedelta(minutes=15)), at=NOON)
    Page(member, opened=TEN - 2 * HOUR).send(*there(0, 300), at=7200)
    close_all_sittings(at=NOON)
    Page(secretary, opened=NOON).read(0, 60)


def meeting(member, begin, end) -> Event:
    return Event(
        member=member, bucket="collective", source="meeting", key=f"{member.pk}:{begin}", started_at=begin,
        ended_at=end, pieces=[(begin, end)],
    )  # fmt: skip


def differences() -> list[str]:
    return verify_ledger(at=NOON + timedelta(minutes=2)).findings


def test_what_the_ledger_wrote_itself_agrees(ledger) -> None:
    found = verify_ledger(at=NOON + timedelta(minutes=2))

    assert found.findings == []
    assert (found.records, found.clocks, found.differences) == (7, 2, 0)
    assert found.intervals == CountedInterval.objects.count()
    assert found.seconds == 300 + 1200 + 100 + 1200 + 100


def test_an_empty_ledger_agrees() -> None:
    found = verify_ledger(at=NOON)
    assert (found.records, found.intervals, found.differences) == (0, 0, 0)


def test_small_batches_come_to_the_same(ledger, monkeypatch) -> None:
    monkeypatch.setattr(verifying, "BATCH", 2)
    shown: list[tuple[str, int, int]] = []
    found = verify_ledger(at=NOON, progress=lambda *step: shown.append(step))

    assert (found.records, found.differences) == (7, 0)
    assert {what for what, _done, _of in shown} == {"records", "members", "years", "clocks"}
    assert all(done <= of for _what, done, of in shown)


INTERVALS = [
    ("removed", "delete from hours_countedinterval where id = %s"),
    ("shortened", "update hours_countedinterval set ended_at = ended_at - interval '1 s',"
     " seconds = seconds - 1 where id = %s"),
    ("moved", "update hours_countedinterval set started_at = started_at + interval '3 hours',"
     " ended_at = ended_at + interval '3 hours' where id = %s"),
    ("of another kind", "update hours_countedinterval set bucket = 'concentrated' where id = %s"),
    ("of another lesson", "update hours_countedinterval set subject = gen_random_uuid() where id = %s"),
    ("of another member", "update hours_countedinterval i set member_key = (select key from people_member"
     " where key <> i.member_key limit 1), started_at = started_at - interval '1 day',"
     " ended_at = ended_at - interval '1 day' where id = %s"),
    ("of another record", "update hours_countedinterval i set record_id = (select min(id)"
     " from hours_studyrecord r where r.id <> i.record_id) where id = %s"),
    ("of no record", "update hours_countedinterval set record_id = record_id + 5000 where id = %s"),
    ("doubled later", "insert into hours_countedinterval (member_key, record_id, bucket, subject, started_at,"
     " ended_at, seconds) select member_key, record_id, bucket, subject, started_at + interval '9 hours',"
     " ended_at + interval '9 hours', seconds from hours_countedinterval where id = %s"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "sql"), INTERVALS, ids=[case for case, _sql in INTERVALS])
def test_any_single_interval_that_is_changed_is_found(ledger, case, sql) -> None:
    for pk in CountedInterval.objects.values_list("pk", flat=True):
        run("savepoint before")
        with behind_its_back():
            run(sql, pk)
        assert differences(), (case, pk)
        run("rollback to savepoint before")
    assert differences() == []


def test_an_overlap_is_found_even_when_nothing_else_would_tell(ledger, member) -> None:
    """The constraint is gone, and the record itself says what the second interval says."""
    first = CountedInterval.objects.filter(member=member.key).earliest("started_at")
    with behind_its_back():
        run("alter table hours_countedinterval drop constraint no_two_counted_intervals_of_a_member_overlap")
        run(
            "insert into hours_studyrecord select (jsonb_populate_record(r, jsonb_build_object("
            "'id', r.id + 1000, 'key', 'forged'))).* from hours_studyrecord r where id = %s",
            first.record_id,
        )
        run(
            "insert into hours_countedinterval (member_key, record_id, bucket, subject, started_at,"
            " ended_at, seconds) select member_key, record_id + 1000, bucket, subject, started_at, ended_at,"
            " seconds"
            " from hours_countedinterval where record_id = %s",
            first.record_id,
        )
    told = differences()

    assert any("overlaps another" in text for text in told)
    assert all(str(member.key) in text for text in told)


RECORDS = [
    ("seconds", "update hours_studyrecord set seconds = seconds + 1, award = 0 where id = %s",
     "its seconds are not counted - taken + award"),
    ("refused", "update hours_studyrecord set refused = '{\"quiet\": 86400}' where id = %s",
     "counted, awaiting and refused seconds are not its length"),
    ("more time", "update hours_studyrecord set ended_at = ended_at + interval '1 h', counted = counted"
     " + tstzmultirange(tstzrange(ended_at, ended_at + interval '1 h')), seconds = seconds + 3600"
     " where id = %s",
     "its intervals are not its time"),
    ("outside", "update hours_studyrecord set started_at = started_at + interval '1 s' where id = %s",
     "its time lies outside the row"),
    ("standing", "update hours_studyrecord set standing = 'declined' where id = %s",
     "it counts without being confirmed"),
    ("member", "update hours_studyrecord r set member_key = (select key from people_member"
     " where key <> r.member_key limit 1) where id = %s",
     "its intervals are of another member, kind or subject"),
    ("gone", "delete from hours_studyrecord where id = %s", "its intervals belong to no record"),
]  # fmt: skip


HOLDING = (
    "a_record_counts_exactly_its_time",
    "no_record_counts_more_than_the_clock_showed",
    "no_record_reaches_into_the_future",
    "what_awaits_confirmation_counts_nothing_yet",
)


@pytest.mark.parametrize(("case", "sql", "words"), RECORDS, ids=[case for case, *_rest in RECORDS])
def test_a_record_that_was_changed_is_found(ledger, secretary, case, sql, words) -> None:
    record = rows(secretary)[0]
    with behind_its_back():
        for name in HOLDING:
            run(f"alter table hours_studyrecord drop constraint {name}")
        run(sql, record.pk)

    assert any(f"record {record.pk}, " in text and words in text for text in differences())


def test_a_correction_that_names_another_members_record_is_found(ledger, member, secretary) -> None:
    correction = next(row for row in rows(member) if row.source == "correction")
    with behind_its_back():
        run(
            "update hours_studyrecord set corrects_id = %s where id = %s",
            rows(secretary)[0].pk,
            correction.pk,
        )

    assert [text for text in differences() if f"record {correction.pk}" in text] == [
        f"record {correction.pk}, member {member.key}: it corrects no earlier record of the member"
    ]


def test_an_interval_over_new_year_is_found_and_told_by_year(ledger, member) -> None:
    eve = moment("2025-12-31 23:50")
    record = add(meeting(member, eve, eve + timedelta(minutes=20)), at=NOON)
    assert differences() == []
    with behind_its_back():
        run("delete from hours_countedinterval where record_id = %s", record.pk)
        run(
            "insert into hours_countedinterval (member_key, record_id, bucket, subject, started_at,"
            " ended_at, seconds) select member_key, id, bucket, subject, started_at, ended_at, 1200"
            " from hours_studyrecord where id = %s",
            record.pk,
        )

    assert differences() == [
        f"record {record.pk}, member {member.key}: an interval reaches over New Year",
        f"member {member.key}, 2025: the records count 600 seconds, the intervals 1,200",
        f"member {member.key}, 2026: the records count 2,200 seconds, the intervals 1,600",
    ]


CLOCKS = [
    ("held = '{}'", ["the open sitting is not held", "time of the last two days is not held"]),
    ("sitting = sitting + 1", ["the open sitting does not last its seconds"]),
    ("subject = null", ["time is open of no lesson"]),
    ("pieces = pieces + tstzmultirange(tstzrange('2026-03-10 02:00Z', '2026-03-10 02:01Z')),"
     " sitting = sitting + 60",
     ["the open sitting meets time of the ledger"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), CLOCKS)
def test_a_clock_that_was_changed_is_found(ledger, secretary, change, words) -> None:
    run(f"update hours_studyclock set {change} where member_key = %s", secretary.key)

    assert differences() == [f"member {secretary.key}: {what}" for what in words]


def test_recent_time_of_a_member_without_a_clock_is_found(ledger, member) -> None:
    StudyClock.objects.filter(member=member.key).delete()

    assert differences() == [f"member {member.key}: time of the last two days is not held: there is no clock"]


def command() -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_ledger", stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_command_tells_the_counts_and_ends_well(ledger) -> None:
    assert command() == (
        0,
        "7 records, 7 intervals, 2,900 counted seconds, 2 clocks\nThe ledger is what its records say.\n",
        "",
    )


def test_the_command_names_what_differs_and_nobody_and_ends_with_1(ledger, member) -> None:
    with behind_its_back():
        run("delete from hours_countedinterval where member_key = %s", member.key)
    code, out, err = command()

    assert code == 1
    assert f"member {member.key}: its intervals are not its time" in err
    assert "NOT AS RECORDED: " in err
    assert "agree" not in out
    assert member.name not in out + err
    assert member.number not in out + err


def test_no_more_than_a_thousand_are_named_and_all_are_counted(ledger, monkeypatch) -> None:
    monkeypatch.setattr(verifying, "MOST_TOLD", 1)
    with behind_its_back():
        run("delete from hours_countedinterval")
    found = verify_ledger(at=NOON)

    assert len(found.findings) == 1
    assert found.differences >= 4


def test_one_statement_for_many_records(ledger, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(80):
        verify_ledger(at=NOON)
