"""Many tries of a PIN at the same moment are no better than one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from people.account_records import SignInTry
from people.card_tries import CardRests, WrongPin, try_activation, try_pin
from people.cards import issue_card
from people.models import Member, StudyCard
from people.study_cards import draw_number
from tests.cast import moment
from tests.committed import AUDIT, empty
from tests.people.cards import PIN, active_card

AT = moment("2026-03-10 10:00")
HANDS = 8


@pytest.fixture
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a transaction around the test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def committed(db) -> Iterator[Member]:
    """A member whom other connections see; what the test made is taken away afterwards."""
    member = Member.objects.create_user("cardatonce", name="同时")
    yield member
    StudyCard.objects.all().delete()
    SignInTry.objects.all().delete()
    member.delete()
    empty(*AUDIT)


def at_once(act: Callable[[], object]) -> list[str]:
    """Do it in several threads that start together; return what each met, in order."""
    together = Barrier(HANDS)

    def one_hand() -> str:
        try:
            connection.ensure_connection()
            together.wait()
            return "done" if act() else ""
        except (WrongPin, CardRests) as met:
            return type(met).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as hands:
        return sorted(hand.result() for hand in [hands.submit(one_hand) for _hand in range(HANDS)])


def test_five_of_eight_wrong_pins_are_looked_at(committed) -> None:
    card = active_card(committed, at=AT)

    met = at_once(lambda: try_pin(card, "9999", number=card.number, at=AT))

    assert met == ["CardRests"] * 3 + ["WrongPin"] * 5
    assert StudyCard.objects.get().failed == 5


def test_the_same_with_a_number_that_no_card_has(committed) -> None:
    number = draw_number()

    met = at_once(lambda: try_pin(None, "9999", number=number, at=AT))

    assert met == ["CardRests"] * 3 + ["WrongPin"] * 5
    assert SignInTry.objects.count() == 5


def test_the_same_with_codes_for_the_first_use(committed) -> None:
    card, code, _address = issue_card(committed, by=None, at=AT)
    wrong = "000000" if code != "000000" else "111111"

    met = at_once(lambda: try_activation(card, wrong, number=card.number, at=AT))

    assert met == ["CardRests"] * 3 + ["WrongPin"] * 5


def test_after_the_right_pin_nothing_is_left_of_the_tries(committed) -> None:
    card = active_card(committed, at=AT)
    at_once(lambda: try_pin(card, PIN, number=card.number, at=AT))

    kept = StudyCard.objects.get()
    assert kept.failed == 0
    assert kept.rests_until is None


def test_cards_made_at_once_for_a_member_leave_one_that_is_valid(committed) -> None:
    at_once(lambda: issue_card(committed, by=None, at=AT))

    assert StudyCard.objects.count() == HANDS
    assert StudyCard.objects.valid().count() == 1
