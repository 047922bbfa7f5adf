"""Questions as a Word file: one table of two columns for each, the form that branches have."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt
from lxml.etree import SubElement

from quizzes.exchange.carried import Carried
from quizzes.exchange.columns import COLUMNS
from quizzes.exchange.rows import row_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LABEL_WIDTH, _VALUE_WIDTH = 1800, 7400

_TABLE = (
    f"<w:tbl {nsdecls('w')}><w:tblPr><w:tblW w:w='{_LABEL_WIDTH + _VALUE_WIDTH}' w:type='dxa'/><w:tblBorders>"
    + "".join(
        f"<w:{side} w:val='single' w:sz='4' w:space='0' w:color='808080'/>"
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders><w:tblLayout w:type='fixed'/></w:tblPr>"
    f"<w:tblGrid><w:gridCol w:w='{_LABEL_WIDTH}'/><w:gridCol w:w='{_VALUE_WIDTH}'/></w:tblGrid></w:tbl>"
)


def write_word(questions: Iterable[Carried], *, title: str) -> bytes:
    """Return a Word file with a table for each question; `read_word` reads the same ones from it."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    document.styles["Normal"].font.size = Pt(11)
    document.core_properties.title = title
    for spoken in document.styles.element.iter(f"{_W}lang"):  # else Chinese signs take their Japanese form
        spoken.set(f"{_W}eastAsia", "zh-CN")
    document.add_heading(title, level=1)
    last = document.element.body[-1]  # the section stands at the end
    for question in questions:
        last.addprevious(_table(row_of(question)))
        last.addprevious(parse_xml(f"<w:p {nsdecls('w')}/>"))
    into = BytesIO()
    document.save(into)
    return into.getvalue()


def _table(row: dict[str, str]) -> Any:
    table = parse_xml(_TABLE)
    for column in COLUMNS:
        if text := row.get(column.code):
            line = SubElement(table, f"{_W}tr")
            SubElement(SubElement(line, f"{_W}trPr"), f"{_W}cantSplit")
            _cell(line, column.headings[0], _LABEL_WIDTH, bold=True)
            _cell(line, text, _VALUE_WIDTH, bold=False)
    return table


def _cell(line: Any, text: str, width: int, *, bold: bool) -> None:
    cell = SubElement(line, f"{_W}tc")
    size = SubElement(SubElement(cell, f"{_W}tcPr"), f"{_W}tcW")
    size.set(f"{_W}w", str(width))
    size.set(f"{_W}type", "dxa")
    for words in text.split("\n"):
        run = SubElement(SubElement(cell, f"{_W}p"), f"{_W}r")
        if bold:
            SubElement(SubElement(run, f"{_W}rPr"), f"{_W}b")
        piece = SubElement(run, f"{_W}t")
        piece.text = words
        piece.set(_SPACE, "preserve")
