"""Questions as a workbook, and the template: the same headings, with drop-downs, examples and a guide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from quizzes.exchange.carried import Carried
from quizzes.exchange.columns import CATEGORY_WORDS, COLUMNS, KIND_WORDS, Column
from quizzes.exchange.guide import EXAMPLES, GUIDE
from quizzes.exchange.rows import row_of

FILLED = 2_000
"""Rows that have drop-downs."""

SHEET, EXAMPLE_SHEET, GUIDE_SHEET = "试题 Questions", "示例 Examples", "说明 Guide"
SHADE = PatternFill("solid", fgColor="FFF2CC")
NEEDED = {"kind", "stem", "answer"}
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_WRAPPED = Alignment(wrap_text=True, vertical="top")

_ALWAYS = {f"option_{letter}" for letter in "ABCDEF"} | {
    "kind", "stem", "answer", "explanation", "source", "rubric", "category", "tags", "difficulty", "points",
    "partial",
}  # fmt: skip
_IN_TEMPLATE = _ALWAYS | {
    "option_G", "option_H", "stem_en", "answer_en", "explanation_en", "source_en", "rubric_en", "reference",
    *(f"option_{letter}_en" for letter in "ABCDEF"),
}  # fmt: skip

_CHOICES: dict[str, Sequence[str]] = {
    "kind": [words[0] for words in KIND_WORDS.values()],
    "category": [words[0] for words in CATEGORY_WORDS.values()],
    "difficulty": ["1", "2", "3"],
    "partial": ["是", "否"],
}


def write_workbook(questions: Iterable[Carried]) -> bytes:
    """Return a workbook of questions; `read_workbook` reads the same ones from it."""
    rows = [row_of(question) for question in questions]
    used = _ALWAYS.union(*(row.keys() for row in rows)) if rows else _ALWAYS
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    _fill(sheet, [column for column in COLUMNS if column.code in used], rows)
    return _bytes(book)


def write_template() -> bytes:
    """Return the empty workbook with examples and a guide on sheets of their own, in both languages."""
    columns = [column for column in COLUMNS if column.code in _IN_TEMPLATE]
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    _fill(sheet, columns, [])
    _fill(book.create_sheet(EXAMPLE_SHEET), columns, [row_of(question) for question in EXAMPLES])
    guide = book.create_sheet(GUIDE_SHEET)
    guide.column_dimensions["A"].width = guide.column_dimensions["B"].width = 70
    for chinese, english in GUIDE:
        guide.append([chinese, english])
    for row in guide.iter_rows():
        for cell in row:
            cell.alignment = _WRAPPED
    guide["A1"].font = guide["B1"].font = Font(bold=True, size=14)
    return _bytes(book)


def _bytes(book: Workbook) -> bytes:
    into = BytesIO()
    book.save(into)
    return into.getvalue()


def _fill(sheet: Any, columns: list[Column], rows: list[dict[str, str]]) -> None:
    sheet.freeze_panes = "C2"
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = column.width
        cell = sheet.cell(1, number, column.headings[0])
        cell.font, cell.alignment = Font(bold=True), _WRAPPED
        if column.code in NEEDED:
            cell.fill = SHADE
        if column.code in _CHOICES:
            _add_drop_down(sheet, letter, _CHOICES[column.code])
    for place, row in enumerate(rows, start=2):
        for number, column in enumerate(columns, start=1):
            if text := row.get(column.code):
                cell = sheet.cell(place, number)
                cell.value = _ESCAPED.sub("_x005F_", text)
                cell.data_type = "s"  # words that begin with = stay words
                cell.alignment = _WRAPPED


def _add_drop_down(sheet: Any, letter: str, words: Sequence[str]) -> None:
    rule = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    rule.errorTitle, rule.error = "请从列表中选择", "Choose one of the list."
    sheet.add_data_validation(rule)
    rule.add(f"{letter}2:{letter}{FILLED}")
