"""Looking into the audit: for the audit administrator alone, without names, and itself in the audit."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now

from people.audit import ACTIONS, AuditEntry, action, note
from people.audit_seals import seal_waiting
from people.audit_search import MOST_EXPORTED, AuditSearch, Mark, defused, entries, page_of
from people.models import Office
from tests.cast import give_office, make_member, moment

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 10:00")


@pytest.fixture(autouse=True)
def tried():
    """An action of this test's own, known while it runs."""
    yield action("test.tried", "Tried something")
    del ACTIONS["test.tried"]


@pytest.fixture
def auditor(county):
    auditor = make_member("shenji", name="审计员")
    give_office(auditor, county, Office.Kind.AUDIT_ADMINISTRATOR)
    return auditor


@pytest.fixture
def looking(client, auditor):
    client.force_login(auditor)
    return client


def rows(response) -> list[tuple[str, str]]:
    return [(line.entry.reason, line.entry.outcome) for line in response.context["page"].lines]


@pytest.mark.parametrize("address", ["/admin/audit/", "/admin/audit/export/"])
@pytest.mark.parametrize("kind", list(Office.Kind))
def test_who_may_look(client, county, kind, address) -> None:
    holder = make_member("holder")
    give_office(holder, county, kind)
    client.force_login(holder)
    allowed = {"/admin/audit/": HTTPStatus.OK, "/admin/audit/export/": HTTPStatus.METHOD_NOT_ALLOWED}

    expected = allowed[address] if kind == Office.Kind.AUDIT_ADMINISTRATOR else HTTPStatus.NOT_FOUND
    assert client.get(address).status_code == expected
    if expected == HTTPStatus.NOT_FOUND:
        assert client.post(address, {"reason": "x"}).status_code == HTTPStatus.NOT_FOUND
        assert not AuditEntry.objects.filter(action__startswith="audit.").exists()


def test_a_member_and_a_visitor_who_is_not_signed_in_find_nothing(client, member) -> None:
    assert client.get("/admin/audit/").status_code in {HTTPStatus.FOUND, HTTPStatus.NOT_FOUND}
    client.force_login(member)
    assert client.get("/admin/audit/").status_code == HTTPStatus.NOT_FOUND


def test_the_page_shows_keys_and_offices_and_names_nobody(looking, tried, member, secretary, branch) -> None:
    note(
        tried, at=AT, by=secretary, member=member, organisation=branch, address="203.0.113.0/24", reason="查"
    )

    text = looking.get("/admin/audit/").content.decode()

    assert str(member.key)[:8] in text
    assert f"{str(secretary.key)[:8]}</code></a> 书记" in text
    assert ("柳溪社区支部" in text, "203.0.113.0/24" in text, "Tried something" in text) == (True, True, True)
    assert not [name for name in ("李慧", "张伟", "lihui", "zhangwei") if name in text]


@pytest.mark.parametrize(
    ("query", "reasons"),
    [
        ({"since": "2026-03-11"}, ["三"]),
        ({"until": "2026-03-10"}, ["二", "一"]),
        ({"since": "2026-03-10", "until": "2026-03-10"}, ["二", "一"]),
        ({"actor": "zhangwei"}, ["二", "一"]),
        ({"actor": "ZhangWei "}, ["二", "一"]),
        ({"subject": "lihui"}, ["三", "一"]),
        ({"organisation": "柳溪社区支部"}, ["一"]),
        ({"organisation": "liuxi community branch"}, ["一"]),
        ({"outcome": "refused"}, ["三"]),
        ({"actor": "zhangwei", "subject": "lihui"}, ["一"]),
    ],
)
def test_the_filters(looking, tried, member, secretary, stranger, branch, query, reasons) -> None:
    note(tried, at=AT, by=secretary, member=member, organisation=branch, reason="一")
    note(tried, at=moment("2026-03-10 23:59"), by=secretary, member=secretary, reason="二")
    note(tried, at=moment("2026-03-11 00:00"), by=stranger, member=member, reason="三", refused=True)

    response = looking.get("/admin/audit/", {"action": "test.tried", **query})

    assert [reason for reason, _outcome in rows(response)] == reasons


def test_a_key_finds_the_same_as_the_number(looking, tried, member) -> None:
    note(tried, at=AT, by=None, member=member, reason="一")

    assert len(rows(looking.get("/admin/audit/", {"subject": str(member.key)}))) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"actor": "nobody"}, "actor"),
        ({"organisation": "nowhere"}, "organisation"),
        ({"since": "2026-03-11", "until": "2026-03-10"}, "until"),
        ({"action": "no.such"}, "action"),
    ],
)
def test_what_cannot_be_looked_for_is_said_and_nothing_is_shown(looking, query, field) -> None:
    response = looking.get("/admin/audit/", query)

    assert len(response.context["form"].errors[field]) == 1
    assert "page" not in response.context
    assert not AuditEntry.objects.exists()


def test_a_search_is_noted_once_and_its_further_pages_are_not(looking, auditor, tried, member) -> None:
    for n in range(120):
        note(tried, at=AT + timedelta(minutes=n), by=None, member=member, details={"n": n})

    first = looking.get("/admin/audit/", {"subject": "lihui"})
    second = looking.get("/admin/audit/", {"subject": "lihui", "after": str(first.context["page"].next)})
    third = looking.get("/admin/audit/", {"subject": "lihui", "after": str(second.context["page"].next)})

    pages = [response.context["page"] for response in (first, second, third)]
    seen = [line.entry.details.get("n") for page in pages for line in page.lines]
    # The note of the search itself is on that member, and newer than what the first page began with.
    assert seen == list(range(119, -1, -1))
    assert third.context["page"].next is None
    noted = AuditEntry.objects.get(action="audit.searched")
    assert (noted.actor, noted.subject, noted.details) == (
        auditor.key,
        member.key,
        {"subject": str(member.key)},
    )


def test_entries_of_the_same_moment_are_neither_lost_nor_doubled_between_pages(tried) -> None:
    for _n in range(75):
        note(tried, at=AT, by=None)

    first = page_of(AuditSearch(), after=None)
    second = page_of(AuditSearch(), after=Mark.read(str(first.next)))

    ids = [line.entry.id for page in (first, second) for line in page.lines]
    assert (len(first.lines), len(second.lines), len(set(ids))) == (50, 25, 75)


@pytest.mark.parametrize("after", ["", "x", "1", "1-", "-1", "9" * 40 + "-1", "1-99999999999999999999"])
def test_an_address_that_is_no_page_begins_at_the_newest(looking, after) -> None:
    assert Mark.read(after) is None
    assert looking.get("/admin/audit/", {"after": after}).status_code == HTTPStatus.OK


def test_the_number_of_queries_does_not_grow(looking, tried, member, secretary, branch) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert looking.get("/admin/audit/").status_code == HTTPStatus.OK
        return len(captured)

    note(tried, at=AT, by=secretary, member=member, organisation=branch)
    queries()
    few = queries()
    for n in range(45):
        holder = make_member(f"m{n}", branch)
        give_office(holder, branch, Office.Kind.COMMITTEE_MEMBER)
        note(tried, at=AT, by=holder, member=member, organisation=branch)
    assert queries() == few


def test_an_export_asks_for_a_reason_and_is_noted(looking, auditor, tried, member) -> None:
    note(tried, at=AT, by=None, member=member, reason="=1+1", details={"n": 1})
    address = "/admin/audit/export/?action=test.tried"

    assert looking.post(address, {"reason": " "}).status_code == HTTPStatus.FOUND
    assert not AuditEntry.objects.filter(action="audit.exported").exists()
    response = looking.post(address, {"reason": "年度检查"})
    lines = b"".join(response.streaming_content).decode("utf-8").splitlines()

    assert response["Content-Disposition"] == f'attachment; filename="audit-{localdate():%Y-%m-%d}.csv"'
    assert lines[0] == "\ufeffid,at,action,actor,subject,organisation,address,outcome,reason,details"
    (entry,) = AuditEntry.objects.filter(action="test.tried")
    assert lines[1:] == [
        f"{entry.id},2026-03-10T10:00:00+08:00,test.tried,,{member.key},,,done,'=1+1,n: 1",
    ]
    noted = AuditEntry.objects.get(action="audit.exported")
    assert (noted.actor, noted.reason, noted.details) == (
        auditor.key,
        "年度检查",
        {"action": "test.tried", "entries": 1},
    )


def test_too_much_for_one_file_is_refused(looking, monkeypatch, tried) -> None:
    assert MOST_EXPORTED == 50_000
    monkeypatch.setattr("people.audit_search.MOST_EXPORTED", 2)
    for _n in range(3):
        note(tried, at=AT, by=None)

    assert looking.post("/admin/audit/export/", {"reason": "x"}).status_code == HTTPStatus.FOUND
    assert not AuditEntry.objects.filter(action="audit.exported").exists()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_compute_is_defused(text) -> None:
    assert (defused(text), defused(f"a{text}"), defused(None)) == (f"'{text}", f"a{text}", "")


def test_the_state_of_the_chain_is_told(looking, tried) -> None:
    chain = looking.get("/admin/audit/").context["chain"]
    assert (chain.last, chain.verified, chain.waiting) == (None, None, 0)
    note(tried, at=AT, by=None)
    seal_waiting(at=now())

    chain = looking.get("/admin/audit/").context["chain"]
    assert (chain.last.number, chain.waiting) == (2, 0)  # a month each: the entry, and the search


def test_a_search_reads_an_index_and_not_the_whole_audit(tried, member) -> None:
    search = AuditSearch(subject=member.key)

    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        plan = entries(search)[:51].explain()
    assert "Seq Scan" not in plan
