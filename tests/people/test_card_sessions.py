"""A session that began with a study card: what it opens, whatever office the member holds."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver, resolve
from django.utils.timezone import localdate, now

from config.by_card import NO_SESSION_ASKED, OPEN
from hours.requirement import requirement_of
from hours.totals import rules_on
from people import cards
from people.account_records import OpenSession
from people.card_sessions import STAYS_FOR
from people.middleware import SEEN, seen_note
from people.models import AuditEntry, Member, Office, StudyCard
from people.second_step import is_on
from tests.architecture.route_table import ADMIN_OF_OURS, ENTRANCES, SITE
from tests.architecture.routes import build_scene, example_of, routes
from tests.cast import PASSWORD, give_office, moment
from tests.hours.rows import add_record
from tests.people.cards import PIN, active_card, sign_in_by_card
from tests.people.test_second_step import enrol

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(member, secretary) -> StudyCard:
    return active_card(member, by=secretary, at=now())


@pytest.fixture
def by_card(client, card) -> Client:
    """Signed in with the member's card."""
    sign_in_by_card(client, card)
    return client


def test_the_walk_of_every_address_with_a_card_of_somebody_who_holds_every_office(
    lesson, monkeypatch
) -> None:
    """Secretary, visitor, editor, administrator in one: by card the list opens, and no more."""
    scene = build_scene(lesson, monkeypatch)
    holder = scene.people["secretary"]
    for other in ("county leader", "general branch leader", "visitor", "editor", "reviewer", "system"):
        for office in Office.objects.filter(member=scene.people[other]):
            Office.objects.create(
                member=holder, organisation=office.organisation, kind=office.kind, since=office.since
            )
    Member.objects.filter(pk=holder.pk).update(is_superuser=True)
    scene.cookies["by card"] = cookies_by_card(holder)
    rows = [*SITE, *ADMIN_OF_OURS, *ENTRANCES]
    wrong = []
    for row in rows:
        address = scene.address(row)
        status = scene.visit("by card", address, row).status_code
        if is_open(address) != (status != HTTPStatus.FORBIDDEN):
            wrong.append(f"{row.method} {address}: {status}")
    for route in routes():
        if route.startswith("admin/"):
            address = example_of(route)
            status = scene.client.get(address).status_code
            if status not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
                wrong.append(f"GET {address}: {status}")

    assert wrong == []


def cookies_by_card(member: Member):
    client = Client()
    answer = sign_in_by_card(client, active_card(member, at=now()))
    assert answer.status_code == HTTPStatus.FOUND
    return client.cookies


def is_open(address: str) -> bool:
    """Whether the list names the route of that address."""
    if address.startswith(("/static/", "/media/")):
        return True
    match = resolve(address.split("?")[0])
    return match.view_name in OPEN or match.namespace in NO_SESSION_ASKED


def test_every_name_in_the_list_is_a_route() -> None:
    named = set(names_below(get_resolver(), ""))

    assert sorted(OPEN - named) == []


def names_below(resolver, namespace: str):
    for entry in resolver.url_patterns:
        if hasattr(entry, "url_patterns"):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from names_below(entry, inner)
        elif entry.name:
            yield f"{namespace}{entry.name}"


def test_what_the_list_does_not_name_is_closed_before_the_view_is_asked(by_card, branch, member) -> None:
    give_office(member, branch, Office.Kind.SECRETARY)
    for address in (
        "/password/",
        "/account/",
        "/overview/",
        f"/branch/{branch.key}/",
        "/my-data/",
        "/admin/",
    ):
        answer = by_card.get(address)
        assert answer.status_code == HTTPStatus.FORBIDDEN, address
    words = by_card.get("/en/password/").content.decode()
    assert "Please sign in with your password" in words
    fields = {
        "old_password": PASSWORD,
        "new_password1": "x-long-enough-9",
        "new_password2": "x-long-enough-9",
    }
    assert by_card.post("/password/", fields).status_code == HTTPStatus.FORBIDDEN
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


def test_a_secretary_sees_nobody_elses_record_by_card(client, member, secretary, branch) -> None:
    record = add_record(member, at=moment("2026-03-10 10:00"))
    sign_in_by_card(client, active_card(secretary, at=now()))

    assert client.get("/record/").status_code == HTTPStatus.OK
    assert client.get(f"/record/{record.pk}/").status_code == HTTPStatus.NOT_FOUND
    client.post("/sign-out/")
    client.force_login(secretary)
    assert client.get(f"/record/{record.pk}/").status_code == HTTPStatus.OK


def test_the_own_record_asks_the_same_hours_as_always(member, branch) -> None:
    """Offices are masked, but more is asked of a secretary by card as well."""
    give_office(member, branch, Office.Kind.SECRETARY)
    day = localdate()
    as_always = requirement_of(member, on=day, rules=rules_on(day))
    fresh = Member.objects.get(pk=member.pk)
    fresh.by_card = True

    assert fresh.held_offices(day) == []
    assert fresh.has_perm("wagtailadmin.access_admin") is False
    assert requirement_of(fresh, on=day, rules=rules_on(day)) == as_always


def test_the_second_step_is_not_asked_and_not_lost(client, member, card) -> None:
    own = Client()
    own.force_login(member)
    enrol(own)
    answer = sign_in_by_card(client, card)

    assert (answer.status_code, answer.url) == (HTTPStatus.FOUND, "/")
    assert is_on(member)
    assert client.get("/account/second-step/").status_code == HTTPStatus.FORBIDDEN


def test_without_staying_the_session_ends_with_the_browser_and_with_it_after_half_a_year(
    client, card
) -> None:
    answer = sign_in_by_card(client, card)
    assert answer.cookies["session"]["max-age"] == ""

    client.post("/sign-out/")
    answer = sign_in_by_card(client, card, stays="on")

    seconds = STAYS_FOR.total_seconds()
    assert seconds - 5 <= int(answer.cookies["session"]["max-age"]) <= seconds
    assert AuditEntry.objects.filter(action="card.signed_in").count() == 2


@pytest.mark.parametrize(("stays", "still_in"), [("", False), ("on", True)])
def test_who_asked_to_stay_is_not_signed_out_when_idle(client, card, stays, still_in) -> None:
    sign_in_by_card(client, card, **({"stays": stays} if stays else {}))
    client.cookies["look"] = "normal"
    idle = now() - timedelta(days=40)
    client.cookies[SEEN] = seen_note(client.session.session_key, int(idle.timestamp()))

    assert (client.get("/record/").status_code == HTTPStatus.OK) is still_in


def test_cancelling_the_card_ends_all_its_sessions_and_no_other(member, secretary, card) -> None:
    first, second, by_password = Client(), Client(), Client()
    sign_in_by_card(first, card)
    sign_in_by_card(second, card, stays="on")
    by_password.post("/sign-in/", {"username": member.number, "password": PASSWORD})
    assert OpenSession.objects.filter(card=card).count() == 2

    cards.revoke_card(member, by=secretary, at=now())

    assert [one.get("/record/").status_code for one in (first, second, by_password)] == [302, 302, 200]
    assert list(OpenSession.objects.values_list("card", flat=True)) == [None]
    assert AuditEntry.objects.get(action="card.revoked").details["sessions"] == 2


def test_a_session_whose_row_survived_ends_all_the_same(by_card, member, secretary, card) -> None:
    """The card is asked at each request, so a session that was overlooked opens nothing."""
    StudyCard.objects.filter(pk=card.pk).update(revoked_at=now())

    assert by_card.get("/record/").url == "/sign-in/?next=/record/"
    active_card(member, by=secretary, at=now())
    assert by_card.get("/record/").url == "/sign-in/"
    assert by_card.get("/record/").url == "/sign-in/?next=/record/"


def test_another_pin_ends_the_sessions_on_other_devices(by_card, card) -> None:
    other = Client()
    sign_in_by_card(other, card)

    fields = {"act": "pin", "old": PIN, "pin": "937504", "again": "937504"}
    assert by_card.post("/my-card/", fields).status_code == HTTPStatus.FOUND

    assert by_card.get("/record/").status_code == HTTPStatus.OK
    assert other.get("/record/").status_code == HTTPStatus.FOUND


def test_a_new_password_and_a_closed_account_end_it_too(by_card, member) -> None:
    Member.objects.filter(pk=member.pk).update(is_active=False)
    assert by_card.get("/record/").status_code == HTTPStatus.FOUND
    Member.objects.filter(pk=member.pk).update(is_active=True)
    assert by_card.get("/record/").status_code == HTTPStatus.OK
    Member.objects.filter(pk=member.pk).update(password=make_password("another-long-one-7"))
    assert by_card.get("/record/").status_code == HTTPStatus.FOUND


def test_the_card_of_another_takes_the_place_of_who_was_signed_in(client, member, secretary, card) -> None:
    """A device of the family: the first is signed out, and nothing of the session goes over."""
    client.post("/sign-in/", {"username": secretary.number, "password": PASSWORD})
    before = client.session.session_key

    sign_in_by_card(client, card)

    assert client.session["_auth_user_id"] == str(member.pk)
    assert not Session.objects.filter(session_key=before).exists()
    assert list(OpenSession.objects.values_list("member", "card")) == [(member.pk, card.pk)]


def test_the_member_sees_such_a_session_among_the_own_and_ends_it(member, by_card) -> None:
    own = Client()
    own.force_login(member)
    session = OpenSession.objects.get(member=member, card__isnull=False)

    shown = own.get("/en/account/sessions/").content.decode()
    assert "with the study card" in shown
    own.post(f"/account/sessions/{session.pk}/end/")

    assert by_card.get("/record/").status_code == HTTPStatus.FOUND
