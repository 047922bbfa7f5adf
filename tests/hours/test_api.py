"""Where lesson pages report to: what it answers, what it costs, and what it does not believe."""

import json
from datetime import timedelta
from http import HTTPStatus

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings
from django.utils.timezone import now

from hours.models import StudyClock, StudyRecord
from hours.sittings import take_beat
from hours.slots import reading_times
from hours.tokens import StudyToken
from hours.totals import studied, year_of
from people.models import Member

pytestmark = pytest.mark.django_db

READING = [[0, "p", 0, 0], [20_000, "p", 0, 0], [40_000, "t", 0, 0]]
"""Forty seconds of reading, by the page's own clock."""


def token(member: Member, edition, *, opened: timedelta = timedelta(minutes=-5), large: bool = False) -> str:
    return StudyToken(member.key, edition.translation_key, edition.pk, now() + opened, large).sign()


def report(client: Client, text: str, signs: object = READING, *, shows: object = 40_000):
    body = {"token": text, "now": shows, "signs": signs}
    return client.post("/api/v1/study/beats", json.dumps(body), content_type="application/json")


def counted(member: Member) -> int:
    return sum(row.seconds for row in studied([member.key], year_of(now())))


def assert_nothing_counted() -> None:
    assert not StudyRecord.objects.exists()
    assert not StudyClock.objects.exists()


def test_reading_is_counted_and_the_page_is_told(client, member, lesson) -> None:
    response = report(client, token(member, lesson))

    assert response.status_code == HTTPStatus.OK
    assert response.json() == {"counted": 40, "sitting": 40, "refused": {}}
    assert counted(member) == 40


def test_the_answer_says_what_was_not_counted_and_why(client, member, lesson) -> None:
    signs = [[0, "p", 0, 0], [60_000, "h", 0, 0], [90_000, "p", 0, 0], [100_000, "t", 0, 0]]
    response = report(client, token(member, lesson), signs, shows=100_000)

    assert response.json() == {"counted": 48, "sitting": 48, "refused": {"quiet": 22, "hidden": 30}}


def test_large_print_is_given_half_as_much_time_again(client, member, lesson) -> None:
    signs = [[0, "p", 0, 0], [100_000, "t", 0, 0]]
    response = report(client, token(member, lesson, large=True), signs, shows=100_000)

    assert response.json() == {"counted": 56, "sitting": 56, "refused": {"quiet": 44}}


def test_a_device_whose_clock_is_years_off_is_counted_the_same(client, member, lesson) -> None:
    signs = [[ms - 10**11, kind, first, last] for ms, kind, first, last in READING]

    assert report(client, token(member, lesson), signs, shows=40_000 - 10**11).json()["counted"] == 40


def test_the_same_report_again_counts_nothing_more(client, member, lesson) -> None:
    mine = token(member, lesson)
    report(client, mine)
    again = report(client, mine)

    assert again.status_code == HTTPStatus.OK
    assert again.json()["counted"] <= 1  # the second report arrives a moment later
    assert counted(member) <= 41


def test_an_hour_claimed_in_a_minute_is_at_most_a_minute(client, member, lesson) -> None:
    signs = [[second * 1000, "p", 0, 0] for second in range(0, 3600, 10)]
    response = report(client, token(member, lesson, opened=timedelta(seconds=-60)), signs, shows=3_590_000)

    assert response.json()["counted"] in {60, 61}
    assert response.json()["refused"]["outside"] >= 3528
    assert counted(member) == response.json()["counted"]


def test_signs_from_the_future_count_nothing(client, member, lesson) -> None:
    signs = [[100_000, "p", 0, 0], [120_000, "p", 0, 0], [140_000, "t", 0, 0]]

    assert report(client, token(member, lesson), signs).json() == {
        "counted": 0, "sitting": 0, "refused": {"outside": 40},
    }  # fmt: skip
    assert counted(member) == 0


@pytest.mark.parametrize(
    ("signs", "shows"),
    [
        ([[-(10**12), "p", 0, 0], [10**14, "t", 0, 0]], 0),
        ([[-(10**12), "m", 0, 0], [10**14, "h", 0, 0]], 10**14),
        ([[0, "p", 10_000, 10_000], [20_000, "t", 10_000, 0]], 20_000),
        ([[-5000, "p", 0, 0], [-1000, "t", 0, 0]], -1000),
    ],
)
def test_wild_numbers_within_bounds_never_count_more_than_passed(
    client, member, lesson, signs, shows
) -> None:
    response = report(client, token(member, lesson, opened=timedelta(seconds=-60)), signs, shows=shows)

    assert response.status_code == HTTPStatus.OK
    assert 0 <= response.json()["counted"] <= 61
    assert counted(member) == response.json()["counted"]


def test_no_signs_are_an_honest_report(client, member, lesson) -> None:
    assert report(client, token(member, lesson), []).json() == {"counted": 0, "sitting": 0, "refused": {}}


@pytest.mark.parametrize(("opened", "why"), [(timedelta(hours=-25), "old"), (timedelta(minutes=5), "future")])
def test_a_token_out_of_its_time_is_refused(client, member, lesson, opened, why) -> None:
    response = report(client, token(member, lesson, opened=opened))

    assert (response.status_code, response.json()) == (HTTPStatus.CONFLICT, {"refused": why})
    assert_nothing_counted()


def test_a_token_of_another_member_signed_with_another_key_is_refused(
    client, member, secretary, lesson
) -> None:
    with override_settings(SECRET_KEY="somebody-elses"):
        foreign = token(secretary, lesson)
    client.force_login(member)
    response = report(client, foreign)

    assert (response.status_code, response.json()) == (HTTPStatus.CONFLICT, {"refused": "forged"})
    assert_nothing_counted()


@pytest.mark.parametrize(("text", "why"), [("", "forged"), ("x" * 88, "forged"), ("群众", "damaged")])
def test_a_forged_token_is_refused(client, member, lesson, text, why) -> None:
    response = report(client, text)

    assert (response.status_code, response.json()) == (HTTPStatus.CONFLICT, {"refused": why})
    assert_nothing_counted()


@pytest.mark.parametrize(
    ("case", "signs", "shows"),
    [
        ("501 signs", [[0, "p", 0, 0]] * 501, 0),
        ("a huge time", [[10**14 + 1, "p", 0, 0]], 0),
        ("a time far below zero", [[-(10**12) - 1, "p", 0, 0]], 0),
        ("a huge clock", [], 10**15),
        ("an endless number", [], 10**400),
        ("half a millisecond", [[0.5, "p", 0, 0]], 0),
        ("an unknown kind", [[0, "x", 0, 0]], 0),
        ("a screen below zero", [[0, "p", -1, 0]], 0),
        ("a screen beyond all", [[0, "p", 0, 10_001]], 0),
        ("a sign too short", [[0, "p", 0]], 0),
        ("a sign too long", [[0, "p", 0, 0, 0]], 0),
        ("a sign that is a word", ["p"], 0),
        ("signs that are none", None, 0),
        ("a clock that is a word", [], "noon"),
    ],
)
def test_a_malformed_report_is_refused_whole(client, member, lesson, case, signs, shows) -> None:
    response = report(client, token(member, lesson), signs, shows=shows)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, case
    assert_nothing_counted()


NO_REPORTS = [
    "",
    "{",
    "null",
    "[]",
    '"x"',
    '{"token": "x"}',
    '{"now": NaN}',
    "\x00",
    "群众",
    '{"token": "\\ud800"}',
]


@pytest.mark.parametrize("body", NO_REPORTS)
def test_what_is_not_a_report_gets_a_clear_answer(client, member, lesson, body) -> None:
    response = client.post("/api/v1/study/beats", body, content_type="application/json")

    assert response.status_code in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
    assert "detail" in response.json()
    assert_nothing_counted()


def test_bytes_that_are_no_text_get_a_clear_answer(client, member, lesson) -> None:
    response = client.post("/api/v1/study/beats", b"\xff\xfe\x00", content_type="application/json")

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert_nothing_counted()


def test_looking_at_the_address_counts_nothing(client, member, lesson) -> None:
    assert client.get("/api/v1/study/beats").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert_nothing_counted()


def test_a_report_needs_no_session_and_no_form_token(member, lesson) -> None:
    client = Client(enforce_csrf_checks=True)

    assert report(client, token(member, lesson)).json()["counted"] == 40
    assert client.cookies == {}


@pytest.fixture
def statements(monkeypatch) -> list[str]:
    """What is sent to PostgreSQL, through Django's cursors and past them."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def listen(cursor, query, *args, **kwargs):
        sent.append(str(query))
        return execute(cursor, query, *args, **kwargs)

    monkeypatch.setattr(psycopg.Cursor, "execute", listen)
    return sent


def test_a_beat_is_one_statement_however_many_signs(client, member, lesson, statements) -> None:
    mine = token(member, lesson)
    reading_times(lesson.pk)  # each process asks once for an edition
    statements.clear()
    report(client, mine, READING * 100)

    assert len(statements) == 1
    assert statements[0].startswith("select counted, elsewhere, outside, sitting from study_beat(")
    assert counted(member) == 40


def test_a_fault_of_the_database_is_noticed_so_that_the_next_request_connects_anew(member, lesson) -> None:
    beyond = StudyToken(member.key, lesson.translation_key, 2**64 - 1, now())

    with pytest.raises(DatabaseError), transaction.atomic():
        take_beat(beyond, [], at=now())
    assert connection.errors_occurred
    assert_nothing_counted()
