"""The empty workbook to fill in: headings, drop-downs, and a sheet that explains, in one language."""

from __future__ import annotations

from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from people.workbooks import values
from people.workbooks.columns import KINDS, Column, Kind, label

FILLED = 2_000
"""Rows that have drop-downs and formats."""

SHADE = PatternFill("solid", fgColor="FFF2CC")


def write_template(file: IO[bytes]) -> None:
    """Write the workbook in the language that is active."""
    book = Workbook()
    guide = book.active
    guide.title = _("Guide")
    guide.column_dimensions["A"].width = 100
    for line in _guide():
        guide.append([line])
    guide["A1"].font = Font(bold=True, size=14)
    for cell in guide["A"]:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for kind in KINDS.values():
        _add_sheet(book, kind)
    book.save(file)


def _guide() -> list[str]:
    return [
        _("How to fill in this workbook"),
        _(
            "Each sheet has one row for each organisation, member, affiliation or office. Sheets you do not "
            "need stay empty."
        ),
        _("Headings with a star have to be filled in. Do not put the same member number on two rows."),
        _(
            "An organisation is named by its code, or by its full name from the top with strokes: County "
            "Committee/Town General Branch/Community Branch."
        ),
        _("Dates are written as 2026-03-01. A telephone and a number are written as text."),
        _("An empty cell leaves what is there as it is. To empty a field write: clear."),
        _(
            "Never put identity card numbers into this workbook. A workbook that has them is refused and "
            "deleted."
        ),
        _("Write values, not formulas. Macros are refused."),
        _(
            "After you upload it you are shown what would be added and changed, and everything that is "
            "wrong. Nothing is written before you say so."
        ),
    ]


def _add_sheet(book: Workbook, kind: Kind) -> None:
    sheet = book.create_sheet(str(kind.title))
    sheet.freeze_panes = "A2"
    for number, column in enumerate(kind.columns, 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = column.width
        cell = sheet.cell(1, number, f"{column.heading}{' *' if column.required else ''}")
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True)
        if column.required:
            cell.fill = SHADE
        sheet.column_dimensions[letter].number_format = _format(column)
        rule = _rule(column)
        if rule is not None:
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{FILLED}")


def _format(column: Column) -> str:
    return "yyyy-mm-dd" if column.reads is values.day else "@"


def _rule(column: Column) -> Any:
    if column.choices is None:
        return None
    among = column.among or tuple(column.choices.values)
    words = ",".join(label(column.choices, value) for value in among)
    rule = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
    rule.errorTitle, rule.error = str(column.heading)[:32], _("Choose one of the list.")
    return rule
