"""Who may look at which page: a stranger gets 404, and what is not one's own is not found."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.test import Client

from people.models import Affiliation, Member, Office, Organisation
from tests.cast import LONG_AGO, give_office, make_member

pytestmark = pytest.mark.django_db

OPEN, AWAY, HIDDEN = HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND

OFFICES = {
    "secretary": ("branch", Office.Kind.SECRETARY),
    "deputy": ("branch", Office.Kind.DEPUTY),
    "committee member": ("branch", Office.Kind.COMMITTEE_MEMBER),
    "group leader": ("group", Office.Kind.GROUP_LEADER),
    "leader of the general branch": ("general_branch", Office.Kind.SECRETARY),
    "leader of the county": ("county", Office.Kind.SECRETARY),
    "observer of the county": ("county", Office.Kind.OBSERVER),
    "observer of the branch": ("branch", Office.Kind.OBSERVER),
    "stranger": ("other_branch", Office.Kind.SECRETARY),
    "visitor": ("branch", Office.Kind.VISITOR),
    "editor": ("county", Office.Kind.EDITOR),
    "reviewer": ("county", Office.Kind.REVIEWER),
    "system administrator": ("county", Office.Kind.SYSTEM_ADMINISTRATOR),
    "audit administrator": ("county", Office.Kind.AUDIT_ADMINISTRATOR),
    "security administrator": ("county", Office.Kind.SECURITY_ADMINISTRATOR),
}

NOBODYS_BUSINESS = dict.fromkeys(
    [
        "stranger", "visitor", "editor", "reviewer", "system administrator", "audit administrator",
        "security administrator", "member", "colleague",
    ],
    HIDDEN,
)  # fmt: skip
"""Everyone who has nothing to look for in the branch."""

PAGES = {
    "entrance": {
        **NOBODYS_BUSINESS,
        **dict.fromkeys(
            [
                "secretary",
                "deputy",
                "committee member",
                "group leader",
                "stranger",
                "leader of the general branch",
                "leader of the county",
                "observer of the county",
                "observer of the branch",
                "visitor",
            ],
            AWAY,
        ),
    },
    "visits": {**dict.fromkeys([*OFFICES, "member", "colleague"], HIDDEN), "visitor": OPEN},
    "branch": {
        **NOBODYS_BUSINESS,
        "secretary": OPEN,
        "deputy": OPEN,
        "committee member": OPEN,
        "group leader": HIDDEN,
        "leader of the general branch": OPEN,
        "leader of the county": OPEN,
        "observer of the county": OPEN,
        "observer of the branch": OPEN,
    },
    "group": {
        **NOBODYS_BUSINESS,
        "secretary": OPEN,
        "deputy": OPEN,
        "committee member": OPEN,
        "group leader": OPEN,
        "leader of the general branch": OPEN,
        "leader of the county": OPEN,
        "observer of the county": OPEN,
        "observer of the branch": OPEN,
    },
    "general branch": {
        **NOBODYS_BUSINESS,
        "secretary": HIDDEN,
        "deputy": HIDDEN,
        "committee member": HIDDEN,
        "group leader": HIDDEN,
        "leader of the general branch": OPEN,
        "leader of the county": OPEN,
        "observer of the county": OPEN,
        "observer of the branch": HIDDEN,
    },
    "own members of the general branch": {
        **NOBODYS_BUSINESS,
        "secretary": HIDDEN,
        "deputy": HIDDEN,
        "committee member": HIDDEN,
        "group leader": HIDDEN,
        "leader of the general branch": OPEN,
        "leader of the county": OPEN,
        "observer of the county": OPEN,
        "observer of the branch": HIDDEN,
    },
    "county": {
        **NOBODYS_BUSINESS,
        "secretary": HIDDEN,
        "deputy": HIDDEN,
        "committee member": HIDDEN,
        "group leader": HIDDEN,
        "leader of the general branch": HIDDEN,
        "leader of the county": OPEN,
        "observer of the county": OPEN,
        "observer of the branch": HIDDEN,
    },
    "member": {
        **NOBODYS_BUSINESS,
        "member": OPEN,
        "secretary": OPEN,
        "deputy": OPEN,
        "committee member": OPEN,
        "group leader": OPEN,
        "leader of the general branch": OPEN,
        "leader of the county": OPEN,
        "observer of the county": HIDDEN,
        "observer of the branch": HIDDEN,
    },
}
VIEWERS = ["member", "colleague", *OFFICES]


@pytest.fixture
def group(branch: Organisation, member: Member) -> Organisation:
    """The Party group of the member."""
    group = Organisation.objects.found(kind="group", name="第一党小组", under=branch)
    Affiliation.objects.filter(member=member).update(group=group)
    return group


@pytest.fixture
def viewer(request, group, member, branch) -> Callable[[str], Member]:
    """The person of that name in the tables above."""

    def find(name: str) -> Member:
        if name == "member":
            return member
        if name == "colleague":
            return make_member("colleague", branch)
        place, kind = OFFICES[name]
        holder = make_member("holder")
        give_office(holder, request.getfixturevalue(place), kind)
        return holder

    return find


@pytest.fixture
def addresses(county, general_branch, branch, group, member) -> dict[str, str]:
    return {
        "entrance": "/overview/",
        "branch": f"/overview/{branch.key}/",
        "group": f"/overview/{group.key}/",
        "general branch": f"/overview/{general_branch.key}/",
        "own members of the general branch": f"/overview/{general_branch.key}/own/",
        "visits": "/visits/",
        "county": f"/overview/{county.key}/",
        "member": f"/members/{member.key}/",
    }


def test_the_tables_name_every_page_and_every_viewer() -> None:
    assert {kind for _place, kind in OFFICES.values()} == set(Office.Kind)
    for table in PAGES.values():
        assert sorted(table) == sorted(VIEWERS)


@pytest.mark.parametrize("name", VIEWERS)
@pytest.mark.parametrize("page", list(PAGES))
def test_who_may_look(client, viewer, addresses, page, name) -> None:
    client.force_login(viewer(name))

    assert client.get(addresses[page]).status_code == PAGES[page][name]


@pytest.mark.parametrize("page", list(PAGES))
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_who_is_signed_out_is_asked_to_sign_in(client, addresses, page, prefix) -> None:
    address = prefix + addresses[page]
    response = client.get(address)

    assert (response.status_code, response.url) == (AWAY, f"{prefix}/sign-in/?next={address}")


@pytest.mark.parametrize("page", ["/overview/{}/", "/members/{}/"])
def test_what_does_not_exist_answers_like_what_is_not_ones_business(
    client, secretary, stranger, page
) -> None:
    client.force_login(secretary)
    nowhere = client.get(page.format(uuid4()))
    foreign = client.get(
        page.format(stranger.key if "members" in page else stranger.offices.get().organisation.key)
    )

    assert (nowhere.status_code, foreign.status_code) == (HIDDEN, HIDDEN)
    assert text_of(nowhere) == text_of(foreign)


def text_of(response) -> str:
    """The page without its own address and form token."""
    main = response.content.decode()
    return main[main.index("<h1>") : main.index("</main>")]


OWN = [
    # address, a member, a visitor who is not signed in
    ("/record/", OPEN, "/sign-in/?next=/record/"),
    ("/rules/", OPEN, "/sign-in/?next=/rules/"),
    ("/", OPEN, None),
    ("/mass-line/", OPEN, "/sign-in/?next=/mass-line/"),
    ("/mass-line/one/", OPEN, "/sign-in/?next=/mass-line/one/"),
    ("/mass-line/one/first/", OPEN, "/sign-in/?next=/mass-line/one/first/"),
    ("/password/", OPEN, "/sign-in/?next=/password/"),
]


@pytest.mark.parametrize(("address", "status", "asked"), OWN)
def test_ones_own_pages_are_open_to_every_member_and_to_nobody_else(
    client, viewer, lesson, address, status, asked
) -> None:
    response = client.get(address)
    assert (response.status_code, getattr(response, "url", None)) == (AWAY if asked else OPEN, asked)

    for name in ("member", "colleague", "stranger"):
        visit = Client()
        visit.force_login(viewer(name))
        assert visit.get(address).status_code == status


def test_a_closed_account_sees_nothing_any_more(client, secretary, addresses) -> None:
    client.force_login(secretary)
    Member.objects.filter(pk=secretary.pk).update(is_active=False)

    assert client.get(addresses["branch"]).url.startswith("/sign-in/")


def test_an_office_that_has_ended_opens_nothing(client, secretary, addresses, today) -> None:
    secretary.offices.update(until=LONG_AGO)
    client.force_login(secretary)

    assert client.get(addresses["branch"]).status_code == HIDDEN
    assert client.get(addresses["entrance"]).status_code == HIDDEN
    assert client.get(addresses["member"]).status_code == HIDDEN
