"""The second step: codes of the telephone and recovery codes, each once; asked of whoever administers."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client, override_settings
from django.utils.timezone import now

from people import second_step as step
from people.ciphers import decrypted
from people.models import AuditEntry, Member, Office
from tests.cast import PASSWORD, give_office, moment

pytestmark = pytest.mark.django_db

NOON = moment("2026-03-10 12:00")


def code_of(secret: str, at=None, *, later: int = 0) -> str:
    counter = int((at or now()).timestamp()) // 30 + later
    return format_hotp_value(hotp_value(secret, counter))


def signed_in(number: str = "lihui") -> Client:
    client = Client()
    client.post("/sign-in/", {"username": number, "password": PASSWORD})
    return client


def enrol(client: Client) -> str:
    """Switch the second step on as a member does; return the secret."""
    secret = client.get("/account/second-step/").context["secret"].replace(" ", "")
    response = client.post("/account/second-step/", {"code": code_of(secret)})
    assert response.url == "/account/second-step/codes/"
    return secret


@pytest.fixture
def enrolled(member) -> tuple[Client, str, list[str]]:
    """The member's client, the secret of the telephone, the recovery codes."""
    client = signed_in()
    secret = enrol(client)
    return client, secret, client.get("/account/second-step/codes/").context["codes"]


def test_enrolling_shows_ten_codes_once(enrolled, member) -> None:
    client, _secret, codes = enrolled

    assert len(set(codes)) == 10
    assert all(len(code) == 9 and code[4] == " " for code in codes)
    assert client.get("/account/second-step/codes/").context["codes"] == []
    assert AuditEntry.objects.filter(action="second_step.on", actor=member.key).count() == 1


def test_a_wrong_code_switches_nothing_on(member) -> None:
    client = signed_in()
    client.get("/account/second-step/")
    response = client.post("/account/second-step/", {"code": "000000"})

    assert (response.status_code, step.is_on(member)) == (HTTPStatus.OK, False)


def test_the_secret_stays_the_same_until_it_is_confirmed(member) -> None:
    client = signed_in()

    assert (
        client.get("/account/second-step/").context["secret"]
        == (client.get("/account/second-step/").context["secret"])
    )


def test_the_database_holds_neither_secret_nor_seed_in_clear(enrolled) -> None:
    _client, secret, _codes = enrolled
    with connection.cursor() as cursor:
        cursor.execute(
            "select data::text from mfa_authenticator union all select session_data from django_session"
        )
        held = "".join(row[0] for row in cursor.fetchall())
    totp, recovery = Authenticator.objects.order_by("-type")

    assert secret not in held
    assert decrypted(totp.data["secret"]) == secret
    assert len(decrypted(recovery.data["seed"])) == 80


def test_signing_in_asks_for_the_code_before_anything_opens(enrolled) -> None:
    _client, secret, _codes = enrolled
    client = Client()
    response = client.post("/sign-in/", {"username": "lihui", "password": PASSWORD, "next": "/record/"})

    assert response.url == "/sign-in/code/"
    assert client.get("/record/").url == "/sign-in/?next=/record/"
    response = client.post("/sign-in/code/", {"code": code_of(secret, later=1)})
    assert response.url == "/record/"
    assert client.get("/record/").status_code == HTTPStatus.OK


def test_a_code_is_never_accepted_twice(enrolled) -> None:
    _client, secret, _codes = enrolled
    code = code_of(secret, later=1)
    first, second = signed_in(), signed_in()

    assert first.post("/sign-in/code/", {"code": code}).status_code == HTTPStatus.FOUND
    assert second.post("/sign-in/code/", {"code": code}).status_code == HTTPStatus.OK
    assert "_auth_user_id" not in second.session


def test_the_code_that_switched_it_on_signs_nobody_in(member) -> None:
    client = signed_in()
    secret = client.get("/account/second-step/").context["secret"].replace(" ", "")
    code = code_of(secret)
    client.post("/account/second-step/", {"code": code})

    assert signed_in().post("/sign-in/code/", {"code": code}).status_code == HTTPStatus.OK


@pytest.mark.parametrize(("periods", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(enrolled, member, periods, accepted) -> None:
    _client, secret, _codes = enrolled
    Authenticator.objects.filter(type="totp").update(
        data={**Authenticator.objects.get(type="totp").data, "counter": 0}
    )
    try:
        step.check_code(member, code_of(secret, NOON, later=periods), at=NOON, address="")
    except step.NotTheCode:
        assert not accepted
    else:
        assert accepted


def test_an_earlier_code_is_refused_after_a_later_one(enrolled, member) -> None:
    _client, secret, _codes = enrolled
    later = now() + timedelta(hours=1)
    step.check_code(member, code_of(secret, later, later=1), at=later, address="")

    with pytest.raises(step.NotTheCode):
        step.check_code(member, code_of(secret, later), at=later, address="")


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0}"])
def test_a_recovery_code_works_once_however_it_is_typed(enrolled, member, typed) -> None:
    _client, _secret, codes = enrolled
    client, again = signed_in(), signed_in()

    assert client.post("/sign-in/code/", {"code": typed.format(codes[3])}).status_code == HTTPStatus.FOUND
    assert again.post("/sign-in/code/", {"code": codes[3]}).status_code == HTTPStatus.OK
    assert step.codes_left(member) == 9
    assert AuditEntry.objects.get(action="second_step.recovery_used").details == {"left": 9}


def test_full_width_digits_are_digits(enrolled) -> None:
    _client, secret, _codes = enrolled
    wide = code_of(secret, later=1).translate({ord("0") + n: ord("０") + n for n in range(10)})

    assert signed_in().post("/sign-in/code/", {"code": wide}).status_code == HTTPStatus.FOUND


def test_guessing_codes_has_to_wait(enrolled) -> None:
    _client, secret, _codes = enrolled
    client = signed_in()
    for _guess in range(5):
        client.post("/sign-in/code/", {"code": "000000"})
    response = client.post("/sign-in/code/", {"code": code_of(secret, later=1)})

    assert response.context["form"].errors.as_data()["code"][0].code == "wait"
    assert "_auth_user_id" not in client.session


def test_twenty_guesses_in_a_day_are_enough_from_wherever_they_come(enrolled, member) -> None:
    _client, secret, _codes = enrolled
    guesser = Client()
    guesser.post("/sign-in/", {"username": "lihui", "password": PASSWORD})
    for number in range(20):
        guesser.post("/sign-in/code/", {"code": "000000"}, REMOTE_ADDR=f"198.51.{number}.1")
    response = guesser.post("/sign-in/code/", {"code": code_of(secret, later=1)}, REMOTE_ADDR="192.0.2.1")

    assert response.context["form"].errors.as_data()["code"][0].code == "wait"


def test_without_the_password_there_is_no_second_page(client, member) -> None:
    assert client.get("/sign-in/code/").url == "/sign-in/"


def test_a_password_changed_meanwhile_ends_the_waiting(enrolled, member) -> None:
    _client, secret, _codes = enrolled
    client = signed_in()
    member.set_password("quite-another-long-one")
    member.save()

    assert client.post("/sign-in/code/", {"code": code_of(secret, later=1)}).url == "/sign-in/"


def test_new_codes_need_the_password_and_make_the_old_ones_worthless(enrolled, member) -> None:
    client, _secret, codes = enrolled
    assert client.post("/account/second-step/codes/", {"password": "wrong"}).status_code == HTTPStatus.OK
    assert AuditEntry.objects.filter(action="second_step.new_codes").count() == 0

    client.post("/account/second-step/codes/", {"password": PASSWORD})
    fresh = client.get("/account/second-step/codes/").context["codes"]
    assert set(fresh).isdisjoint(codes)
    with pytest.raises(step.NotTheCode):
        step.check_code(member, codes[0], at=now(), address="")
    assert AuditEntry.objects.filter(action="second_step.new_codes").count() == 1


def test_it_is_switched_off_with_the_password(enrolled, member) -> None:
    client, _secret, _codes = enrolled
    client.post("/account/second-step/off/", {"password": "wrong"})
    assert step.is_on(member)

    assert client.post("/account/second-step/off/", {"password": PASSWORD}).url == "/account/"
    assert Authenticator.objects.count() == 0
    assert AuditEntry.objects.filter(action="second_step.off").count() == 1
    assert signed_in().get("/record/").status_code == HTTPStatus.OK


STAFF = [
    (Office.Kind.EDITOR, True),
    (Office.Kind.REVIEWER, True),
    (Office.Kind.SYSTEM_ADMINISTRATOR, True),
    (Office.Kind.AUDIT_ADMINISTRATOR, True),
    (Office.Kind.SECURITY_ADMINISTRATOR, True),
    (Office.Kind.SECRETARY, True),  # of a county committee
    (Office.Kind.OBSERVER, False),
    (Office.Kind.COMMITTEE_MEMBER, False),
    (None, False),
]


@pytest.mark.parametrize(("kind", "asked"), STAFF)
@override_settings(DEMO=False)
def test_whoever_administers_is_led_to_it_before_anything_else(member, county, kind, asked) -> None:
    if kind:
        give_office(member, county, kind)
    client = signed_in()

    for address in ("/record/", "/", "/account/"):
        response = client.get(address)
        assert getattr(response, "url", None) == ("/account/second-step/" if asked else None)
    if asked:
        assert client.get("/admin/").url == "/account/second-step/"
        enrol(client)
        assert client.get("/record/").status_code == HTTPStatus.OK


@override_settings(DEMO=False)
def test_where_it_is_asked_for_it_cannot_be_switched_off(member, county) -> None:
    give_office(member, county, Office.Kind.EDITOR)
    client = signed_in()
    enrol(client)

    assert client.get("/account/second-step/off/").status_code == HTTPStatus.NOT_FOUND
    assert (
        client.post("/account/second-step/off/", {"password": PASSWORD}).status_code == HTTPStatus.NOT_FOUND
    )
    with pytest.raises(step.StillRequired):
        step.switch_off(member, at=now(), address="")
    assert step.is_on(member)


def test_the_demonstration_asks_for_it_of_nobody(editor) -> None:
    assert signed_in("bianji").get("/record/").status_code == HTTPStatus.OK


@override_settings(DEMO=False)
def test_an_office_given_during_a_session_asks_for_it_at_once(member, county) -> None:
    client = signed_in()
    assert client.get("/record/").status_code == HTTPStatus.OK
    give_office(member, county, Office.Kind.EDITOR)

    assert client.get("/record/").url == "/account/second-step/"


@override_settings(DEMO=False)
def test_the_rules_cost_a_page_no_query(member, django_assert_num_queries) -> None:
    client = signed_in()
    client.get("/account/sessions/")
    with django_assert_num_queries(4):  # session, member, sessions, offices: as in the demonstration
        client.get("/account/sessions/")


def test_the_console_removes_it_and_says_why(enrolled, member) -> None:
    step.remove(Member.objects.get(pk=member.pk), by=None, at=now(), reason="telephone lost")

    assert not step.is_on(member)
    assert AuditEntry.objects.get(action="second_step.removed").reason == "telephone lost"


def test_routes_known_by_the_session_wait_for_the_second_step_as_pages_do(
    client, member, editor, settings
) -> None:
    settings.DEMO = False
    client.force_login(editor)
    assert client.get("/api/v1/courses").status_code == HTTPStatus.UNAUTHORIZED
    client.force_login(member)
    assert client.get("/api/v1/courses").status_code == HTTPStatus.OK
