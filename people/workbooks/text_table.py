"""A CSV, in whichever of the usual encodings and with whichever of the usual separators."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from typing import IO

from people.workbooks import limits
from people.workbooks.cells import Cell, Mark, Sheet
from people.workbooks.refusals import Refused

CHUNK = 1 << 20
SEPARATORS = (",", "\t", ";", "，", "|")


def read_csv(file: IO[bytes], title: str, tell: Callable[[], None]) -> Sheet:
    """
    Return the one sheet of a CSV.

    :raises Refused: when it is not text in UTF-8, UTF-16 with its mark, or GB 18030 (of which GBK is a part).
    """
    encoding = _encoding(file)
    file.seek(0)
    with _kept_open(file, encoding) as text:
        start = text.read(20_000)
        if "\0" in start:
            raise Refused("not_a_workbook")
        lines = [line for line in start.splitlines() if line.strip()][:30]
        separator = max(SEPARATORS, key=lambda sign: max((line.count(sign) for line in lines), default=0))
        file.seek(0)
    with _kept_open(file, encoding) as text:
        return Sheet(title, _rows(text, separator, title, tell))


def _kept_open(file: IO[bytes], encoding: str) -> io.TextIOWrapper:
    class Text(io.TextIOWrapper):
        def close(self) -> None:
            if not self.closed:
                self.detach()

        def __exit__(self, *error: object) -> None:
            self.detach()

    return Text(file, encoding=encoding, newline="")


def _rows(
    text: io.TextIOWrapper, separator: str, title: str, tell: Callable[[], None]
) -> list[tuple[int, list[Cell]]]:
    rows: list[tuple[int, list[Cell]]] = []
    number = 0
    try:
        for number, record in enumerate(csv.reader(text, delimiter=separator), 1):
            if number % 2_000 == 0:
                tell()
            values: list[Cell] = [
                (value if len(value) <= limits.CELL_CHARACTERS else Mark.TOO_LONG) if value.strip() else None
                for value in record[: limits.COLUMNS]
            ]
            if any(value is not None for value in values):
                if len(rows) >= limits.ROWS + 50:
                    raise Refused("too_many_rows", sheet=title, limit=limits.ROWS)
                rows.append((number, values))
    except csv.Error as error:
        raise Refused("csv_broken", row=number + 1) from error
    return rows


def _encoding(file: IO[bytes]) -> str:
    file.seek(0)
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _fitting(file, ["utf-16"])
    if start.startswith(codecs.BOM_UTF8):
        return _fitting(file, ["utf-8-sig"])
    return _fitting(file, ["utf-8", "gb18030"])


def _fitting(file: IO[bytes], encodings: list[str]) -> str:
    for encoding in encodings:
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused("encoding")
