"""Tables of Word: merged cells taken apart, what else stands in a cell told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from docx.oxml.ns import qn

from courses.importing.document import Block, Heading, Items, Paragraph, Picture, Run, Runs, Table, joined
from courses.importing.word_reading import Reading, all_words, is_word, local
from courses.importing.word_styles import number

Inside = Callable[[Any], list[Block]]
"""Reads the blocks within a cell."""

MOST_COLUMNS = 60


def read_table(reading: Reading, element: Any, inside: Inside) -> list[Block]:
    """Return a table and the pictures in it; a table of one column is a frame around its paragraphs."""
    rows: list[list[tuple[Any, int, bool]]] = []
    for row in _rows(reading, element):
        rows.append(list(_cells(row)))
    if not rows:
        return []
    if max(sum(span for _cell, span, _goes_on in row) for row in rows) == 1:
        return [block for row in rows for cell, _span, _goes_on in row for block in inside(cell)]
    return _grid(reading, rows, inside)


def _rows(reading: Reading, element: Any) -> Iterator[Any]:
    for child in element:
        name = local(child)
        if name == "tr" and is_word(child):
            properties = child.find(qn("w:trPr"))
            if properties is not None and properties.find(qn("w:del")) is not None:
                reading.lose("deleted", all_words(child))
            else:
                yield child
        elif name in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _rows(reading, child)


def _cells(row: Any) -> Iterator[tuple[Any, int, bool]]:
    """Each cell, how many columns it takes, and whether it goes on from the row above."""
    for child in row:
        name = local(child)
        if name == "tc" and is_word(child):
            properties = child.find(qn("w:tcPr"))
            span, goes_on = 1, False
            if properties is not None:
                wide, merged = properties.find(qn("w:gridSpan")), properties.find(qn("w:vMerge"))
                span = (number(wide.get(qn("w:val"))) or 1) if wide is not None else 1
                goes_on = merged is not None and merged.get(qn("w:val"), "continue") == "continue"
            yield child, max(1, min(span, MOST_COLUMNS)), goes_on
        elif name in ("sdt", "sdtContent", "customXml"):
            yield from _cells(child)


def _grid(reading: Reading, rows: list[list[tuple[Any, int, bool]]], inside: Inside) -> list[Block]:
    table, pictures, merged = Table([]), [], 0
    for row in rows:
        cells: list[list[Runs]] = []
        for cell, span, goes_on in row:
            if span > 1 or goes_on:
                merged += 1
            content: list[Runs] = []
            for block in inside(cell):
                if isinstance(block, Picture):
                    pictures.append(block)
                content += _in_cell(reading, block)
            cells.append(content)
            cells.extend([] for _more in range(span - 1))
        table.rows.append(cells[:MOST_COLUMNS])
        if any(cells[MOST_COLUMNS:]):
            reading.lose("table_too_large", count=len(cells[MOST_COLUMNS:]))
    width = max(len(row) for row in table.rows)
    for filled in table.rows:
        filled.extend([] for _missing in range(width - len(filled)))
    table.merged, table.header = merged, len(table.rows) > 1
    if merged:
        reading.lose("merged_cells", count=merged)
    if pictures:
        reading.lose("picture_in_table", count=len(pictures))
    return [table, *pictures]


def _in_cell(reading: Reading, block: Block) -> list[Runs]:
    """A block as paragraphs of a cell."""
    if isinstance(block, Paragraph):
        return [block.runs]
    if isinstance(block, Heading):
        return [[Run(run.text, True, run.italic, run.link, run.note) for run in block.runs]]
    if isinstance(block, Items):
        return [joined([Run(_mark(item.ordered, item.number)), *item.runs]) for item in block.items]
    if isinstance(block, Table):
        reading.lose("table_in_table")
        return [
            joined([run for n, cell in enumerate(row) for run in _cell_in_line(n, cell)])
            for row in block.rows
        ]
    return []


def _mark(ordered: bool, number_: int) -> str:
    return f"{number_}. " if ordered else "• "


def _cell_in_line(place: int, cell: list[Runs]) -> Runs:
    line = [Run(" | ")] if place else []
    for runs in cell:
        line += [*runs, Run(" ")]
    return line
