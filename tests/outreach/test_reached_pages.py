"""The page Reached by us: who opens it, what stands there, and what no number gives away."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.utils.timezone import localdate

from outreach.reach_counts import counts_below
from people.models import AuditEntry, HomeStudy, Member, Office, Organisation
from tests.cast import LONG_AGO, give_office, make_member
from tests.outreach.contacts_made import called, visited

pytestmark = pytest.mark.django_db

K = Office.Kind
OPEN, HIDDEN = HTTPStatus.OK, HTTPStatus.NOT_FOUND
NAMES, COUNTS = "names", "counts"

VIEWERS = {
    # place, office: what they see of the branch, of the county
    "secretary": ("branch", K.SECRETARY, NAMES, HIDDEN),
    "deputy": ("branch", K.DEPUTY, NAMES, HIDDEN),
    "committee member": ("branch", K.COMMITTEE_MEMBER, NAMES, HIDDEN),
    "leader of the general branch": ("general_branch", K.SECRETARY, NAMES, HIDDEN),
    "leader of the county": ("county", K.SECRETARY, NAMES, COUNTS),
    "committee member of the county": ("county", K.COMMITTEE_MEMBER, COUNTS, COUNTS),
    "observer of the county": ("county", K.OBSERVER, COUNTS, COUNTS),
    "observer of the branch": ("branch", K.OBSERVER, COUNTS, HIDDEN),
    "group leader": ("branch", K.GROUP_LEADER, HIDDEN, HIDDEN),
    "visitor": ("branch", K.VISITOR, HIDDEN, HIDDEN),
    "leader of the other branch": ("other_branch", K.SECRETARY, HIDDEN, HIDDEN),
    "editor": ("county", K.EDITOR, HIDDEN, HIDDEN),
    "system administrator": ("county", K.SYSTEM_ADMINISTRATOR, HIDDEN, HIDDEN),
    "security administrator": ("county", K.SECURITY_ADMINISTRATOR, HIDDEN, HIDDEN),
    "member": ("", "", HIDDEN, HIDDEN),
}


@pytest.fixture
def five(branch: Organisation) -> list[Member]:
    """Five more at home in the branch."""
    return [make_member(f"five{n}", branch, name=f"五{n}") for n in range(5)]


def look(client, viewer: Member, place: Organisation, query: str = ""):
    client.force_login(viewer)
    return client.get(f"/reached/{place.key}/{query}")


def text_of(answer) -> str:
    main = re.search(r"<main.*</main>", answer.content.decode(), re.S)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.mark.parametrize("who", VIEWERS)
def test_who_may_look(client, request, who, county, member, five) -> None:
    place, kind, of_branch, of_county = VIEWERS[who]
    viewer = make_member("viewer", request.getfixturevalue("other_branch"))
    if place:
        give_office(viewer, request.getfixturevalue(place), kind)
    branch = request.getfixturevalue("branch")
    for organisation, expected in ((branch, of_branch), (county, of_county)):
        before = AuditEntry.objects.filter(action="reached.looked", organisation=organisation.key).count()
        answer = look(client, viewer, organisation)
        entries = AuditEntry.objects.filter(action="reached.looked", organisation=organisation.key)
        assert entries.count() == before + 1
        if expected == HIDDEN:
            assert answer.status_code == HIDDEN
            assert entries.latest("id").outcome == "refused"
            continue
        assert answer.status_code == OPEN
        assert ("李慧" in text_of(answer)) is (expected == NAMES)
    entrance = client.get("/reached/")
    assert entrance.status_code == (HIDDEN if of_branch == HIDDEN and not place.startswith("other")
        else HTTPStatus.FOUND)  # fmt: skip


def test_a_group_has_no_page(client, branch, secretary) -> None:
    group = Organisation.objects.found(kind="group", name="组", under=branch)

    assert look(client, secretary, group).status_code == HIDDEN


def test_those_nobody_reached_stand_first_with_what_was_tried(client, branch, secretary, member) -> None:
    today = localdate()
    called(member, secretary, today - timedelta(days=70))
    visited(member, secretary, today - timedelta(days=2), outcome="nobody_home")
    other = make_member("other", branch, name="王丽")
    called(secretary, other, today)
    page = text_of(look(client, secretary, branch))

    assert re.search(r"not for 30 days: 2|30 天.*?2", page)
    assert page.index("王丽") < page.index("李慧") < page.index("张伟")
    rows = look(client, secretary, branch).context["lines"]
    assert [(line.member, line.last, line.way, line.tried) for line in rows] == [
        (other, None, "", None),
        (member, today - timedelta(days=70), str(rows[1].way), today - timedelta(days=2)),
        (secretary, today, str(rows[2].way), None),
    ]
    assert rows[1].way == rows[2].way != ""


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["王丽", "李慧", "张伟"]),
        ("?days=30", ["王丽", "李慧"]),
        ("?days=90", ["王丽"]),
        ("?way=call", ["李慧", "张伟"]),
        ("?way=visit", []),
        ("?days=60&way=call", ["李慧"]),
        ("?days=rubbish&way=rubbish&page=rubbish", ["王丽", "李慧", "张伟"]),
    ],
)
def test_the_list_is_narrowed_by_days_and_way(client, branch, secretary, member, query, shown) -> None:
    called(member, secretary, localdate() - timedelta(days=70))
    called(secretary, make_member("other", branch, name="王丽"), localdate())
    lines = look(client, secretary, branch, query).context["lines"]

    assert [line.member.name for line in lines] == shown


def test_ways_and_arrangements_are_for_the_committee_that_knows_of_them(
    client, county, branch, secretary, member
) -> None:
    """A visit would tell a leader above who studies at home."""
    HomeStudy.objects.create(member=member, since=LONG_AGO, review_on=localdate())
    visited(member, secretary, localdate())
    give_office(above := make_member("above"), county, K.SECRETARY)
    mine, theirs = look(client, secretary, branch), look(client, above, branch, "?way=visit")
    (known,) = [line for line in mine.context["lines"] if line.member == member]
    (hidden,) = [line for line in theirs.context["lines"] if line.member == member]

    assert (known.is_home_study, bool(known.way), known.last) == (True, True, localdate())
    assert (hidden.is_home_study, hidden.way, hidden.last) == (False, "", localdate())
    assert "居家" not in text_of(theirs)
    assert len(theirs.context["lines"]) == 2  # the way that was asked for is not listened to
    assert theirs.context["ways"] == []


def test_home_study_changes_no_line_and_no_count_for_who_does_not_know(
    client, county, branch, secretary, five
) -> None:
    give_office(above := make_member("above"), county, K.SECRETARY)
    give_office(observer := make_member("observer"), county, K.OBSERVER)
    places = [(above, branch), (above, county), (observer, branch), (observer, county)]
    before = [text_of(look(client, viewer, place)) for viewer, place in places]
    for one in five:
        HomeStudy.objects.create(member=one, since=LONG_AGO, review_on=localdate())

    assert [text_of(look(client, viewer, place)) for viewer, place in places] == before


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ((6, 5), (True, True)),
        ((6, 4), (False, False)),
        ((6, 1), (False, False)),
        ((6, 0), (True, None)),
        ((4, 4), (False, False)),
    ],
)
def test_what_is_told_of_parts_gives_no_part_under_five_away(county, sizes, told) -> None:
    """With 6 + 4 the whole less the six would be the four."""
    branches = [a_branch(county, size, n) for n, size in enumerate(sizes)]
    counts = counts_below(county, names=False, on=localdate())
    parts = {part.organisation.pk: part.is_told for part in counts.parts}

    assert tuple(parts.get(branch.pk) for branch in branches) == told
    assert counts.members == sum(sizes)


def test_two_parts_under_five_that_are_five_together_hide_one_another(county) -> None:
    large, small, smaller = (a_branch(county, size, n) for n, size in enumerate((7, 3, 2)))
    counts = counts_below(county, names=False, on=localdate())

    assert {p.organisation.pk: p.is_told for p in counts.parts} == {
        large.pk: True, small.pk: False, smaller.pk: False,
    }  # fmt: skip


def test_below_an_organisation_that_is_not_told_nothing_is(county, general_branch) -> None:
    """Otherwise its branches, added up and taken from the county, would tell of the small neighbour."""
    large = a_branch(general_branch, 8, 0)
    a_branch(county, 2, 1)
    top, below, lowest = (
        counts_below(place, names=False, on=localdate()) for place in (county, general_branch, large)
    )

    assert top.members == 10
    assert [part.is_told for part in top.parts] == [False, False]
    assert (below.members, [part.is_told for part in below.parts]) == (None, [False])
    assert lowest.members is None


def test_who_leads_sees_numbers_of_five_and_more_and_may_open_every_list(client, county) -> None:
    give_office(above := make_member("above"), county, K.SECRETARY)
    large, small = a_branch(county, 6, 0), a_branch(county, 3, 1)
    counts = look(client, above, county).context["counts"]

    assert {p.organisation.pk: (p.is_told, p.members) for p in counts.parts} == {
        large.pk: (True, 6), small.pk: (False, 3),
    }  # fmt: skip
    assert counts.members == 9
    assert len(look(client, above, small).context["lines"]) == 3


def test_an_observer_of_a_branch_under_five_reads_no_number(client, branch, member) -> None:
    give_office(observer := make_member("observer"), branch, K.OBSERVER)
    page = text_of(look(client, observer, branch))

    assert not re.search(r"\d", page)


def a_branch(under: Organisation, members: int, number: int) -> Organisation:
    place = Organisation.objects.found(kind="branch", name=f"支部{number}", under=under)
    for n in range(members):
        make_member(f"p{number}n{n}", place)
    return place


@pytest.mark.parametrize("many", [1, 60])
def test_the_list_costs_the_same_for_few_and_many(
    client, branch, secretary, many, django_assert_num_queries
) -> None:
    for n in range(many):
        called(make_member(f"n{n}", branch), secretary, localdate())
    client.force_login(secretary)
    client.get(f"/reached/{branch.key}/")
    with django_assert_num_queries(7):
        client.get(f"/reached/{branch.key}/")


@pytest.mark.parametrize("many", [1, 12])
def test_the_counts_cost_the_same_for_few_and_many(client, county, many, django_assert_num_queries) -> None:
    give_office(observer := make_member("observer"), county, K.OBSERVER)
    for n in range(many):
        a_branch(county, 2, n)
    client.force_login(observer)
    client.get(f"/reached/{county.key}/")
    with django_assert_num_queries(8):
        client.get(f"/reached/{county.key}/")


def test_a_page_takes_fifty_and_the_rest_is_a_page_further(client, branch, secretary) -> None:
    for n in range(52):
        make_member(f"n{n}", branch)

    assert len(look(client, secretary, branch).context["lines"]) == 50
    assert len(look(client, secretary, branch, "?page=2").context["lines"]) == 3
