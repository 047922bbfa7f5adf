"""The inside of a paragraph of Word: runs with their emphasis, links, notes, fields, and what is not text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from docx.oxml.ns import qn

from courses.importing.document import Run, Runs, joined
from courses.importing.word_drawings import read_drawing, read_vml
from courses.importing.word_reading import Field, Reading, all_words, is_word, local, name_of
from courses.importing.word_styles import is_on, switched

INTO = {"ins", "moveTo", "smartTag", "customXml", "bdo", "dir", "sdtContent", "rubyBase"}
"""Elements that only wrap what is to be read."""

_ADDRESS = re.compile(r'HYPERLINK\s+(?:\\[a-z]\s+)*"([^"]+)"', re.IGNORECASE)
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SIGNS = {
    "wingdings": {
        0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xA8: "☐", 0x6F: "□", 0x6C: "●", 0x6E: "■", 0x75: "◆", 0xD8: "➢",
        0xE0: "→", 0x4A: "☺", 0xA7: "▪", 0x76: "❖", 0xF0: "⇨", 0x46: "☞",
    },
    "symbol": {
        0xB7: "•", 0xAE: "→", 0xB0: "°", 0xB1: "±", 0xB4: "×", 0xA3: "≤", 0xB3: "≥", 0x6D: "μ", 0x70: "π",
    },
}  # fmt: skip


def read_runs(
    reading: Reading, container: Any, link: str = "", *, bold: bool = False, italic: bool = False
) -> Runs:
    """Return the runs of a paragraph or of what stands in its place."""
    found: Runs = []
    _read(reading, container, found, link, (bold, italic))
    return joined(found)


Looks = tuple[bool, bool]


def _read(reading: Reading, container: Any, found: Runs, link: str, looks: Looks) -> None:
    for child in container:
        name = local(child)
        if name == "r" and is_word(child):
            _run(reading, child, found, link, looks)
        elif name in INTO:
            if name in ("ins", "moveTo"):
                reading.lose("inserted", all_words(child))
            _read(reading, child, found, link, looks)
        elif name in _INLINE:
            _INLINE[name](reading, child, found, link, looks)


def _hyperlink(reading: Reading, element: Any, found: Runs, link: str, looks: Looks) -> None:
    target, outside = reading.target(element.get(qn("r:id"), ""))
    if not target:
        reading.lose("inner_link")
    _read(reading, element, found, target if outside else link, looks)


def _content_control(reading: Reading, element: Any, found: Runs, link: str, looks: Looks) -> None:
    content = element.find(qn("w:sdtContent"))
    if content is not None:
        _read(reading, content, found, link, looks)


def _simple_field(reading: Reading, element: Any, found: Runs, link: str, looks: Looks) -> None:
    reading.fields.append(Field(element.get(qn("w:instr"), ""), shows=True))
    _read(reading, element, found, link, looks)
    reading.fields.pop()


def _deleted(reading: Reading, element: Any, found: Runs, link: str, looks: Looks) -> None:
    reading.lose("deleted", all_words(element))


def _equation(reading: Reading, element: Any, found: Runs, link: str, looks: Looks) -> None:
    words = "".join(inner.text or "" for inner in element.iter(name_of("m:t")))
    reading.lose("equation", words)
    if words:
        found.append(Run(words, *looks, link))


def _alternatives(reading: Reading, element: Any, found: Runs, link: str, looks: Looks) -> None:
    """The first alternative from which something can be read."""
    for choice in element:
        if local(choice) not in ("Choice", "Fallback"):
            continue
        before = (len(found), len(reading.after), len(reading.document.losses))
        _read(reading, choice, found, link, looks)
        for child in choice:
            _of_run(reading, child, found, link, looks, None)
        if (len(found), len(reading.after), len(reading.document.losses)) != before:
            return


_INLINE: dict[str, Callable[[Reading, Any, Runs, str, Looks], None]] = {
    "hyperlink": _hyperlink,
    "sdt": _content_control,
    "fldSimple": _simple_field,
    "del": _deleted,
    "moveFrom": _deleted,
    "oMath": _equation,
    "oMathPara": _equation,
    "AlternateContent": _alternatives,
}


def _run(reading: Reading, run: Any, found: Runs, link: str, looks: Looks) -> None:
    marks = run.find(qn("w:rPr"))
    bold, italic = looks
    if marks is not None:
        styled = marks.find(qn("w:rStyle"))
        style = reading.styles.get(styled.get(qn("w:val"), "")) if styled is not None else None
        bold = switched(marks, "w:b", otherwise=bold or bool(style and style.bold))
        italic = switched(marks, "w:i", otherwise=italic or bool(style and style.italic))
        if switched(marks, "w:vanish", otherwise=bool(style and style.hidden)) and not reading.in_contents:
            if words := all_words(run):
                reading.lose("hidden", words)
            return
        bold = _dots(marks) or bold
        _tell_of_looks(reading, run, marks, link)
    for child in run:
        _of_run(reading, child, found, link, (bold, italic), marks)


def _dots(marks: Any) -> bool:
    """Dots of emphasis under characters: kept as bold."""
    dots = marks.find(qn("w:em"))
    return dots is not None and dots.get(qn("w:val")) not in (None, "none")


def _tell_of_looks(reading: Reading, run: Any, marks: Any, link: str) -> None:
    words = "".join(t.text or "" for t in run.findall(qn("w:t")))
    if not words.strip() or link:
        return
    underline = marks.find(qn("w:u"))
    if underline is not None and underline.get(qn("w:val"), "single") != "none":
        reading.lose("underline", words)
    if switched(marks, "w:strike") or switched(marks, "w:dstrike"):
        reading.lose("strike", words)
    colour, lit = marks.find(qn("w:color")), marks.find(qn("w:highlight"))
    if (
        colour is not None and colour.get(qn("w:val"), "auto").lower() not in ("auto", "000000")
    ) or lit is not None:
        reading.lose("colour", words)


def _of_run(reading: Reading, child: Any, found: Runs, link: str, looks: Looks, marks: Any) -> None:
    """One thing within a run."""
    name = local(child)
    if name == "fldChar":
        _field(reading, child)
    elif name == "instrText":
        if reading.fields and not reading.fields[-1].shows:
            reading.fields[-1].instruction += child.text or ""
    elif any(not field.shows for field in reading.fields):
        return
    elif text := _text(reading, child, name, marks):
        found.append(Run(text, *looks, link or _field_link(reading)))
    elif name in ("footnoteReference", "endnoteReference"):
        if is_on(child.get(qn("w:id"))) or child.get(qn("w:id")) == "0":
            found.append(Run("", note=f"{name.removesuffix('Reference')}:{child.get(qn('w:id'), '')}"))
    elif name == "commentReference":
        reading.lose("comment", reading.comments.get(child.get(qn("w:id"), ""), ""))
    elif name == "drawing":
        read_drawing(reading, child)
    elif name in ("pict", "object"):
        read_vml(reading, child)
    elif name == "ruby":
        _ruby(reading, child, found, link, looks)
    elif name in ("AlternateContent", "oMath"):
        _INLINE[name](reading, child, found, link, looks)


def _text(reading: Reading, child: Any, name: str, marks: Any) -> str:
    if name == "t":
        return _raised(reading, child.text or "", marks)
    if name in ("tab", "ptab"):
        return " "
    if name in ("br", "cr"):
        kind = child.get(qn("w:type"))
        if kind == "page":
            reading.lose("page_break")
        return "\n" if kind in (None, "textWrapping") else ""
    if name == "noBreakHyphen":
        return "-"
    return _sign(reading, child) if name == "sym" else ""


def _raised(reading: Reading, text: str, marks: Any) -> str:
    placed = marks.find(qn("w:vertAlign")) if marks is not None else None
    kind = placed.get(qn("w:val")) if placed is not None else None
    if kind not in ("superscript", "subscript") or not text.strip():
        return text
    moved = text.translate(_RAISED if kind == "superscript" else _LOWERED)
    if any(a == b for a, b in zip(text, moved, strict=True) if not a.isspace()):
        reading.lose("raised", text)
        return text
    return moved


def _sign(reading: Reading, child: Any) -> str:
    code = child.get(qn("w:char"), "")
    number = int(code, 16) & 0xFF if re.fullmatch(r"[0-9A-Fa-f]{1,4}", code) else 0
    sign = _SIGNS.get(child.get(qn("w:font"), "").lower(), {}).get(number)
    if sign is None:
        reading.lose("sign", f"{child.get(qn('w:font'), '')} {code}")
    return sign or "□"


def _field(reading: Reading, child: Any) -> None:
    kind = child.get(qn("w:fldCharType"))
    if kind == "begin":
        reading.fields.append(Field())
    elif kind == "separate" and reading.fields:
        reading.fields[-1].shows = True
    elif kind == "end" and reading.fields:
        ended = reading.fields.pop()
        if ended.kind == "EQ":
            reading.lose("equation", ended.instruction)


def _field_link(reading: Reading) -> str:
    for open_field in reversed(reading.fields):
        if found := _ADDRESS.search(open_field.instruction):
            return found[1]
    return ""


def _ruby(reading: Reading, child: Any, found: Runs, link: str, looks: Looks) -> None:
    """Characters with their reading above: the characters stay, the readings are told."""
    above, base = child.find(qn("w:rt")), child.find(qn("w:rubyBase"))
    if above is not None:
        reading.lose("ruby", all_words(above))
    if base is not None:
        _read(reading, base, found, link, looks)
