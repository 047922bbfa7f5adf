"""Files that are no workbook, or that mean ill: each gets a sentence, and nothing is written."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from django.core.files.storage import storages
from openpyxl import Workbook

from people.models import Member
from people.workbooks import limits, wording
from people.workbooks.problems import Problems
from tests.people.workbooks.books import brought, csv_of, repacked, said, saved, xlsx

HEADINGS = ["党员编号", "姓名", "所在党支部"]
GOOD = xlsx({"党员": [HEADINGS, ["a1", "张三", "柳溪社区支部"]]})
SHEET = "xl/worksheets/sheet1.xml"


def encrypted() -> bytes:
    """The same parts with the flag that says they have a password."""
    content = bytearray(GOOD)
    for found in re.finditer(rb"PK\x01\x02", GOOD):
        content[found.start() + 8] |= 1
    return bytes(content)


def entities() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    return repacked(
        GOOD, {SHEET: f'<!DOCTYPE w [<!ENTITY l0 "ha">{laughs}]><worksheet>&l8;</worksheet>'.encode()}
    )


def many_rows() -> bytes:
    cells = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 200_001))
    return repacked(GOOD, {SHEET: f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode()})


def climbing() -> bytes:
    return repacked(GOOD, {"../../etc/passwd": b"x"})


def many_parts() -> bytes:
    return repacked(GOOD, {f"xl/media/{n}": b"" for n in range(limits.ENTRIES + 1)})


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty_file"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 99, "not_a_workbook"),
    "binary rubbish": (lambda: b"\x01\x02\x00\xff" * 99, "encoding"),
    "a zip of something else": (lambda: _zip({"a.txt": b"a"}), "not_a_workbook"),
    "half of an xlsx": (lambda: GOOD[: len(GOOD) // 2], "damaged"),
    "broken xml": (lambda: repacked(GOOD, {SHEET: b"<worksheet><sheetData>"}), "damaged"),
    "an old xls, or one with a password": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99,
        "old_or_locked",
    ),
    "parts with a password": (encrypted, "locked"),
    "macros": (lambda: repacked(GOOD, {"xl/vbaProject.bin": b"Sub Auto_Open()"}), "macros"),
    "a bomb": (lambda: repacked(GOOD, {"xl/sharedStrings.xml": b" " * (limits.SMALL_BYTES * 4)}), "bomb"),
    "too many parts": (many_parts, "bomb"),
    "paths that climb": (climbing, "damaged"),
    "entities": (entities, "entities"),
    "200,000 rows": (many_rows, "too_many_rows"),
    "no encoding": (lambda: b"\xff\xff\x81\xff,\xff\n" * 9, "encoding"),
    "another table": (lambda: csv_of([["苹果", "梨"], [1, 2]]), "no_sheet_known"),
}


def _zip(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("name", list(FILES))
def test_a_file_that_cannot_be_taken_says_what_to_do(name: str, leader: Member) -> None:
    make, code = FILES[name]
    before = Member.objects.count()

    batch = brought(make() or b"", leader)

    assert (batch.state, batch.report["refused"]) == ("refused", code)
    assert wording.refusal_in_words(batch.report)
    assert not batch.file
    assert Member.objects.count() == before


def test_a_column_for_identity_cards_is_refused_and_the_file_is_deleted(leader: Member) -> None:
    rows = [
        ["党员编号", "姓名", "身份证号", "所在党支部"],
        ["a1", "张三", "11010519491231002X", "柳溪社区支部"],
    ]
    folder = storages["private"].path("people/imports")

    batch = brought(xlsx({"党员": rows}), leader)

    assert (batch.state, batch.report["refused"], bool(batch.file)) == ("refused", "identity", False)
    assert said(batch, "stop")[0].startswith("党员!C1 ")
    assert "11010519491231002X" not in str(batch.report)
    assert not (storages["private"].exists(f"{folder}/{batch.key}"))


@pytest.mark.parametrize("place", [0, 3])
def test_an_identity_number_in_any_column_is_refused(leader: Member, place: int) -> None:
    row: list[object] = ["a1", "张三", "柳溪社区支部", ""]
    row[place] = "11010519491231002X"

    batch = brought(xlsx({"党员": [[*HEADINGS, "备注"], row]}), leader)

    assert (batch.state, batch.report["refused"], bool(batch.file)) == ("refused", "identity", False)
    assert "11010519491231002X" not in str(batch.report)


def test_a_huge_cell_is_a_problem_of_its_row(leader: Member) -> None:
    sheet = (
        '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>姓名</t></is></c>'
        '<c r="C1" t="inlineStr"><is><t>支部</t></is></c></row>'
        f'<row r="2"><c r="A2" t="inlineStr"><is><t>a1</t></is></c>'
        f'<c r="B2" t="inlineStr"><is><t>{"长" * 99_999}</t>'
        '</is></c><c r="C2" t="inlineStr"><is><t>柳溪社区支部</t></is></c></row></sheetData></worksheet>'
    )
    batch = brought(repacked(GOOD, {SHEET: sheet.encode()}), leader)

    assert [problem[1:5] for problem in batch.report["problems"]] == [["党员", 2, "B", "too_long_for_a_cell"]]


def test_formulas_are_found_and_never_evaluated(leader: Member) -> None:
    rows = [HEADINGS, ["a1", '=HYPERLINK("http://x")', "柳溪社区支部"]]

    batch = brought(xlsx({"党员": rows}), leader)

    assert [problem[4] for problem in batch.report["problems"]] == ["formula"]


def test_hidden_sheets_are_not_read_and_that_is_said(leader: Member) -> None:
    book = Workbook()
    book.active.title = "党员"
    book.active.append(HEADINGS)
    book.active.append(["a1", "张三", "柳溪社区支部"])
    hidden = book.create_sheet("名册")
    hidden.append(HEADINGS)
    hidden.append(["a2", "李四", "柳溪社区支部"])
    hidden.sheet_state = "veryHidden"

    batch = brought(saved(book), leader)

    assert batch.report["counts"]["members"] == {"add": 1}
    assert [problem[4] for problem in batch.report["problems"]] == ["hidden"]


def test_every_problem_has_its_words() -> None:
    """Codes in the sources, and sentences for them."""
    import people.workbooks as package

    found: set[str] = set()
    for path in package.__path__:
        from pathlib import Path

        for file in Path(path).glob("check*.py"):
            found |= set(re.findall(r'(?:fault|remark)\(\s*\w+, "\w+", "(\w+)"', file.read_text("utf-8")))
        for name in ("values", "reading", "places"):
            text = (Path(path) / f"{name}.py").read_text("utf-8")
            found |= set(re.findall(r'Wrong\(\s*"(\w+)"', text))

    assert len(found) > 40
    assert found - set(wording.PROBLEMS) == set()
    assert Problems().errors == 0
