"""The pages of a member's rights: who may open them, what they say, what they cost."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now

from courses.models import LessonEdition
from people import corrections, erasure
from people.models import AuditEntry, Consent, CorrectionRequest, Erasure, Member, NoticeRead, Office
from programmes.models import LessonReached
from tests.cast import PASSWORD, give_office, make_member, moment
from tests.hours.rows import add_record

pytestmark = pytest.mark.django_db

OPEN, AWAY, HIDDEN = HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND
"""Shown; asked to sign in; not there."""

OWN = [
    "/my-data/",
    "/my-data/print/",
    "/my-data/download.json",
    "/my-data/correction/",
    "/my-data/telephone/",
    "/my-data/erasure/",
]

OFFICES = {
    "secretary": ("branch", Office.Kind.SECRETARY),
    "deputy": ("branch", Office.Kind.DEPUTY),
    "committee member": ("branch", Office.Kind.COMMITTEE_MEMBER),
    "visitor": ("branch", Office.Kind.VISITOR),
    "leader of the general branch": ("general_branch", Office.Kind.SECRETARY),
    "leader of the county": ("county", Office.Kind.SECRETARY),
    "observer": ("county", Office.Kind.OBSERVER),
    "stranger": ("other_branch", Office.Kind.SECRETARY),
    "editor": ("county", Office.Kind.EDITOR),
    "system administrator": ("county", Office.Kind.SYSTEM_ADMINISTRATOR),
    "audit administrator": ("county", Office.Kind.AUDIT_ADMINISTRATOR),
    "security administrator": ("county", Office.Kind.SECURITY_ADMINISTRATOR),
    "security administrator elsewhere": ("other_branch", Office.Kind.SECURITY_ADMINISTRATOR),
}
LEADERS = ["secretary", "deputy", "leader of the general branch", "leader of the county", "stranger"]

PAGES: dict[str, list[str]] = {
    "requests": [*LEADERS, "security administrator", "security administrator elsewhere"],
    "correction": ["secretary", "deputy"],
    "own erasure": ["security administrator"],
    "begun erasure": [
        "secretary",
        "deputy",
        "leader of the general branch",
        "leader of the county",
        "security administrator",
    ],
}


@pytest.fixture
def addresses(member, branch, county) -> dict[str, str]:
    give_office(make_member("leads", branch), branch, Office.Kind.SECRETARY)
    starter = make_member("starter")
    give_office(starter, county, Office.Kind.SECURITY_ADMINISTRATOR)
    gone = make_member("gone", branch)
    asked = corrections.ask(member=member, matter="name", should_be="李惠", at=now())
    own = erasure.ask(member=member, reason="own_request", by=member, at=now())
    begun = erasure.ask(member=gone, reason="near_relatives", by=starter, at=now())
    return {
        "requests": "/requests/",
        "correction": f"/requests/{asked.key}/",
        "own erasure": f"/requests/erasures/{own.key}/",
        "begun erasure": f"/requests/erasures/{begun.key}/",
    }


def holder_of(request, name: str) -> Member:
    place, kind = OFFICES[name]
    holder = make_member("holder")
    give_office(holder, request.getfixturevalue(place), kind)
    return holder


@pytest.mark.parametrize("name", list(OFFICES))
@pytest.mark.parametrize("page", list(PAGES))
def test_who_may_look(request, client, addresses, page, name) -> None:
    client.force_login(holder_of(request, name))

    assert client.get(addresses[page]).status_code == (OPEN if name in PAGES[page] else HIDDEN)


@pytest.mark.parametrize("page", list(PAGES))
def test_a_member_answers_no_requests_not_even_the_own(client, member, addresses, page) -> None:
    client.force_login(member)

    assert client.get(addresses[page]).status_code == HIDDEN


@pytest.mark.parametrize("address", OWN)
def test_ones_own_pages_are_for_who_is_signed_in(client, member, address) -> None:
    assert client.get(address).url == f"/sign-in/?next={address}"
    assert client.get(f"/en{address}").url == f"/en/sign-in/?next=/en{address}"

    client.force_login(member)
    for prefix in ("", "/en"):
        response = client.get(prefix + address)
        assert response.status_code == OPEN
        assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address",
    ["/my-data/telephone/withdraw/", "/my-data/erasure/take-back/", "/requests/erase/", "/privacy/read/"],
)
def test_what_changes_something_is_sent_by_a_form(client, member, secretary, address) -> None:
    client.force_login(secretary)

    assert client.get(address).status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("look", ["normal", "large"])
def test_the_privacy_notice_is_open_to_everybody(client, prefix, look) -> None:
    client.cookies["look"] = look
    response = client.get(f"{prefix}/privacy/")

    text = response.content.decode()
    assert response.status_code == OPEN
    assert ("What is not kept" if prefix else "不保存什么") in text
    assert ("Version 1" if prefix else "1") in text
    assert "privacy/read/" not in text


def test_a_guessed_address_is_not_there_and_is_in_the_audit(client, stranger, member, addresses) -> None:
    client.force_login(stranger)

    for page, action in (("correction", "correction.looked"), ("own erasure", "erasure.looked")):
        assert client.get(addresses[page]).status_code == HIDDEN
        entry = AuditEntry.objects.get(action=action, outcome="refused")
        assert (entry.actor, entry.subject) == (stranger.key, member.key)
    assert client.get(f"/requests/{uuid4()}/").status_code == HIDDEN
    assert AuditEntry.objects.filter(outcome="refused").count() == 2


def test_looking_at_requests_is_in_the_audit_of_each_member(client, secretary, member, branch) -> None:
    other = make_member("other", branch)
    for who in (member, other, other):
        corrections.ask(member=who, matter="name", should_be="x", at=now())
    client.force_login(secretary)
    client.get("/requests/")

    looked = AuditEntry.objects.filter(action="correction.looked", actor=secretary.key)
    assert sorted(looked.values_list("subject", flat=True)) == sorted([member.key, other.key])


def test_first_sign_in_leads_to_the_notice_and_then_on(client, member) -> None:
    NoticeRead.objects.filter(member=member).delete()
    fields = {"username": "lihui", "password": PASSWORD, "next": "/record/"}

    response = client.post("/sign-in/", fields)
    assert response.url == "/privacy/?next=%2Frecord%2F"
    page = client.get(response.url).content.decode()
    assert "我已阅读" in page or "privacy/read/" in page

    response = client.post("/privacy/read/", {"next": "/record/"})
    assert response.url == "/record/"
    assert NoticeRead.objects.get(member=member).version == 1
    assert "privacy/read/" not in client.get("/privacy/").content.decode()
    assert Client().post("/sign-in/", fields).url == "/record/"


def test_who_does_not_confirm_may_study_all_the_same(client, member) -> None:
    NoticeRead.objects.filter(member=member).delete()
    client.force_login(member)

    assert client.get("/record/").status_code == OPEN


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example/", ""])
def test_the_notice_leads_nowhere_else(client, member, wanted) -> None:
    client.force_login(member)

    assert client.post("/privacy/read/", {"next": wanted}).url == "/my-data/"


def test_the_download_has_everything_with_codes_and_moments(
    client, member, secretary, lesson, branch
) -> None:
    begin = moment("2026-03-10 10:00")
    add_record(member, lesson.translation_key, at=begin, seconds=600)
    edition = LessonEdition.objects.get()
    LessonReached.objects.create(
        member=member, lesson=lesson.translation_key, edition=edition, reached_at=begin
    )
    client.force_login(member)

    response = client.get("/my-data/download.json")
    content = json.loads(response.content)
    sections = {section["key"]: section for section in content["sections"]}

    day = localdate().isoformat()
    assert response.headers["Content-Disposition"] == f'attachment; filename="my-data-{day}.json"'
    assert (content["format"], content["version"], content["member"]) == (
        "xuecheng.own-data",
        1,
        str(member.key),
    )
    (person,) = sections["people.member"]["rows"]
    assert (person["number"], person["name"], person["phone"]) == ("lihui", "李慧", "13900000001")
    assert "password" not in person
    (home,) = sections["people.affiliation"]["rows"]
    assert home == {
        "kind": {"code": "home", "words": home["kind"]["words"]},
        "branch": {"code": str(branch.key), "words": "柳溪社区支部"},
        "group": None,
        "since": "2020-01-01",
        "until": None,
    }
    (record,) = sections["hours.studyrecord"]["rows"]
    assert (record["started_at"], record["seconds"]) == ("2026-03-10T10:00:00+08:00", 600)
    assert record["what"]["words"] == "群众路线是怎样形成的"
    (reached,) = sections["programmes.lessonreached"]["rows"]
    assert reached["lesson"]["code"] == str(lesson.translation_key)


def test_taking_ones_data_along_is_in_the_audit(client, member) -> None:
    client.force_login(member)
    client.get("/my-data/download.json")
    client.get("/my-data/print/")
    client.get("/my-data/")

    taken = AuditEntry.objects.filter(action="own_data.taken").order_by("id")
    assert [(row.actor, row.subject, row.details) for row in taken] == [
        (member.key, member.key, {"form": "json"}),
        (member.key, member.key, {"form": "print"}),
    ]


def test_the_page_says_who_looked_by_day_and_office_without_names(client, member, secretary) -> None:
    corrections.ask(member=member, matter="name", should_be="李惠", at=now())
    leader = Client()
    leader.force_login(secretary)
    leader.get("/requests/")
    leader.get("/requests/")
    client.force_login(member)

    content = json.loads(client.get("/my-data/download.json").content)
    (looked,) = next(s for s in content["sections"] if s["key"] == "people.auditentry.subject")["rows"]
    assert (looked["day"], looked["office"]["code"], looked["action"]["code"], looked["times"]) == (
        localdate().isoformat(),
        "secretary",
        "correction.looked",
        2,
    )
    assert "张伟" not in json.dumps(looked, ensure_ascii=False)


def test_another_members_rows_are_not_among_ones_own(client, member, secretary) -> None:
    corrections.ask(member=secretary, matter="other", should_be="别人的话", at=now())
    client.force_login(member)

    text = client.get("/my-data/download.json").content.decode()
    assert "别人的话" not in text
    assert "zhangwei" not in text
    assert "13900000002" not in text


def test_my_data_costs_the_same_with_many_rows(client, member, secretary) -> None:
    client.force_login(member)
    client.get("/my-data/")
    few = count_queries(client, "/my-data/")
    for number in range(40):
        add_record(member, at=moment("2026-03-10 10:00") + timedelta(days=number))
    for _number in range(15):
        corrections.ask(member=member, matter="name", should_be="李惠", at=now())

    assert count_queries(client, "/my-data/") <= few + 1  # the clock's titles
    assert few <= 130


def test_the_list_of_requests_costs_the_same_with_many_rows(client, secretary, branch) -> None:
    client.force_login(secretary)
    corrections.ask(member=make_member("one", branch), matter="name", should_be="x", at=now())
    few = count_queries(client, "/requests/")
    for number in range(20):
        corrections.ask(member=make_member(f"m{number}", branch), matter="name", should_be="x", at=now())

    assert count_queries(client, "/requests/") == few


def count_queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == OPEN
    return len(queries)


def test_a_member_asks_and_the_leader_answers(client, member, secretary) -> None:
    client.force_login(member)
    response = client.post("/my-data/correction/", {"matter": "name", "should_be": "是“惠”不是“慧”"})
    assert response.url == "/my-data/"
    asked = CorrectionRequest.objects.get()
    page = client.get("/my-data/").content.decode()
    assert "是“惠”不是“慧”" in page

    leader = Client()
    leader.force_login(secretary)
    assert f"/requests/{asked.key}/" in leader.get("/requests/").content.decode()
    assert "是“惠”不是“慧”" in leader.get(f"/requests/{asked.key}/").content.decode()
    refused = leader.post(f"/requests/{asked.key}/", {"outcome": "refused", "words": ""})
    assert refused.status_code == OPEN
    assert CorrectionRequest.objects.open().count() == 1
    leader.post(f"/requests/{asked.key}/", {"outcome": "refused", "words": "与组织部的名册一致。"})

    assert "与组织部的名册一致。" in client.get("/my-data/").content.decode()
    assert CorrectionRequest.objects.open().count() == 0


def test_those_above_read_counts_of_overdue_requests_and_no_name(
    client, member, county, general_branch
) -> None:
    corrections.ask(member=member, matter="name", should_be="李惠", at=moment("2026-01-05 09:00"))
    leader = make_member("leader")
    give_office(leader, county, Office.Kind.SECRETARY)
    client.force_login(leader)

    page = client.get("/requests/").content.decode()
    assert "城关总支" in page
    assert "李慧" not in page
    assert "李惠" not in page


def test_a_telephone_is_left_and_taken_back(client, member) -> None:
    client.force_login(member)
    client.post("/my-data/telephone/withdraw/")
    assert Member.objects.get(pk=member.pk).phone is None

    wrong = client.post("/my-data/telephone/", {"phone": "not a number"})
    assert wrong.status_code == OPEN
    assert Member.objects.get(pk=member.pk).phone is None

    client.post("/my-data/telephone/", {"phone": "１３９ 0000-0007"})
    assert Member.objects.get(pk=member.pk).phone == "13900000007"
    assert [row.given for row in Consent.objects.order_by("pk")] == [False, True]


def test_an_erasure_is_asked_for_and_taken_back_on_the_page(client, member) -> None:
    client.force_login(member)
    unsure = client.post("/my-data/erasure/", {})
    assert unsure.status_code == OPEN
    assert not Erasure.objects.exists()

    client.post("/my-data/erasure/", {"understood": "on"})
    assert Erasure.objects.open().count() == 1
    client.post("/my-data/erasure/take-back/")
    assert Erasure.objects.open().count() == 0
    assert Member.objects.get(pk=member.pk).erased_at is None


def test_a_security_administrator_begins_and_a_leader_confirms_on_the_pages(
    client, member, secretary, county
) -> None:
    guard = make_member("secadmin")
    give_office(guard, county, Office.Kind.SECURITY_ADMINISTRATOR)
    client.force_login(guard)
    client.post("/requests/erase/", {"number": "nobody", "reason": "near_relatives"})
    assert not Erasure.objects.exists()
    client.post("/requests/erase/", {"number": "lihui", "reason": "near_relatives"})
    asked = Erasure.objects.get()
    assert client.get(f"/requests/erasures/{asked.key}/").status_code == HIDDEN

    leader = Client()
    leader.force_login(secretary)
    page = leader.get(f"/requests/erasures/{asked.key}/").content.decode()
    assert "李慧" in page
    leader.post(f"/requests/erasures/{asked.key}/", {"erase": "1"})

    assert Member.objects.get(pk=member.pk).erased_at is not None


@pytest.mark.parametrize("name", ["secretary", "system administrator", "audit administrator", "editor"])
def test_others_cannot_begin_an_erasure(request, client, member, name) -> None:
    client.force_login(holder_of(request, name))

    response = client.post("/requests/erase/", {"number": "lihui", "reason": "purpose_done"})
    assert response.status_code == HIDDEN
    assert not Erasure.objects.exists()


def test_the_account_page_leads_to_the_rights(client, member, secretary) -> None:
    client.force_login(member)
    page = client.get("/account/").content.decode()
    assert "/my-data/" in page
    assert 'href="/requests/"' not in page

    client.force_login(secretary)
    assert 'href="/requests/"' in client.get("/account/").content.decode()
