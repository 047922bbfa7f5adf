"""The show of the issue: a messy workbook, three messages, fifty rows, and no trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import storages
from django.db import connection
from django.utils.translation import override

from people.ciphers import blind_index
from people.models import AuditEntry, ImportBatch, Member, Organisation
from people.workbooks.undoing import take_back
from tests.people.workbooks.books import AT, brought, csv_of, said, written, xlsx

HEADINGS = ["党员编号", " 姓 名 ", "手机（11位）", "出生年份", "党员类别", "所在党支部", "起始日期", "备注"]
RIGHT_DAYS: list[Any] = [46000, "2026.3.1", "2026年3月1日", "20260301", "2026/3/1", date(2026, 3, 1)]


def messy(*, wrong: bool) -> dict[str, list[list[Any]]]:
    """Fifty members of two branches below a title, with blank rows, and a branch said once for many rows."""
    rows: list[list[Any]] = [["柳溪县党员名册"], [], HEADINGS]
    for n in range(50):
        if n % 10 == 0:
            rows.append([])
        rows.append(
            [f"ＬＸ{n:03}" if n % 2 else f" lx {n:03}", f"党员 {n}", f"1380000{n:04}", "1968年", "正式",
             ("柳溪社区支部" if n < 25 else "柳溪县委／东山村支部") if n % 10 == 0 or n == 25 else None,
             RIGHT_DAYS[n % 6], None]
        )  # fmt: skip
    if wrong:
        rows[6][6] = "2026-02-30"
        rows[20][0] = "LX001"
        rows[30][2] = "=1+1"
    return {"党员名册": rows}


def merges(rows: list[list[Any]]) -> list[str]:
    """The title over the sheet, and the branch over the rows to which it belongs."""
    found, start = ["A1:H1"], None
    for number, row in enumerate(rows, 1):
        if len(row) > 5 and row[5] and number > 3:
            start = number
        last = number == len(rows) or not rows[number] or rows[number][5]
        if start and last:
            found.append(f"F{start}:F{number}")
            start = None
    return found


def snapshot() -> dict[str, int]:
    """How many rows each table of ours has, the audit left out."""
    counts = {}
    for model in apps.get_models():
        if model._meta.managed and model._meta.app_label in {"people", "jobs"}:
            with connection.cursor() as cursor:
                cursor.execute(f'select count(*) from "{model._meta.db_table}"')
                counts[model._meta.db_table] = cursor.fetchone()[0]
    return counts


@pytest.fixture
def in_xlsx() -> Callable[[bool], bytes]:
    def make(wrong: bool) -> bytes:
        sheets = messy(wrong=wrong)
        return xlsx(sheets, {"党员名册": merges(sheets["党员名册"])})

    return make


def test_three_wrong_rows_of_fifty_give_three_messages_and_nothing_is_written(
    leader: Member, other_branch: Organisation, in_xlsx: Callable[[bool], bytes]
) -> None:
    with override("en"):
        batch = brought(in_xlsx(True), leader)

        assert said(batch) == [
            "党员名册!G7 There is no day 2026-02-30. Write the date as 2026-03-01.",
            "党员名册!A21 This member number is on row 6 of “党员名册” already (capital letters, wide "
            "characters"
            " and blanks make no difference).",
            "党员名册!C31 There is a formula here. Write the value instead.",
        ]
    assert batch.report["counts"]["members"] == {"add": 47, "bad": 3}
    assert Member.objects.filter(number__startswith="lx").count() == 0


def test_corrected_it_writes_fifty(
    leader: Member, branch: Organisation, other_branch: Organisation, in_xlsx: Callable[[bool], bytes]
) -> None:
    batch = written(in_xlsx(False), leader)

    assert said(batch) == []
    assert batch.state == "written"
    assert batch.report["written"] == {"members_added": 50, "standings_added": 50, "affiliations_added": 50}
    members = Member.objects.filter(number__startswith="lx").order_by("number")
    assert members.count() == 50
    first = members.get(number="lx000")
    assert (first.name, first.phone, first.phone_index) == (
        "党员 0",
        "13800000000",
        blind_index("13800000000"),
    )
    assert (first.birth_year, first.has_usable_password()) == (1968, False)
    assert first.affiliations.get().branch == branch
    assert first.affiliations.get().since == date(2025, 12, 9)
    assert members.get(number="lx001").affiliations.get().since == date(2026, 3, 1)
    assert members.get(number="lx049").affiliations.get().branch == other_branch


def test_taken_back_it_leaves_no_trace_but_the_audit(
    leader: Member,
    other_branch: Organisation,
    in_xlsx: Callable[[bool], bytes],
    django_capture_on_commit_callbacks: Any,
) -> None:
    before = snapshot()
    batch = written(in_xlsx(False), leader)
    file = batch.file.name
    assert storages["private"].exists(file)

    with django_capture_on_commit_callbacks(execute=True):
        take_back(batch, by=leader, at=AT)

    left = {table: count for table, count in snapshot().items() if count != before[table]}
    assert left == {"jobs_job": before["jobs_job"] + 1}  # the job that says it was taken back
    assert not ImportBatch.objects.exists()
    assert not storages["private"].exists(file)
    told = AuditEntry.objects.filter(actor=leader.key).order_by("id").values_list("action", flat=True)
    assert list(told) == ["import.checked", "import.written", "import.undone"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_the_same_as_text_in_any_of_the_usual_encodings(
    leader: Member, other_branch: Organisation, encoding: str
) -> None:
    rows = messy(wrong=False)["党员名册"]
    place = ""
    for row in rows[3:]:
        if row:
            place = row[5] or place
            row[5] = place
            row[6] = row[6].isoformat() if isinstance(row[6], date | datetime) else row[6]
    batch = written(csv_of(rows, encoding), leader, name="党员.csv")

    assert said(batch) == []
    assert Member.objects.filter(number__startswith="lx").count() == 50


def test_wrong_rows_may_be_left_out_by_choice(
    leader: Member, other_branch: Organisation, in_xlsx: Callable[[bool], bytes]
) -> None:
    batch = written(in_xlsx(True), leader, leaving_out=True)

    assert batch.state == "written"
    assert batch.skip == [["党员名册", 7], ["党员名册", 21], ["党员名册", 31]]
    assert Member.objects.filter(number__startswith="lx").count() == 47
