"""The members in the administration: who sees whom, how they are found, what is done with several."""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from people.audit import AuditEntry
from people.member_list import affiliations_shown
from people.models import Affiliation, HomeStudy, Member, Office, Organisation, Standing
from tests.cast import LONG_AGO, give_office, make_member
from tests.people.members_admin import LIST, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader(county) -> Member:
    """The secretary of the county; belongs to no branch here."""
    leader = make_member("xianwei", name="王芳", name_latin="Wang Fang")
    give_office(leader, county, Office.Kind.SECRETARY)
    return leader


@pytest.fixture
def guardian(county) -> Member:
    guardian = make_member("anquan", name="安全员")
    give_office(guardian, county, Office.Kind.SECURITY_ADMINISTRATOR)
    return guardian


@pytest.fixture
def leading(client, leader):
    client.force_login(leader)
    return client


def numbers(response) -> list[str]:
    return [line.member.number for line in response.context["page"].lines]


# Who may look

OPEN = {
    ("county", Office.Kind.SECRETARY),
    ("county", Office.Kind.DEPUTY),
    ("general_branch", Office.Kind.SECRETARY),
    ("general_branch", Office.Kind.DEPUTY),
    *((place, Office.Kind.SECURITY_ADMINISTRATOR) for place in ("county", "general_branch", "branch")),
}


@pytest.mark.parametrize("kind", list(Office.Kind))
@pytest.mark.parametrize("place", ["county", "general_branch", "branch"])
def test_who_may_look(request, client, member, place, kind) -> None:
    holder = make_member("holder")
    give_office(holder, request.getfixturevalue(place), kind)
    client.force_login(holder)
    expected = HTTPStatus.OK if (place, kind) in OPEN else HTTPStatus.NOT_FOUND

    assert client.get(LIST).status_code == expected
    assert client.get(f"{LIST}{member.key}/").status_code == expected
    assert post(client, "block", member).status_code == expected


def test_the_list_has_those_below_one_s_office_and_nobody_else(
    client, general_branch, member, secretary, stranger
) -> None:
    holder = make_member("holder")
    give_office(holder, general_branch, Office.Kind.SECRETARY)
    client.force_login(holder)

    assert sorted(numbers(client.get(LIST))) == ["lihui", "zhangwei"]


def test_a_member_of_another_part_of_the_tree_is_not_found_and_the_attempt_is_in_the_audit(
    client, general_branch, stranger
) -> None:
    holder = make_member("holder")
    give_office(holder, general_branch, Office.Kind.SECRETARY)
    client.force_login(holder)

    assert client.get(f"{LIST}{stranger.key}/").status_code == HTTPStatus.NOT_FOUND
    assert post(client, "block", stranger, reason="x", confirm="1").status_code == HTTPStatus.NOT_FOUND

    seen = AuditEntry.objects.filter(actor=holder.key).order_by("id")
    assert [(e.action, e.subject, e.outcome) for e in seen] == [
        ("member.opened", stranger.key, "refused"),
        ("members.chosen", stranger.key, "refused"),
    ]
    stranger.refresh_from_db()
    assert stranger.is_active


def test_the_list_has_the_same_members_as_visible_to_but_for_oneself(
    county, general_branch, branch, other_branch, member, secretary, stranger, today
) -> None:
    other_county = Organisation.objects.found(kind="committee", name="邻县县委")
    far = Organisation.objects.found(kind="branch", name="远支部", under=other_county)
    guest, away = make_member("guest", far), make_member("away", branch)
    both = make_member("both", branch)
    for who, where in ((guest, branch), (away, far), (both, other_branch)):
        Affiliation.objects.create(member=who, branch=where, kind="host", since=LONG_AGO)
    make_member("erased", branch, erased_at=now())
    for place in (county, general_branch, branch, other_county):
        holder = make_member(f"h{place.pk}")
        give_office(holder, place, Office.Kind.SECRETARY)

        shown = list(affiliations_shown(holder, on=today).values_list("member__number", flat=True))

        seen = set(Member.objects.visible_to(holder, on=today).values_list("number", flat=True))
        assert (len(shown), set(shown)) == (len(set(shown)), seen - {holder.number})


def test_a_look_at_the_list_and_at_one_member_is_noted_without_what_was_typed(
    leading, leader, member
) -> None:
    leading.get(LIST, {"q": "李慧", "mobile": "no"})
    leading.get(f"{LIST}{member.key}/")

    listed, looked = AuditEntry.objects.filter(actor=leader.key).order_by("id")
    assert (listed.action, listed.subject) == ("members.listed", None)
    assert listed.details == {"searched": True, "is_mobile": False, "members": 1}
    assert (looked.action, looked.subject, looked.outcome) == ("member.opened", member.key, "done")


# Finding


@pytest.fixture
def people(branch, other_branch, member, secretary, stranger) -> None:
    """Li Hui on the job and signed in, Sun Li a retired mobile member, Qian with a closed account."""
    Member.objects.filter(pk=member.pk).update(last_login=now())
    sun = make_member("sunli", branch, name="孙丽", name_latin="Sun Li", phone="13900000077")
    Affiliation.objects.create(member=sun, branch=other_branch, kind="host", since=LONG_AGO)
    make_member("qian", other_branch, name="钱明", name_latin="Qian Ming", is_active=False)
    values = ((member, "work", "on_the_job"), (sun, "work", "retired"), (sun, "membership", "full"))
    for who, aspect, value in values:
        Standing.objects.create(member=who, aspect=aspect, value=value, since=LONG_AGO)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["lihui", "sunli", "zhangwei", "chenjun", "qian"]),
        ({"order": "name"}, ["chenjun", "lihui", "qian", "sunli", "zhangwei"]),
        ({"q": "丽"}, ["sunli"]),
        ({"q": "ming"}, ["qian"]),
        ({"q": " QIAN "}, ["qian"]),
        ({"q": "139 0000 0077"}, ["sunli"]),
        ({"q": "139 0000 00"}, []),
        ({"place": "柳溪社区支部"}, ["lihui", "sunli", "zhangwei"]),
        ({"place": "dongshan village branch"}, ["chenjun", "qian"]),
        ({"standing": "retired"}, ["sunli"]),
        ({"standing": "full"}, ["sunli"]),
        ({"standing": "on_the_job"}, ["lihui"]),
        ({"office": "secretary"}, ["zhangwei", "chenjun"]),
        ({"mobile": "yes"}, ["sunli"]),
        ({"mobile": "no"}, ["lihui", "zhangwei", "chenjun", "qian"]),
        ({"signs_in": "yes"}, ["lihui", "sunli", "zhangwei", "chenjun"]),
        ({"signs_in": "no"}, ["qian"]),
        ({"signs_in": "never"}, ["sunli", "zhangwei", "chenjun", "qian"]),
        ({"mobile": "yes", "standing": "on_the_job"}, []),
    ],
)
def test_the_filters(leading, people, query, found) -> None:
    assert numbers(leading.get(LIST, query)) == found


def test_an_earlier_standing_no_longer_finds_a_member(leading, people, member) -> None:
    Standing.objects.create(member=member, aspect="work", value="retired", since=date(2026, 1, 1))

    assert numbers(leading.get(LIST, {"standing": "on_the_job"})) == []


def test_a_telephone_finds_nobody_for_whom_it_is_not_shown(client, people, guardian) -> None:
    client.force_login(guardian)

    assert numbers(client.get(LIST, {"q": "13900000077"})) == []
    assert numbers(client.get(LIST, {"q": "sunli"})) == ["sunli"]


def test_an_unknown_place_is_said_and_nobody_is_shown(leading, people) -> None:
    Organisation.objects.found(kind="committee", name="邻县县委")

    response = leading.get(LIST, {"place": "邻县县委"})

    assert "place" in response.context["form"].errors
    assert "page" not in response.context


def test_home_study_is_neither_a_filter_nor_shown(leading, people, member) -> None:
    HomeStudy.objects.create(member=member, since=LONG_AGO, review_on=date(2027, 1, 1))

    pages = [leading.get(LIST), leading.get(f"{LIST}{member.key}/")]

    assert "home_study" not in pages[0].context["form"].fields
    assert not [page for page in pages if re.search("居家|home study", page.content.decode(), re.IGNORECASE)]


@pytest.mark.parametrize("order", ["", "name"])
def test_the_pages_of_the_list_have_everybody_once(leading, branch, other_branch, order) -> None:
    for n in range(120):
        # Some share a name, and some share it with members of the other branch.
        make_member(f"m{n:03}", (branch, other_branch)[n % 2], name_latin=f"Name {n % 7}")
    seen: list[str] = []
    query = {"order": order}
    sizes = []
    while True:
        response = leading.get(LIST, query)
        seen += numbers(response)
        sizes.append(len(numbers(response)))
        page = response.context["page"]
        if page.next is None:
            break
        query = {"order": order, "after": str(page.next)}

    assert (sizes, len(set(seen))) == ([50, 50, 20], 120)


@pytest.mark.parametrize("after", ["x", "-1", "٣", "9" * 30, "999999999"])
def test_an_address_that_is_no_page_begins_at_the_first(leading, people, after) -> None:
    assert len(numbers(leading.get(LIST, {"after": after}))) == 5


def test_a_page_never_begins_behind_a_member_one_does_not_see(
    client, general_branch, people, stranger
) -> None:
    holder = make_member("holder")
    give_office(holder, general_branch, Office.Kind.SECRETARY)
    client.force_login(holder)

    row = stranger.affiliations.get()
    assert len(numbers(client.get(LIST, {"order": "name", "after": str(row.pk)}))) == 3


def test_the_number_of_queries_does_not_grow(leading, branch, member) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert leading.get(address).status_code == HTTPStatus.OK
        return len(captured)

    addresses = (LIST, f"{LIST}?q=1&order=name", f"{LIST}?place=柳溪社区支部&standing=full")
    for address in addresses:
        queries(address)
    few = [queries(address) for address in addresses]
    for n in range(40):
        someone = make_member(f"m{n}", branch, name=f"党员1{n}")
        give_office(someone, branch, Office.Kind.COMMITTEE_MEMBER)
        Standing.objects.create(member=someone, aspect="membership", value="full", since=LONG_AGO)
    assert [queries(address) for address in addresses] == few


def test_the_page_of_one_member(leading, member, branch, other_branch) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=date(2026, 3, 1))
    Standing.objects.create(member=member, aspect="work", value="retired", since=date(2025, 7, 1))
    give_office(member, branch, Office.Kind.VISITOR)

    response = leading.get(f"{LIST}{member.key}/")

    text = response.content.decode()
    for words in (
        "李慧",
        "lihui",
        "13900000001",
        "柳溪社区支部",
        "东山村支部",
        "2026年3月1日",
        "2025年7月1日",
    ):
        assert words in text
    assert [row.kind for row in response.context["affiliations"]] == ["host", "home"]


def test_who_may_not_see_telephones_is_not_shown_one(client, guardian, member) -> None:
    client.force_login(guardian)

    text = client.get(f"{LIST}{member.key}/").content.decode()

    assert ("李慧" in text, "13900000001" in text) == (True, False)


@pytest.mark.parametrize("many", [0, 1, 3, 2_000])
def test_a_name_is_found_among_few_and_among_many(leading, people, monkeypatch, many) -> None:
    monkeypatch.setattr("people.member_list.MANY", many)

    assert numbers(leading.get(LIST, {"q": "丽"})) == ["sunli"]
    assert numbers(leading.get(LIST, {"q": "n"})) == ["sunli", "zhangwei", "chenjun", "qian"]
    assert numbers(leading.get(LIST, {"q": "没有"})) == []


def test_a_name_that_was_searched_for_stands_in_no_address(leading, member) -> None:
    response = leading.post(LIST, {"search": "1", "q": "李慧", "order": "name"})

    assert response.status_code == HTTPStatus.FOUND
    assert "李慧" not in unquote(response.url)
    assert numbers(leading.get(response.url)) == ["lihui"]


def test_a_damaged_search_shows_the_list_as_it_begins(leading, people) -> None:
    assert len(numbers(leading.get(LIST, {"s": "damaged"}))) == 5
