"""Workbooks (.xlsx) of questions: a heading row somewhere at the top, then a question in each row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import IO

from people.workbooks.cells import Cell, Mark, Sheet, column_letters
from people.workbooks.refusals import Refused
from people.workbooks.xlsx import read_xlsx
from quizzes.exchange.carried import Entry
from quizzes.exchange.columns import column_named, kind_named, told
from quizzes.exchange.refusals import FileRefused
from quizzes.exchange.rows import read_row

HEADINGS_WITHIN = 20
"""Rows at the top among which the headings are looked for."""

_LEFT_OUT = {told(name) for name in ("示例 Examples", "示例", "Examples", "说明 Guide", "说明", "Guide")}


def read_workbook(file: IO[bytes], most: int) -> Iterator[Entry]:
    """
    Give the questions of all sheets that have headings.

    :raises FileRefused: when it cannot be read, or no sheet has them.
    """
    try:
        sheets, _passed_over = read_xlsx(file, lambda: None)
    except Refused as refused:
        raise FileRefused("workbook", reason=refused.code) from refused
    number, found = 0, False
    for sheet in sheets:
        if sheet.hidden or told(sheet.title) in _LEFT_OUT:
            continue
        headings = _headings(sheet)
        if headings is None:
            continue
        found = True
        first, codes = headings
        for entry in _entries(sheet, first, codes, number):
            number = entry.number
            if number > most:
                raise FileRefused("too_many", most=most)
            yield entry
    if not found:
        raise FileRefused("no_headings")


def _headings(sheet: Sheet) -> tuple[int, dict[int, str]] | None:
    """Number of the heading row and the codes of its columns: it is the first that names the question."""
    for number, cells in sheet.rows[:HEADINGS_WITHIN]:
        codes: dict[int, str] = {}
        for column, cell in enumerate(cells):
            code = column_named(cell) if isinstance(cell, str) else ""
            if code and code not in codes.values():
                codes[column] = code
        if "stem" in codes.values() and len(codes) >= 2:
            return number, codes
    return None


def _entries(sheet: Sheet, first: int, codes: dict[int, str], before: int) -> Iterator[Entry]:
    kind, number = kind_named(sheet.title), before
    headings = {column: told(str(cell)) for column, cell in enumerate(dict(sheet.rows)[first])}
    for row, cells in sheet.rows:
        if row <= first or not any(cell is not None for cell in cells):
            continue
        texts = {column: _text(cell) for column, cell in enumerate(cells)}
        filled = {text for text in texts.values() if text}
        if len(filled) == 1 and (named := kind_named(next(iter(filled)))):
            kind = named  # a line between the rows: 二、多选题
            continue
        known = {code: texts.get(column, "") for column, code in codes.items()}
        if not any(text for code, text in known.items() if code != "number"):
            continue
        if all(told(texts.get(column, "")) == headings[column] for column in codes):
            continue  # the headings once more
        number += 1
        entry = Entry(number, ("row", row) if before == 0 else ("sheet_row", sheet.title, row))
        marked = [column for column in codes if _is_marked(cells, column) and codes[column] != "number"]
        for column in marked:
            entry.error(f"cell_{_CODES[cells[column]]}", cell=f"{column_letters(column)}{row}")  # type: ignore[index]
        if not marked:
            read_row(entry, known, kind=kind)
        yield entry


_CODES = {Mark.FORMULA: "formula", Mark.ERROR: "fault", Mark.TOO_LONG: "too_long", Mark.NO_DAY: "no_day"}


def _is_marked(cells: list[Cell], column: int) -> bool:
    return column < len(cells) and isinstance(cells[column], Mark)


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return ""
