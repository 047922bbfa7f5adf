"""Where lesson pages report to: what it answers, what it costs, and what it does not believe."""

import json
from datetime import datetime, timedelta
from http import HTTPStatus

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client, RequestFactory, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hours import api
from hours.api import answer_beats
from hours.beats import LONGEST_BODY, PageReport
from hours.clock import Beat
from hours.models import StudyClock, StudyRecord
from hours.sittings import take_reports
from hours.slots import reading_times
from hours.tokens import StudyToken
from hours.totals import studied, year_of
from people.models import Member
from tests.hours.pages import TEN

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/study/beats"
READING = [[0, 0, 300, "p0"], [1, 300, 100, "p0"]]
"""Forty seconds of reading."""


@pytest.fixture(autouse=True)
def five_past_ten(monkeypatch) -> datetime:
    at = TEN + timedelta(minutes=5)
    monkeypatch.setattr(api, "now", lambda: at)
    return at


def token(member: Member, edition, *, opened: float = -40, large: bool = False) -> str:
    """Of a page that was opened so many seconds from now."""
    at = TEN + timedelta(minutes=5, seconds=opened)
    return StudyToken(member.key, edition.translation_key, edition.pk, at, large).sign()


def post(client: Client, body: object):
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(ADDRESS, data, content_type="application/json")


def report(client: Client, text: str, beats: object = READING, *clock: object):
    return post(client, {"pages": [[text, beats, *clock]]})


def counted(member: Member) -> int:
    return sum(row.seconds for row in studied([member.key], year_of(TEN)))


def assert_nothing_written() -> None:
    assert not StudyRecord.objects.exists()
    assert not StudyClock.objects.exists()


def test_reading_is_counted_and_the_page_is_told(client, member, lesson) -> None:
    response = report(client, token(member, lesson))

    assert response.status_code == HTTPStatus.OK
    assert response["content-type"] == "application/json"
    assert response.json() == {"counted": 40, "sitting": 40, "awaiting": 0, "refused": {}, "at": 400}
    assert counted(member) == 40


def test_the_answer_says_what_was_not_counted_and_why(client, member, lesson) -> None:
    beats = [[0, 0, 600, "p0"], [1, 600, 300, "h0"], [2, 900, 50, "p0"]]
    response = report(client, token(member, lesson, opened=-95), beats)

    # A screen of 37.5 seconds × 1.15: 43.1 seconds of silence count.
    assert response.json() == {
        "counted": 48, "sitting": 48, "awaiting": 0, "refused": {"quiet": 17, "hidden": 30}, "at": 950,
    }  # fmt: skip


def test_large_print_is_given_half_as_much_time_again(client, member, lesson) -> None:
    response = report(
        client, token(member, lesson, opened=-100, large=True), [[0, 0, 600, "p0"], [1, 600, 400, "p-600"]]
    )

    assert (response.json()["counted"], response.json()["refused"]) == (64, {"quiet": 36})


def test_the_same_report_again_counts_nothing_more(client, member, lesson) -> None:
    mine = token(member, lesson)
    report(client, mine)

    assert report(client, mine).json() == {
        "counted": 0,
        "sitting": 40,
        "awaiting": 0,
        "refused": {},
        "at": 400,
    }
    assert counted(member) == 40


def test_31_years_claimed_in_one_request_are_a_minute(client, member, lesson) -> None:
    """What Kolibri stores as it is told: 1,002,844,800 seconds."""
    response = report(client, token(member, lesson, opened=-60), [[0, 0, 10_028_448_000, "p0 p200 p400"]])

    assert response.json()["counted"] == 60
    assert response.json()["refused"] == {"claimed": 1_002_844_740}
    assert counted(member) == 60


def test_beating_every_second_from_ten_tabs_earns_the_wall_clock(client, member, lesson, monkeypatch) -> None:
    pages = [token(member, lesson, opened=-n) for n in range(10)]
    for second in range(1, 31):
        monkeypatch.setattr(api, "now", lambda at=TEN + timedelta(minutes=5, seconds=second): at)
        for n, page in enumerate(pages):
            report(client, page, [[second, (second - 1 + n) * 10, 10, "p0"]])

    assert counted(member) == 30


def test_what_waited_is_put_right_by_what_the_clock_shows(client, member, lesson) -> None:
    ahead = 2 * 864_000
    beats = [[0, ahead, 300, "p0"], [1, ahead + 300, 300, "p0"]]
    answer = report(client, token(member, lesson, opened=-60), beats, ahead + 600).json()

    assert (answer["counted"] + answer["awaiting"], answer["refused"]) == (60, {})


def test_no_beats_are_an_honest_report(client, member, lesson) -> None:
    assert report(client, token(member, lesson), []).json() == {
        "counted": 0, "sitting": 0, "awaiting": 0, "refused": {}, "at": 400,
    }  # fmt: skip
    assert_nothing_written()


@pytest.mark.parametrize(
    ("opened", "status", "why"),
    [
        (-30 * 86_400, 200, None),
        (-30 * 86_400 - 1, 409, "old"),
        (5, 200, None),
        (6, 409, "future"),
    ],
)
def test_a_token_out_of_its_time_is_refused(client, member, lesson, opened, status, why) -> None:
    response = report(client, token(member, lesson, opened=opened), [])

    assert response.status_code == status
    assert response.json().get("refused") == (why or {})
    assert_nothing_written()


def test_a_token_signed_with_another_key_is_refused(client, member, secretary, lesson) -> None:
    with override_settings(SECRET_KEY="somebody-elses"):
        foreign = token(secretary, lesson)
    client.force_login(member)
    response = report(client, foreign)

    assert (response.status_code, response.json()) == (HTTPStatus.CONFLICT, {"refused": "forged"})
    assert_nothing_written()


@pytest.mark.parametrize(("text", "why"), [("", "forged"), ("x" * 88, "forged"), ("群众", "damaged")])
def test_a_forged_token_is_refused(client, member, lesson, text, why) -> None:
    response = report(client, text)

    assert (response.status_code, response.json()) == (HTTPStatus.CONFLICT, {"refused": why})
    assert_nothing_written()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_refused_token_refuses_the_whole_request(client, member, secretary, lesson, place) -> None:
    pages = [[token(member, lesson), READING], [token(secretary, lesson), READING]]
    pages.insert(place, ["forged" * 14, READING])
    response = post(client, {"pages": pages})

    assert (response.status_code, response.json()) == (HTTPStatus.CONFLICT, {"refused": "forged"})
    assert_nothing_written()


@pytest.mark.parametrize(
    ("pages", "where"),
    [
        ([], "pages"),
        (None, "pages"),
        ([None], "page"),
        ([["TOKEN", [[0, 0, 300, "x0"]]]], "signs"),
        ([["TOKEN", READING], ["TOKEN", [[0, 0, 0, "p0"]]]], "beat"),
        ([["TOKEN", [[True, 0, 300, "p0"]]]], "beat"),
        ([["TOKEN", [[0, 0, 1e15, "p0"]]]], "beat"),
        ([["TOKEN", READING * 150], ["TOKEN", READING * 150]], "beats"),
        ([["TOKEN", READING]] * 21, "pages"),
    ],
)
def test_a_malformed_report_is_refused_whole(client, member, lesson, pages, where) -> None:
    mine = token(member, lesson)
    body = json.dumps({"pages": pages}).replace("TOKEN", mine)
    response = post(client, body)

    assert (response.status_code, response.json()) == (
        HTTPStatus.UNPROCESSABLE_ENTITY, {"refused": f"malformed: {where}"},
    )  # fmt: skip
    assert_nothing_written()


NO_REPORTS = [
    "",
    "{",
    "null",
    "[]",
    '"x"',
    '{"pages": NaN}',
    "\x00",
    "群众",
    '{"pages": [["\\ud800", []]]}',
    "[" * 9999,
]


@pytest.mark.parametrize("body", NO_REPORTS)
def test_what_is_not_a_report_gets_a_clear_answer(client, member, lesson, body) -> None:
    response = post(client, body)

    assert response.status_code in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
    assert set(response.json()) == {"refused"}
    assert_nothing_written()


@pytest.mark.parametrize(
    ("length", "status"), [(LONGEST_BODY + 1, 413), ("-1", 422), ("many", 422), ("²", 422), (10**30, 413)]
)
def test_a_length_that_cannot_be_is_refused_before_it_is_read(client, member, length, status) -> None:
    response = client.generic(
        "POST", ADDRESS, b"{}", content_type="application/json", CONTENT_LENGTH=str(length)
    )

    assert response.status_code == status
    assert_nothing_written()


def test_a_large_report_is_taken_and_a_larger_one_refused(client, member, lesson) -> None:
    signs = " ".join(f"p{n}:0-1" for n in range(0, 160, 8))
    body = json.dumps(
        {"pages": [[token(member, lesson, opened=-60), [[n, n, 10, signs] for n in range(400)]]]}
    )
    assert len(body) < LONGEST_BODY

    assert post(client, body).status_code == HTTPStatus.OK
    assert post(client, body + " " * LONGEST_BODY).status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert counted(member) == 40


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_no_bytes_make_it_fail(client, member, body) -> None:
    assert post(client, body).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert_nothing_written()


number = st.integers(-(10**9), 10**14) | st.integers(-10, 700) | st.booleans() | st.floats() | st.none()
text = st.from_regex(r"[phmas]-?[0-9]{1,8}(:[0-9]{1,4})?(@[0-9]{1,6}x[0-9]{2,3})?", fullmatch=True) | st.text(
    max_size=9
)
page = st.tuples(st.lists(st.tuples(number, number, number, text).map(list), max_size=4), number)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(page, min_size=1, max_size=4))
def test_nothing_that_nearly_is_a_report_makes_it_fail(client, member, lesson, pages) -> None:
    """With a good token: taken, or refused; and never more than the page was open."""
    with transaction.atomic():
        mine = token(member, lesson, opened=-60)
        response = post(client, {"pages": [[mine, beats, clock] for beats, clock in pages]})
        assert response.status_code in {200, 422}
        if response.status_code == HTTPStatus.OK:
            answer = response.json()
            assert counted(member) == answer["counted"] <= 60
        else:
            assert_nothing_written()
        transaction.set_rollback(True)


def test_looking_at_the_address_counts_nothing(client, member, lesson) -> None:
    for method in ("get", "put", "patch", "delete"):
        assert getattr(client, method)(ADDRESS).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert_nothing_written()


def test_a_report_needs_no_session_and_no_form_token(member, lesson) -> None:
    client = Client(enforce_csrf_checks=True)

    assert report(client, token(member, lesson)).json()["counted"] == 40
    assert client.cookies == {}


@pytest.mark.parametrize("body", [None, b"{}", b"", b'{"pages": [["x", []]]}'])
def test_the_route_answers_as_the_short_way_does(client, member, lesson, settings, body) -> None:
    data = body if body is not None else json.dumps({"pages": [[token(member, lesson), READING]]}).encode()
    short = post(client, data)
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith("BeatsFirst")]
    StudyClock.objects.all().delete()
    route = post(Client(), data)

    assert (route.status_code, route.json()) == (short.status_code, short.json())


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


def test_a_request_is_one_statement_however_many_pages_and_beats(
    client, member, secretary, lesson, statements
) -> None:
    # Each process asks once for an edition, and each minute for the rules.
    reading_times(lesson.pk)
    report(client, token(member, lesson, opened=-7200), [[0, 0, 300, "p0"]])
    statements.clear()
    report(client, token(member, lesson), READING)
    report(client, token(member, lesson, opened=-3600), [[n, 300 * n, 300, "p0"] for n in range(120)])
    post(
        client,
        {
            "pages": [
                [token(who, lesson, opened=-o), READING] for who in (member, secretary) for o in range(10)
            ]
        },
    )

    assert len(statements) == 3
    assert [sql.count("study_beat(") for sql in statements] == [1, 1, 20]
    assert [sql.count("study_late(") for sql in statements] == [0, 1, 0]


def test_a_fault_of_the_database_is_noticed_so_that_the_next_request_connects_anew(member, lesson) -> None:
    mine = StudyToken(member.key, lesson.translation_key, lesson.pk, TEN)

    with pytest.raises(DatabaseError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("alter function study_beat rename to study_gone")
        take_reports([PageReport(mine, [Beat(0, 0, 300, ())])], at=TEN + timedelta(seconds=30))
    assert connection.errors_occurred
    assert_nothing_written()


def test_an_edition_beyond_all_numbers_is_malformed(member, lesson) -> None:
    beyond = StudyToken(member.key, lesson.translation_key, 2**64 - 1, TEN).sign()
    request = RequestFactory().post(
        ADDRESS, json.dumps({"pages": [[beyond, READING]]}), content_type="application/json"
    )
    with transaction.atomic():
        response = answer_beats(request)
        transaction.set_rollback(True)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert_nothing_written()
