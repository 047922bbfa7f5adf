"""What lies below a committee: its branches, counted by home, without a name."""

import re
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


def study_at_home(*elders) -> None:
    for elder in elders:
        HomeStudy.objects.create(member=elder, since=date(2026, 1, 1), review_on=date(2027, 1, 1))


def test_a_line_counts_members_and_those_who_have_the_hours(county, branch) -> None:
    add_members(branch, 4, hours=32, prefix="a")
    add_members(branch, 2, hours=31, prefix="b")
    line = line_of(county, branch)

    assert (line.members, line.complete, line.shows_counts) == (6, 4, True)


def test_officers_of_a_branch_are_asked_more(county, branch) -> None:
    members = add_members(branch, 6, hours=55)
    for member, kind in zip(members, [Office.Kind.SECRETARY, Office.Kind.COMMITTEE_MEMBER], strict=False):
        give_office(member, branch, kind)
    add_members(branch, 1, hours=56, prefix="n")
    line = line_of(county, branch)

    assert (line.members, line.complete) == (7, 5)


def test_individual_study_counts_up_to_its_cap_and_an_open_sitting_counts(county, branch, member) -> None:
    for bucket, hours in [("individual", 20), ("collective", 15)]:
        start = moment("2026-03-01 09:00") if bucket == "individual" else moment("2026-04-01 09:00")
        add_record(member, at=start, seconds=hours * HOUR, bucket=bucket)
    assert line_of(county, branch).complete == 0

    add_record(member, at=moment("2026-05-01 09:00"), seconds=HOUR, bucket="concentrated")
    assert line_of(county, branch).complete == 1


@pytest.mark.parametrize(("members", "shown"), [(4, False), (5, True)])
def test_counts_of_fewer_than_five_people_are_hidden(client, county, branch, members, shown) -> None:
    add_members(branch, members)
    observer = make_member("observer")
    give_office(observer, county, Office.Kind.OBSERVER)
    client.force_login(observer)
    response = client.get(f"/en/overview/{county.key}/")

    (line,) = response.context["lines"]
    assert (line.members, line.shows_counts) == (members, shown)
    words = cells_of(response)
    assert (f"0 / {members}" in words, str(members) in words) == (shown, shown)


def cells_of(response) -> list[str]:
    """What stands in the cells of the table's one line."""
    rows = re.findall(r"<td.*?</td>", response.content.decode(), re.DOTALL)
    words = [re.sub(r'<span class="label">.*?</span>|<[^>]+>', "", row).strip() for row in rows]
    return [text for text in words if text]


@pytest.mark.parametrize(
    ("members", "at_home", "told"),
    [(12, 0, None), (12, 1, None), (12, 4, None), (12, 5, 5), (12, 7, 7), (12, 8, None), (12, 12, None)],
)
def test_home_study_is_told_where_those_and_the_others_are_five_or_more(
    county, branch, members, at_home, told
) -> None:
    study_at_home(*add_members(branch, members)[:at_home])

    assert line_of(county, branch).home_study == told


@pytest.mark.parametrize("at_home", [1, 4, 5, 8])
def test_who_has_the_hours_is_counted_whether_they_study_at_home_or_not(county, branch, at_home) -> None:
    """Who sees hours by name could take the count from their own and would know who studies at home."""
    members = add_members(branch, 6, hours=32) + add_members(branch, 6, hours=3, prefix="n")
    before = line_of(county, branch)
    study_at_home(*members[:at_home])
    after = line_of(county, branch)

    assert (before.complete, before.members) == (after.complete, after.members) == (6, 12)


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
    assert (line.members, line.complete) == (5, 5)


def test_last_years_hours_are_not_this_years(county, branch) -> None:
    for member in add_members(branch, 5):
        add_record(member, at=moment("2025-03-01 09:00"), seconds=40 * HOUR, bucket="collective")

    assert line_of(county, branch).complete == 0


def test_the_tree_costs_the_same_with_thirty_branches(client, county, django_assert_num_queries) -> None:
    for number in range(30):
        place = Organisation.objects.found(kind="branch", name=f"第{number}支部", under=county)
        for member in add_members(place, 2, prefix=f"b{number}m"):
            add_record(member, at=this_year(number))
    leader = make_member("leader")
    give_office(leader, county, Office.Kind.SECRETARY)
    client.force_login(leader)

    # session, member, offices, organisation; rules, counts, branches; the audit; what awaits who leads
    with django_assert_num_queries(9):
        response = client.get(f"/overview/{county.key}/")
    assert [line.members for line in response.context["lines"]] == [2] * 30
