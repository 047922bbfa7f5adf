"""Who sees what of whom: one question, asked by name."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from people.contacts import contact_for
from people.models import Affiliation, HomeStudy, Member, Office, Organisation, Sight
from tests.cast import LONG_AGO, give_office, make_member

pytestmark = pytest.mark.django_db

ALL = {Sight.IDENTITY, Sight.COMPLETION, Sight.HOURS, Sight.SCORES}

TABLE = {
    Office.Kind.SECRETARY: ALL,
    Office.Kind.DEPUTY: ALL,
    Office.Kind.COMMITTEE_MEMBER: {Sight.IDENTITY, Sight.COMPLETION, Sight.HOURS},
    Office.Kind.GROUP_LEADER: {Sight.IDENTITY, Sight.COMPLETION},
    Office.Kind.VISITOR: set(),
    Office.Kind.OBSERVER: set(),
    Office.Kind.EDITOR: set(),
    Office.Kind.REVIEWER: set(),
    Office.Kind.SYSTEM_ADMINISTRATOR: set(),
    Office.Kind.AUDIT_ADMINISTRATOR: set(),
    Office.Kind.SECURITY_ADMINISTRATOR: set(),
}


def test_the_table_names_every_office() -> None:
    assert set(TABLE) == set(Office.Kind)


@pytest.mark.parametrize("sight", list(Sight))
@pytest.mark.parametrize("kind", list(Office.Kind))
@pytest.mark.parametrize("place", ["branch", "general_branch", "county", "other_branch"])
def test_data_by_office(request, member, today, kind, sight, place) -> None:
    holder = make_member("holder")
    give_office(holder, request.getfixturevalue(place), kind)

    seen = Member.objects.visible_to(holder, sight=sight, on=today).filter(pk=member.pk).exists()

    assert seen == (place != "other_branch" and sight in TABLE[kind])


@pytest.mark.parametrize("sight", list(Sight))
def test_everyone_sees_themself_and_nobody_else_without_an_office(member, secretary, today, sight) -> None:
    assert list(Member.objects.visible_to(member, sight=sight, on=today)) == [member]


def test_an_office_counts_on_the_days_it_is_held(member, branch, today) -> None:
    holder = make_member("holder")
    office = give_office(holder, branch, Office.Kind.SECRETARY)
    office.until = today - timedelta(days=1)
    office.save()

    assert not Member.objects.visible_to(holder, on=today).filter(pk=member.pk).exists()
    earlier = Member.objects.get(pk=holder.pk)
    assert Member.objects.visible_to(earlier, on=office.until).filter(pk=member.pk).exists()


def test_a_group_leader_sees_the_group_and_not_the_rest_of_the_branch(branch, member, today) -> None:
    group = Organisation.objects.found(kind="group", name="第一党小组", under=branch)
    grouped = make_member("grouped")
    Affiliation.objects.create(member=grouped, branch=branch, group=group, kind="home", since=LONG_AGO)
    leader = make_member("leader")
    give_office(leader, group, Office.Kind.GROUP_LEADER)

    assert set(Member.objects.visible_to(leader, on=today)) == {leader, grouped}


def test_a_mobile_member_is_seen_by_both_branches_and_listed_once(
    member, secretary, stranger, other_branch, county, today
) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    committee = make_member("committee")
    give_office(committee, county, Office.Kind.SECRETARY)

    assert Member.objects.visible_to(stranger, on=today).filter(pk=member.pk).count() == 1
    assert Member.objects.visible_to(secretary, on=today).filter(pk=member.pk).count() == 1
    assert Member.objects.visible_to(committee, on=today).filter(pk=member.pk).count() == 1
    assert Member.objects.belonging_to(county, on=today).filter(pk=member.pk).count() == 1


def test_the_database_refuses_two_homes_at_a_time(member, other_branch) -> None:
    with pytest.raises(IntegrityError, match="one_home_and_one_host_at_a_time"), transaction.atomic():
        Affiliation.objects.create(member=member, branch=other_branch, kind="home", since=date(2026, 1, 1))
    assert member.affiliations.count() == 1


def test_the_database_refuses_two_home_study_arrangements_at_a_time(member) -> None:
    HomeStudy.objects.create(member=member, since=date(2026, 1, 1), review_on=date(2027, 1, 1))
    with pytest.raises(IntegrityError, match="one_home_study_arrangement_at_a_time"), transaction.atomic():
        HomeStudy.objects.create(member=member, since=date(2026, 6, 1), review_on=date(2027, 1, 1))
    assert member.home_studies.count() == 1


def test_asking_costs_one_query_for_the_offices_and_one_for_the_answer(
    secretary, member, branch, today, django_assert_num_queries
) -> None:
    for number in range(30):
        make_member(f"m{number}", branch)
    viewer = Member.objects.get(pk=secretary.pk)

    with django_assert_num_queries(2):  # offices with their organisations; members
        assert len(Member.objects.visible_to(viewer, sight=Sight.SCORES, on=today)) == 32
    with django_assert_num_queries(1):
        assert len(Member.objects.visible_to(viewer, sight=Sight.HOURS, on=today)) == 32


def test_the_tree_is_any_depth_and_a_subtree_is_one_range(county) -> None:
    place, below = county, [county]
    for level in range(12):
        place = Organisation.objects.found(kind="committee", name=f"第{level}级", under=place)
        below.append(place)

    assert list(Organisation.objects.within(below[5]).order_by("path")) == below[5:]
    assert place.path.startswith(county.path)


def test_the_contact_person_is_the_secretary_of_the_own_branch(member, secretary, stranger, today) -> None:
    contact = contact_for(member, on=today)

    assert (contact.name, contact.phone) == ("张伟", "13900000002")
    assert contact_for(stranger, on=today) is None
