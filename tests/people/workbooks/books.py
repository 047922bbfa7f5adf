"""Workbooks for the tests, made as people make them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile, File
from openpyxl import Workbook

from people.models import ImportBatch, Member
from people.workbooks.importing import bring_in, confirm
from people.workbooks.wording import problem_in_words
from tests.cast import moment

AT = moment("2026-03-10 10:00")

Rows = Sequence[Sequence[Any]]


def xlsx(sheets: Mapping[str, Rows], merged: Mapping[str, Sequence[str]] | None = None) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        for cells in (merged or {}).get(title, ()):
            sheet.merge_cells(cells)
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def csv_of(rows: Rows, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(",".join("" if c is None else str(c) for c in row) for row in rows).encode(encoding)


def repacked(content: bytes, changes: Mapping[str, bytes]) -> bytes:
    """The same XLSX with parts replaced or added."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, part in changes.items():
            new.writestr(name, part)
    return written.getvalue()


def named(content: bytes, name: str = "党员名册.xlsx") -> File:
    return ContentFile(content, name=name)


def brought(content: bytes, by: Member, name: str = "党员名册.xlsx") -> ImportBatch:
    """The workbook after its check."""
    batch = bring_in(named(content, name), by=by, at=AT)
    batch.refresh_from_db()
    return batch


def written(
    content: bytes, by: Member, *, leaving_out: bool = False, name: str = "党员名册.xlsx"
) -> ImportBatch:
    """The workbook after it was checked and written."""
    batch = brought(content, by, name)
    confirm(batch, by=by, at=AT, leaving_out=leaving_out)
    batch.refresh_from_db()
    return batch


def said(batch: ImportBatch, severity: str = "error") -> list[str]:
    """What the report says: `党员!C5 …`."""
    words = [problem_in_words(problem) for problem in batch.report.get("problems", [])]
    return [
        f"{problem['sheet']}!{problem['column']}{problem['row'] or ''} {problem['text']}"
        for problem in words
        if problem["severity"] == severity
    ]
