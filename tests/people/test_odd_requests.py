"""Whatever stands in an address or a form is answered with a page, a redirect or 404, never with a fault."""

from __future__ import annotations

import pytest
from django.test import Client

from people.admin.tree_changes import CHANGES
from people.branch_acts import ACTS
from people.models import Member, Office, Organisation
from tests.cast import give_office, make_member

pytestmark = pytest.mark.django_db

ODD = ["x" * 10_000, "a\x00b", "0000-00-00", "0001-01-01", "9999-12-31", "-1", "99999999999999999999"]


def sign_in(member: Member) -> Client:
    client = Client()
    client.raise_request_exception = False
    client.force_login(member)
    return client


@pytest.fixture
def county_secretary(county: Organisation) -> Member:
    found = make_member("xianwei", None)
    give_office(found, county, Office.Kind.SECRETARY)
    return found


@pytest.fixture
def guard(county: Organisation) -> Member:
    found = make_member("anquan", None)
    give_office(found, county, Office.Kind.SECURITY_ADMINISTRATOR)
    return found


@pytest.fixture
def auditor(county: Organisation) -> Member:
    found = make_member("shenji", None)
    give_office(found, county, Office.Kind.AUDIT_ADMINISTRATOR)
    return found


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:16])
def test_an_odd_address_is_answered_in_words(odd, county_secretary, auditor, guard, branch, member) -> None:
    asked = [
        (county_secretary, "/admin/people/tree/", ["q"]),
        (county_secretary, f"/admin/people/tree/{branch.key}/", ["p", "closed"]),
        (county_secretary, f"/admin/people/tree/{branch.key}/past/", ["on"]),
        (county_secretary, f"/admin/people/tree/{branch.key}/move/", ["q"]),
        (county_secretary, "/admin/people/offices/", ["q", "kind", "when", "p"]),
        (county_secretary, f"/admin/people/offices/at/{branch.key}/", ["p"]),
        (county_secretary, "/admin/people/members/", ["q", "place", "standing", "office", "mobile", "after"]),
        (auditor, "/admin/audit/", ["since", "until", "action", "actor", "organisation", "after"]),
        (member, "/privacy/", ["next"]),
        (member, "/sign-in/", ["next"]),
    ]
    failed = []
    for who, address, names in asked:
        client = sign_in(who)
        for name in names:
            answer = client.get(address, {name: odd})
            if answer.status_code >= 500:
                failed.append((address, name))
    assert failed == []


GIVEN = {"confirm": "1", "name": "名", "kind": "group", "member": "lihui", "secretary": "lihui"}
"""What is filled in well, so that the odd value is all that is wrong."""


def forms_of(branch: Organisation, member: Member) -> list[tuple[str, str, str]]:
    """Who sends which form where: number of the sender, address, names of the fields."""
    care = "since review_on standing visitor contact months receiving on target"
    office = "since until on deputies members"
    tree = "name_en sector level external_code on place members below"
    here, people = "/admin/people", f"/members/{member.key}"
    return [
        *[("zhangwei", f"{people}/arrangements/?act={act}", care) for act in ACTS],
        ("zhangwei", f"/branch/{branch.key}/receive/", "number name act"),
        ("zhangwei", f"/offices/{branch.key}/name/", office),
        ("zhangwei", f"{people}/code/", "purpose reason"),
        *[("xianwei", f"{here}/tree/{branch.key}/{change}/", tree) for change in CHANGES],
        *[("xianwei", f"{here}/offices/at/{branch.key}/{act}/", office) for act in ("appoint", "hand-over")],
        *[
            ("xianwei", f"{here}/members/act/{act}/", "member reason value since")
            for act in ("codes", "standing")
        ],
        ("anquan", "/requests/erase/", "number reason"),
        ("lihui", "/my-data/correction/", "matter should_be"),
        ("lihui", "/my-data/telephone/", "phone"),
        ("lihui", "/privacy/read/", "next"),
        ("lihui", "/look/", "look next"),
        ("lihui", "/account/second-step/", "code"),
        ("lihui", "/password/", "old_password new_password1 new_password2"),
        ("", "/sign-in/", "username password next"),
        ("", "/code/", "username code"),
    ]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:16])
def test_an_odd_form_is_answered_in_words(
    odd, county_secretary, secretary, guard, branch, member, stranger
) -> None:
    people = {one.number: one for one in (county_secretary, secretary, guard, member)}
    failed = []
    for number, address, names in forms_of(branch, member):
        client = sign_in(people[number]) if number else Client(raise_request_exception=False)
        where, _act, act = address.partition("?act=")
        answer = client.post(
            where, {**GIVEN, **({"act": act} if act else {}), **dict.fromkeys(names.split(), odd)}
        )
        if answer.status_code >= 500:
            failed.append(address)
    assert failed == []
