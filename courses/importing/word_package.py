"""A Word file opened: by python-docx, its small faults mended and its strict dialect translated."""

from __future__ import annotations

import re
import tempfile
import zipfile
from pathlib import PurePosixPath
from typing import IO, Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE as KIND
from docx.opc.exceptions import PackageNotFoundError
from docx.opc.part import Part
from docx.oxml import parse_xml
from lxml import etree

_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/math",
        b"http://schemas.openxmlformats.org/officeDocument/2006/math",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*?/>", re.DOTALL)
_TARGET = re.compile(rb"""\bTarget\s*=\s*["']([^"']*)["']""")
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


class NotReadable(Exception):
    """The file is no Word document that can be read. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class WordPackage:
    """The parts of a Word file that are read."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.body = part.element.body  # type: ignore[attr-defined]

    def beside(self, kind: str) -> Any:
        """The root of the part in this relation to the text, such as its styles; None without one."""
        found = self.parts(kind)
        return root_of(found[0]) if found else None

    def parts(self, kind: str) -> list[Part]:
        return [
            relation.target_part
            for relation in self.part.rels.values()
            if not relation.is_external and relation.reltype == kind
        ]


def root_of(part: Part) -> Any:
    """The XML of a part, read with entities off."""
    element = getattr(part, "element", None)
    return element if element is not None else parse_xml(part.blob)


def open_word(file: IO[bytes]) -> WordPackage:
    """
    Open a Word file.

    :raises NotReadable: when there is no text in it that can be read.
    """
    try:
        try:
            file.seek(0)
            return WordPackage(docx.Document(file).part)
        except (KeyError, ValueError, PackageNotFoundError):
            with tempfile.SpooledTemporaryFile(max_size=8_000_000) as mended:
                _mend(file, mended)
                mended.seek(0)
                return WordPackage(docx.Document(mended).part)
    except (KeyError, ValueError, AttributeError, PackageNotFoundError, etree.XMLSyntaxError) as error:
        raise NotReadable("not_word") from error
    finally:
        file.seek(0)


def _mend(file: IO[bytes], into: IO[bytes]) -> None:
    """Copy the package without relations that lead nowhere, and in the dialect that everybody reads."""
    file.seek(0)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as new:
        names = set(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            if name.endswith((".xml", ".rels")):
                for strict, usual in _STRICT:
                    content = content.replace(strict, usual)
            if name.endswith(".rels"):
                content = _without_dead_ends(content, name, names)
            if name == "[Content_Types].xml":
                content = re.sub(
                    rb"application/[\w.+-]*(?:document|template)\.main\+xml", _MAIN.encode(), content
                )
            new.writestr(name, content)


def _without_dead_ends(content: bytes, name: str, names: set[str]) -> bytes:
    folder = PurePosixPath(name).parent.parent

    def keep(found: re.Match[bytes]) -> bytes:
        if b"External" in found[0]:
            return found[0]
        target = _TARGET.search(found[0])
        to = target[1].decode("utf-8", "replace") if target else ""
        path = PurePosixPath(to) if to.startswith("/") else "/" / folder / to
        return found[0] if _plain(path) in names else b""

    return _RELATION.sub(keep, content)


def _plain(path: PurePosixPath) -> str:
    steps: list[str] = []
    for step in path.parts:
        if step == "..":
            steps = steps[:-1]
        elif step not in ("/", "."):
            steps.append(step)
    return "/".join(steps)


__all__ = ["KIND", "NotReadable", "WordPackage", "open_word", "root_of"]
