"""Tables of figures as a workbook: headings, widths, rows; nothing in it is evaluated."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from people.workbooks.values import escaped, plain

_LOOKS_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Heading:
    """A column: its words, how wide it is, and how its numbers are shown ("0%", "0.00")."""

    words: Any
    width: int = 14
    form: str = ""


@dataclass(frozen=True)
class Table:
    """A sheet of a workbook."""

    title: Any
    headings: Sequence[Heading]
    rows: Iterable[Sequence[Any]]


def book_of(tables: Iterable[Table]) -> bytes:
    """Return the tables as the bytes of an .xlsx file, in the language that is active."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(str(table.title))
        sheet.freeze_panes = "A2"
        for number, heading in enumerate(table.headings, 1):
            sheet.column_dimensions[get_column_letter(number)].width = heading.width
        sheet.append([_head(sheet, heading) for heading in table.headings])
        for row in table.rows:
            sheet.append([_cell(sheet, *pair) for pair in zip(table.headings, row, strict=True)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _head(sheet: Any, heading: Heading) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, str(heading.words))
    cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    return cell


def _cell(sheet: Any, heading: Heading, value: Any) -> Any:
    if isinstance(value, str):
        return _LOOKS_LIKE_AN_ESCAPE.sub("_x005F_", escaped(plain(value)))
    if heading.form and value is not None:
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = heading.form
        return cell
    return value
