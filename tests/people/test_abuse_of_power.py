"""What a malicious secretary, a curious neighbour or a thief of a session tries, and does not get."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.utils.timezone import localdate, now

from people import arranging, corrections, delegation, erasure, tree
from people.codes import NotAGoodCode, check_code, make_code
from people.member_acts import NotYoursToRemove, remove_second_step
from people.models import (
    Affiliation,
    CorrectionRequest,
    Erasure,
    ErasureDecision,
    Member,
    Office,
    Pairing,
    Sight,
)
from people.passwords import choose_password
from people.second_step import is_on
from tests.cast import PASSWORD, give_office, make_member
from tests.people.test_second_step import enrol, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def guard(county) -> Member:
    guard = make_member("secadmin")
    give_office(guard, county, Office.Kind.SECURITY_ADMINISTRATOR)
    return guard


def erase(member: Member, guard: Member) -> None:
    asked = erasure.ask(member=member, reason="own_request", by=member, at=now())
    erasure.confirm(asked.key, by=guard, at=now())


@pytest.mark.parametrize("began", [timedelta(days=30), timedelta(days=0)], ids=["long ago", "today"])
def test_who_stands_in_for_an_erased_member_holds_the_office_no_longer(branch, member, guard, began) -> None:
    today = localdate()
    holder = make_member("holder", branch)
    Office.objects.create(member=holder, organisation=branch, kind="secretary", since=today - began)
    office = Office.objects.get(member=holder)
    until = today + timedelta(days=20)
    delegation.delegate(office, member, since=today, until=until, by=holder, at=now())
    erase(holder, guard)

    assert not Office.objects.filter(member=member, until__gt=today).exists()
    assert not Office.objects.filter(member=member, stands_in_for=None).exists()


def test_a_session_from_before_the_second_step_ends_when_it_is_switched_on(member) -> None:
    thief = signed_in()  # knows the password, and no code
    enrol(signed_in())

    assert thief.get("/account/").status_code == HTTPStatus.FOUND


def test_leaving_anothers_number_as_ones_telephone_gives_no_free_guesses(branch) -> None:
    make_member("13911112222", branch)
    thief = make_member("thief", branch, phone="13911112222")
    thief.set_password("the-thiefs-own-word")
    thief.save()
    client = Client()
    client.post("/sign-in/", {"username": "thief", "password": "the-thiefs-own-word"})
    client.post("/sign-out/")  # the device knows the thief by now
    for _round in range(2):
        for _try in range(3):
            client.post("/sign-in/", {"username": "13911112222", "password": "wrong"})
        client.post("/sign-in/", {"username": "13911112222", "password": "the-thiefs-own-word"})
        client.post("/sign-out/")
    answer = client.post("/en/sign-in/", {"username": "13911112222", "password": "wrong"})

    assert "did not work several times" in answer.content.decode()


def test_the_old_password_is_not_guessed_without_end(member) -> None:
    client = signed_in()
    new = "another-good-password"
    for _try in range(6):
        client.post("/password/", {"old_password": "wrong", "new_password1": new, "new_password2": new})
    client.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})

    assert Member.objects.get(pk=member.pk).check_password(PASSWORD)


def test_the_host_is_not_told_who_visits_in_the_home_branch(
    client, member, secretary, stranger, branch, other_branch
) -> None:
    visitor = make_member("visitor", branch, name="赵访", name_latin="Zhao Fang")
    give_office(visitor, branch, Office.Kind.VISITOR)
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=localdate())
    client.force_login(stranger)
    page = client.post(f"/members/{member.key}/arrangements/", {"act": "assign"})

    assert page.status_code == HTTPStatus.OK
    assert "赵访" not in page.content.decode()
    assert str(visitor.key) not in page.content.decode()
    assert not Pairing.objects.exists()


def test_a_visitor_whose_office_ended_sees_the_member_no_longer(
    member, secretary, branch, other_branch
) -> None:
    today = localdate()
    visitor = make_member("visitor", branch)
    give_office(visitor, branch, Office.Kind.VISITOR)
    arranging.assign_visitor(member, visitor=visitor, by=secretary, at=now())
    give_office(visitor, other_branch, Office.Kind.VISITOR)
    seen = Member.objects.visible_to(visitor, sight=Sight.CONTACT, on=today)
    assert member in seen
    Office.objects.filter(member=visitor, organisation=branch).update(until=today - timedelta(days=1))
    visitor = Member.objects.get(pk=visitor.pk)

    assert member not in Member.objects.visible_to(visitor, sight=Sight.CONTACT, on=today)


def test_taking_back_what_was_just_decided_says_so(client, member, guard, monkeypatch) -> None:
    asked = erasure.ask(member=member, reason="own_request", by=member, at=now())
    client.force_login(member)
    whole = erasure.take_back

    def too_late(found, **given) -> None:
        erasure.refuse(asked.key, words="no", by=guard, at=now())
        whole(found, **given)

    monkeypatch.setattr(erasure, "take_back", too_late)
    answer = client.post("/my-data/erasure/take-back/")

    assert answer.status_code == HTTPStatus.FOUND
    assert ErasureDecision.objects.get().outcome == "refused"


def test_no_office_begins_in_a_closed_organisation(branch, county) -> None:
    today, holder = localdate(), make_member("holder")
    Office.objects.create(
        member=holder, organisation=branch, kind="secretary", since=today + timedelta(days=5)
    )
    tree.close(branch, by=None, at=now(), on=today)

    assert not Office.objects.held_on(today + timedelta(days=5)).filter(organisation=branch).exists()


def test_a_member_does_not_try_out_whose_telephone_a_number_is(client, member, secretary) -> None:
    client.force_login(member)
    for _try in range(5):
        client.post("/my-data/telephone/", {"phone": "13900000002"})
    taken = client.post("/my-data/telephone/", {"phone": "13900000002"}).content
    free = client.post("/my-data/telephone/", {"phone": "13977777777"})

    assert free.status_code == HTTPStatus.OK
    assert Member.objects.get(pk=member.pk).phone == "13900000001"
    assert taken


@pytest.mark.parametrize("kind", ["system_administrator", "audit_administrator"])
def test_who_makes_codes_does_not_take_the_second_step_off_another_administrator(county, guard, kind) -> None:
    other = make_member("other")
    give_office(other, county, kind)
    TOTP.activate(other, "JBSWY3DPEHPK3PXP")
    with pytest.raises(NotYoursToRemove):
        remove_second_step(other, by=guard, reason="x", at=now())

    assert is_on(other)


def test_requests_of_who_belongs_nowhere_are_not_for_every_security_administrator(
    county, guard, general_branch
) -> None:
    nowhere, below = make_member("nowhere"), make_member("below")
    give_office(below, general_branch, Office.Kind.SECURITY_ADMINISTRATOR)
    corrections.ask(member=nowhere, matter="name", should_be="赵", at=now())
    erasure.ask(member=nowhere, reason="own_request", by=nowhere, at=now())
    today = localdate()

    for viewer, number in [(guard, 1), (below, 0)]:
        assert CorrectionRequest.objects.for_answer_by(viewer, on=today).count() == number
        assert Erasure.objects.for_decision_by(viewer, on=today).count() == number


def test_a_code_kept_back_is_worth_nothing_once_the_member_chose_a_password(member, secretary) -> None:
    code = make_code(member, by=secretary, purpose="forgotten", reason="x", at=now())
    choose_password(member, "another-good-password", at=now(), address="", keeps=None)

    with pytest.raises(NotAGoodCode):
        check_code("lihui", code, at=now())
