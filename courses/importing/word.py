"""A Word file read into our own form, block by block. Everything that is not carried over is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any

from docx.oxml.ns import qn

from courses.importing.document import (
    Block,
    Document,
    Heading,
    Item,
    Items,
    Paragraph,
    Run,
    Runs,
    joined,
    text_of,
)
from courses.importing.numbering import Level
from courses.importing.word_package import open_word
from courses.importing.word_reading import KIND, Reading, all_words, is_word, local, notes_of, root_of
from courses.importing.word_runs import read_runs
from courses.importing.word_styles import Style, list_place, number
from courses.importing.word_tables import read_table

Tell = Callable[[str, int, int], None]

_WRAPS = {"ins", "moveTo", "customXml", "smartTag", "sdtContent"}
_NO_SPACE_AFTER = tuple("、．。）)：:")


def read_word(file: IO[bytes], tell: Tell) -> Document:
    """
    Read a Word file.

    :raises NotReadable: when it holds no text that can be read.
    """
    tell("opening", 0, 0)
    reading = Reading.of(open_word(file))
    children = list(reading.package.body)
    for place, child in enumerate(children):
        tell("reading", place, len(children))
        for block in _blocks(reading, child):
            _add(reading.document.blocks, block)
        reading.document.blocks += reading.after
        reading.after = []
    _read_notes(reading)
    _tell_of_margins(reading)
    return reading.document


def _blocks(reading: Reading, element: Any) -> Iterator[Block]:
    """What an element of the text comes to."""
    name = local(element)
    if name == "p" and is_word(element):
        if (block := _paragraph(reading, element)) is not None:
            yield block
    elif name == "tbl":
        yield from read_table(reading, element, lambda cell: _inside(reading, cell))
    elif name == "sdt":
        for child in element.findall(qn("w:sdtContent")):
            yield from _within(reading, child)
    elif name in _WRAPS:
        yield from _within(reading, element)
    elif name == "AlternateContent":
        choice = next((c for c in element if local(c) in ("Choice", "Fallback")), None)
        if choice is not None:
            yield from _within(reading, choice)
    elif name in ("oMathPara", "oMath"):
        if runs := read_runs(reading, [element]):
            yield Paragraph(runs)
    elif name in ("del", "moveFrom"):
        reading.lose("deleted", all_words(element))
    elif name == "altChunk":
        reading.lose("foreign_part")


def _within(reading: Reading, element: Any) -> Iterator[Block]:
    for child in element:
        yield from _blocks(reading, child)
        yield from _pictures(reading)


def _pictures(reading: Reading) -> Iterator[Block]:
    waiting, reading.after = reading.after, []
    yield from waiting


def _inside(reading: Reading, cell: Any) -> list[Block]:
    """The blocks of a cell, its pictures and text boxes among them."""
    outer, reading.after = reading.after, []
    found: list[Block] = []
    for block in _within(reading, cell):
        _add(found, block)
    reading.after = outer
    return found


def _add(blocks: list[Block], block: Block) -> None:
    """Put a block behind the others; an item joins the list before it."""
    last = blocks[-1] if blocks else None
    if isinstance(block, Items):
        item = block.items[0]
        if isinstance(last, Items) and _continues(last, item):
            last.items += block.items
            return
        if item.ordered and item.number != 1:
            block = Paragraph(joined([Run(f"{item.number}. "), *item.runs]))
    blocks.append(block)


def _continues(items: Items, item: Item) -> bool:
    """True when the item is the next of this list, counted as a browser would count it."""
    if not item.ordered:
        before = next((one for one in reversed(items.items) if one.level <= item.level), None)
        return before is None or before.level < item.level or not before.ordered
    for before in reversed(items.items):
        if before.level < item.level:
            break
        if before.level == item.level:
            return before.ordered and item.number == before.number + 1
    else:
        return item.level < items.items[0].level and item.number == 1
    return item.number == 1


def _paragraph(reading: Reading, element: Any) -> Block | None:
    properties = element.find(qn("w:pPr"))
    style = _style(reading, properties)
    level, centred = style.heading, style.centred
    name, deep = style.list_name, style.list_level
    if properties is not None:
        outline, aligned = properties.find(qn("w:outlineLvl")), properties.find(qn("w:jc"))
        if outline is not None and (own := number(outline.get(qn("w:val")))) is not None:
            level = own + 1 if 0 <= own <= 8 else None
        listed = properties.find(qn("w:numPr"))
        if listed is not None:
            name, deep = list_place(listed, name, deep)
        centred = aligned.get(qn("w:val")) == "center" if aligned is not None else centred
    counted = reading.numbers.next(name, deep) if name else None
    deep = max(deep, style.list_depth)
    plain = level is not None or style.is_title or style.is_caption or style.is_quote
    contents = reading.in_contents or style.is_contents
    runs = read_runs(reading, element, bold=style.bold and not plain, italic=style.italic and not plain)
    if style.hidden or not runs:
        if style.hidden and runs:
            reading.lose("hidden", text_of(runs))
        return None
    if contents or reading.in_contents:
        reading.lose("contents", text_of(runs))
        return None
    if style.is_title and not reading.document.title and not any(run.note for run in runs):
        reading.document.title = " ".join(text_of(runs).split())
        return None
    return _made(reading, runs, style, level, counted, centred=centred, deep=deep)


def _style(reading: Reading, properties: Any) -> Style:
    named = properties.find(qn("w:pStyle")) if properties is not None else None
    name = named.get(qn("w:val"), "") if named is not None else reading.styles.default
    return reading.styles.get(name)


def _made(
    reading: Reading,
    runs: Runs,
    style: Style,
    level: int | None,
    counted: tuple[Level, int, str] | None,
    *,
    centred: bool,
    deep: int,
) -> Block:
    if style.is_title or level is not None:
        label = _label(counted[2]) if counted else ""
        text = " ".join(text_of(runs).split())
        marks = [run for run in runs if run.note]
        return Heading(level or 1, [Run(label + text), *marks])
    if counted is not None:
        kept, n, words = counted
        if kept.is_bullet or kept.is_plain:
            return Items([Item(deep, kept.is_plain, runs, n if kept.is_plain else 0)])
        runs = joined([Run(_label(words)), *runs])
    return Paragraph(runs, quoted=style.is_quote, caption=style.is_caption, centred=centred)


def _label(words: str) -> str:
    if not words:
        return ""
    return words if words.endswith(_NO_SPACE_AFTER) else words + " "


def _read_notes(reading: Reading) -> None:
    """Read the notes that are referred to, in the order of their marks."""
    wanted = [run.note for block in reading.document.blocks for run in _marks(block)]
    for name in wanted:
        kind, _colon, number_ = name.partition(":")
        element = notes_of(reading, kind, number_)
        runs: Runs = []
        if element is not None:
            for paragraph in element.iter(qn("w:p")):
                inner = [run for run in read_runs(reading, paragraph) if not run.note]
                runs += [Run("\n"), *inner] if runs and inner else inner
        reading.document.notes[name] = joined(runs)


def _marks(block: Block) -> list[Run]:
    found: Runs = []
    if isinstance(block, Heading | Paragraph):
        found = block.runs
    elif isinstance(block, Items):
        found = [run for item in block.items for run in item.runs]
    elif hasattr(block, "rows"):
        found = [run for row in block.rows for cell in row for runs in cell for run in runs]
    return [run for run in found if run.note]


def _tell_of_margins(reading: Reading) -> None:
    """Headers and footers: each different one once."""
    seen: set[str] = set()
    for kind in (KIND.HEADER, KIND.FOOTER):
        for part in reading.package.parts(kind):
            words = " ".join(all_words(root_of(part)).split())
            if words and not words.isdigit() and words not in seen:
                seen.add(words)
                reading.lose("margin", words)
