"""The tree and its people: one function for each row of the issue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import cycle
from threading import Event, Thread
from time import perf_counter

from django.db import connection, connections, transaction
from django.utils.timezone import localdate, now

from courses.models import LessonEdition
from people import tree
from people.models import Affiliation, Member, Organisation
from tests.bench.beats import ADDRESS, OPENED, begin_sittings, counting, posts, told
from tests.bench.load import Load, drive
from tests.bench.measuring import SECONDS, Ground
from tests.bench.rows import Row

LONG_AGO = date(2020, 1, 1)
BRANCHES = 100
GROUPS_EACH = 2
MEMBERS_EACH = 20
MOVES = 9
LONGEST_MOVE = 1.0
"""Seconds that moving a general branch may take."""

STUDYING = 400
CLIENTS = 8


def measure(ground: Ground, editions: Sequence[LessonEdition]) -> list[Row]:
    return [*moving(ground, editions)]


def moving(ground: Ground, editions: Sequence[LessonEdition]) -> list[Row]:
    """
    A general branch of a hundred branches goes from one committee to another and back.

    The limit is the least such a move can be: one UPDATE of all its rows. While moves follow one another
    without a pause, members of these very branches study on; the slowest of their beats stands beside the
    slowest of a run in which nothing moves. Their beats are sent again and again: that costs as much.
    """
    general, committees, members = _stage_general_branch()
    took = [_move(general, committees[turn % 2]) for turn in range(1, MOVES + 1)]
    limit = min(_least(general) for _ in range(MOVES))

    keys = [member.key for member in members]

    def beats() -> Load:
        opened = now().replace(microsecond=0) - OPENED
        begin_sittings(keys, editions[0], opened)
        requests = posts(ADDRESS, told(keys, editions, opened))

        def of_client(number: int, clients: int) -> Iterator[bytes]:
            return cycle(requests[number::clients])

        return drive(ground.ours.port, of_client, counting(r"\d+"), clients=CLIENTS, seconds=SECONDS)

    beats()  # warms
    quiet = beats()
    busy, moves = _while_moving(general, committees, beats)
    print(
        f"  moving: {max(took) * 1000:.0f} ms at most; {moves} moves beside {busy.answers} beats", flush=True
    )
    work = f"moving a general branch of {BRANCHES} branches"
    return [
        Row(
            "people",
            f"{work}, the slowest of {MOVES}",
            max(took),
            "s",
            limit,
            target=f"≤ {LONGEST_MOVE:.0f} s",
            met=max(took) <= LONGEST_MOVE,
        ),
        Row(
            "people",
            "beat of its members meanwhile: slowest",
            max(busy.waits) * 1000,
            "ms",
            max(quiet.waits) * 1000,
        ),
        Row(
            "people",
            "beat of its members meanwhile: half within",
            busy.quantile(0.5),
            "ms",
            quiet.quantile(0.5),
        ),
    ]


def _stage_general_branch() -> tuple[Organisation, list[Organisation], list[Member]]:
    found, kind = Organisation.objects.found, Organisation.Kind
    county = found(kind=kind.COMMITTEE, name="搬迁县委", on=LONG_AGO)
    committees = [found(kind=kind.COMMITTEE, name=f"第{n}镇党委", under=county, on=LONG_AGO) for n in (1, 2)]
    general = found(kind=kind.GENERAL_BRANCH, name="搬迁总支", under=committees[0], on=LONG_AGO)
    members: list[Member] = []
    for n in range(BRANCHES):
        branch = found(kind=kind.BRANCH, name=f"第{n}支部", under=general, on=LONG_AGO)
        groups = [
            found(kind=kind.GROUP, name=f"第{g}小组", under=branch, on=LONG_AGO) for g in range(GROUPS_EACH)
        ]
        here = Member.objects.bulk_create(
            Member(number=f"{branch.pk}y{m}", name=f"党员{m}", password="!") for m in range(MEMBERS_EACH)
        )
        Affiliation.objects.bulk_create(
            Affiliation(member=m, branch=branch, group=groups[i % GROUPS_EACH], kind="home", since=LONG_AGO)
            for i, m in enumerate(here)
        )
        members += here
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return general, committees, members[:: len(members) // STUDYING][:STUDYING]


def _move(general: Organisation, committee: Organisation) -> float:
    begun = perf_counter()
    tree.move(general, under=committee, by=None, at=now(), on=localdate())
    return perf_counter() - begun


def _least(general: Organisation) -> float:
    general.refresh_from_db()
    begun = perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update people_organisation set path = path where path like %s", [f"{general.path}%"])
    return perf_counter() - begun


def _while_moving(
    general: Organisation, committees: list[Organisation], work: Callable[[], Load]
) -> tuple[Load, int]:
    """Do the work while moves follow one another on another connection; how many there were."""
    stop, moved = Event(), []

    def move_on() -> None:
        try:
            turn = 0 if general.parent_id == committees[1].pk else 1
            while not stop.is_set():
                moved.append(_move(general, committees[turn % 2]))
                turn += 1
        finally:
            connections.close_all()

    general.refresh_from_db()
    mover = Thread(target=move_on)
    mover.start()
    try:
        load = work()
        return load, len(moved)
    finally:
        stop.set()
        mover.join()
