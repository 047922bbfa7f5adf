"""The tables and paragraphs of a Word file, as plain words. Its numbering is written out: 1. A. 一、"""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from lxml import etree

from intake.packages import opened, read_part
from quizzes.exchange.refusals import FileRefused

DOCUMENT, NUMBERING = "word/document.xml", "word/numbering.xml"
MOST_COLUMNS = 60
DEEPEST = 8
"""The last level of a list in Word."""
_GONE = frozenset({"del", "moveFrom", "instrText", "delText", "Fallback", "pPr", "rPr"})
_PICTURES = frozenset({"drawing", "pict", "object"})


@dataclass
class Words:
    """The words of a paragraph or a cell. `lost`: pictures and formulas that stood among them."""

    text: str = ""
    lost: set[str] = field(default_factory=set)


@dataclass
class Paragraph:
    number: int
    words: Words


@dataclass
class Table:
    number: int
    rows: list[list[Words]]


Part = Paragraph | Table


def parts_of(file: IO[bytes]) -> list[Part]:
    """
    Return what stands in a Word file that has been checked (`intake.uploads.check`), in its order.

    :raises FileRefused: when there is no text in it.
    """
    with opened(file) as package:
        root = _root(package, DOCUMENT)
        numbering = _root(package, NUMBERING) if NUMBERING in package.namelist() else None
    body = next((child for child in root if _local(child) == "body"), None) if root is not None else None
    if body is None:
        raise FileRefused("no_text")
    reading = _Reading(_Numbers(numbering))
    parts: list[Part] = []
    for element in _blocks(body):
        if _local(element) == "tbl":
            parts.append(Table(sum(isinstance(part, Table) for part in parts) + 1, reading.rows(element)))
        else:
            reading.paragraphs += 1
            parts.append(Paragraph(reading.paragraphs, reading.words(element)))
    return parts


def _root(package: zipfile.ZipFile, name: str) -> Any:
    if name not in package.namelist():
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        return etree.fromstring(read_part(package, name), parser)
    except etree.XMLSyntaxError as error:
        raise FileRefused("damaged") from error


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _value(element: Any, name: str = "val") -> str:
    """An attribute of Word, in whichever of its two dialects."""
    return next((text for key, text in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _child(element: Any, name: str) -> Any:
    return next((child for child in element if _local(child) == name), None)


def _blocks(element: Any) -> Iterator[Any]:
    for child in element:
        name = _local(child)
        if name in ("p", "tbl"):
            yield child
        elif name not in _GONE and name not in ("sectPr", "r"):
            yield from _blocks(child)


class _Reading:
    """A document being read."""

    def __init__(self, numbers: _Numbers) -> None:
        self.numbers = numbers
        self.paragraphs = 0

    def rows(self, table: Any) -> list[list[Words]]:
        found: list[list[Words]] = []
        above: list[Words] = []
        for row in _within(table, "tr", "tbl"):
            cells: list[Words] = []
            for cell in _within(row, "tc", "tr"):
                properties = _child(cell, "tcPr")
                span, goes_on = 1, False
                if properties is not None:
                    wide, merged = _child(properties, "gridSpan"), _child(properties, "vMerge")
                    told = _value(wide) if wide is not None else ""
                    span = _number(told, 1)
                    goes_on = merged is not None and _value(merged) in ("", "continue")
                goes_on = goes_on and len(cells) < len(above)
                words = above[len(cells)] if goes_on else self.cell(cell)
                cells += [words] * min(max(span, 1), MOST_COLUMNS)
            above = cells[:MOST_COLUMNS]
            found.append(above)
        return found

    def cell(self, cell: Any) -> Words:
        found = Words()
        lines = []
        for paragraph in _blocks(cell):
            if _local(paragraph) == "tbl":
                found.lost.add("table")
                lines += [one.text for row in self.rows(paragraph) for one in row]
                continue
            words = self.words(paragraph)
            lines.append(words.text)
            found.lost |= words.lost
        found.text = "\n".join(line for line in lines if line.strip())
        return found

    def words(self, paragraph: Any) -> Words:
        found = Words(self.numbers.label(paragraph))
        pieces: list[str] = []
        _collect(paragraph, pieces, found.lost)
        found.text = (found.text + "".join(pieces)).strip()
        return found


def _within(element: Any, wanted: str, stop: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, whatever frames stand around them."""
    for child in element:
        name = _local(child)
        if name == wanted:
            yield child
        elif name not in _GONE and name not in (stop, "tc", "p"):
            yield from _within(child, wanted, stop)


def _collect(element: Any, pieces: list[str], lost: set[str]) -> None:
    for child in element:
        name = _local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name in ("br", "cr"):
            pieces.append("\n")
        elif name == "tab":
            pieces.append("\t")
        elif name == "noBreakHyphen":
            pieces.append("-")
        elif name in _PICTURES:
            lost.add("picture")
        elif name in ("oMath", "oMathPara"):
            lost.add("formula")
            pieces.append("".join(child.itertext()))
        elif name not in _GONE:
            _collect(child, pieces, lost)


def _number(told: str, otherwise: int) -> int:
    """A number of a few digits; a file may write a million of them."""
    return int(told) if told.isdecimal() and len(told) <= 6 else otherwise


_CHINESE = "零一二三四五六七八九"


def _in_chinese(number: int) -> str:
    if number < 10:
        return _CHINESE[number]
    tens, ones = divmod(number, 10)
    if tens > 9:
        return str(number)
    return (_CHINESE[tens] if tens > 1 else "") + "十" + (_CHINESE[ones] if ones else "")


def _letter(number: int) -> str:
    return chr(64 + number) if 1 <= number <= 26 else str(number)


class _Numbers:
    """The automatic numbers of a document, counted as Word counts them."""

    def __init__(self, root: Any) -> None:
        self.levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self.counts: dict[str, dict[int, int]] = defaultdict(dict)
        if root is None:
            return
        abstract = {_value(one, "abstractNumId"): one for one in root if _local(one) == "abstractNum"}
        for one in root:
            named = _child(one, "abstractNumId") if _local(one) == "num" else None
            if named is not None and _value(named) in abstract:
                self.levels[_value(one, "numId")] = dict(map(_level, _levels(abstract[_value(named)])))

    def label(self, paragraph: Any) -> str:
        """What stands before the words of a paragraph, counted on; nothing where it has no number."""
        properties = _child(paragraph, "pPr")
        listed = _child(properties, "numPr") if properties is not None else None
        if listed is None:
            return ""
        name, depth = _child(listed, "numId"), _child(listed, "ilvl")
        number = _value(name) if name is not None else ""
        told = _value(depth) if depth is not None else "0"
        level = min(_number(told, 0), DEEPEST)
        levels, counts = self.levels.get(number, {}), self.counts[number]
        if level not in levels:
            return ""
        counts[level] = counts.get(level, levels[level][2] - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        form, text, _start = levels[level]
        if form in ("bullet", "none"):
            return ""
        for other in range(level + 1):
            shown = _shown(levels.get(other, ("decimal", "", 1))[0], counts.get(other, 1))
            text = text.replace(f"%{other + 1}", shown)
        return f"{text} "


def _levels(abstract: Any) -> list[Any]:
    return [one for one in abstract if _local(one) == "lvl"]


def _level(element: Any) -> tuple[int, tuple[str, str, int]]:
    def told(name: str, otherwise: str) -> str:
        found = _child(element, name)
        return _value(found) if found is not None else otherwise

    place, start = _value(element, "ilvl"), told("start", "1")
    return (
        min(_number(place, 0), DEEPEST),
        (told("numFmt", "decimal"), told("lvlText", ""), _number(start, 1)),
    )


def _shown(form: str, number: int) -> str:
    if form == "upperLetter":
        return _letter(number)
    if form == "lowerLetter":
        return _letter(number).lower()
    if "chinese" in form.lower() or form in ("ideographDigital", "japaneseCounting", "taiwaneseCounting"):
        return _in_chinese(number)
    return str(number)
