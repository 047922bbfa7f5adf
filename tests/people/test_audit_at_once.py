"""Many add to the audit while it is being sealed: nobody waits, and nothing is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction

from people.audit import Action, AuditEntry, note
from people.audit_seals import AuditSeal, seal_waiting, waiting
from people.audit_verifying import verify
from tests.cast import moment
from tests.committed import AUDIT, empty

TRIED = Action("test.tried", "Tried")
AT = moment("2026-03-10 10:00")
PATIENCE = 20


@pytest.fixture
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a transaction around the test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def committed(db) -> Iterator[None]:
    """What other connections see; the entries are taken away afterwards, by the owner of the tables."""
    yield
    empty(*AUDIT)


def apart(act: Callable[[], object]) -> Callable[[], object]:
    """In a connection of its own."""

    def acting() -> object:
        try:
            return act()
        finally:
            connection.close()

    return acting


def add(number: int) -> None:
    note(TRIED, at=AT + timedelta(seconds=number), by=None, details={"n": number})


def sealed() -> list[int]:
    return [entry for seal in AuditSeal.objects.order_by("number") for entry in seal.entries]


def test_an_entry_committed_late_and_out_of_order_is_sealed_afterwards(committed) -> None:
    written, may_commit = Event(), Event()

    def slowly() -> None:
        with transaction.atomic():
            add(1)
            written.set()
            assert may_commit.wait(PATIENCE)

    with ThreadPoolExecutor(1) as hands:
        late = hands.submit(apart(slowly))
        assert written.wait(PATIENCE)
        add(2)  # a higher number, committed earlier
        assert seal_waiting(at=AT) == 1
        assert verify().is_whole
        may_commit.set()
        late.result()

    assert (waiting(), seal_waiting(at=AT)) == (1, 1)
    first, second = AuditEntry.objects.order_by("id").values_list("id", flat=True)
    assert sealed() == [second, first]
    assert verify().is_whole


def test_adding_does_not_wait_for_sealing(committed) -> None:
    add(1)
    with transaction.atomic():
        seal_waiting(at=AT)  # holds the chain until the end of this transaction
        with ThreadPoolExecutor(1) as hands:
            hands.submit(apart(lambda: add(2))).result(PATIENCE)

    assert waiting() == 1


def test_many_hands_adding_and_two_sealing_leave_every_entry_in_exactly_one_seal(committed) -> None:
    def adding(hand: int) -> None:
        for n in range(25):
            with transaction.atomic():
                add(hand * 100 + n)

    def sealing() -> None:
        for _n in range(10):
            seal_waiting(at=AT, most=7)

    with ThreadPoolExecutor(6) as hands:
        work = [hands.submit(apart(lambda h=h: adding(h))) for h in range(4)]
        work += [hands.submit(apart(sealing)) for _ in range(2)]
        for each in work:
            each.result(60)
    seal_waiting(at=AT)

    assert sorted(sealed()) == list(AuditEntry.objects.order_by("id").values_list("id", flat=True))
    assert (len(sealed()), waiting()) == (100, 0)
    assert [seal.number for seal in AuditSeal.objects.order_by("number")] == list(
        range(1, AuditSeal.objects.count() + 1)
    )
    assert verify().is_whole
