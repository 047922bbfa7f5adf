"""By name it is known to few, and nobody else finds out by arithmetic who studies at home."""

import re
from datetime import date

import pytest
from django.test import Client

from people.models import Affiliation, HomeStudy, Member, Office, Organisation, Pairing
from tests.cast import LONG_AGO, give_office, make_member
from tests.hours.rows import add_record, this_year

pytestmark = pytest.mark.django_db

HOUR = 45 * 60


def main_of(viewer: Member, address: str) -> str:
    client = Client()
    client.force_login(viewer)
    text = client.get(address).content.decode()
    return re.sub(r"as of <?.*?\d\d:\d\d|\d\d:\d\d", "", text[text.index("<main") : text.index("</main>")])


def study_at_home(*members: Member) -> None:
    for member in members:
        HomeStudy.objects.create(member=member, since=date(2026, 1, 1), review_on=date(2027, 1, 1))


def add_members(
    branch: Organisation, count: int, *, hours: int = 0, group: Organisation | None = None
) -> list:
    members = []
    for number in range(count):
        one = make_member(f"m{hours}n{number}{'g' if group else ''}", branch, name=f"同志{hours}{number}")
        if group:
            one.affiliations.update(group=group)
        if hours:
            add_record(one, at=this_year(), seconds=hours * HOUR, bucket="collective", source="meeting")
        members.append(one)
    return members


@pytest.fixture
def group(branch) -> Organisation:
    return Organisation.objects.found(kind="group", name="第一党小组", under=branch)


def holder_of(place: Organisation, kind: str) -> Member:
    holder = make_member(f"h{kind.replace('_', '')}")
    give_office(holder, place, kind)
    return holder


KNOWS = [
    ("branch", Office.Kind.SECRETARY, True),
    ("branch", Office.Kind.DEPUTY, True),
    ("branch", Office.Kind.COMMITTEE_MEMBER, True),
    ("group", Office.Kind.GROUP_LEADER, False),
    ("general_branch", Office.Kind.SECRETARY, False),
    ("general_branch", Office.Kind.COMMITTEE_MEMBER, False),
    ("county", Office.Kind.SECRETARY, False),
    ("county", Office.Kind.OBSERVER, False),
]


@pytest.mark.parametrize(("place", "kind", "knows"), KNOWS)
@pytest.mark.parametrize("at_home", [1, 4])
def test_with_fewer_than_five_the_pages_are_the_same_to_the_letter(
    request, county, general_branch, branch, group, place, kind, knows, at_home
) -> None:
    """All pages the viewer may open, before and after somebody is arranged for: not a word differs."""
    members = add_members(branch, 3, hours=33, group=group) + add_members(branch, 6, hours=2, group=group)
    viewer = holder_of(request.getfixturevalue(place), kind)
    pages = [f"/overview/{place.key}/" for place in (county, general_branch, branch, group)]
    pages += [f"/members/{member.key}/" for member in members]
    before = readable(viewer, pages)
    study_at_home(*members[1 : at_home + 1])
    after = readable(viewer, pages)

    assert before
    assert (before == after) is not knows


def readable(viewer: Member, pages: list[str]) -> dict[str, str]:
    client = Client()
    client.force_login(viewer)
    opened = [address for address in pages if client.get(address).status_code == 200]
    return {address: main_of(viewer, address) for address in opened}


def test_the_host_s_committee_does_not_learn_it_of_a_guest(member, stranger, other_branch) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    pages = [f"/overview/{other_branch.key}/", f"/members/{member.key}/"]
    before = readable(stranger, pages)
    study_at_home(member)

    assert len(before) == 2
    assert readable(stranger, pages) == before


@pytest.mark.parametrize(
    ("members", "at_home", "told"), [(12, 4, False), (12, 5, True), (12, 7, True), (12, 8, False)]
)
def test_the_committee_above_is_told_a_number_of_five_or_more_of_ten_or_more(
    county, branch, members, at_home, told
) -> None:
    study_at_home(*add_members(branch, members)[:at_home])
    leader = holder_of(county, Office.Kind.SECRETARY)

    page = main_of(leader, f"/en/overview/{branch.key}/")
    assert (f"{at_home} on home study" in page) is told
    assert ("home study" in page) is told


def test_no_number_is_told_of_a_group_since_branch_less_group_would_be_the_rest(
    county, branch, group
) -> None:
    inside = add_members(branch, 12, group=group)
    outside = add_members(branch, 6, hours=1)
    study_at_home(*inside[:6], outside[0])
    leader = holder_of(county, Office.Kind.SECRETARY)

    assert "7 on home study" in main_of(leader, f"/en/overview/{branch.key}/")
    assert "home study" not in main_of(leader, f"/en/overview/{group.key}/")


@pytest.mark.parametrize("at_home", [0, 1, 5, 6])
def test_the_tile_of_the_committee_above_counts_everybody_who_has_the_hours(county, branch, at_home) -> None:
    """Else those whom it leaves out of the hours one can read by name would be those at home."""
    members = add_members(branch, 6, hours=33) + add_members(branch, 6, hours=2)
    study_at_home(*members[:at_home])
    leader = holder_of(county, Office.Kind.SECRETARY)

    assert "<dd>6 / 12</dd>" in main_of(leader, f"/overview/{branch.key}/")


def test_the_own_branch_counts_those_of_whom_something_is_asked(branch) -> None:
    members = add_members(branch, 6, hours=33) + add_members(branch, 6, hours=2)
    study_at_home(members[0], members[7], members[8])
    secretary = holder_of(branch, Office.Kind.SECRETARY)

    assert "<dd>5 / 9</dd>" in main_of(secretary, f"/overview/{branch.key}/")


def test_who_visits_some_of_them_learns_nothing_of_the_others(county, branch) -> None:
    """A leader above who also visits two of the six: of those unknown to them only four are left."""
    members = add_members(branch, 12)
    study_at_home(*members[:6])
    leader = holder_of(county, Office.Kind.SECRETARY)
    give_office(leader, branch, Office.Kind.VISITOR)
    for member in members[:2]:
        Pairing.objects.create(visitor=leader, member=member, since=LONG_AGO)

    page = main_of(leader, f"/en/overview/{branch.key}/")
    assert page.count('<span class="tag wait">Home study</span>') == 2
    assert "on home study" not in page


# What an observer may count


@pytest.mark.parametrize(
    ("sizes", "ungrouped", "told"),
    [
        ([8, 6], 0, [True, True]),
        ([8, 4], 0, [False, False]),  # branch less the first group: the four
        ([8], 3, [False]),  # branch less the group: the three in none
        ([8], 5, [True]),
        ([8, 4], 1, [True, False]),  # the rest is five, and nobody can say of which
        ([8, 2, 2], 0, [False, False, False]),
        ([4, 4], 0, [False, False]),
    ],
)
def test_a_group_is_counted_for_an_observer_where_the_rest_of_the_branch_is_large_enough(
    county, branch, sizes, ungrouped, told
) -> None:
    observer = holder_of(county, Office.Kind.OBSERVER)
    groups = []
    for number, size in enumerate(sizes):
        group = Organisation.objects.found(kind="group", name=f"第{number}组", under=branch)
        for n in range(size):
            one = make_member(f"g{number}m{n}", branch)
            one.affiliations.update(group=group)
        groups.append(group)
    for number in range(ungrouped):
        make_member(f"u{number}", branch)
    client = Client()
    client.force_login(observer)

    found = [client.get(f"/overview/{group.key}/").context["overview"].shows_total for group in groups]
    assert found == told


def test_an_observer_is_not_told_how_few_they_are(county, branch) -> None:
    add_members(branch, 3)
    observer = holder_of(county, Office.Kind.OBSERVER)

    assert "3 members" not in main_of(observer, f"/en/overview/{branch.key}/")
    assert "fewer than five" in main_of(observer, f"/en/overview/{county.key}/")


def test_an_observer_counts_members_at_home_only(county, branch, other_branch, member) -> None:
    """A guest counted in both would be the difference between two sums."""
    add_members(other_branch, 5)
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    observer = holder_of(county, Office.Kind.OBSERVER)
    client = Client()
    client.force_login(observer)
    found = client.get(f"/overview/{other_branch.key}/").context["overview"]

    assert (len(found.at_home), found.guests) == (5, 0)
