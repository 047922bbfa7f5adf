"""
An XLSX read row by row: the parts of its ZIP are checked first, then parsed as they stream by.

Openpyxl takes several times as long for a hundred thousand rows, and when streaming knows no merged cells.
Nothing is ever evaluated: formulas and macros, links and entities are found and refused, or passed over.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO, Any
from xml.parsers import expat

from people.workbooks import limits
from people.workbooks.cells import Cell, Mark, Merge, Sheet, column_index, day_of_serial
from people.workbooks.refusals import Refused

Tell = Callable[[], None]

CHUNK = 1 << 17
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
_DATE_SIGNS = re.compile(r"[ymd年月日]", re.IGNORECASE)
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})$")
_WORD_OF_SECRECY = 0x1


def read_xlsx(file: IO[bytes], tell: Tell) -> tuple[list[Sheet], list[str]]:
    """
    Return the sheets, and codes of what was passed over.

    :raises Refused: when it is not an XLSX, or one that cannot be taken.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _check_parts(archive)
            return _read(archive, tell)
    except (zipfile.BadZipFile, expat.ExpatError, NotImplementedError, EOFError, UnicodeDecodeError) as error:
        raise Refused("damaged") from error
    except (KeyError, ValueError, IndexError, OSError, zipfile.LargeZipFile) as error:
        raise Refused("not_a_workbook") from error


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > limits.ENTRIES:
        raise Refused("bomb")
    if sum(part.file_size for part in parts) > limits.UNPACKED_BYTES:
        raise Refused("bomb")
    names = [part.filename for part in parts]
    if len(set(names)) != len(names):
        raise Refused("damaged")
    for part in parts:
        path = PurePosixPath(part.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise Refused("damaged")
        if part.flag_bits & _WORD_OF_SECRECY:
            raise Refused("locked")
        packed_well = part.file_size > limits.RATIO * max(part.compress_size, 1)
        if part.file_size > limits.SMALL_BYTES and packed_well:
            raise Refused("bomb")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("macros")
    if "xl/workbook.bin" in names:
        raise Refused("binary")
    if "[Content_Types].xml" not in names:
        raise Refused("not_a_workbook")


def _read(archive: zipfile.ZipFile, tell: Tell) -> tuple[list[Sheet], list[str]]:
    book = "xl/workbook.xml"
    for target, kind in _relations(archive, "_rels/.rels").values():
        if kind.endswith("/officeDocument"):
            book = target.lstrip("/")
    listed, since_1904 = _workbook(archive, book)
    folder, _, name = book.rpartition("/")
    parts = _relations(archive, f"{folder}/_rels/{name}.rels")
    strings: list[str] = []
    date_styles: frozenset[int] = frozenset()
    for target, kind in parts.values():
        if kind.endswith("/sharedStrings"):
            strings = _shared_strings(archive, _within(folder, target), tell)
        elif kind.endswith("/styles"):
            date_styles = _date_styles(archive, _within(folder, target))
    sheets = []
    for title, relation, hidden in listed[: limits.SHEETS]:
        target, kind = parts[relation]
        if kind.endswith("/worksheet"):
            with archive.open(_within(folder, target)) as part:
                sheet = Sheet(title, [], since_1904, hidden)
                if not hidden:
                    _SheetParser(sheet, strings, date_styles).read(part, tell)
                    sheet.spread_merges(most=limits.MERGED_CELLS)
                sheets.append(sheet)
    outside = any(kind.endswith("/externalLink") for _, kind in parts.values())
    return sheets, ["links_ignored"] if outside else []


def _within(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"


def _refuse_declarations(*_: Any) -> None:
    raise Refused("entities")


def new_parser() -> Any:
    """A parser that knows no document types and so no entities, and asks for nothing from outside."""
    parser: Any = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.EntityDeclHandler = _refuse_declarations
    parser.ExternalEntityRefHandler = _refuse_declarations
    return parser


def _feed(parser: Any, part: IO[bytes], tell: Tell) -> None:
    while chunk := part.read(CHUNK):
        parser.Parse(chunk, False)
        tell()
    parser.Parse(b"", True)


def _elements(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements of a small part, each with its attributes; prefixes of names are left out."""
    if archive.getinfo(name).file_size > limits.SMALL_BYTES * 4:
        raise Refused("bomb")
    found: list[tuple[str, dict[str, str]]] = []
    parser = new_parser()

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.append((_local(tag), {_local(key): value for key, value in attributes.items()}))

    parser.StartElementHandler = start
    with archive.open(name) as part:
        _feed(parser, part, lambda: None)
    return iter(found)


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _relations(archive: zipfile.ZipFile, name: str) -> dict[str, tuple[str, str]]:
    return {
        attributes["Id"]: (attributes["Target"], attributes["Type"])
        for tag, attributes in _elements(archive, name)
        if tag == "Relationship"
    }


def _workbook(archive: zipfile.ZipFile, name: str) -> tuple[list[tuple[str, str, bool]], bool]:
    sheets, since_1904 = [], False
    for tag, attributes in _elements(archive, name):
        if tag == "sheet":
            hidden = attributes.get("state", "visible") != "visible"
            sheets.append((attributes["name"], attributes["id"], hidden))
        elif tag == "workbookPr":
            since_1904 = attributes.get("date1904", "0") in {"1", "true"}
    return sheets, since_1904


def _date_styles(archive: zipfile.ZipFile, name: str) -> frozenset[int]:
    """Numbers of the cell styles that show a date."""
    dated, formats, styles = set(_DATE_FORMATS), {}, []
    within = False
    for tag, attributes in _elements(archive, name):
        if tag == "numFmt" and "numFmtId" in attributes:
            formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
            within = tag == "cellXfs"
        elif tag == "xf" and within:
            styles.append(int(attributes.get("numFmtId", "0")))
    dated |= {number for number, code in formats.items() if _DATE_SIGNS.search(_NOT_FORMAT.sub("", code))}
    return frozenset(n for n, number in enumerate(styles) if number in dated)


def unescaped(text: str) -> str:
    """Excel writes characters that XML does not know as _x000D_."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _shared_strings(archive: zipfile.ZipFile, name: str, tell: Tell) -> list[str]:
    if archive.getinfo(name).file_size > limits.STRINGS_BYTES:
        raise Refused("bomb")
    strings: list[str] = []
    pieces: list[str] = []
    state = {"reading": False, "spoken": False}
    parser = new_parser()

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            state["spoken"] = True
        elif tag == "t":
            state["reading"] = not state["spoken"]

    def end(tag: str) -> None:
        tag = _local(tag)
        if tag == "t":
            state["reading"] = False
        elif tag == "rPh":
            state["spoken"] = False
        elif tag == "si":
            strings.append(unescaped("".join(pieces)))

    def data(text: str) -> None:
        if state["reading"]:
            pieces.append(text)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    with archive.open(name) as part:
        _feed(parser, part, tell)
    return strings


class _SheetParser:
    """One sheet's XML as events, turned into rows of cells."""

    def __init__(self, sheet: Sheet, strings: list[str], date_styles: frozenset[int]) -> None:
        self.sheet, self.strings, self.date_styles = sheet, strings, date_styles
        self.columns: dict[str, int] = {}
        self.row, self.column = 0, -1
        self.values: list[Cell] = []
        self.kind, self.style = "n", 0
        self.pieces: list[str] = []
        self.length = 0
        self.reading = self.formula = False

    def read(self, part: IO[bytes], tell: Tell) -> None:
        parser = new_parser()
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.data
        _feed(parser, part, tell)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if ":" in tag:
            tag = _local(tag)
        if tag == "c":
            letters = attributes.get("r", "").rstrip("0123456789")
            if not letters:
                self.column += 1
            elif letters in self.columns:
                self.column = self.columns[letters]
            else:
                self.column = self.columns[letters] = column_index(letters[:3].upper())
            self.kind = attributes.get("t", "n")
            self.style = int(attributes.get("s", "0"))
            self.pieces.clear()
            self.length, self.formula = 0, False
        elif tag == "v" or tag == "t":
            self.reading = True
        elif tag == "f":
            self.formula = True
        elif tag == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column, self.values = -1, []
        elif tag == "mergeCell":
            self.merge(attributes.get("ref", ""))

    def data(self, text: str) -> None:
        if self.reading:
            self.length += len(text)
            if self.length <= limits.CELL_CHARACTERS:
                self.pieces.append(text)

    def end(self, tag: str) -> None:
        if ":" in tag:
            tag = _local(tag)
        if tag == "c":
            value = self.value()
            column = self.column
            if value is not None and value != "" and 0 <= column < limits.COLUMNS:
                values = self.values
                if column > len(values):
                    values.extend([None] * (column - len(values)))
                if column == len(values):
                    values.append(value)
                else:
                    values[column] = value
        elif tag == "v" or tag == "t":
            self.reading = False
        elif tag == "row" and self.values:
            if len(self.sheet.rows) >= limits.ROWS + 50:
                raise Refused("too_many_rows", sheet=self.sheet.title, limit=limits.ROWS)
            self.sheet.rows.append((self.row, self.values))

    def value(self) -> Cell:
        if self.formula:
            return Mark.FORMULA
        if self.length > limits.CELL_CHARACTERS:
            return Mark.TOO_LONG
        text = "".join(self.pieces)
        if not text:
            return None
        kind = self.kind
        if kind == "s":
            shared = self.strings[int(text)]
            return shared if len(shared) <= limits.CELL_CHARACTERS else Mark.TOO_LONG
        if kind == "n":
            number = float(text)
            if self.style in self.date_styles:
                return day_of_serial(number, since_1904=self.sheet.since_1904) or Mark.NO_DAY
            return number
        if kind == "e":
            return Mark.ERROR
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        return unescaped(text)  # inline text, or a date in ISO form

    def merge(self, reference: str) -> None:
        found = _RANGE.match(reference)
        if found and len(self.sheet.merges) < 50_000:
            left, right = column_index(found[1]), column_index(found[3])
            merge: Merge = (int(found[2]), left, int(found[4]), right)
            self.sheet.merges.append(merge)
