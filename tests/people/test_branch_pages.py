"""The branch's own pages: who may look, what stands there, and forms that refuse and change nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.utils.timezone import localdate, now

from people import arranging, mobility, transfers
from people.models import Affiliation, AuditEntry, Member, MobileRegistration, Office, Organisation, Transfer
from tests.cast import LONG_AGO, give_office, make_member
from tests.people.moves import everything_dated

pytestmark = pytest.mark.django_db

OPEN, AWAY, HIDDEN = HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND

VIEWERS = {
    # name: place, office; pages: entrance, branch, receive, arrangements, transfer
    "secretary": ("branch", Office.Kind.SECRETARY, AWAY, OPEN, OPEN, OPEN, OPEN),
    "deputy": ("branch", Office.Kind.DEPUTY, AWAY, OPEN, OPEN, OPEN, OPEN),
    "committee member": ("branch", Office.Kind.COMMITTEE_MEMBER, AWAY, OPEN, HIDDEN, OPEN, HIDDEN),
    "group leader": ("group", Office.Kind.GROUP_LEADER, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "leader of the general branch": (
        "general_branch", Office.Kind.SECRETARY, AWAY, OPEN, OPEN, OPEN, OPEN,
    ),
    "leader of the county": ("county", Office.Kind.SECRETARY, OPEN, OPEN, OPEN, OPEN, OPEN),
    "committee member of the county": (
        "county", Office.Kind.COMMITTEE_MEMBER, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN,
    ),
    "observer of the county": ("county", Office.Kind.OBSERVER, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "leader of the other branch": (
        "other_branch", Office.Kind.SECRETARY, AWAY, HIDDEN, HIDDEN, HIDDEN, OPEN,
    ),
    "committee member of the other branch": (
        "other_branch", Office.Kind.COMMITTEE_MEMBER, AWAY, HIDDEN, HIDDEN, HIDDEN, HIDDEN,
    ),
    "leader of a third branch": ("third", Office.Kind.SECRETARY, AWAY, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "visitor": ("branch", Office.Kind.VISITOR, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "editor": ("county", Office.Kind.EDITOR, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "reviewer": ("county", Office.Kind.REVIEWER, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "system administrator": (
        "county", Office.Kind.SYSTEM_ADMINISTRATOR, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN,
    ),
    "audit administrator": (
        "county", Office.Kind.AUDIT_ADMINISTRATOR, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN,
    ),
    "security administrator": (
        "county", Office.Kind.SECURITY_ADMINISTRATOR, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN,
    ),
    "member": ("", "", HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "colleague": ("", "", HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
}  # fmt: skip

PAGES = ["entrance", "branch", "receive", "arrangements", "transfer"]


@pytest.fixture
def group(branch: Organisation, member: Member) -> Organisation:
    group = Organisation.objects.found(kind="group", name="第一党小组", under=branch)
    Affiliation.objects.filter(member=member).update(group=group)
    return group


@pytest.fixture
def third(county: Organisation) -> Organisation:
    return Organisation.objects.found(kind="branch", name="第三支部", under=county)


@pytest.fixture
def leader(secretary: Member) -> Member:
    """Who asked: the branch's own secretary."""
    return secretary


@pytest.fixture
def asked(member: Member, leader: Member, other_branch: Organisation) -> Transfer:
    return transfers.ask(member, target=other_branch, by=leader, at=now())


@pytest.fixture
def addresses(branch, member, asked) -> dict[str, str]:
    return {
        "entrance": "/branch/",
        "branch": f"/branch/{branch.key}/",
        "receive": f"/branch/{branch.key}/receive/",
        "arrangements": f"/members/{member.key}/arrangements/",
        "transfer": f"/transfers/{asked.key}/",
    }


def text_of(response) -> str:
    main = response.content.decode()
    main = main[main.index("<main") : main.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_the_table_names_every_office() -> None:
    assert {kind for _place, kind, *_ in VIEWERS.values() if kind} == set(Office.Kind)


@pytest.mark.parametrize("name", list(VIEWERS))
@pytest.mark.parametrize("page", PAGES)
def test_who_may_look(request, client, addresses, group, third, member, branch, page, name) -> None:
    place, kind, *answers = VIEWERS[name]
    if name == "member":
        viewer = member
    else:
        viewer = make_member("viewer", branch if name == "colleague" else None)
        if kind:
            give_office(viewer, request.getfixturevalue(place), kind)
    client.force_login(viewer)

    assert client.get(addresses[page]).status_code == answers[PAGES.index(page)]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_who_is_signed_out_is_asked_to_sign_in(client, addresses, page, prefix) -> None:
    address = prefix + addresses[page]
    response = client.get(address)

    assert (response.status_code, response.url) == (AWAY, f"{prefix}/sign-in/?next={address}")


@pytest.mark.parametrize("page", ["branch", "arrangements", "transfer"])
def test_a_guessed_address_is_not_found_and_in_the_audit(client, addresses, third, page) -> None:
    guesser = make_member("guesser")
    give_office(guesser, third, Office.Kind.SECRETARY)
    client.force_login(guesser)

    assert client.get(addresses[page]).status_code == HIDDEN
    assert AuditEntry.objects.filter(actor=guesser.key, outcome="refused").count() == 1


def test_everyone_opens_their_own_branch_and_only_contact_persons_the_contacts(client, member) -> None:
    client.force_login(member)

    assert client.get("/my-branch/").status_code == OPEN
    assert client.get("/contacts/").status_code == HIDDEN


# The list


def test_the_list_shows_standing_mobile_and_home_study(
    client, member, secretary, branch, other_branch
) -> None:
    away = make_member("away", branch, name="孙立民")
    Affiliation.objects.create(member=away, branch=other_branch, kind="host", since=LONG_AGO)
    arranging.set_standing(member, aspect="work", value="retired", since=localdate(), by=secretary, at=now())
    review = localdate() + timedelta(days=10)
    arranging.arrange_home_study(member, since=localdate(), review_on=review, by=secretary, at=now())
    client.force_login(secretary)
    words = text_of(client.get(f"/en/branch/{branch.key}/"))

    assert "Li Hui lihui Retired Home study" in words
    assert "Home study to be reviewed" in words
    assert "孙立民 away Mobile" in words


def test_one_above_sees_no_home_study_by_name(client, member, secretary, branch, general_branch) -> None:
    review = localdate() + timedelta(days=10)
    arranging.arrange_home_study(member, since=localdate(), review_on=review, by=secretary, at=now())
    above = make_member("above")
    give_office(above, general_branch, Office.Kind.SECRETARY)
    client.force_login(above)

    listed = client.get(f"/en/branch/{branch.key}/")
    page = client.get(f"/en/members/{member.key}/arrangements/")
    assert "Li Hui" in text_of(listed)
    assert "Home study" not in text_of(listed)
    assert "Home study" not in text_of(page)
    assert page.context["care"].home_study is None


def test_the_host_sees_its_guest_and_not_the_arrangement(client, member, secretary, stranger, other_branch):
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    review = localdate() + timedelta(days=10)
    arranging.arrange_home_study(member, since=localdate(), review_on=review, by=secretary, at=now())
    client.force_login(stranger)
    words = text_of(client.get(f"/en/branch/{other_branch.key}/"))

    assert "Guests from other branches" in words
    assert "Li Hui" in words
    assert "Home study" not in words


@pytest.mark.parametrize("many", [2, 40])
def test_the_list_costs_the_same_for_few_and_many(
    client, member, secretary, branch, other_branch, many, django_assert_num_queries
) -> None:
    for number in range(many):
        other = make_member(f"m{number}", branch)
        since = localdate() - timedelta(days=200)
        mobility.register_out(other, since=since, months=8, contact=member, by=secretary, at=now())
        arranging.arrange_home_study(
            other, since=localdate(), review_on=localdate() + timedelta(days=9), by=secretary, at=now()
        )
        transfers.ask(other, target=other_branch, by=secretary, at=now())
    client.force_login(secretary)
    client.get(f"/branch/{branch.key}/")
    with django_assert_num_queries(QUERIES):
        client.get(f"/branch/{branch.key}/")


QUERIES = 14
"""
Session, member, offices, branch, reviews, members, transfers, mobile members, the rule of contact, requests,
a row of the audit.
"""


# What the forms do


def post(client, address: str, act: str, **data):
    return client.post(address, {"act": act, **data})


def test_home_study_is_arranged_and_seen_by_the_member(client, member, secretary, branch) -> None:
    client.force_login(secretary)
    address, review = f"/en/members/{member.key}/arrangements/", localdate() + timedelta(days=90)
    response = post(client, address, "arrange", since=f"{localdate()}", review_on=f"{review}")
    assert (response.status_code, response.url) == (AWAY, address)

    assert member.home_studies.get().review_on == review
    client.force_login(member)
    assert "Arranged since" in text_of(client.get("/en/my-branch/"))


def test_a_wrong_day_says_so_and_changes_nothing(client, member, secretary) -> None:
    client.force_login(secretary)
    before = everything_dated()
    page = f"/en/members/{member.key}/arrangements/"
    past = localdate() - timedelta(days=1)
    response = post(client, page, "arrange", since=f"{localdate()}", review_on=f"{past}")

    assert response.status_code == OPEN
    assert "This day does not fit." in text_of(response)
    assert everything_dated() == before


def test_an_act_that_is_not_offered_is_refused_by_itself(client, member, branch) -> None:
    holder = make_member("holder", branch)
    give_office(holder, branch, Office.Kind.COMMITTEE_MEMBER)
    client.force_login(holder)
    before = everything_dated()
    response = post(
        client, f"/en/members/{member.key}/arrangements/", "standing", standing="full", since="2020-01-01"
    )

    assert "This is for the leaders of the branch itself" in text_of(response)
    assert everything_dated() == before


def test_an_unknown_act_is_not_found(client, member, secretary) -> None:
    client.force_login(secretary)

    assert post(client, f"/members/{member.key}/arrangements/", "promote").status_code == HIDDEN


def test_a_transfer_is_asked_by_the_branchs_name_and_accepted(
    client, member, secretary, stranger, branch, other_branch
) -> None:
    client.force_login(secretary)
    page = f"/en/members/{member.key}/arrangements/"
    assert "No branch of this name is known" in text_of(post(client, page, "ask", target="西山"))
    assert post(client, page, "ask", target="Dongshan").status_code == AWAY
    transfer = Transfer.objects.get()
    client.force_login(stranger)
    assert "Li Hui" in text_of(client.get(f"/en/branch/{other_branch.key}/"))
    assert post(client, f"/en/transfers/{transfer.key}/", "accept", group="").status_code == AWAY

    assert member.home(localdate()).branch == other_branch
    client.force_login(secretary)
    assert post(client, f"/en/transfers/{transfer.key}/", "undo").status_code == AWAY
    assert member.home(localdate()).branch == branch


def test_a_name_that_fits_several_branches_names_them(client, member, secretary, county, other_branch):
    Organisation.objects.found(kind="branch", name="东山村第二支部", name_en="Dongshan Second", under=county)
    client.force_login(secretary)
    words = text_of(post(client, f"/en/members/{member.key}/arrangements/", "ask", target="Dongshan"))

    assert (
        "More than one branch fits: Dongshan Village Branch (Liuxi County Committee); Dongshan Second"
        in words
    )
    assert Transfer.objects.count() == 0


def test_a_member_of_another_branch_is_named_by_number_and_name_together(
    client, stranger, member, other_branch
) -> None:
    client.force_login(stranger)
    page = f"/en/branch/{other_branch.key}/receive/"
    for data in ({"number": "lihui", "name": "王芳"}, {"number": "nobody", "name": "李慧"}):
        assert "do not fit together" in text_of(post(client, page, "ask", **data))
    assert Transfer.objects.count() == 0
    assert AuditEntry.objects.filter(action="branch.looked_for", outcome="refused").count() == 2

    assert post(client, page, "ask", number=" LiHui ", name="li  hui").status_code == AWAY
    assert Transfer.objects.get().member == member


def test_registered_out_and_in_contact_and_return(
    client, member, secretary, stranger, branch, other_branch
) -> None:
    client.force_login(secretary)
    page = f"/en/members/{member.key}/arrangements/"
    contact = make_member("contact", branch, name="周平")
    said = post(
        client, page, "register_out", since=f"{localdate()}", months="3", contact=f"{contact.key}",
        receiving="东山村支部",
    )  # fmt: skip
    assert said.status_code == AWAY
    assert "Less than six months" in text_of(client.get(page))
    registration = MobileRegistration.objects.get()
    client.force_login(stranger)
    assert "Registered out to this branch" in text_of(client.get(f"/en/branch/{other_branch.key}/"))
    client.post(f"/en/registrations/{registration.key}/", {"since": f"{localdate()}"})
    assert member.affiliations.host().get().branch == other_branch

    client.force_login(contact)
    words = text_of(client.get("/en/contacts/"))
    assert "Li Hui" in words
    assert "13900000001" in words
    client.post("/en/contacts/", {"key": f"{registration.key}", "on": f"{localdate()}"})
    assert member.contacts_made.get().by == contact

    client.force_login(stranger)
    assert post(client, page, "return").url == "/en/branch/"
    assert not member.affiliations.host().exists()


def test_a_registration_is_not_for_others(client, member, secretary, branch, third, other_branch) -> None:
    contact = make_member("contact", branch)
    facts = {"since": localdate(), "months": 12, "contact": contact, "receiving": other_branch}
    row = mobility.register_out(member, **facts, by=secretary, at=now())
    guesser = make_member("guesser")
    give_office(guesser, third, Office.Kind.SECRETARY)
    client.force_login(guesser)

    assert client.post(f"/registrations/{row.key}/", {"since": f"{localdate()}"}).status_code == HIDDEN
    assert not member.affiliations.host().exists()


def test_the_navigation_leads_committees_and_contact_persons_there(client, member, secretary, branch) -> None:
    contact = make_member("contact", branch)
    mobility.register_out(member, since=localdate(), months=12, contact=contact, by=secretary, at=now())
    found = {}
    for viewer in (member, secretary, contact):
        client.force_login(viewer)
        nav = client.get("/my-branch/").content.decode()
        nav = nav[nav.index("<nav") : nav.index("</nav>")]
        found[viewer.number] = ('href="/branch/"' in nav, 'href="/contacts/"' in nav)

    assert found == {"lihui": (False, False), "zhangwei": (True, False), "contact": (False, True)}
