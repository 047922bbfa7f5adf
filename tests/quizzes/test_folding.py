"""
In whatever order answers arrive, however often, from however many devices: nothing is lost, the same holds.

Each history is told to the database in two orders, one of them in batches, with repetitions.
"""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as given_by
from hypothesis import strategies as st

from quizzes.attempts import begin, check, hand_in, versions_of
from quizzes.folding import Version, fold, others
from quizzes.models import Answer, Attempt, Quiz
from quizzes.saving import Given, Saved, save, save_all
from tests.cast import moment

pytestmark = pytest.mark.django_db

BEGUN = moment("2026-03-10 10:00")
ARRIVED = moment("2026-03-10 12:00")
DEVICES = [UUID(int=n) for n in (7, 3, 5)]

few = settings(
    max_examples=int(os.environ.get("XUECHENG_HISTORIES", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Told(NamedTuple):
    """What a device gave: its count, the position, which option, and the second after the beginning."""

    device: UUID
    counter: int
    position: int
    option: int
    second: int


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """Devices count their own answers; the seconds of one device never run back."""
    told: list[Told] = []
    for device in DEVICES[: draw(st.integers(1, 3))]:
        seconds = sorted(draw(st.lists(st.integers(0, 40), max_size=6)))
        told += [
            Told(device, counter, draw(st.integers(0, 2)), draw(st.integers(-1, 1)), second)
            for counter, second in enumerate(seconds)
        ]
    return told


def what_holds(told: list[Told]) -> dict[int, Told]:
    """By position: of each device the highest count, of devices the latest; of one second the higher name."""
    last: dict[tuple[int, UUID], Told] = {}
    for one in sorted(told, key=lambda one: one.counter):
        last[one.position, one.device] = one
    held: dict[int, Told] = {}
    for one in sorted(last.values(), key=lambda one: (one.second, one.device)):
        held[one.position] = one
    return held


def arrive(attempt: Attempt, one: Told, at: datetime) -> Given:
    options = attempt.paper[one.position]["options"]
    chosen = [options[one.option]] if one.option >= 0 else []
    ago = at - (BEGUN + timedelta(seconds=one.second))
    return Given(
        attempt.pk, attempt.member_id, one.position, chosen, one.device, one.counter,
        ago // timedelta(milliseconds=1),
    )  # fmt: skip


def holding_in_the_database(attempt: Attempt) -> dict[int, tuple[UUID, int]]:
    found = {}
    with connection.cursor() as cursor:
        for position in range(3):
            cursor.execute("select device, counter from quizzes_holding(%s, %s)", [attempt.pk, position])
            device, counter = cursor.fetchone()
            if device is not None:
                found[position] = (device, counter)
    return found


@few
@given_by(histories(), st.data())
def test_in_whatever_order_answers_arrive_nothing_is_lost_and_the_same_holds(quiz, member, told, data):
    expected = {n: (one.device, one.counter) for n, one in what_holds(told).items()}
    for in_batches in (False, True):
        order = data.draw(st.permutations([*told, *data.draw(st.lists(st.sampled_from(told or [None])))]))
        order = [one for one in order if one is not None]
        with transaction.atomic():
            attempt = begin(member=member, quiz=quiz, at=BEGUN)
            if in_batches:
                save_all([arrive(attempt, one, ARRIVED) for one in order], at=ARRIVED)
            else:
                for n, one in enumerate(order):
                    at = ARRIVED + timedelta(seconds=n)
                    save(arrive(attempt, one, at), at=at)
            rows = versions_of(attempt)
            again = [save(arrive(attempt, one, ARRIVED), at=ARRIVED) for one in told]

            assert Answer.objects.count() == len(told)
            assert {(row.device, row.counter) for row in rows} == {one[:2] for one in told}
            assert {n: (row.device, row.counter) for n, row in fold(rows).items()} == expected
            assert holding_in_the_database(attempt) == expected
            holding = set(expected.values())
            assert again == [Saved(is_late=False, holds=one[:2] in holding) for one in told]
            transaction.set_rollback(True)


versions = st.builds(
    Version,
    position=st.integers(0, 2),
    given=st.lists(st.sampled_from("ab"), max_size=1),
    device=st.sampled_from([*DEVICES, None]),
    counter=st.integers(0, 5),
    given_at=st.integers(0, 20).map(lambda second: BEGUN + timedelta(seconds=second)),
    serial=st.integers(0, 1000),
    is_late=st.booleans(),
)


@given_by(st.lists(versions, unique_by=lambda one: one.serial))
def test_what_is_late_holds_never_and_what_differs_is_shown_beside(rows):
    held, beside = fold(rows), others(rows)
    lasts = defaultdict(set)
    for one in rows:
        lasts[one.position].add((one.device, one.is_late))

    assert not any(one.is_late for one in held.values())
    assert held.keys() == {one.position for one in rows if not one.is_late}
    for position, shown in beside.items():
        holding = list(held[position].given) if position in held else None
        assert all(list(one.given) != holding for one in shown)
        assert len({(one.device, one.is_late) for one in shown}) == len(shown) <= len(lasts[position])


def test_a_device_that_counts_higher_goes_before_its_clock(attempt):
    """Its clock may be put back between two answers; what it counts cannot."""
    first, second = attempt.paper[0]["options"][:2]
    device = DEVICES[0]
    save(Given(attempt.pk, attempt.member_id, 0, [first], device, 1, ago=0), at=ARRIVED)
    saved = save(Given(attempt.pk, attempt.member_id, 0, [second], device, 2, ago=3_600_000), at=ARRIVED)

    assert saved == Saved(is_late=False, holds=True)
    assert fold(versions_of(attempt))[0].given == [second]


def test_what_was_answered_offline_and_arrives_after_the_end_is_kept_and_shown_beside(attempt):
    """Shown 2 of the issue: a phone without a network, and the attempt handed in on a desktop meanwhile."""
    phone, desktop = DEVICES[:2]
    right, wrong = attempt.paper[0]["options"][:2]
    save(Given(attempt.pk, attempt.member_id, 0, [right], desktop, 1), at=BEGUN + timedelta(minutes=10))
    hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=BEGUN + timedelta(minutes=20))
    late = save(Given(attempt.pk, attempt.member_id, 0, [wrong], phone, 1, ago=3_600_000), at=ARRIVED)
    rows = versions_of(attempt)

    assert late == Saved(is_late=True, holds=False)
    assert (fold(rows)[0].given, [one.given for one in others(rows)[0]]) == ([right], [[wrong]])
    assert attempt.marks.get().detail[0]["given"] == [right]


def test_once_the_key_was_shown_what_arrives_is_late(attempt):
    Quiz.objects.update(feedback=Quiz.Feedback.AT_ONCE)
    right, other = attempt.paper[0]["options"][:2]
    one = Given(attempt.pk, attempt.member_id, 0, [right], DEVICES[0], 1)
    save(one, at=ARRIVED)
    check(attempt_id=attempt.pk, member_id=attempt.member_id, position=0, at=ARRIVED)
    late = save(one._replace(given=[other], counter=2), at=ARRIVED)

    assert late == Saved(is_late=True, holds=False)
    assert save(one, at=ARRIVED) == Saved(is_late=False, holds=True)
    assert fold(versions_of(attempt))[0].given == [right]
