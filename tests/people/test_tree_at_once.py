"""Two who change the tree at the same moment: one comes after the other, and no cycle comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction

from people import tree
from people.models import Affiliation, Organisation
from people.organisations import step_of
from people.tree_rules import Refusal
from tests.cast import LONG_AGO, make_member, moment

WRITTEN = (
    "people_auditpending",
    "people_auditentry",
    "people_office",
    "people_affiliation",
    "people_organisationstate",
    "people_organisation",
    "people_member",
)
AT = moment("2026-11-20 10:00")
DAY = date(2026, 11, 20)
ACT = {"by": None, "at": AT, "on": DAY}


@pytest.fixture(autouse=True)
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a transaction around the test: others see what it writes. Taken away after."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        last = {}
        for table in WRITTEN:
            cursor.execute(f"select coalesce(max(id), 0) from {table}")
            (last[table],) = cursor.fetchone()
        yield
        cursor.execute(
            "set session_replication_role = replica"
        )  # nobody else could: the audit is only added to
        for table, number in last.items():
            cursor.execute(f"delete from {table} where id > %s", [number])
        cursor.execute("set session_replication_role = origin")


def together(*acts: Callable[[], object]) -> list[BaseException | None]:
    """Begin all at the same moment, each on its own connection; what each ended with."""
    ready = Barrier(len(acts))
    ended: list[BaseException | None] = [None] * len(acts)

    def run(number: int) -> None:
        ready.wait()
        try:
            acts[number]()
        except Exception as error:
            ended[number] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[number]) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return ended


def found(kind: str, under: Organisation | None, name: str = "处") -> Organisation:
    return Organisation.objects.found(kind=kind, name=name, under=under, on=LONG_AGO)


def every_path_holds() -> bool:
    places = {place.pk: place for place in Organisation.objects.all()}
    return all(
        place.path == (places[place.parent_id].path if place.parent_id else "") + step_of(place.pk)
        for place in places.values()
    )


@pytest.mark.parametrize("turn", range(5))
def test_two_moves_towards_one_another_make_no_cycle(turn) -> None:
    top = found("committee", None)
    one, two = found("committee", top), found("committee", top)
    below_one, below_two = found("committee", one), found("committee", two)

    ended = together(
        lambda: tree.move(one, under=below_two, **ACT), lambda: tree.move(two, under=below_one, **ACT)
    )

    assert sorted(isinstance(error, Refusal) for error in ended) == [False, True]
    assert every_path_holds()


@pytest.mark.parametrize("turn", range(5))
def test_founding_below_what_is_being_moved(turn) -> None:
    top = found("committee", None)
    target, place = found("committee", top), found("general_branch", top)
    branches = [found("branch", place) for _ in range(5)]

    ended = together(
        lambda: tree.move(place, under=target, **ACT),
        lambda: tree.found(kind="group", name="组", under=branches[2], **ACT),
        lambda: tree.found(kind="branch", name="支", under=place, **ACT),
        lambda: tree.rename(branches[4], name="改名", name_en="", **ACT),
    )

    assert ended == [None, None, None, None]
    assert Organisation.objects.within(Organisation.objects.get(pk=target.pk)).count() == 9
    assert every_path_holds()


def test_nobody_joins_a_branch_while_it_closes() -> None:
    branch = found("branch", found("committee", None))
    member = make_member("joins")

    def join() -> None:
        with transaction.atomic():
            Affiliation.objects.create(member=member, branch=branch, kind="home", since=DAY)

    ended = together(join, lambda: tree.close(branch, **ACT))

    assert sorted(error is None for error in ended) == [False, True]
    branch.refresh_from_db()
    assert (branch.closed_on is None) == Affiliation.objects.exists()


def test_writing_about_an_organisation_does_not_wait_for_its_move() -> None:
    """A study record, an office refer to the row: they need not wait for who holds it."""
    top = found("committee", None)
    place, target = found("general_branch", top), found("committee", top)
    branch = found("branch", place)
    member = make_member("holder")

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '2s'")
            cursor.execute(
                "insert into people_office (member_id, organisation_id, kind, since)"
                " values (%s, %s, 'visitor', %s)",
                [member.pk, branch.pk, DAY],
            )
            cursor.execute("set constraints all immediate")

    with transaction.atomic():
        tree.move(place, under=target, **ACT)
        assert together(write) == [None]
