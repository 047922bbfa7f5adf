"""What is decided about several members at once: asked for first, with a reason, all of it or nothing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from http import HTTPStatus

import pytest
from django.contrib.sessions.models import Session
from django.utils.timezone import now

from people.admin.members import FORMS
from people.audit import AuditEntry
from people.member_acts import NotYoursToBlock, set_may_sign_in
from people.models import Affiliation, Member, Office, OneTimeCode, Standing
from people.sessions import note_session
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


def test_closing_accounts_asks_first_and_ends_their_sessions(client, leader, member, secretary) -> None:
    client.force_login(member)
    request = client.get("/").wsgi_request
    note_session(request, member, at=now())
    client.force_login(leader)

    asked = post(client, "block", member, secretary)
    assert [chosen.number for chosen in asked.context["chosen"]] == ["lihui", "zhangwei"]
    assert Member.objects.filter(is_active=False).count() == 0

    assert post(client, "block", member, secretary, reason="已调出", confirm="1").url == LIST

    assert set(Member.objects.filter(is_active=False)) == {member, secretary}
    assert not Session.objects.filter(session_key=request.session.session_key).exists()
    noted = AuditEntry.objects.filter(action="account.blocked")
    assert {(e.actor, e.subject, e.reason) for e in noted} == {
        (leader.key, member.key, "已调出"),
        (leader.key, secretary.key, "已调出"),
    }


def test_opening_accounts_again(leading, leader, member, secretary) -> None:
    Member.objects.filter(pk=member.pk).update(is_active=False)

    post(leading, "unblock", member, secretary, reason="回来了", confirm="1")

    member.refresh_from_db()
    assert member.is_active
    (noted,) = AuditEntry.objects.filter(action="account.unblocked")
    assert (noted.subject, noted.actor) == (member.key, leader.key)


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_happens(leading, member, reason) -> None:
    response = post(leading, "block", member, reason=reason, confirm="1")

    assert "reason" in response.context["form"].errors
    member.refresh_from_db()
    assert member.is_active
    assert not AuditEntry.objects.filter(action="account.blocked").exists()


@pytest.mark.parametrize(
    ("place", "kind", "allowed"),
    [
        ("branch", Office.Kind.SECRETARY, True),
        ("general_branch", Office.Kind.SECRETARY, True),
        ("county", Office.Kind.COMMITTEE_MEMBER, True),
        ("county", Office.Kind.DEPUTY, False),  # has pages in the administration
        ("county", Office.Kind.EDITOR, False),
        ("county", Office.Kind.SECURITY_ADMINISTRATOR, False),
    ],
)
def test_whose_account_a_secretary_may_close(request, leader, branch, today, place, kind, allowed) -> None:
    holder = make_member("holder", branch)
    give_office(holder, request.getfixturevalue(place), kind)
    bystander = make_member("bystander", branch)
    if place == "general_branch":
        allowed = False  # leads a higher organisation, so has pages in the administration

    def close() -> int:
        return set_may_sign_in([bystander, holder], may=False, by=leader, reason="x", at=now())

    if allowed:
        assert close() == 2
    else:
        with pytest.raises(NotYoursToBlock):
            close()
    assert Member.objects.filter(is_active=True, pk__in=[holder.pk, bystander.pk]).count() == (
        0 if allowed else 2
    )


def test_nobody_closes_their_own_account(leader, branch) -> None:
    Affiliation.objects.create(member=leader, branch=branch, kind="home", since=LONG_AGO)

    with pytest.raises(NotYoursToBlock):
        set_may_sign_in([leader], may=False, by=leader, reason="x", at=now())
    leader.refresh_from_db()
    assert leader.is_active


def test_the_security_administrator_closes_the_accounts_of_office_holders_too(
    guardian, leader, member
) -> None:
    assert set_may_sign_in([leader, member], may=False, by=guardian, reason="x", at=now()) == 2


def test_one_who_may_not_be_closed_is_said_and_nobody_is(leading, member, county, branch) -> None:
    editor = make_member("bj", branch)
    give_office(editor, county, Office.Kind.EDITOR)

    response = post(leading, "block", member, editor, reason="x", confirm="1")

    assert response.status_code == HTTPStatus.OK
    assert len(response.context["form"].non_field_errors()) == 1
    assert Member.objects.filter(is_active=False).count() == 0


def test_codes_for_several_are_shown_once_and_work(
    leading, leader, member, secretary, county, branch
) -> None:
    editor = make_member("bj", branch)
    give_office(editor, county, Office.Kind.EDITOR)
    Member.objects.filter(pk=member.pk).update(last_login=now())

    response = post(leading, "codes", member, secretary, editor, reason="支部大会上发放", confirm="1")

    codes = {one.member.number: one.code for one in response.context["handed"]}
    assert codes["bj"] is None
    assert all(re.fullmatch(r"[A-Z0-9]{4} [A-Z0-9]{4}", codes[number]) for number in ("lihui", "zhangwei"))
    assert codes["lihui"] in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    kept = {code.member.number: code.purpose for code in OneTimeCode.objects.select_related("member")}
    assert kept == {"lihui": "forgotten", "zhangwei": "first"}
    assert {e.reason for e in AuditEntry.objects.filter(action="code.made")} == {"支部大会上发放"}


def test_codes_for_nobody_one_may_make_them_for(leading, branch, county) -> None:
    editor = make_member("bj", branch)
    give_office(editor, county, Office.Kind.EDITOR)

    response = post(leading, "codes", editor, reason="x", confirm="1")

    assert len(response.context["form"].non_field_errors()) == 1
    assert not OneTimeCode.objects.exists()


def test_the_standing_of_several(leading, member, secretary) -> None:
    fields = {"value": "retired", "since": "2026-01-01", "confirm": "1"}

    assert post(leading, "standing", member, secretary, **fields).url == LIST

    said = Standing.objects.values_list("member__number", "aspect", "value", "since").order_by(
        "member__number"
    )
    assert list(said) == [
        ("lihui", "work", "retired", date(2026, 1, 1)),
        ("zhangwei", "work", "retired", date(2026, 1, 1)),
    ]
    assert AuditEntry.objects.filter(action="standing.set").count() == 2


def test_a_standing_that_does_not_fit_one_is_set_for_nobody(leading, member, secretary, today) -> None:
    Standing.objects.create(member=secretary, aspect="work", value="retired", since=today - timedelta(days=9))

    fields = {"value": "retired", "since": f"{today}", "confirm": "1"}
    response = post(leading, "standing", member, secretary, **fields)

    assert "张伟" in response.context["form"].non_field_errors()[0]
    assert Standing.objects.count() == 1


def test_standings_are_not_for_the_security_administrator(client, guardian, member) -> None:
    client.force_login(guardian)

    assert post(client, "standing", member).status_code == HTTPStatus.NOT_FOUND
    assert post(client, "block", member).status_code == HTTPStatus.OK


@pytest.mark.parametrize("name", list(FORMS))
def test_nobody_chosen_is_said(leading, name) -> None:
    assert post(leading, name).url == LIST


@pytest.mark.parametrize(("name", "key"), [("block", "no-key"), ("nothing", None)])
def test_an_act_that_is_none_and_a_key_that_is_none(leading, member, name, key) -> None:
    response = leading.post(f"{LIST}act/{name}/", {"member": [key or str(member.key)]})

    assert response.status_code == HTTPStatus.NOT_FOUND
