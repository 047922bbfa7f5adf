"""Telephone and recovery codes lost: a security administrator removes the second step, nobody else."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from people import corrections, erasure, second_step
from people.member_acts import NoSecondStep, NotYoursToRemove, remove_second_step
from people.models import AuditEntry, Member, Office, OpenSession
from tests.cast import PASSWORD, give_office, make_member
from tests.people.members_admin import LIST

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXP"
AWAY, HIDDEN, OPEN = HTTPStatus.FOUND, HTTPStatus.NOT_FOUND, HTTPStatus.OK


def protect(member: Member) -> Member:
    """Switch the second step on for somebody."""
    TOTP.activate(member, SECRET)
    RecoveryCodes.activate(member)
    return member


def address_of(member: Member) -> str:
    return f"{LIST}{member.key}/second-step/"


@pytest.fixture
def protected(member) -> Member:
    return protect(member)


@pytest.fixture
def guardian(county) -> Member:
    guardian = make_member("anquan", name="安全员")
    give_office(guardian, county, Office.Kind.SECURITY_ADMINISTRATOR)
    return guardian


@pytest.fixture
def guarding(client, guardian) -> Client:
    client.force_login(guardian)
    return client


@pytest.mark.parametrize("place", ["county", "general_branch", "branch", "other_branch"])
@pytest.mark.parametrize("kind", list(Office.Kind))
def test_who_may(request, client, protected, place, kind) -> None:
    holder = make_member("holder")
    give_office(holder, request.getfixturevalue(place), kind)
    client.force_login(holder)
    may = kind == Office.Kind.SECURITY_ADMINISTRATOR and place != "other_branch"

    assert client.get(address_of(protected)).status_code == (OPEN if may else HIDDEN)
    answer = client.post(address_of(protected), {"reason": "手机遗失"})
    assert answer.status_code == (AWAY if may else HIDDEN)
    assert second_step.is_on(protected) is not may
    assert AuditEntry.objects.filter(action="second_step.removed", outcome="done").count() == int(may)


def test_who_is_signed_out_is_asked_to_sign_in(client, protected) -> None:
    answer = client.get(address_of(protected))

    assert answer.status_code == AWAY
    assert "/sign-in/" in answer.url or "/login/" in answer.url


def test_a_guessed_member_of_another_part_of_the_tree_is_not_there_and_in_the_audit(
    client, branch, stranger
) -> None:
    protect(stranger)
    holder = make_member("holder")
    give_office(holder, branch, Office.Kind.SECURITY_ADMINISTRATOR)
    client.force_login(holder)

    assert client.post(address_of(stranger), {"reason": "x"}).status_code == HIDDEN
    assert second_step.is_on(stranger)
    (noted,) = AuditEntry.objects.filter(actor=holder.key)
    assert (noted.action, noted.subject, noted.outcome) == ("second_step.removed", stranger.key, "refused")


def test_removing_ends_the_sessions_keeps_the_password_and_is_in_the_audit(
    guarding, guardian, member
) -> None:
    there = Client()
    there.post("/sign-in/", {"username": "lihui", "password": PASSWORD})
    protect(member)
    assert OpenSession.objects.filter(member=member).count() == 1
    before, sessions = Member.objects.get(pk=member.pk).password, Session.objects.count()

    answer = guarding.post(address_of(member), {"reason": "手机和备用码都遗失，本人当面提出"})

    assert answer.url == f"{LIST}{member.key}/"
    assert Authenticator.objects.filter(user=member).count() == 0
    assert Member.objects.get(pk=member.pk).password == before
    assert OpenSession.objects.filter(member=member).count() == 0
    assert Session.objects.count() == sessions - 1
    assert there.get("/account/").url == "/sign-in/?next=/account/"
    (noted,) = AuditEntry.objects.filter(action="second_step.removed")
    assert (noted.actor, noted.subject, noted.outcome) == (guardian.key, member.key, "done")
    assert (noted.reason, noted.details) == ("手机和备用码都遗失，本人当面提出", {"sessions": 1})
    assert noted.address == "127.0.0.0/24"

    assert there.post("/sign-in/", {"username": "lihui", "password": PASSWORD}).url == "/"


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_happens(guarding, protected, reason) -> None:
    answer = guarding.post(address_of(protected), {"reason": reason})

    assert "reason" in answer.context["form"].errors
    assert second_step.is_on(protected)
    assert not AuditEntry.objects.filter(action="second_step.removed").exists()


def test_where_there_is_none_the_page_says_so_and_nothing_happens(guarding, guardian, member) -> None:
    page = guarding.get(address_of(member))
    assert (page.status_code, page.context["is_on"]) == (OPEN, False)
    assert 'name="reason"' not in page.content.decode()
    assert guarding.post(address_of(member), {"reason": "x"}).url == f"{LIST}{member.key}/"
    with pytest.raises(NoSecondStep):
        remove_second_step(member, by=guardian, reason="x", at=now())

    assert not AuditEntry.objects.filter(action="second_step.removed").exists()


def test_nobody_removes_their_own(guarding, guardian, branch) -> None:
    give_office(guardian, branch, Office.Kind.VISITOR)
    protect(guardian)

    assert guarding.get(address_of(guardian)).status_code == HIDDEN
    with pytest.raises(NotYoursToRemove):
        remove_second_step(guardian, by=guardian, reason="x", at=now())
    assert second_step.is_on(guardian)


@pytest.mark.parametrize(("place", "may"), [("county", True), ("general_branch", False)])
def test_of_a_security_administrator_another_of_the_whole_part_removes_it(
    request, guardian, place, may
) -> None:
    """One below does not reach the office above, and so not who holds it."""
    protect(guardian)
    other = make_member("other")
    give_office(other, request.getfixturevalue(place), Office.Kind.SECURITY_ADMINISTRATOR)

    if may:
        remove_second_step(guardian, by=other, reason="x", at=now())
    else:
        with pytest.raises(NotYoursToRemove):
            remove_second_step(guardian, by=other, reason="x", at=now())
    assert second_step.is_on(guardian) is not may


def test_who_sees_a_member_but_does_not_reach_their_office_is_refused_and_noted(
    client, branch, county, protected
) -> None:
    give_office(protected, county, Office.Kind.EDITOR)
    holder = make_member("holder")
    give_office(holder, branch, Office.Kind.SECURITY_ADMINISTRATOR)
    client.force_login(holder)

    assert client.get(f"{LIST}{protected.key}/").context["guards"] is False
    assert client.post(address_of(protected), {"reason": "x"}).status_code == HIDDEN
    assert second_step.is_on(protected)
    (noted,) = AuditEntry.objects.filter(actor=holder.key, action="second_step.removed")
    assert (noted.subject, noted.outcome) == (protected.key, "refused")


@override_settings(DEMO=False)
def test_whose_office_asks_for_it_sets_up_a_new_one_before_anything_else(guardian, county) -> None:
    holder = protect(make_member("bianji"))
    give_office(holder, county, Office.Kind.EDITOR)
    remove_second_step(holder, by=guardian, reason="x", at=now())

    client = Client()
    client.post("/sign-in/", {"username": "bianji", "password": PASSWORD})

    assert client.get("/record/").url == "/account/second-step/"


def test_the_member_s_page_offers_it_to_the_security_administrator_alone(
    client, guardian, county, protected, secretary
) -> None:
    leader = make_member("leader")
    give_office(leader, county, Office.Kind.SECRETARY)
    offered = {}
    for viewer in (guardian, leader):
        client.force_login(viewer)
        for seen in (protected, secretary):
            text = client.get(f"{LIST}{seen.key}/").content.decode()
            offered[viewer.number, seen.number] = address_of(seen) in text

    assert [pair for pair, is_offered in offered.items() if is_offered] == [("anquan", "lihui")]


# What waits for an answer


def test_the_menu_of_the_administration_leads_the_security_administrator_to_the_requests(
    client, guardian, county
) -> None:
    leader = make_member("leader")
    give_office(leader, county, Office.Kind.SECRETARY)
    shown = []
    for viewer in (guardian, leader):
        client.force_login(viewer)
        shown.append('"/requests/"' in client.get(LIST).content.decode())

    assert shown == [True, False]


def test_the_branch_page_counts_what_waits_for_who_answers(client, branch, member, secretary) -> None:
    client.force_login(secretary)

    def link() -> str:
        page = client.get(f"/en/branch/{branch.key}/").content.decode()
        (words,) = re.findall(r'href="/en/requests/">([^<]+)</a>', page[page.index("<main") :])
        return words

    said = [link()]
    for _n in range(2):
        corrections.ask(member=member, matter="name", should_be="李惠", at=now())
        said.append(link())
    starter = make_member("starter")
    give_office(starter, branch, Office.Kind.SECURITY_ADMINISTRATOR)
    erasure.ask(member=member, reason="near_relatives", by=starter, at=now())
    said.append(link())

    assert said == [
        "Requests of members",
        "Requests of members: 1 waits for an answer",
        "Requests of members: 2 wait for an answer",
        "Requests of members: 3 wait for an answer",
    ]


def test_the_branch_page_asks_nothing_for_who_answers_no_requests(client, branch, member) -> None:
    committee = make_member("weiyuan", branch)
    give_office(committee, branch, Office.Kind.COMMITTEE_MEMBER)
    client.force_login(committee)

    with CaptureQueriesContext(connection) as captured:
        page = client.get(f"/branch/{branch.key}/")

    assert page.context["requests_waiting"] is None
    assert "/requests/" not in page.content.decode()
    assert not [query for query in captured if "people_correctionrequest" in query["sql"]]
