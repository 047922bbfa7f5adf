"""One-time codes: who makes them for whom, and what they are good for."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.timezone import now

from people.account_records import OneTimeCode
from people.codes import (
    ALPHABET,
    TRIES,
    NotAGoodCode,
    NotYoursToHand,
    check_code,
    looks_after,
    make_code,
    may_hand_code,
    use_code,
)
from people.models import Affiliation, AuditEntry, Member, Office, Organisation
from people.second_step import is_on
from tests.cast import LONG_AGO, PASSWORD, give_office, make_member, moment
from tests.people.test_second_step import enrol, signed_in

pytestmark = pytest.mark.django_db

NOON = moment("2026-03-10 12:00")
NEW = "willow-river-bank"


def hand(member: Member, by: Member | None, *, at=NOON, purpose: str = "forgotten") -> str:
    return make_code(member, by=by, purpose=purpose, reason="came to the branch", at=at)


def test_a_code_is_eight_signs_in_two_groups_that_nobody_mistakes(member, secretary) -> None:
    code = hand(member, secretary)

    assert (len(code), code[4]) == (9, " ")
    assert set(code) - {" "} <= set(ALPHABET)
    assert set(ALPHABET).isdisjoint("0O1IL2Z5SBV")
    kept = OneTimeCode.objects.get()
    assert code.replace(" ", "") not in kept.hashed
    assert kept.expires_at == NOON + timedelta(days=7)


def test_making_one_is_audited_with_its_reason(member, secretary) -> None:
    hand(member, secretary)

    entry = AuditEntry.objects.get(action="code.made")
    assert (entry.actor, entry.subject, entry.reason) == (secretary.key, member.key, "came to the branch")
    assert entry.details == {"purpose": "forgotten"}


def test_a_new_code_cancels_the_old(member, secretary) -> None:
    old, new = hand(member, secretary), hand(member, secretary, at=NOON + timedelta(minutes=1))

    with pytest.raises(NotAGoodCode):
        check_code("lihui", old, at=NOON + timedelta(minutes=2))
    assert check_code("lihui", new, at=NOON + timedelta(minutes=2)).member == member


def test_the_database_holds_one_open_code_for_a_member(member, secretary) -> None:
    hand(member, secretary)
    with pytest.raises(IntegrityError, match="a_member_has_one_open_code_at_a_time"), transaction.atomic():
        OneTimeCode.objects.create(
            member=member, purpose="first", hashed="x", made_at=NOON, expires_at=NOON + timedelta(days=1)
        )
    assert OneTimeCode.objects.count() == 1


@pytest.mark.parametrize(("days", "holds"), [(0, True), (6.99, True), (7, False), (30, False)])
def test_a_code_holds_for_seven_days(member, secretary, days, holds) -> None:
    code = hand(member, secretary)
    try:
        check_code("lihui", code, at=NOON + timedelta(days=days))
    except NotAGoodCode:
        assert not holds
    else:
        assert holds


@pytest.mark.parametrize("identifier", ["lihui", "LIHUI", "139 0000 0001"])
def test_it_may_be_typed_as_one_likes(member, secretary, identifier) -> None:
    code = hand(member, secretary)

    for typed in (code, code.lower(), code.replace(" ", ""), code.replace(" ", "-")):
        assert check_code(identifier, typed, at=NOON).member == member


def test_it_fits_no_other_member(member, secretary, stranger) -> None:
    code = hand(member, secretary)

    with pytest.raises(NotAGoodCode):
        check_code("chenjun", code, at=NOON)


def test_it_works_once_and_ends_every_session(member, secretary) -> None:
    elsewhere = signed_in()
    code = hand(member, secretary)
    found = check_code("lihui", code, at=NOON)
    use_code(found.pk, NEW, at=NOON, address="203.0.113.0/24")

    member.refresh_from_db()
    assert (member.check_password(NEW), member.password_set_at) == (True, NOON)
    assert elsewhere.get("/record/").status_code == HTTPStatus.FOUND
    with pytest.raises(NotAGoodCode):
        use_code(found.pk, "something-else-here", at=NOON, address="")
    with pytest.raises(NotAGoodCode):
        check_code("lihui", code, at=NOON)
    member.refresh_from_db()
    assert member.check_password(NEW)
    assert AuditEntry.objects.get(action="code.used").subject == member.key


def test_after_twenty_wrong_tries_it_is_cancelled(member, secretary) -> None:
    code = hand(member, secretary)
    for _try in range(TRIES):
        with pytest.raises(NotAGoodCode):
            check_code("lihui", "3333 3333", at=NOON)

    with pytest.raises(NotAGoodCode):
        check_code("lihui", code, at=NOON)
    assert OneTimeCode.objects.get().cancelled_at == NOON


def test_a_code_for_somebody_who_came_to_an_office_meanwhile_is_worth_nothing(
    member, secretary, county
) -> None:
    code = hand(member, secretary)
    found = check_code("lihui", code, at=NOON)
    give_office(member, county, Office.Kind.SECURITY_ADMINISTRATOR)

    with pytest.raises(NotAGoodCode):
        check_code("lihui", code, at=NOON)
    with pytest.raises(NotAGoodCode):
        use_code(found.pk, NEW, at=NOON, address="")
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


@pytest.fixture
def place(county, general_branch, branch, other_branch) -> dict[str, Organisation]:
    return {"county": county, "general": general_branch, "branch": branch, "other": other_branch}


SECRETARY, DEPUTY = Office.Kind.SECRETARY, Office.Kind.DEPUTY
SECURITY = Office.Kind.SECURITY_ADMINISTRATOR

WHO_MAY = [
    # office of who hands it, offices of the member (at home in `branch`), may
    ((SECRETARY, "branch"), [], True),
    ((DEPUTY, "branch"), [], True),
    ((SECRETARY, "general"), [], True),
    ((SECRETARY, "county"), [], True),
    ((SECRETARY, "other"), [], False),
    ((Office.Kind.COMMITTEE_MEMBER, "branch"), [], False),
    ((Office.Kind.GROUP_LEADER, "branch"), [], False),
    ((Office.Kind.VISITOR, "branch"), [], False),
    ((Office.Kind.OBSERVER, "county"), [], False),
    ((Office.Kind.EDITOR, "county"), [], False),
    ((Office.Kind.SYSTEM_ADMINISTRATOR, "county"), [], False),
    ((Office.Kind.AUDIT_ADMINISTRATOR, "county"), [], False),
    ((SECURITY, "county"), [], True),
    ((SECURITY, "other"), [], False),
    # beside and above
    ((SECRETARY, "branch"), [(DEPUTY, "branch")], True),
    ((SECRETARY, "branch"), [(Office.Kind.COMMITTEE_MEMBER, "branch")], True),
    ((DEPUTY, "branch"), [(SECRETARY, "branch")], False),
    ((DEPUTY, "branch"), [(DEPUTY, "branch")], False),
    ((SECRETARY, "branch"), [(SECRETARY, "branch")], False),
    ((SECRETARY, "branch"), [(Office.Kind.OBSERVER, "county")], False),
    ((SECRETARY, "branch"), [(SECRETARY, "general")], False),
    ((SECRETARY, "branch"), [(Office.Kind.VISITOR, "other")], False),
    ((SECRETARY, "general"), [(SECRETARY, "branch")], True),
    ((SECRETARY, "county"), [(Office.Kind.VISITOR, "other")], True),
    # pages in the administration: the security administrator alone
    ((SECRETARY, "county"), [(Office.Kind.EDITOR, "branch")], False),
    ((SECRETARY, "county"), [(SECRETARY, "general")], False),
    ((SECRETARY, "county"), [(SECURITY, "county")], False),
    ((SECURITY, "county"), [(Office.Kind.EDITOR, "county")], True),
    ((SECURITY, "county"), [(SECRETARY, "county")], True),
    ((SECURITY, "county"), [(SECURITY, "county")], True),
    ((SECURITY, "branch"), [(SECURITY, "county")], False),
    ((SECURITY, "branch"), [(SECRETARY, "general")], False),
    ((SECURITY, "branch"), [(SECRETARY, "branch")], True),
]


@pytest.mark.parametrize(("giver", "held", "may"), WHO_MAY)
def test_who_may_make_a_code_for_whom(member, place, today, giver, held, may) -> None:
    by = make_member("giver")
    give_office(by, place[giver[1]], giver[0])
    for kind, where in held:
        give_office(member, place[where], kind)

    assert may_hand_code(by, member, on=today) is may
    if not may:
        with pytest.raises(NotYoursToHand):
            hand(member, by, at=now())
        assert not OneTimeCode.objects.exists()


def test_nobody_makes_a_code_for_themself(county, secretary, today) -> None:
    chief = make_member("chief")
    give_office(chief, county, SECURITY)

    assert may_hand_code(chief, chief, on=today) is False
    assert may_hand_code(secretary, secretary, on=today) is False


def test_a_host_branch_does_not_make_codes(member, other_branch, stranger, today) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)

    assert may_hand_code(stranger, member, on=today) is False


def test_an_administrator_without_a_branch_is_helped_by_another_security_administrator(
    county, secretary, today
) -> None:
    chief, auditor = make_member("chief"), make_member("auditor")
    give_office(chief, county, SECURITY)
    give_office(auditor, county, Office.Kind.AUDIT_ADMINISTRATOR)

    assert may_hand_code(chief, auditor, on=today) is True
    assert may_hand_code(secretary, auditor, on=today) is False


def test_a_member_who_may_not_sign_in_gets_no_code(member, secretary, today) -> None:
    Member.objects.filter(pk=member.pk).update(is_active=False)

    assert may_hand_code(secretary, member, on=today) is False


def test_the_link_is_for_whoever_leads_above(member, secretary, stranger, county, today) -> None:
    home = member.home(today)

    assert looks_after(secretary, home, on=today)
    assert not looks_after(stranger, home, on=today)
    assert not looks_after(member, home, on=today)
    assert not looks_after(secretary, secretary.home(today), on=today)


@pytest.mark.parametrize(
    ("viewer", "status"),
    [("secretary", HTTPStatus.OK), ("stranger", HTTPStatus.NOT_FOUND), ("editor", HTTPStatus.NOT_FOUND),
     ("member", HTTPStatus.NOT_FOUND)],
)  # fmt: skip
def test_who_may_look(request, client, member, viewer, status) -> None:
    client.force_login(request.getfixturevalue(viewer))

    assert client.get(f"/members/{member.key}/code/").status_code == status
    asked = AuditEntry.objects.filter(action="code.asked", subject=member.key)
    if viewer != "member":
        assert [entry.outcome for entry in asked] == ["done" if status == HTTPStatus.OK else "refused"]


def test_a_code_is_made_on_the_member_s_page_and_shown_once(client, member, secretary) -> None:
    client.force_login(secretary)
    address = f"/members/{member.key}/code/"
    assert client.post(address, {"purpose": "first", "reason": ""}).status_code == HTTPStatus.OK
    assert not OneTimeCode.objects.exists()

    response = client.post(address, {"purpose": "first", "reason": "came to the branch"})
    code = response.context["code"]
    assert code in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert code not in client.get(address).content.decode()
    assert check_code("lihui", code, at=now()).purpose == "first"


def test_for_a_superior_the_page_says_who_does_it_and_refuses(client, member, secretary, county) -> None:
    give_office(member, county, Office.Kind.OBSERVER)
    client.force_login(secretary)
    address = f"/members/{member.key}/code/"

    assert client.get(address).context["may"] is False
    response = client.post(address, {"purpose": "first", "reason": "came to the branch"})
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert not OneTimeCode.objects.exists()
    assert AuditEntry.objects.get(action="code.made").outcome == "refused"


def with_code(identifier: str, code: str, password: str = NEW) -> tuple[Client, str]:
    """Type a code and choose a password; return the client and where it led."""
    client = Client()
    response = client.post("/code/", {"username": identifier, "code": code})
    if response.status_code != HTTPStatus.FOUND:
        return client, ""
    fields = {"new_password1": password, "new_password2": password}
    response = client.post(response.url, fields)
    return client, getattr(response, "url", "")


def test_with_a_code_the_member_chooses_a_password_and_is_in(member, secretary) -> None:
    code = hand(member, secretary, at=now())
    client, led_to = with_code("lihui", code)

    assert led_to == "/"
    assert client.get("/record/").status_code == HTTPStatus.OK
    member.refresh_from_db()
    assert member.check_password(NEW)


def test_a_password_that_is_too_short_uses_nothing_up(member, secretary) -> None:
    code = hand(member, secretary, at=now())
    client, led_to = with_code("lihui", code, "short")

    assert led_to == ""
    assert OneTimeCode.objects.get().used_at is None
    fields = {"new_password1": NEW, "new_password2": NEW}
    assert client.post("/code/password/", fields).url == "/"


def test_a_code_does_not_take_the_second_step_away(member, secretary) -> None:
    enrol(signed_in())
    code = hand(member, secretary, at=now())
    client, led_to = with_code("lihui", code)

    assert led_to == "/sign-in/code/"
    assert client.get("/record/").status_code == HTTPStatus.FOUND
    assert is_on(member)


@pytest.mark.parametrize(("identifier", "code"), [("lihui", "3333 3333"), ("nobody", "3333 3333")])
def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(member, secretary, identifier, code) -> None:
    hand(member, secretary, at=now())
    response = Client().post("/code/", {"username": identifier, "code": code})

    assert response.status_code == HTTPStatus.OK
    assert response.context["form"].errors.as_data().keys() == {"__all__"}
    assert AuditEntry.objects.filter(action="code.failed").count() == 1


def test_without_a_code_there_is_no_page_for_a_password(client, member) -> None:
    assert client.get("/code/password/").url == "/code/"


def test_whom_to_ring_is_named_on_the_own_device_only(client, member, secretary) -> None:
    assert "张伟" not in client.get("/forgotten/").content.decode()

    client.post("/sign-in/", {"username": "lihui", "password": PASSWORD})
    client.post("/sign-out/")
    text = client.get("/forgotten/").content.decode()
    assert "张伟" in text
    assert "139 0000 0002" in text

    client.post("/sign-in/", {"username": "zhangwei", "password": PASSWORD})
    client.post("/sign-out/")
    assert "张伟" not in client.get("/forgotten/").content.decode()  # a device of several members
