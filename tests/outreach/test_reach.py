"""Reached by us: the last contact in each way, and who is counted as not reached."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hours.models import StudyClock, StudyRecord
from outreach.reach import Reached, Way, reached_in, reached_of, unreached_by_part
from people.models import Affiliation, HomeStudy
from tests.cast import LONG_AGO, make_member, moment
from tests.hours.rows import add_record
from tests.outreach.contacts_made import at_ten, attended, called, packet_for, visited

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 30)


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def of(member) -> Reached:
    return reached_of([member.pk], on=DAY)[member.pk]


def test_each_way_has_its_last_day(member, secretary) -> None:
    for source, days in (("online", 9), ("offline", 8), ("audio", 7)):
        add_record(member, at=at_ten(ago(days)), source=source, key=source)
    add_record(member, at=at_ten(ago(40)), source="meeting", bucket="collective", key="meeting")
    attended(member, secretary, ago(12), "present")
    packet_for(member, secretary, made=ago(30), delivered=ago(20), returned=ago(15))
    visited(member, secretary, ago(25))
    visited(member, secretary, ago(26), way="telephone")
    called(member, secretary, ago(24))

    assert of(member) == Reached(
        member.pk,
        {
            "online": ago(7),
            "meeting": ago(12),
            "pack": ago(15),
            "visit": ago(25),
            "call": ago(24),
        },
    )
    assert (of(member).last, of(member).way) == (ago(7), "online")


def test_the_open_sitting_reaches(member) -> None:
    StudyClock.objects.create(member=member, subject=None, last_at=at_ten(ago(1)))
    assert of(member).last is None
    StudyClock.objects.update(subject="00000000-0000-4000-8000-000000000001")

    assert of(member).days == {"online": ago(1)}


def test_nobody_home_does_not_reach_and_is_told_as_tried(member, secretary) -> None:
    visited(member, secretary, ago(20))
    visited(member, secretary, ago(10), outcome="nobody_home")
    assert (of(member).days, of(member).tried, of(member).tried_since) == (
        {"visit": ago(20)}, ago(10), ago(10)
    )  # fmt: skip
    called(member, secretary, ago(9))

    assert of(member).tried_since is None


@pytest.mark.parametrize(
    ("states", "closed", "is_reached"),
    [
        (["present"], True, True),
        (["late"], True, True),
        (["absent", "present"], True, True),
        (["present", "absent"], True, False),
        (["leave"], True, False),
        (["absent"], True, False),
        (["present"], False, False),
    ],
)
def test_of_a_meeting_the_last_row_holds_once_it_is_closed(
    member, secretary, states, closed, is_reached
) -> None:
    attended(member, secretary, ago(3), *states, closed=closed)

    assert of(member).days == ({"meeting": ago(3)} if is_reached else {})
    assert unreached(member, 30) == (0 if is_reached else 1)


@pytest.mark.parametrize("state", ["made", "printed", "cancelled"])
def test_a_pack_that_nobody_has_brought_reaches_nobody(member, secretary, state) -> None:
    packet_for(member, secretary, **{state: ago(3)})

    assert of(member).days == {}
    assert unreached(member, 30) == 1


def test_what_was_declined_or_corrected_away_did_not_happen(member) -> None:
    add_record(member, at=at_ten(ago(9)), seconds=0, source="offline", standing="declined")
    record = add_record(member, at=at_ten(ago(8)), source="meeting", bucket="collective", key="m")
    assert of(member).days == {"meeting": ago(8)}
    StudyRecord.objects.create(
        member=member, bucket="collective", source="correction", key="c", started_at=record.started_at,
        ended_at=record.ended_at, seconds=-60, taken=record.counted, corrects=record,
        received_at=record.ended_at, evidence={"from": 60, "to": 0},
    )  # fmt: skip

    assert of(member).days == {}
    assert unreached(member, 30) == 1


def test_what_comes_later_than_the_day_is_not_yet_there(member, secretary) -> None:
    add_record(member, at=moment("2026-07-01 00:00"))
    called(member, secretary, date(2026, 7, 1))
    assert of(member).days == {}
    add_record(member, at=moment("2026-06-30 23:50"), key="evening")

    assert of(member).days == {"online": DAY}


def test_a_day_is_a_day_in_shanghai(member) -> None:
    add_record(member, at=moment("2026-06-01 00:10"))

    assert of(member).days == {"online": date(2026, 6, 1)}


@pytest.mark.parametrize(("days", "numbers"), [
    (0, (0, 0, 0)), (29, (0, 0, 0)), (30, (1, 0, 0)), (59, (1, 0, 0)), (60, (1, 1, 0)), (89, (1, 1, 0)),
    (90, (1, 1, 1)), (400, (1, 1, 1)),
])  # fmt: skip
@pytest.mark.parametrize("way", Way.values)
def test_unreached_for_thirty_sixty_and_ninety_days(member, secretary, branch, way, days, numbers) -> None:
    {
        "online": lambda: add_record(member, at=at_ten(ago(days))),
        "meeting": lambda: attended(member, secretary, ago(days), "present"),
        "pack": lambda: packet_for(member, secretary, delivered=ago(days)),
        "visit": lambda: visited(member, secretary, ago(days)),
        "call": lambda: called(member, secretary, ago(days)),
    }[way]()
    add_record(secretary, at=at_ten(DAY))

    assert unreached_by_part(branch, on=DAY) == {branch.path: (2, *numbers)}
    one = of(member)
    assert tuple(int(one.is_unreached(n, on=DAY)) for n in (30, 60, 90)) == numbers
    assert (one.last, one.way) == (ago(days), way)


def unreached(member, days: int) -> int:
    """Whether the counts, which read less than the list, count the member: 1 or 0."""
    branch = member.home(DAY).branch
    ((_members, *numbers),) = unreached_by_part(branch, on=DAY).values()
    others = [one for one in reached_in(branch, on=DAY) if one.member != member.pk]
    return numbers[(30, 60, 90).index(days)] - sum(one.is_unreached(days, on=DAY) for one in others)


def test_those_nobody_has_reached_come_first(branch, secretary) -> None:
    first, second, third = (make_member(f"m{n}", branch) for n in range(3))
    called(first, secretary, ago(5))
    called(second, secretary, ago(50))
    called(secretary, third, ago(1))

    assert [one.member for one in reached_in(branch, on=DAY)] == [
        third.pk, second.pk, first.pk, secretary.pk
    ]  # fmt: skip


def test_home_study_members_are_in_it_like_everybody(branch, member) -> None:
    HomeStudy.objects.create(member=member, since=LONG_AGO, review_on=date(2027, 1, 1))

    assert [one.member for one in reached_in(branch, on=DAY)] == [member.pk]
    assert unreached_by_part(branch, on=DAY) == {branch.path: (1, 1, 1, 1)}


def test_only_who_is_at_home_there_is_in_it(branch, other_branch, member) -> None:
    guest = make_member("guest", other_branch)
    Affiliation.objects.create(member=guest, branch=branch, kind="host", since=LONG_AGO)
    gone = make_member("gone", branch)
    Affiliation.objects.filter(member=gone).update(until=DAY)
    erased = make_member("erased", branch, erased_at=at_ten(DAY))
    coming = make_member("coming")
    Affiliation.objects.create(member=coming, branch=branch, kind="home", since=DAY + timedelta(days=1))

    assert [one.member for one in reached_in(branch, on=DAY)] == [member.pk]
    assert erased.pk not in {one.member for one in reached_in(branch, on=DAY)}
    assert unreached_by_part(branch, on=DAY) == {branch.path: (1, 1, 1, 1)}


def test_counts_stand_by_what_lies_directly_below(county, general_branch, branch, other_branch) -> None:
    direct = make_member("direct", general_branch)
    below = [make_member(f"b{n}", branch) for n in range(3)]
    make_member("o", other_branch)
    called(direct, below[0], ago(1))
    called(below[0], direct, ago(45))

    assert unreached_by_part(county, on=DAY) == {
        general_branch.path: (4, 3, 2, 2),
        other_branch.path: (1, 1, 1, 1),
    }
    assert unreached_by_part(general_branch, on=DAY) == {
        general_branch.path: (1, 0, 0, 0),
        branch.path: (3, 3, 2, 2),
    }
