"""What lies below a committee: its branches, counted by home, without a name."""

from datetime import date

import pytest

from people.models import Affiliation, HomeStudy, Office, Organisation
from reports.tree import branch_lines
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.hours.rows import add_record, this_year

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 1)
HOUR = 45 * 60


def add_members(branch: Organisation, count: int, *, hours: int = 0, prefix: str = "m") -> list:
    members = [make_member(f"{prefix}{number}", branch) for number in range(count)]
    for member in members:
        if hours:
            add_record(
                member,
                at=moment("2026-03-01 09:00"),
                seconds=hours * HOUR,
                bucket="collective",
                source="meeting",
            )
    return members


def line_of(organisation: Organisation, branch: Organisation):
    (line,) = [line for line in branch_lines(organisation, on=DAY) if line.organisation == branch]
    return line


def test_a_line_counts_members_those_asked_and_those_on_track(county, branch) -> None:
    add_members(branch, 4, hours=32, prefix="a")
    add_members(branch, 2, hours=31, prefix="b")
    (elder,) = add_members(branch, 1, prefix="c")
    HomeStudy.objects.create(member=elder, since=date(2026, 1, 1), review_on=date(2027, 1, 1))
    line = line_of(county, branch)

    assert (line.members, line.asked, line.on_track) == (7, 6, 4)
    assert (line.shows_counts, line.shows_asked) == (True, False)


@pytest.mark.parametrize(("asked", "shown"), [(4, False), (5, True)])
def test_counts_of_fewer_than_five_people_are_hidden(client, county, branch, asked, shown) -> None:
    add_members(branch, asked)
    observer = make_member("observer")
    give_office(observer, county, Office.Kind.OBSERVER)
    client.force_login(observer)
    response = client.get(f"/en/overview/{county.key}/")

    (line,) = response.context["lines"]
    assert (line.members, line.asked, line.shows_counts) == (asked, asked, shown)
    assert (f"0 / {asked}" in response.content.decode()) is shown


@pytest.mark.parametrize(("at_home", "told"), [(0, None), (1, None), (4, None), (5, 5)])
def test_home_study_is_told_in_counts_of_five_or_more_only(county, branch, at_home, told) -> None:
    for elder in add_members(branch, 12)[:at_home]:
        HomeStudy.objects.create(member=elder, since=date(2026, 1, 1), review_on=date(2027, 1, 1))
    line = line_of(county, branch)

    assert (line.home_study, line.asked) == (told, 12 - at_home)
    assert line.shows_asked is (at_home in {0, 5})


def test_nobody_is_named(client, county, member) -> None:
    observer = make_member("observer")
    give_office(observer, county, Office.Kind.OBSERVER)
    client.force_login(observer)
    body = client.get(f"/overview/{county.key}/").content.decode()

    assert "李慧" not in body
    assert str(member.key) not in body


def test_a_mobile_member_is_counted_at_home_and_once(county, member, branch, other_branch) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)

    assert [(line.organisation, line.members) for line in branch_lines(county, on=DAY)] == [
        (branch, 1),
        (other_branch, 0),
    ]


def test_a_committee_sees_its_own_branches_only(county, general_branch, branch, other_branch) -> None:
    assert [line.organisation for line in branch_lines(general_branch, on=DAY)] == [branch]
    assert [line.organisation for line in branch_lines(county, on=DAY)] == [branch, other_branch]


def test_a_group_is_part_of_its_branch(county, branch) -> None:
    group = Organisation.objects.found(kind="group", name="第一党小组", under=branch)
    (one,) = add_members(branch, 1)
    Affiliation.objects.filter(member=one).update(group=group)

    assert [(line.organisation, line.members) for line in branch_lines(county, on=DAY)] == [(branch, 1)]


def test_members_directly_below_a_general_branch_are_counted_there(county, general_branch, branch) -> None:
    add_members(general_branch, 5, hours=32)

    line = line_of(county, general_branch)
    assert (line.members, line.on_track) == (5, 5)


def test_last_years_hours_are_not_this_years(county, branch) -> None:
    for member in add_members(branch, 5):
        add_record(member, at=moment("2025-03-01 09:00"), seconds=40 * HOUR, bucket="collective")

    assert line_of(county, branch).on_track == 0


def test_the_tree_costs_the_same_with_thirty_branches(client, county, django_assert_num_queries) -> None:
    for number in range(30):
        place = Organisation.objects.found(kind="branch", name=f"第{number}支部", under=county)
        for member in add_members(place, 2, prefix=f"b{number}m"):
            add_record(member, at=this_year(number))
    leader = make_member("leader")
    give_office(leader, county, Office.Kind.SECRETARY)
    client.force_login(leader)

    # session, member, offices, organisation; branches, homes, members, rules, time studied
    with django_assert_num_queries(9):
        response = client.get(f"/overview/{county.key}/")
    assert [line.members for line in response.context["lines"]] == [2] * 30
