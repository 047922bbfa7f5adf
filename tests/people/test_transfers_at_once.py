"""Two leaders accept at the same moment, in transactions of their own: the database lets one act."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from people.leading import Refusal
from people.models import (
    Affiliation,
    Member,
    Office,
    Organisation,
    OrganisationState,
    Transfer,
)
from people.transfers import accept, ask
from tests.cast import give_office, make_member, moment
from tests.committed import AUDIT, empty

AT = moment("2026-03-10 10:00")
LATER = moment("2026-03-25 10:00")


@pytest.fixture
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a transaction around the test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def committed(db) -> Iterator[tuple[Transfer, Member]]:
    """A transfer that other connections see; what the test made is taken away afterwards."""
    here = Organisation.objects.found(kind="branch", name="此支部")
    there = Organisation.objects.found(kind="branch", name="彼支部")
    member, leader = make_member("moving", here), make_member("receiving", there)
    other = make_member("sending", here)
    give_office(leader, there, Office.Kind.SECRETARY)
    give_office(other, here, Office.Kind.SECRETARY)
    yield ask(member, target=there, by=other, at=AT), leader
    _clear([member, leader, other], [here, there])


def _clear(members: list[Member], places: list[Organisation]) -> None:
    """Take away what the test made."""
    empty(*AUDIT, "people_noticeread")
    for rows in (Transfer.objects, Office.objects, Affiliation.objects):
        rows.filter(member__in=members).delete()
    Member.objects.filter(pk__in=[member.pk for member in members]).delete()
    OrganisationState.objects.filter(organisation__in=places).delete()
    Organisation.objects.filter(pk__in=[place.pk for place in places]).delete()


def test_two_acceptances_at_once_are_one(committed) -> None:
    transfer, leader = committed
    together = Barrier(4)

    def one_hand() -> str:
        try:
            connection.ensure_connection()
            together.wait()
            return accept(Transfer.objects.get(pk=transfer.pk), by=leader, at=LATER).state
        except Refusal as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as hands:
        got = sorted(hand.result() for hand in [hands.submit(one_hand) for _ in range(4)])

    assert got == ["NoLongerOpen", "NoLongerOpen", "NoLongerOpen", "accepted"]
    assert Affiliation.objects.filter(member=transfer.member).count() == 2
