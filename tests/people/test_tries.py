"""Whoever fails too often waits; nobody can make another wait."""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string
from django.utils.timezone import now
from hypothesis import given
from hypothesis import strategies as st

from people.account_records import SignInTry
from people.devices import DEVICE
from people.models import AuditEntry
from people.tries import Refused, Scope, WaitFirst, counted, forget, network_scope, until_when
from tests.cast import PASSWORD, make_member, moment

pytestmark = pytest.mark.django_db

NOON = moment("2026-03-10 12:00")


def sign_in(client: Client, identifier: str, password: str, network: str = "203.0.113.7"):
    fields = {"username": identifier, "password": password}
    return client.post("/sign-in/", fields, REMOTE_ADDR=network)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 0), (4, 0), (5, 5), (6, 10), (7, 20), (8, 40), (9, 60), (100, 60)]
)
def test_after_five_failures_one_waits_and_each_time_longer(failures, minutes) -> None:
    assert Scope("x").wait(failures) == timedelta(minutes=minutes)


@given(st.integers(min_value=0, max_value=10_000))
def test_a_wait_never_gets_shorter_by_another_failure(failures: int) -> None:
    assert Scope("x").wait(failures + 1) >= Scope("x").wait(failures)
    assert Scope("x").wait(failures) <= timedelta(hours=1)


def test_the_sixth_try_waits_and_does_not_look_at_the_password(client, member) -> None:
    for _try in range(5):
        assert "编号或密码不正确" in sign_in(client, "lihui", "wrong").content.decode()
    response = sign_in(client, "lihui", PASSWORD)

    assert response.status_code == HTTPStatus.OK
    assert response.context["form"].non_field_errors().data[0].code == "wait"
    assert not is_in(client)
    assert list(AuditEntry.objects.order_by("at", "id").values_list("action", "outcome", "subject")) == [
        *[("sign_in.failed", "refused", member.key)] * 5,
        ("sign_in.locked", "refused", member.key),
    ]


def test_waiting_does_not_make_the_wait_longer() -> None:
    scope = Scope("x")
    for minute in range(5):
        with pytest.raises(Refused), counted([scope], at=NOON + timedelta(minutes=minute)):
            raise Refused
    with pytest.raises(WaitFirst) as wait, counted([scope], at=NOON + timedelta(minutes=6)):
        raise AssertionError
    assert wait.value.until == NOON + timedelta(minutes=9)
    assert wait.value.minutes == 3
    with counted([scope], at=NOON + timedelta(minutes=10)):
        pass
    assert SignInTry.objects.count() == 0


def test_a_number_nobody_has_waits_alike(client, member) -> None:
    answers = {}
    for identifier in ("lihui", "nobody"):
        seen = [sign_in(client, identifier, "wrong", "198.51.100.1").content.decode() for _try in range(6)]
        answers[identifier] = [text[text.index("<h1>") :].replace(identifier, "…") for text in seen]
        SignInTry.objects.all().delete()
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    clean = [[token.sub("", text) for text in texts] for texts in answers.values()]

    assert clean[0] == clean[1]


def test_an_unknown_number_costs_as_much_hashing_as_a_wrong_password(client, member, monkeypatch) -> None:
    hashed = []
    hasher = import_string(settings.PASSWORD_HASHERS[0])
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda self, *args: hashed.append(1) or encode(self, *args))
    sign_in(client, "lihui", "wrong")
    known = len(hashed)
    sign_in(client, "nobody", "wrong")

    assert (known, len(hashed) - known) == (1, 1)


def test_a_strangers_failures_do_not_keep_the_owner_out_of_the_own_device(client, member) -> None:
    sign_in(client, "lihui", PASSWORD)
    client.post("/sign-out/")
    stranger = Client()
    for _try in range(7):  # from the very network of the owner
        sign_in(stranger, "lihui", "wrong")
    assert not is_in(stranger)

    assert sign_in(client, "lihui", PASSWORD).status_code == HTTPStatus.FOUND
    assert is_in(client)


def test_failures_in_one_network_do_not_keep_the_member_out_of_another(client, member) -> None:
    for _try in range(6):
        sign_in(Client(), "lihui", "wrong", "198.51.100.9")

    sign_in(client, "lihui", PASSWORD, "203.0.113.7")
    assert is_in(client)


def test_the_owners_device_has_its_own_count(client, member) -> None:
    sign_in(client, "lihui", PASSWORD)
    client.post("/sign-out/")
    for _try in range(5):
        sign_in(client, "lihui", "wrong")
    sign_in(client, "lihui", PASSWORD)
    assert not is_in(client)

    other = Client()
    sign_in(other, "lihui", PASSWORD)
    assert is_in(other)


def test_the_device_of_one_member_gives_no_more_tries_at_another(client, member, branch) -> None:
    make_member("other", branch)
    for _round in range(2):
        sign_in(client, "other", PASSWORD)  # a device cookie of one's own, again and again
        client.post("/sign-out/")
        for _try in range(3):
            sign_in(client, "lihui", "wrong")
        del client.cookies[DEVICE]
    sign_in(client, "lihui", PASSWORD)

    assert not is_in(client)


def test_an_altered_device_cookie_is_none(client, member) -> None:
    client.cookies[DEVICE] = "eyJhIjoxfQ:forged"

    assert sign_in(client, "lihui", PASSWORD).status_code == HTTPStatus.FOUND


def test_sixty_failures_from_one_network_make_it_wait_whatever_the_numbers() -> None:
    network = network_scope("203.0.113.0/24")
    for number in range(60):
        with pytest.raises(Refused), counted([Scope(f"n{number}"), network], at=NOON):
            raise Refused

    assert until_when([network], at=NOON) == NOON + timedelta(minutes=5)
    assert until_when([Scope("n1")], at=NOON) is None
    with pytest.raises(WaitFirst), counted([Scope("fresh"), network], at=NOON):
        raise AssertionError


def test_success_forgives_the_number_and_not_the_network(client, member) -> None:
    for _try in range(3):
        sign_in(client, "lihui", "wrong")
    sign_in(client, "lihui", PASSWORD)

    scope = network_scope("203.0.113.0/24").key
    assert list(SignInTry.objects.values_list("scope", flat=True)) == [scope] * 3


def test_what_is_kept_of_tries_names_nobody(client, member) -> None:
    sign_in(client, "lihui", "wrong")

    kept = "".join(SignInTry.objects.values_list("scope", flat=True))
    assert len(kept) == 2 * 43
    assert "lihui" not in kept
    assert "203" not in kept


def test_failures_are_forgotten_at_night() -> None:
    SignInTry.objects.create(scope="old", at=NOON - timedelta(days=3))
    SignInTry.objects.create(scope="new", at=NOON - timedelta(hours=3))
    forget(NOON)

    assert list(SignInTry.objects.values_list("scope", flat=True)) == ["new"]


def test_a_failure_of_our_own_counts_for_nobody() -> None:
    with pytest.raises(ZeroDivisionError), counted([Scope("x")], at=now()):
        raise ZeroDivisionError
    assert SignInTry.objects.count() == 0


def test_signing_in_is_in_the_audit(client, member) -> None:
    sign_in(client, "lihui", PASSWORD)
    client.post("/sign-out/", REMOTE_ADDR="203.0.113.7")

    assert list(AuditEntry.objects.order_by("at", "id").values_list("action", "actor", "address")) == [
        ("sign_in.done", member.key, "203.0.113.0/24"),
        ("sign_in.out", member.key, "203.0.113.0/24"),
    ]


def test_an_unknown_number_is_audited_without_the_number(client, db) -> None:
    sign_in(client, "13912345678", "wrong")

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.subject, entry.details) == ("sign_in.failed", None, None, {})
