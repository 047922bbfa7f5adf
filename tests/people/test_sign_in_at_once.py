"""Many tries at the same moment, in transactions of their own, are no better than one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.db import connection

from people import second_step
from people.account_records import OneTimeCode, SignInTry
from people.codes import NotAGoodCode, check_code, make_code, use_code
from people.models import Member
from people.tries import Refused, Scope, WaitFirst, counted, until_when
from tests.cast import moment
from tests.committed import AUDIT, empty

AT = moment("2026-03-10 10:00")
HANDS = 8
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a transaction around the test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def committed(db) -> Iterator[Member]:
    """A member whom other connections see; what the test made is taken away afterwards."""
    member = Member.objects.create_user("atonce", name="同时")
    yield member
    for model in (SignInTry, OneTimeCode, Authenticator):
        model.objects.all().delete()
    member.delete()
    empty(*AUDIT)


def at_once(act: Callable[[], str]) -> list[str]:
    """Do it in several threads that start together; return what each met, in order."""
    together = Barrier(HANDS)

    def one_hand() -> str:
        try:
            connection.ensure_connection()
            together.wait()
            return act()
        except (Refused, WaitFirst) as met:
            return type(met).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as hands:
        return sorted(hand.result() for hand in [hands.submit(one_hand) for _hand in range(HANDS)])


def test_where_nobody_failed_nobody_waits(db) -> None:
    assert until_when([Scope("someone")], at=AT) is None


def test_eight_guesses_at_once_are_five_guesses(committed: Member) -> None:
    looked = []

    def guess() -> str:
        with counted([Scope("someone")], at=AT):
            looked.append(1)
            raise Refused

    assert at_once(guess) == ["Refused"] * 5 + ["WaitFirst"] * 3
    assert (len(looked), SignInTry.objects.count()) == (5, 5)


def test_a_code_sent_eight_times_at_once_lets_one_in(committed: Member) -> None:
    TOTP.activate(committed, SECRET)
    code = format_hotp_value(hotp_value(SECRET, int(AT.timestamp()) // 30))

    def enter() -> str:
        second_step.check_code(Member.objects.get(pk=committed.pk), code, at=AT, address="")
        return "in"

    assert at_once(enter) == ["NotTheCode"] * 7 + ["in"]


def test_a_one_time_code_used_eight_times_at_once_is_used_once(committed: Member) -> None:
    code = make_code(committed, by=None, purpose="first", reason="test", at=AT)
    found = check_code("atonce", code, at=AT)

    def use() -> str:
        use_code(found.pk, "willow-river-bank", at=AT, address="")
        return "used"

    assert at_once(use) == [NotAGoodCode.__name__] * 7 + ["used"]


def test_making_codes_at_once_leaves_one_open(committed: Member) -> None:
    def make() -> str:
        make_code(committed, by=None, purpose="first", reason="test", at=AT)
        return "made"

    assert at_once(make) == ["made"] * HANDS
    assert OneTimeCode.objects.open_at(AT).count() == 1
    assert OneTimeCode.objects.exclude(cancelled_at=None).count() == HANDS - 1
