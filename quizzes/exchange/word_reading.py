"""
Questions in a Word file, in the forms that branches have.

* a table with headings, a question in each row, the columns in any order;
* a table of two columns, label and value, a question in each table or below each other;
* plain paragraphs: 1. …  A. …  B. …  答案：B  解析：…
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from quizzes.exchange.carried import Entry, tidy
from quizzes.exchange.columns import column_named, kind_named
from quizzes.exchange.refusals import FileRefused
from quizzes.exchange.rows import read_row
from quizzes.exchange.word_paragraphs import Running
from quizzes.exchange.word_parts import Paragraph, Table, Words, parts_of

Cells = dict[str, str]


def read_word(file: IO[bytes], most: int) -> Iterator[Entry]:
    """
    Give the questions of all tables and paragraphs.

    :raises FileRefused: when it cannot be read, or there is none in it.
    """
    number = 0
    for entry in _entries(file):
        number += 1
        if number > most:
            raise FileRefused("too_many", most=most)
        entry.number = number
        yield entry
    if not number:
        raise FileRefused("no_questions")


def _entries(file: IO[bytes]) -> Iterator[Entry]:
    running = Running()
    for part in parts_of(file):
        if isinstance(part, Paragraph):
            yield from running.take(part)
            continue
        yield from running.end()
        yield from _of_table(part, running)
    yield from running.end()


def _of_table(table: Table, running: Running) -> Iterator[Entry]:
    headings = next(
        ((place, codes) for place, row in enumerate(table.rows[:5]) if (codes := _headings(row))), None
    )
    if headings is not None:
        yield from _by_rows(table, *headings, running)
    else:
        yield from _by_labels(table, running)


def _headings(row: list[Words]) -> dict[int, str]:
    """The codes of the columns, when this row names the question and something else."""
    codes: dict[int, str] = {}
    for column, cell in enumerate(row):
        code = column_named(cell.text)
        if code and code not in codes.values():
            codes[column] = code
    return codes if "stem" in codes.values() and len(codes) >= 3 else {}


def _by_rows(table: Table, first: int, codes: dict[int, str], running: Running) -> Iterator[Entry]:
    for place, row in enumerate(table.rows[first + 1 :], start=first + 2):
        filled = {tidy(cell.text) for cell in row} - {""}
        if not filled or _headings(row) == codes:
            continue
        if len(filled) == 1:
            if named := kind_named(next(iter(filled))):
                running.kind = named
                continue
            if len(codes) > 2 and len(row) > 1 and all(cell is row[0] for cell in row):
                continue  # a line across the table: a note
        cells = {codes[column]: cell.text for column, cell in enumerate(row) if column in codes}
        if not any(tidy(text) for code, text in cells.items() if code != "number"):
            continue
        yield _entry(
            ("table", table.number, place),
            cells,
            [row[column] for column in codes if column < len(row)],
            running,
        )


def _by_labels(table: Table, running: Running) -> Iterator[Entry]:
    """Label and value; a label that comes again, or 题干, begins the next question."""
    cells: Cells = {}
    words: list[Words] = []
    began, last = 0, ""
    for place, row in enumerate(table.rows, start=1):
        code, value = _labelled(row)
        if code and (code in cells or (code == "stem" and "answer" in cells)) and "stem" in cells:
            yield _entry(("table", table.number, began), cells, words, running)
            cells, words = {}, []
        if code:
            began = began if cells else place
            cells[code], last = value.text, code
            words.append(value)
        elif cells and last and not tidy(row[0].text) and tidy(value.text):
            cells[last] += "\n" + value.text  # the label stands only before the first line
            words.append(value)
    if "stem" in cells and len(cells) > 1:
        yield _entry(("table", table.number, began), cells, words, running)


def _labelled(row: list[Words]) -> tuple[str, Words]:
    apart: list[Words] = []
    for cell in row:
        if not any(cell is other for other in apart):
            apart.append(cell)
    if len(apart) < 2:
        return "", Words()
    code = column_named(apart[0].text)
    texts = [cell for cell in apart[1:] if tidy(cell.text) or cell.lost]
    if not texts:
        return code, Words()
    lost = set().union(*(cell.lost for cell in texts))
    return code, Words("\n".join(cell.text for cell in texts), lost)


def _entry(place: tuple[object, ...], cells: Cells, words: list[Words], running: Running) -> Entry:
    entry = Entry(0, place)
    for lost in sorted(set().union(*(one.lost for one in words)) if words else ()):
        entry.warn("lost", what=lost)
    read_row(entry, cells, kind=running.kind)
    return entry
