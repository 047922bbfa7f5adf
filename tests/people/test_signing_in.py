"""Signing in and out, passwords, and sessions that end when nobody is there."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from people.middleware import SEEN, SIGNED_IN, seen_note
from people.models import Member, Office
from people.signing_in import Argon2, tidy_identifier
from tests.cast import PASSWORD, give_office, make_member

pytestmark = pytest.mark.django_db


def sign_in(client, identifier: str, password: str = PASSWORD, **fields: str):
    return client.post("/sign-in/", {"username": identifier, "password": password, **fields})


@pytest.mark.parametrize("identifier", ["lihui", "LiHui ", "13900000001", "139 0000 0001", "ｌｉｈｕｉ"])
def test_a_member_signs_in_by_number_or_phone_however_it_is_typed(client, member, identifier) -> None:
    response = sign_in(client, identifier)

    assert (response.status_code, response.url) == (HTTPStatus.FOUND, "/")
    assert client.session["_auth_user_id"] == str(member.pk)


@pytest.mark.parametrize(("identifier", "password"), [("lihui", "wrong-password"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_number_get_the_same_answer(
    client, member, identifier, password
) -> None:
    response = sign_in(client, identifier, password)

    assert response.status_code == HTTPStatus.OK
    assert "编号或密码不正确" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_closed_account_cannot_sign_in(client, member) -> None:
    Member.objects.filter(pk=member.pk).update(is_active=False)
    sign_in(client, "lihui")

    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("wanted", "arrives"),
    [("/record/", "/record/"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("", "/")],
)
def test_after_signing_in_one_arrives_where_one_was_going_and_never_on_another_site(
    client, member, wanted, arrives
) -> None:
    assert sign_in(client, "lihui", next=wanted).url == arrives


def test_signing_out_needs_a_post(client, member) -> None:
    client.force_login(member)

    assert client.get("/sign-out/").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert client.post("/sign-out/").status_code == HTTPStatus.FOUND
    assert "_auth_user_id" not in client.session


def test_the_password_is_changed_when_the_old_one_is_known(client, member) -> None:
    client.force_login(member)
    fields = {"new_password1": "another-long-one-7", "new_password2": "another-long-one-7"}

    assert client.post("/password/", {"old_password": "wrong", **fields}).status_code == HTTPStatus.OK
    member.refresh_from_db()
    assert member.check_password(PASSWORD)

    assert client.post("/password/", {"old_password": PASSWORD, **fields}).status_code == HTTPStatus.FOUND
    member.refresh_from_db()
    assert member.check_password("another-long-one-7")


@pytest.mark.parametrize(
    ("office", "large", "idle", "still_in"),
    [
        (None, False, timedelta(hours=11), True),
        (None, False, timedelta(hours=13), False),
        (None, True, timedelta(days=30), True),
        (Office.Kind.SECRETARY, False, timedelta(minutes=29), True),
        (Office.Kind.SECRETARY, False, timedelta(minutes=31), False),
        (Office.Kind.SECRETARY, True, timedelta(minutes=31), False),
    ],
)
def test_a_session_ends_after_an_idle_time_that_depends_on_the_office(
    client, member, branch, office, large, idle, still_in
) -> None:
    if office:
        give_office(member, branch, office)
    client.force_login(member)
    client.cookies["look"] = "large" if large else "normal"
    client.cookies[SEEN] = seen_note(client.session.session_key, int((now() - idle).timestamp()))

    response = client.get("/record/")

    assert (response.status_code == HTTPStatus.OK) is still_in
    if not still_in:
        assert response.url == "/sign-in/?next=/record/"


def test_elder_mode_is_remembered_on_the_device_and_for_the_member(client, member) -> None:
    client.force_login(member)
    response = client.post("/look/", {"look": "large", "next": "/record/"})

    assert (response.url, response.cookies["look"].value) == ("/record/", "large")
    member.refresh_from_db()
    assert member.prefers_large_print
    client.post("/sign-out/")
    client.cookies.pop("look")
    assert sign_in(client, "lihui").cookies["look"].value == "large"


def test_what_was_typed_is_tidied() -> None:
    assert tidy_identifier(" Ａ１２-34 ") == "a1234"


def test_passwords_are_hashed_by_argon2_at_19_mib() -> None:
    assert (Argon2.memory_cost, Argon2.time_cost, Argon2.parallelism) == (19456, 2, 1)
    assert Argon2().encode("x" * 12, "somesalt1").startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_session_without_its_cookie_or_with_another_session_s_counts_from_signing_in(
    client, member
) -> None:
    client.force_login(member)
    session = client.session
    session[SIGNED_IN] = int((now() - timedelta(hours=13)).timestamp())
    session.save()
    client.cookies[SEEN] = seen_note("another-session", int(now().timestamp()))

    assert client.get("/record/").url == "/sign-in/?next=/record/"
    assert "_auth_user_id" not in client.session


def test_being_seen_writes_nothing_to_the_database(client, member) -> None:
    client.force_login(member)
    with CaptureQueriesContext(connection) as captured:
        response = client.get("/record/")

    assert response.cookies[SEEN].value
    assert {query["sql"].split()[0].lower() for query in captured} == {"select"}


@pytest.mark.parametrize("wanted", ["foo", "?x", "#"])
def test_a_next_page_that_is_no_address_does_no_harm(client, member, wanted) -> None:
    assert sign_in(client, "lihui", next=wanted).status_code == HTTPStatus.FOUND
    assert client.post("/look/", {"look": "large", "next": wanted}).status_code == HTTPStatus.FOUND


def test_the_editor_s_pages_do_not_exist_for_a_member(client, member, editor) -> None:
    client.force_login(member)
    assert client.get("/admin/").status_code == HTTPStatus.NOT_FOUND
    client.force_login(editor)
    assert client.get("/admin/").status_code == HTTPStatus.OK


def test_changing_the_password_does_not_end_a_long_session(client, secretary) -> None:
    client.force_login(secretary)
    session = client.session
    session[SIGNED_IN] = int((now() - timedelta(minutes=82)).timestamp())
    session.save()
    client.cookies[SEEN] = seen_note(session.session_key, int((now() - timedelta(minutes=10)).timestamp()))
    fields = {"new_password1": "another-long-one-7", "new_password2": "another-long-one-7"}

    assert client.post("/password/", {"old_password": PASSWORD, **fields}).status_code == HTTPStatus.FOUND
    assert client.get("/record/").status_code == HTTPStatus.OK


def test_what_a_member_saw_is_kept_by_no_cache(client, member) -> None:
    client.force_login(member)

    assert client.get("/record/")["Cache-Control"] == "private, no-store"


def test_a_number_that_is_another_s_phone_hinders_neither(client, member, branch) -> None:
    other = make_member("13900000001", branch)
    other.set_password("quite-another-long-one")
    other.save()

    sign_in(client, "13900000001")
    assert client.session["_auth_user_id"] == str(member.pk)
    client.post("/sign-out/")
    sign_in(client, "13900000001", "quite-another-long-one")
    assert client.session["_auth_user_id"] == str(other.pk)
