"""What the styles of a Word file say of a paragraph: heading, title, quotation, caption, contents, list."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn

_HEADING = re.compile(r"(?:heading|标题|標題|überschrift|titre|заголовок|見出し)\s*([1-9])$", re.IGNORECASE)
_TITLES = {"title", "标题", "標題", "文档标题", "大标题", "titel"}
_SUBTITLES = {"subtitle", "副标题", "副標題"}
_QUOTES = re.compile(r"quot|引用|引文|block ?text|citation|zitat", re.IGNORECASE)
_CAPTIONS = re.compile(r"caption|题注|題註|图注|图题|表题|beschriftung", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(toc|目录|目錄|contents|index|table of figures|图表目录)\s*(heading|标题|\d)*$", re.IGNORECASE
)
_DEEPER = re.compile(r"(?:list (?:bullet|number)|列表(?:项目符号|编号))\s*([2-5])$", re.IGNORECASE)
_OFF = {"0", "false", "off", "none"}


@dataclass
class Style:
    """What a style comes to with all it is based on."""

    name: str = ""
    outline: int | None = None
    list_name: str = ""
    list_level: int = 0
    bold: bool = False
    italic: bool = False
    hidden: bool = False
    centred: bool = False

    @property
    def heading(self) -> int | None:
        """The level of heading, from 1."""
        found = _HEADING.match(self.name)
        if found:
            return int(found[1])
        return self.outline + 1 if self.outline is not None and 0 <= self.outline <= 8 else None

    @property
    def list_depth(self) -> int:
        """How deep an item of this style stands: “List Bullet 2” is one deeper than “List Bullet”."""
        found = _DEEPER.match(self.name)
        return int(found[1]) - 1 if found else 0

    @property
    def is_title(self) -> bool:
        return self.name.lower() in _TITLES

    @property
    def is_subtitle(self) -> bool:
        return self.name.lower() in _SUBTITLES

    @property
    def is_quote(self) -> bool:
        return bool(_QUOTES.search(self.name)) and not _CAPTIONS.search(self.name)

    @property
    def is_caption(self) -> bool:
        return bool(_CAPTIONS.search(self.name))

    @property
    def is_contents(self) -> bool:
        return bool(_CONTENTS.match(self.name))


@dataclass
class Styles:
    """All styles of a file, worked out when they are asked for."""

    elements: dict[str, Any] = field(default_factory=dict)
    default: str = ""
    known: dict[str, Style] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Any) -> Styles:
        styles = cls()
        if root is None:
            return styles
        for element in root.iter(qn("w:style")):
            name = element.get(qn("w:styleId"), "")
            styles.elements[name] = element
            if element.get(qn("w:type")) == "paragraph" and is_on(element.get(qn("w:default"), "0")):
                styles.default = name
        return styles

    def get(self, name: str, depth: int = 0) -> Style:
        """The style of that identifier; an unknown one says nothing but its own name."""
        if name in self.known:
            return self.known[name]
        element = self.elements.get(name)
        if element is None or depth > 20:
            return Style(name=name)
        based = element.find(qn("w:basedOn"))
        parent = self.get(based.get(qn("w:val"), ""), depth + 1) if based is not None else Style()
        named = element.find(qn("w:name"))
        style = Style(
            name=(named.get(qn("w:val")) if named is not None else "") or name,
            outline=parent.outline,
            list_name=parent.list_name,
            list_level=parent.list_level,
            bold=parent.bold,
            italic=parent.italic,
            hidden=parent.hidden,
            centred=parent.centred,
        )
        _read_paragraph(element.find(qn("w:pPr")), style)
        marks = element.find(qn("w:rPr"))
        style.bold = switched(marks, "w:b", otherwise=style.bold)
        style.italic = switched(marks, "w:i", otherwise=style.italic)
        style.hidden = switched(marks, "w:vanish", otherwise=style.hidden)
        self.known[name] = style
        return style


def _read_paragraph(properties: Any, style: Style) -> None:
    if properties is None:
        return
    outline = properties.find(qn("w:outlineLvl"))
    if outline is not None:
        style.outline = number(outline.get(qn("w:val")))
    listed = properties.find(qn("w:numPr"))
    if listed is not None:
        style.list_name, style.list_level = list_place(listed, style.list_name, style.list_level)
    aligned = properties.find(qn("w:jc"))
    if aligned is not None:
        style.centred = aligned.get(qn("w:val")) == "center"


def list_place(listed: Any, name: str = "", level: int = 0) -> tuple[str, int]:
    """The list a paragraph is in, and how deep. `0` takes it out of the list of its style."""
    found, deep = listed.find(qn("w:numId")), listed.find(qn("w:ilvl"))
    name = (found.get(qn("w:val")) or "") if found is not None else name
    level = (number(deep.get(qn("w:val"))) or 0) if deep is not None else level
    return ("" if name == "0" else name), level


def number(text: str | None) -> int | None:
    return int(text) if text and text.lstrip("-").isdigit() else None


def is_on(value: str | None) -> bool:
    return (value or "1").lower() not in _OFF


def switched(marks: Any, name: str, *, otherwise: bool = False) -> bool:
    """A switch among properties: on, off, or as it was."""
    found = marks.find(qn(name)) if marks is not None else None
    return otherwise if found is None else is_on(found.get(qn("w:val")))
