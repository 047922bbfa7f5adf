"""One's own sessions: what is open, ending one, ending all."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from django.utils.timezone import now

from people.account_records import OpenSession
from people.devices import programme_of, system_of
from people.middleware import SEEN, seen_note
from people.models import AuditEntry
from people.sessions import forget_ended
from tests.cast import PASSWORD, make_member

pytestmark = pytest.mark.django_db

IPHONE_WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.50"
WINDOWS_EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0 Safari/537.36 Edg/131.0"


def signed_in(number: str = "lihui", agent: str = IPHONE_WECHAT) -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR="203.0.113.7")
    client.post("/sign-in/", {"username": number, "password": PASSWORD})
    return client


def still_in(client: Client) -> bool:
    return client.get("/record/").status_code == HTTPStatus.OK


def test_the_list_tells_devices_in_plain_words_and_networks_without_the_machine(member) -> None:
    telephone, _computer = signed_in(), signed_in(agent=WINDOWS_EDGE)
    text = telephone.get("/account/sessions/").content.decode()

    for words in ("苹果手机", "Edge", "203.0.113.0/24"):
        assert words in text
    assert "203.0.113.7" not in text
    assert telephone.get("/account/sessions/").context["here"] == telephone.session.session_key
    assert len(telephone.get("/account/sessions/").context["sessions"]) == 2


def test_one_session_is_ended_and_the_other_goes_on(member) -> None:
    telephone, computer = signed_in(), signed_in(agent=WINDOWS_EDGE)
    row = OpenSession.objects.get(session_key=computer.session.session_key)

    assert telephone.post(f"/account/sessions/{row.pk}/end/").status_code == HTTPStatus.FOUND
    assert (still_in(telephone), still_in(computer)) == (True, False)
    assert AuditEntry.objects.filter(action="session.ended", actor=member.key).count() == 1


def test_nobody_ends_anothers_session(member, branch) -> None:
    make_member("other", branch)
    mine, theirs = signed_in(), signed_in("other")
    row = OpenSession.objects.get(session_key=theirs.session.session_key)
    mine.post(f"/account/sessions/{row.pk}/end/")

    assert still_in(theirs)
    assert not AuditEntry.objects.filter(action="session.ended").exists()


def test_signing_out_everywhere_ends_this_session_too(member) -> None:
    clients = [signed_in(), signed_in(agent=WINDOWS_EDGE)]
    clients[0].post("/account/sessions/end/")

    assert [still_in(client) for client in clients] == [False, False]
    assert OpenSession.objects.count() == 0
    assert AuditEntry.objects.get(action="session.all_ended").details == {"sessions": 2}


def test_changing_the_password_ends_the_others_and_is_audited(member) -> None:
    here, there = signed_in(), signed_in(agent=WINDOWS_EDGE)
    new = "another-long-one-7"
    fields = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    assert here.post("/password/", fields).status_code == HTTPStatus.FOUND
    assert (still_in(here), still_in(there)) == (True, False)
    assert [row.session_key for row in OpenSession.objects.all()] == [here.session.session_key]
    assert AuditEntry.objects.get(action="password.changed").details == {"sessions": 1}


def test_signing_out_leaves_nothing_behind(member) -> None:
    client = signed_in()
    client.post("/sign-out/")

    assert OpenSession.objects.count() == 0


def test_when_it_was_last_seen_is_noted_once_an_hour(member) -> None:
    client = signed_in()
    long_ago = now() - timedelta(hours=3)
    OpenSession.objects.update(seen_at=long_ago)
    client.cookies[SEEN] = seen_note(client.session.session_key, int(long_ago.timestamp()))
    client.get("/record/")

    assert now() - OpenSession.objects.get().seen_at < timedelta(minutes=1)


def test_what_is_kept_of_ended_sessions_goes_at_night(member) -> None:
    client = signed_in()
    client.session.flush()
    forget_ended(now())

    assert OpenSession.objects.count() == 0


def test_the_list_costs_the_same_however_many_sessions(member, django_assert_num_queries) -> None:
    client = signed_in()
    client.get("/account/sessions/")
    for _other in range(12):
        signed_in(agent=WINDOWS_EDGE)

    with django_assert_num_queries(4):  # session, member, sessions, offices
        assert len(client.get("/account/sessions/").context["sessions"]) == 13


@pytest.mark.parametrize(
    ("agent", "system", "programme"),
    [
        (IPHONE_WECHAT, "iphone", "wechat"),
        (WINDOWS_EDGE, "windows", "edge"),
        (
            "Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile Safari/537.36 HuaweiBrowser/15",
            "android",
            "huawei",
        ),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb/4.1 Mobile", "harmony", "huawei"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18 Safari/605.1", "mac", "safari"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "linux", "firefox"),
        ("", "other", "other"),
    ],
)
def test_a_device_is_told_in_plain_words(agent, system, programme) -> None:
    assert (system_of(agent), programme_of(agent)) == (system, programme)


@pytest.mark.parametrize(
    "cookie", ["a" * 31 + "\x00", '"' + "a" * 31 + '\\000"', "short", "ä" * 32, "A" * 32]
)
def test_a_session_cookie_that_is_no_key_belongs_to_nobody(client, member, cookie) -> None:
    client.cookies["session"] = cookie

    assert client.get("/").status_code == HTTPStatus.OK
    assert client.get("/record/").url == "/sign-in/?next=/record/"


@pytest.mark.parametrize("address", ["/account/", "/account/sessions/", "/account/second-step/"])
def test_ones_account_is_asked_for_by_who_is_signed_in(client, member, address) -> None:
    assert client.get(address).url == f"/sign-in/?next={address}"
    client.force_login(member)
    assert client.get(address).status_code == HTTPStatus.OK
