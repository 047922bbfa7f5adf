"""What is at hand while a Word file is read: its styles, lists and notes, and what was found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE as KIND
from docx.oxml.ns import nsmap, qn

from courses.importing.document import Block, Document, Loss, Picture
from courses.importing.numbering import Numbers
from courses.importing.word_package import WordPackage, root_of
from courses.importing.word_styles import Styles

NAMES = {
    **nsmap,
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "cx": "http://schemas.microsoft.com/office/drawing/2014/chartex",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}


def name_of(short: str) -> str:
    """`m:oMath` with its full name space."""
    prefix, _colon, local = short.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def local(element: Any) -> str:
    """The name of an element without its name space; comments and instructions have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


W = NAMES["w"]


def is_word(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith("{" + W)


@dataclass
class Field:
    """A field of Word: its instruction, and whether its result has begun."""

    instruction: str = ""
    shows: bool = False

    @property
    def kind(self) -> str:
        return self.instruction.strip().partition(" ")[0].upper()


@dataclass
class Reading:
    """A Word file being read."""

    package: WordPackage
    document: Document
    styles: Styles
    numbers: Numbers
    comments: dict[str, str] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)
    after: list[Block] = field(default_factory=list)
    """Pictures and the words of text boxes, which come after the paragraph they stand in."""
    in_table: bool = False
    in_note: bool = False

    @classmethod
    def of(cls, package: WordPackage) -> Reading:
        return cls(
            package,
            Document(),
            Styles.of(package.beside(KIND.STYLES)),
            Numbers.of(package.beside(KIND.NUMBERING)),
            _comments(package),
        )

    def lose(self, code: str, words: str = "", count: int = 1) -> None:
        """Write down that something is not carried over, here."""
        self.document.losses.append(Loss(code, len(self.document.blocks), words.strip(), count))

    def target(self, name: str) -> tuple[str, bool]:
        """Where a relation leads, and whether that is outside of the file."""
        relation = self.package.part.rels.get(name)
        if relation is None:
            return "", False
        if relation.is_external:
            return str(relation.target_ref), True
        return str(relation.target_part.partname).lstrip("/"), False

    def add_picture(self, name: str, alt: str) -> None:
        target, outside = self.target(name)
        if target and not outside:
            self.after.append(Picture(target, alt.strip()))
        else:
            self.lose("picture_missing", alt)

    @property
    def in_contents(self) -> bool:
        """Within a table of contents, which the site makes itself."""
        return any(field.kind in {"TOC", "INDEX"} for field in self.fields)


def _comments(package: WordPackage) -> dict[str, str]:
    root = package.beside(KIND.COMMENTS)
    if root is None:
        return {}
    return {comment.get(qn("w:id"), ""): all_words(comment) for comment in root.iter(qn("w:comment"))}


def all_words(element: Any) -> str:
    """All words below an element, paragraphs apart from each other; what was deleted in review included."""
    words: list[str] = []
    for inner in element.iter():
        name = local(inner)
        if name in ("t", "delText") and inner.text:
            words.append(inner.text)
        elif name == "p" and words:
            words.append(" ")
    return "".join(words).strip()


def notes_of(reading: Reading, kind: str, name: str) -> Any:
    """The footnote or endnote of that name; None when it is not there."""
    found = reading.package.beside(KIND.FOOTNOTES if kind == "footnote" else KIND.ENDNOTES)
    if found is None:
        return None
    return next((note for note in found.iter(qn(f"w:{kind}")) if note.get(qn("w:id")) == name), None)


__all__ = ["KIND", "Field", "Reading", "all_words", "is_word", "local", "name_of", "notes_of", "root_of"]
