"""Whom the roll of a meeting names, for whom, and of whom nothing is said."""

from __future__ import annotations

from datetime import date

import pytest

from meetings.models import Meeting
from meetings.rolls import quorum_of, roll_of
from people.models import Affiliation, HomeStudy, Member, Office
from tests.cast import give_office, make_member
from tests.meetings.room import NOON, TEN, closed, marked, opened, said

pytestmark = pytest.mark.django_db

ON = TEN.date()


def names(lines) -> list[str]:
    return [line.member.name_latin for line in lines]


def test_a_branch_expects_its_own_and_its_guests_in_the_order_of_their_names(
    branch, secretary, member, guest, stranger
) -> None:
    roll = roll_of(opened(branch, secretary), secretary, on=ON)

    assert names(roll.expected) == ["He Wen", "Li Hui", "Zhang Wei"]
    assert [line.is_guest for line in roll.lines] == [True, False, False]
    assert roll.welcome == []


def test_who_studies_at_home_or_is_away_is_welcome_and_not_expected(
    branch, secretary, member, at_home, away
) -> None:
    roll = roll_of(opened(branch, secretary), secretary, on=ON)

    assert names(roll.expected) == ["Li Hui", "Zhang Wei"]
    assert names(roll.welcome) == ["Sun Limin", "Wang Xiuying"]


def test_nobody_is_missing_who_studies_at_home_is_away_or_is_a_guest(
    branch, secretary, member, at_home, away, guest
) -> None:
    meeting = opened(branch, secretary)
    marked(meeting, secretary, said(secretary), said(at_home, "absent"), said(guest, "absent"))
    roll = roll_of(meeting, secretary, on=ON)

    assert names(roll.not_here) == ["Li Hui"]


def test_who_does_not_know_of_home_study_sees_all_alike_and_is_told_of_nobody_missing(
    branch, secretary, county, member, at_home, away
) -> None:
    leader = make_member("leader", name="县委书记")
    give_office(leader, county, Office.Kind.SECRETARY)
    meeting = opened(branch, secretary)
    marked(meeting, secretary, said(secretary))
    roll = roll_of(meeting, leader, on=ON)

    assert names(roll.expected) == ["Li Hui", "Wang Xiuying", "Zhang Wei"]
    assert names(roll.welcome) == ["Sun Limin"]
    assert roll.not_here is None


def test_a_group_expects_its_own_and_its_leader_is_told_of_nobody_missing(
    branch, group, group_leader, member, secretary, at_home
) -> None:
    Affiliation.objects.filter(member=at_home).update(group=group)
    roll = roll_of(opened(group, group_leader, "group"), group_leader, on=ON)

    assert names(roll.expected) == ["Li Hui", "Sun Li", "Wang Xiuying"]
    assert roll.not_here is None


def test_a_committee_expects_its_committee(branch, secretary, deputy, member) -> None:
    roll = roll_of(opened(branch, secretary, "committee"), secretary, on=ON)

    assert names(roll.expected) == ["Zhang Wei", "Zhao Min"]


def test_the_roll_is_that_of_the_day_of_the_meeting(branch, other_branch, secretary, member) -> None:
    meeting = opened(branch, secretary)
    Affiliation.objects.filter(member=member).update(until=date(2026, 3, 11))
    Affiliation.objects.create(member=member, branch=other_branch, kind="home", since=date(2026, 3, 11))

    assert names(roll_of(meeting, secretary, on=ON).expected) == ["Li Hui", "Zhang Wei"]


def test_an_arrangement_that_began_later_changes_nothing_of_that_day(branch, secretary, member) -> None:
    meeting = opened(branch, secretary)
    HomeStudy.objects.create(member=member, since=date(2026, 3, 11), review_on=date(2099, 1, 1))

    assert names(roll_of(meeting, secretary, on=ON).expected) == ["Li Hui", "Zhang Wei"]


def test_who_came_and_has_gone_elsewhere_is_counted_and_not_named(
    branch, other_branch, secretary, member
) -> None:
    meeting = closed(opened(branch, secretary), secretary, said(member), said(secretary))
    Affiliation.objects.filter(member=member).update(until=date(2026, 3, 11))
    Affiliation.objects.create(member=member, branch=other_branch, kind="home", since=date(2026, 3, 11))
    roll = roll_of(meeting, secretary, on=date(2026, 4, 1))

    assert (names(roll.present), roll.elsewhere, roll.attended) == (["Zhang Wei"], 1, 2)


def test_an_erased_member_stands_on_no_roll(branch, secretary, member) -> None:
    meeting = opened(branch, secretary)
    Member.objects.filter(pk=member.pk).update(erased_at=NOON)

    assert names(roll_of(meeting, secretary, on=ON).lines) == ["Zhang Wei"]


@pytest.mark.parametrize(("came", "reached"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_committee_meets_when_at_least_half_of_it_came(branch, secretary, deputy, came, reached) -> None:
    more = [make_member(f"weiyuan{n}", branch) for n in range(2)]
    for each in more:
        give_office(each, branch, Office.Kind.COMMITTEE_MEMBER)
    meeting = opened(branch, secretary, "committee")
    marked(meeting, secretary, *[said(each) for each in [secretary, deputy, *more][:came]])
    quorum = quorum_of(meeting)

    assert (quorum.came, quorum.members, quorum.is_reached) == (came, 4, reached)


def test_only_a_committee_meeting_asks_for_half_of_the_committee(branch, secretary) -> None:
    assert quorum_of(opened(branch, secretary, Meeting.Kind.GENERAL)) is None


def test_the_roll_takes_the_same_queries_for_few_and_for_many(
    branch, secretary, django_assert_num_queries
) -> None:
    meeting = opened(branch, secretary)
    secretary.held_offices(ON)
    with django_assert_num_queries(2):
        assert len(roll_of(meeting, secretary, on=ON).lines) == 1
    for n in range(12):
        marked(meeting, secretary, said(make_member(f"duo{n}", branch)))
    with django_assert_num_queries(2):
        assert len(roll_of(meeting, secretary, on=ON).lines) == 13
