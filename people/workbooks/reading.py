"""A file into tables of rows: which sheet is which, where its header stands, and what its cells mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from people.workbooks import limits
from people.workbooks.cells import Cell, Mark, Sheet, column_letters
from people.workbooks.columns import IDENTITY_HEADINGS, KINDS, Column, heading_key, headings, titles
from people.workbooks.problems import ERROR, STOP, WARNING, Problems
from people.workbooks.refusals import Refused, Wrong
from people.workbooks.text_table import read_csv
from people.workbooks.values import CLEAR, is_identity_number
from people.workbooks.xlsx import read_xlsx

Tell = Callable[[str, int, int], None]

GUIDES = frozenset({"说明", "填写说明", "guide", "howto", "readme"})
"""Sheets that explain and hold nothing."""

REMEMBERED = 8_000
"""Cells of a column whose value is remembered: most days, kinds and branches stand there many times."""

HEADER_WITHIN = 30
"""The header is looked for in so many rows with content."""


@dataclass
class Table:
    """A sheet whose header was understood."""

    kind: str
    title: str
    places: dict[str, int]
    header: int
    identity: bool = False

    def letter(self, column: str) -> str:
        """What Excel shows above the column, or nothing where the sheet has none of this name."""
        index = self.places.get(column)
        return "" if index is None else column_letters(index)


class Row:
    """One row: its values by column. `bad` when one is wrong; `waits` when it hangs on a row that is."""

    __slots__ = ("bad", "number", "state", "table", "values", "waits")

    def __init__(self, table: Table, number: int, values: dict[str, Any]) -> None:
        self.table, self.number, self.values = table, number, values
        self.bad = self.waits = False
        self.state = "same"

    def get(self, column: str) -> Any:
        return self.values.get(column)


@dataclass
class Workbook:
    """The rows of all sheets by kind, and what was found wrong while they were read."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {code: [] for code in KINDS})
    problems: Problems = field(default_factory=Problems)
    tables: list[Table] = field(default_factory=list)

    def fault(self, row: Row, column: str, code: str, /, **params: Any) -> None:
        """Note that a row is wrong."""
        row.bad = True
        table = row.table
        self.problems.add(ERROR, table.title, row.number, table.letter(column), code, **params)

    def remark(self, row: Row, column: str, code: str, /, **params: Any) -> None:
        """Note something to look at."""
        table = row.table
        self.problems.add(WARNING, table.title, row.number, table.letter(column), code, **params)

    @property
    def has_identity_numbers(self) -> bool:
        return any(table.identity for table in self.tables)


def open_sheets(file: IO[bytes], name: str, tell: Callable[[], None]) -> tuple[list[Sheet], list[str]]:
    """
    Return the sheets of an XLSX or a CSV, told apart by their content and not by the name.

    :raises Refused: when it is neither, or cannot be taken.
    """
    file.seek(0)
    start = file.read(8)
    if not start:
        raise Refused("empty_file")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("old_or_locked")
    if start.startswith(b"PK"):
        return read_xlsx(file, tell)
    if start.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x1f\x8b", b"7z", b"Rar!")
    ):
        raise Refused("not_a_workbook")
    return [read_csv(file, name.rpartition(".")[0][:60] or "CSV", tell)], []


def read_workbook(
    file: IO[bytes], name: str, tell: Tell, skip: Mapping[str, set[int]] | None = None
) -> Workbook:
    """
    Return what the file says. Rows in `skip` (by the sheet's title) are passed over.

    :raises Refused: when the file cannot be read at all.
    """
    sheets, passed_over = open_sheets(file, name, lambda: tell("reading", 0, 0))
    book = Workbook()
    for code in passed_over:
        book.problems.add(WARNING, "", None, "", code)
    while sheets:
        sheet = sheets.pop(0)
        if sheet.hidden:
            if heading_key(sheet.title) in titles():
                book.problems.add(WARNING, sheet.title, None, "", "hidden")
            continue
        _take(sheet, book, tell, (skip or {}).get(sheet.title, set()))
    if not book.tables:
        raise Refused("no_sheet_known")
    return book


def _take(sheet: Sheet, book: Workbook, tell: Tell, skip: set[int]) -> None:
    table, faults = recognise(sheet)
    for severity, row, letter, code, params in faults:
        book.problems.add(severity, sheet.title, row, letter, code, **params)
    if table is None:
        return
    book.tables.append(table)
    if table.identity or any(fault[0] == STOP for fault in faults):
        return
    body = [row for row in sheet.rows if row[0] > table.header]
    sheet.rows = []
    if len(body) > limits.ROWS:
        raise Refused("too_many_rows", sheet=sheet.title, limit=limits.ROWS)
    kind = KINDS[table.kind]
    columns: list[tuple[Column, int, dict[Cell, Any]]] = [
        (kind.column(name), index, {}) for name, index in table.places.items()
    ]
    known = set(table.places.values())
    rows = book.rows[table.kind]
    body.reverse()
    total = len(body)
    while body:
        number, cells = body.pop()
        if number in skip:
            continue
        read = _read_row(book, table, columns, known, number, cells, since_1904=sheet.since_1904)
        if read is not None:
            rows.append(read)
        if len(body) % 500 == 0:
            tell("reading_rows", total - len(body), total)


def _read_row(
    book: Workbook,
    table: Table,
    columns: list[tuple[Column, int, dict[Cell, Any]]],
    known: set[int],
    number: int,
    cells: list[Cell],
    *,
    since_1904: bool,
) -> Row | None:
    row = Row(table, number, {})
    width = len(cells)
    empty = True
    for column, index, read in columns:
        cell = cells[index] if index < width else None
        if cell is None:
            continue
        try:
            value = read.get(cell)
            if value is None:
                value = column.reads(cell, since_1904)
                if len(read) < REMEMBERED:
                    read[cell] = value
            if value is CLEAR and not column.clears:
                raise Wrong("cannot_be_cleared")
        except Wrong as wrong:
            book.fault(row, column.name, wrong.code, **wrong.params)
            table.identity = table.identity or wrong.code == "identity_number"
            empty = False
            continue
        if value != "":
            row.values[column.name] = value
            empty = False
    for index, cell in enumerate(cells):
        if index not in known and isinstance(cell, str) and len(cell) >= 18 and is_identity_number(cell):
            table.identity = True
            place = column_letters(index)
            book.problems.add(ERROR, table.title, number, place, "identity_number")
    if empty and not row.bad:
        return None
    for column, _, _ in columns:
        if column.required and column.name not in row.values and not row.bad:
            book.fault(row, column.name, "missing")
    return row


Fault = tuple[str, int | None, str, str, dict[str, Any]]


def recognise(sheet: Sheet) -> tuple[Table | None, list[Fault]]:
    """Return what kind of sheet this is and where its columns stand, or why that cannot be said."""
    by_title = titles().get(heading_key(sheet.title))
    best: tuple[int, str, int, dict[str, int]] | None = None
    for number, cells in sheet.head(HEADER_WITHIN):
        for code in [by_title] if by_title else KINDS:
            places = _columns_in(cells, code)
            missing = sum(column.name not in places for column in KINDS[code].required)
            score = len(places) * 2 - missing * (1 if by_title else 3)
            if len(places) >= 2 and (best is None or score > best[0]):
                best = (score, code, number, places)
    if best is None or (not by_title and best[0] <= 0):
        if heading_key(sheet.title) in GUIDES:
            return None, []
        return None, [(WARNING, None, "", "sheet_unknown", {})] if sheet.rows else []
    _, code, header, places = best
    table = Table(code, sheet.title, places, header)
    cells = next(cells for number, cells in sheet.rows if number == header)
    faults = list(_faults_of_header(table, cells))
    table.identity = any(fault[3] == "identity_column" for fault in faults)
    return table, faults


def _columns_in(cells: list[Cell], code: str) -> dict[str, int]:
    known = headings(code)
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if isinstance(cell, str):
            name = known.get(heading_key(cell))
            if name and name not in found:
                found[name] = index
    return found


def _faults_of_header(table: Table, cells: list[Cell]) -> list[Fault]:
    faults: list[Fault] = []
    known = headings(table.kind)
    for column in KINDS[table.kind].required:
        if column.name not in table.places:
            faults.append(
                (STOP, table.header, "", "column_missing", {"column": column.name, "kind": table.kind})
            )
    for index, cell in enumerate(cells):
        if not isinstance(cell, str) or cell is Mark.FORMULA:
            continue
        letter = column_letters(index)
        key = heading_key(cell)
        if IDENTITY_HEADINGS.search(key):
            faults.append((STOP, table.header, letter, "identity_column", {}))
        elif key not in known:
            faults.append((WARNING, table.header, letter, "column_unknown", {"heading": cell[:40]}))
        elif table.places.get(known[key]) != index:
            faults.append((WARNING, table.header, letter, "column_twice", {"heading": cell[:40]}))
    return faults
