"""The pages of workbooks: who may look, and the whole way through them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now
from pytest_django.asserts import assertRedirects

from jobs.models import Job
from people.models import AuditEntry, ImportBatch, Member, Organisation, WorkbookExport
from people.workbooks import limits
from people.workbooks.exporting import ask_for_export
from people.workbooks.undoing import take_back
from tests.cast import PASSWORD, give_office, make_member
from tests.people.workbooks.books import AT, brought, named, written, xlsx

GOOD = {"党员": [["编号", "姓名", "支部"], ["n1", "赵一", "柳溪社区支部"]]}
BOOK = {"党员": [["编号", "姓名", "支部"], ["n1", "赵一", "柳溪社区支部"], ["n2", "钱二", "没有的支部"]]}


def signed_in(client: Client, member: Member) -> Client:
    client.force_login(member)
    return client


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("leader", 200),
        ("secretary", 404),
        ("member", 404),
        ("editor", 404),
        ("stranger", 404),
        ("observer", 404),
        (None, 302),
    ],
)
def test_who_may_look(
    client: Client,
    request: pytest.FixtureRequest,
    leader: Member,
    county: Organisation,
    who: str | None,
    status: int,
) -> None:
    mine = brought(xlsx(BOOK), leader)
    made = ask_for_export(county, by=leader, at=now(), form="members", reason="核对名册", language="zh-hans")
    if who == "observer":
        give_office(watcher := make_member("watcher"), county, "observer")
        client.force_login(watcher)
    elif who:
        client.force_login(request.getfixturevalue(who))

    for name, key in (
        ("people_workbooks", None),
        ("people_workbook_template", None),
        ("people_workbook", mine.key),
        ("people_workbook_progress", mine.job.key),
        ("people_export", made.key),
        ("people_export_file", made.key),
    ):
        answer = client.get(reverse(name, kwargs={"key": key} if key else None))
        assert answer.status_code == status, name
    for name, key in (("people_export_new", None), ("people_export_stop", made.key)):
        answer = client.post(reverse(name, kwargs={"key": key} if key else None))
        assert answer.status_code == (302 if status == 200 else status), name


def test_another_leaders_export_is_not_there(client: Client, leader: Member, county: Organisation) -> None:
    made = ask_for_export(county, by=leader, at=now(), form="members", reason="核对名册", language="zh-hans")
    give_office(other := make_member("other"), county, "deputy")
    signed_in(client, other)

    for name in ("people_export", "people_export_file"):
        assert client.get(reverse(name, kwargs={"key": made.key})).status_code == 404
    assert client.post(reverse("people_export_stop", kwargs={"key": made.key})).status_code == 404
    assert not AuditEntry.objects.filter(action="export.fetched").exists()


def test_another_leaders_workbook_is_not_there(client: Client, leader: Member, county: Organisation) -> None:
    mine = brought(xlsx(BOOK), leader)
    give_office(other := make_member("other"), county, "deputy")

    for name in ("people_workbook", "people_workbook_progress"):
        key = mine.key if name == "people_workbook" else mine.job.key
        assert signed_in(client, other).get(reverse(name, kwargs={"key": key})).status_code == 404
    answer = client.post(
        reverse("people_workbook_act", kwargs={"key": mine.key, "name": "write"}), {"leave_out": "1"}
    )

    assert answer.status_code == 404
    assert not Member.objects.filter(number="n1").exists()


def test_from_the_file_to_the_report_to_writing_to_taking_back(client: Client, leader: Member) -> None:
    signed_in(client, leader)
    answer = client.post(reverse("people_workbooks"), {"file": named(xlsx(BOOK))}, follow=True)
    batch = ImportBatch.objects.get()

    assert answer.redirect_chain[-1][0] == reverse("people_workbook", kwargs={"key": batch.key})
    page = answer.content.decode()
    assert "没有的支部" in page
    assert "<td>党员</td><td>3</td><td>C</td>" in page
    act = {"key": batch.key}
    client.post(reverse("people_workbook_act", kwargs=act | {"name": "write"}))
    assert not Member.objects.filter(number="n1").exists()
    client.post(reverse("people_workbook_act", kwargs=act | {"name": "write"}), {"leave_out": "1"})
    assert list(Member.objects.filter(number__startswith="n").values_list("number", flat=True)) == ["n1"]
    assert client.get(reverse("people_workbook", kwargs=act)).status_code == 200
    client.post(reverse("people_workbook_act", kwargs=act | {"name": "undo"}))
    assert not Member.objects.filter(number="n1").exists()
    assert not ImportBatch.objects.exists()


def test_too_large_a_file_is_refused_before_it_is_read(client: Client, leader: Member) -> None:
    signed_in(client, leader)
    answer = client.post(
        reverse("people_workbooks"),
        b"",
        "multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(limits.FILE_BYTES + 1),
    )

    assert answer.status_code == 302
    assert not ImportBatch.objects.exists()


def test_the_upload_needs_the_token(leader: Member) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.login(username=leader.number, password=PASSWORD)

    answer = strict.post(reverse("people_workbooks"), {"file": named(xlsx(BOOK))})

    assert answer.status_code == 403
    assert not ImportBatch.objects.exists()


def test_an_export_is_asked_for_with_a_reason_and_fetched(
    client: Client, leader: Member, county: Organisation
) -> None:
    signed_in(client, leader)
    form = {"organisation": county.pk, "form": "xlsx", "reason": ""}
    client.post(reverse("people_export_new"), form)
    assert not Job.objects.exists()

    answer = client.post(reverse("people_export_new"), form | {"reason": "核对名册"}, follow=True)

    assert answer.status_code == 200
    file = client.get(answer.redirect_chain[-1][0] + "file/")
    assert b"".join(file.streaming_content).startswith(b"PK")


def test_the_list_asks_the_same_number_of_questions(
    client: Client, leader: Member, county: Organisation, django_assert_num_queries: Any
) -> None:
    signed_in(client, leader)
    add_to_the_list(leader, county, 2)
    client.get(reverse("people_workbooks"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("people_workbooks"))
    add_to_the_list(leader, county, 20)

    with django_assert_num_queries(len(few)):
        page = client.get(reverse("people_workbooks")).content.decode()

    assert page.count(".xlsx</a>") == 22
    assert page.count("/people/workbooks/export/") == 23  # the form, and each export


def add_to_the_list(leader: Member, county: Organisation, number: int) -> None:
    """So many imports and exports of the leader's."""
    for n in range(number):
        ImportBatch.objects.create(asked_by=leader, asked_at=AT, file_name=f"{n}.xlsx")
        job = Job.objects.create(kind="people.export", asked_by=leader, asked_at=AT)
        WorkbookExport.objects.create(
            asked_by=leader, organisation=county, reason="核对名册", asked_at=AT, job=job
        )


def test_an_import_that_was_taken_back_leads_to_the_list(
    client: Client, leader: Member, member: Member
) -> None:
    batch = written(xlsx(GOOD), leader)
    take_back(batch, by=leader, at=AT)
    job = Job.objects.get(kind="people.import_undo")
    where = reverse("people_workbook", kwargs={"key": batch.key})
    signed_in(client, leader)

    assert client.get(where).status_code == 404
    assert client.get(where, {"job": "nonsense"}).status_code == 404
    assertRedirects(client.get(where, {"job": job.key}), reverse("people_workbooks"))
