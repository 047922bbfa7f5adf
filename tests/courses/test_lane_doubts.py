"""Whatever is unusual goes on to the ordinary path."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.conf import settings
from django.test import Client
from django.utils.timezone import now

from courses.lane_reader import LASTS, READER, mark_of, masked, note_for, read_note
from people.middleware import SEEN, seen_note
from tests.cast import make_member
from tests.courses.reading_by_lane import ADDRESS, LaneReader
from tests.people.cards import active_card, sign_in_by_card

pytestmark = pytest.mark.django_db

AT = 1_800_000_000


@pytest.fixture
def reader(member, lesson) -> LaneReader:
    reader = LaneReader(member).warm()
    reader.by_lane()
    return reader


def test_a_cookie_is_read_in_its_session_on_its_day_and_nowhere_else(member) -> None:
    note = note_for(member, "a" * 32, at=AT)
    found = read_note(note, "a" * 32, at=AT + 5)

    assert (found.member, found.mark) == (member.pk, mark_of(member.password, "a" * 32))
    assert read_note(note, "b" * 32, at=AT) is None
    assert read_note(note, "a" * 32, at=AT + LASTS * 60 + 60) is None
    assert read_note(note, "a" * 32, at=AT - 120) is None


@pytest.mark.parametrize("place", [0, 3, 9, 20, 30, 40])
def test_a_cookie_with_another_letter_is_nobodys(member, place) -> None:
    note = note_for(member, "a" * 32, at=AT)
    other = note[:place] + ("A" if note[place] != "A" else "B") + note[place + 1 :]

    assert read_note(other, "a" * 32, at=AT) is None


@pytest.mark.parametrize("text", ["", "x", "é", "====", "A" * 400, "\x00"])
def test_what_is_no_cookie_of_ours_is_nobodys(text) -> None:
    assert read_note(text, "a" * 32, at=AT) is None


def test_a_borrowed_cookie_opens_nothing(reader, member, branch) -> None:
    """Another member's reader cookie beside one's own session, and one's own beside another's session."""
    other = LaneReader(make_member("other", branch)).warm()
    mine = {name: each.value for name, each in reader.client.cookies.items()}
    theirs = {name: each.value for name, each in other.client.cookies.items()}

    reader.client.cookies[READER] = theirs[READER]
    shown = reader.not_by_lane()
    assert shown.context["user"] == member
    assert reader.client.cookies[READER].value not in {theirs[READER], ""}
    other.client.cookies[READER] = mine[READER]
    assert other.not_by_lane().context["user"].number == "other"


@pytest.mark.parametrize("name", ["session", "reader", "seen", "csrf"])
def test_without_one_of_its_cookies_the_ordinary_path_answers(reader, name) -> None:
    del reader.client.cookies[name]

    response = reader.not_by_lane() if name != "session" else reader.get()
    assert response.status_code == (HTTPStatus.FOUND if name == "session" else HTTPStatus.OK)


UNUSUAL = {
    "a query": ("?x=1", {}),
    "a piece of the page": ("", {"Range": "bytes=0-10"}),
    "data instead of a page": ("", {"Accept": "application/json"}),
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_an_unusual_request_goes_on(reader, case) -> None:
    more, headers = UNUSUAL[case]
    response = reader.get(ADDRESS + more, headers=headers)

    assert (response.status_code, reader.statements > 3) == (HTTPStatus.OK, True)


@pytest.mark.parametrize("method", ["head", "post", "options"])
def test_only_getting_a_page_takes_the_lane(reader, method) -> None:
    getattr(reader.client, method)(ADDRESS)
    assert reader.client.get(ADDRESS).status_code == HTTPStatus.OK


@pytest.mark.parametrize("cookie", [("look", "large"), ("look", "large.32.dark"), ("messages", "x")])
def test_elder_mode_and_messages_go_on(reader, cookie) -> None:
    reader.client.cookies[cookie[0]] = cookie[1]
    assert reader.not_by_lane().status_code == HTTPStatus.OK


def test_a_card_session_never_gets_the_cookie(member, branch, secretary, lesson) -> None:
    client = Client()
    sign_in_by_card(client, active_card(member, by=secretary, at=now()))
    for _turn in range(3):
        assert client.get(ADDRESS).status_code == HTTPStatus.OK

    assert READER not in client.cookies


def test_the_cookie_is_hidden_from_scripts_and_goes_with_the_browser(reader) -> None:
    cookie = reader.client.cookies[READER]

    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert bool(cookie["secure"]) is settings.SESSION_COOKIE_SECURE


def seen_ago(reader: LaneReader, seconds: int) -> int:
    at = int(now().timestamp()) - seconds
    reader.client.cookies[SEEN] = seen_note(reader.client.cookies["session"].value, at)
    return at


def test_the_minute_of_being_seen_is_renewed_by_the_lane(reader, monkeypatch) -> None:
    monkeypatch.setattr("courses.lane_reader.NOTED_EVERY", 10**12)
    seen_ago(reader, 59)
    old = reader.client.cookies[SEEN].value
    reader.by_lane()
    assert reader.client.cookies[SEEN].value == old

    seen_ago(reader, 61)
    reader.by_lane()
    assert reader.client.cookies[SEEN].value not in {old, ""}
    assert reader.client.cookies[SEEN]["httponly"]


def test_whoever_was_idle_too_long_is_signed_out_as_ever(reader, settings) -> None:
    settings.IDLE_MINUTES_MEMBER = settings.IDLE_MINUTES_OFFICE = 10
    seen_ago(reader, 11 * 60)
    response = reader.get()

    assert (response.status_code, response["Location"]) == (HTTPStatus.FOUND, f"/sign-in/?next={ADDRESS}")


def test_a_new_hour_is_noted_by_the_ordinary_path(reader, monkeypatch) -> None:
    monkeypatch.setattr("courses.lane_reader.NOTED_EVERY", 1)
    seen_ago(reader, 61)
    assert reader.not_by_lane().status_code == HTTPStatus.OK


def test_another_sites_name_is_refused_as_ever(reader, settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    assert reader.get(headers={"Host": "elsewhere.example"}).status_code == HTTPStatus.BAD_REQUEST


def test_a_preview_is_never_a_kept_page(reader, lesson, member) -> None:
    """Wagtail asks for it with the editor's own cookies, at the lesson's address."""
    page = lesson.page.specific
    page.title = "还没有发布"
    request = reader.client.get("/record/").wsgi_request
    shown = page.make_preview_request(request, page.default_preview_mode)

    assert "还没有发布" in shown.content.decode()


def test_a_masked_secret_is_another_each_time_and_django_knows_it() -> None:
    from django.middleware.csrf import _does_token_match

    secret = "aZ09" * 8
    tokens = {masked(secret) for _turn in range(50)}

    assert len(tokens) == 50
    assert all(len(token) == 64 and _does_token_match(token, secret) for token in tokens)
    assert len({token[0] for token in tokens}) > 10
