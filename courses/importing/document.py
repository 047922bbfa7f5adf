"""
A document in our own form: what every kind of file is read into, and what lessons are made from.

It knows nothing of Word or HTML. It goes through JSON and back without loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Run:
    """A piece of text with its emphasis. `note` names a note whose mark stands here instead of text."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""
    note: str = ""

    def looks(self) -> tuple[bool, bool, str, str]:
        return (self.bold, self.italic, self.link, self.note)


Runs = list[Run]


@dataclass
class Heading:
    """`proposed`: the document did not call it a heading, but it looks like one."""

    level: int
    runs: Runs
    proposed: bool = False


@dataclass
class Paragraph:
    """`quoted`: the document sets it as a quotation. `caption`: it belongs to what stands beside it."""

    runs: Runs
    quoted: bool = False
    caption: bool = False
    centred: bool = False


@dataclass
class Item:
    level: int
    ordered: bool
    runs: Runs
    number: int = 0


@dataclass
class Items:
    """A list; items within items have a higher level."""

    items: list[Item]


@dataclass
class Table:
    """Rows of cells; a cell is a list of paragraphs. Merged cells were taken apart: `merged` of them."""

    rows: list[list[list[Runs]]]
    header: bool = True
    caption: str = ""
    merged: int = 0


@dataclass
class Picture:
    """`name` is its part in the package that was brought in."""

    name: str
    alt: str = ""
    caption: str = ""


@dataclass
class PageBreak:
    """A new page in the original."""


Block = Heading | Paragraph | Items | Table | Picture | PageBreak

KINDS: dict[str, type[Any]] = {
    "heading": Heading,
    "paragraph": Paragraph,
    "items": Items,
    "table": Table,
    "picture": Picture,
    "break": PageBreak,
}
NAMES = {kind: name for name, kind in KINDS.items()}


@dataclass
class Loss:
    """Something that was not carried over: what, near which words, and its own words if it had any."""

    code: str
    block: int
    words: str = ""
    count: int = 1


@dataclass
class Proposal:
    """
    Words of a paragraph that may be a quotation, from `start` to `end` of its text.

    `passage` is the kept passage with the same words, if there is one. `sure`: it is set as a quotation.
    """

    block: int
    start: int
    end: int
    work: str = ""
    date: str = ""
    place: str = ""
    passage: int | None = None
    sure: bool = False


@dataclass
class Document:
    """What was read."""

    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    notes: dict[str, Runs] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    headings_proposed: bool = False

    def as_json(self) -> dict[str, Any]:
        found = {name: value for name, value in asdict(self).items() if name != "blocks"}
        found["notes"] = {name: [_lean(run) for run in runs] for name, runs in self.notes.items()}
        found["blocks"] = [{"kind": NAMES[type(block)], **_lean_block(block)} for block in self.blocks]
        return found

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Document:
        return cls(
            title=found["title"],
            blocks=[_block(dict(block)) for block in found["blocks"]],
            notes={name: _runs(runs) for name, runs in found["notes"].items()},
            losses=[Loss(**loss) for loss in found["losses"]],
            proposals=[Proposal(**proposal) for proposal in found["proposals"]],
            headings_proposed=found["headings_proposed"],
        )


def _lean(run: Run) -> dict[str, Any]:
    return {name: value for name, value in vars(run).items() if value or name == "text"}


def _lean_block(block: Block) -> dict[str, Any]:
    found = dict(vars(block))
    if isinstance(block, Heading | Paragraph):
        found["runs"] = [_lean(run) for run in block.runs]
    elif isinstance(block, Items):
        found["items"] = [{**vars(item), "runs": [_lean(run) for run in item.runs]} for item in block.items]
    elif isinstance(block, Table):
        found["rows"] = [[[[_lean(r) for r in p] for p in cell] for cell in row] for row in block.rows]
    return found


def _runs(found: Iterable[Mapping[str, Any]]) -> Runs:
    return [Run(**run) for run in found]


def _block(found: dict[str, Any]) -> Block:
    kind = KINDS[found.pop("kind")]
    if "runs" in found:
        found["runs"] = _runs(found["runs"])
    if kind is Items:
        found["items"] = [Item(**{**item, "runs": _runs(item["runs"])}) for item in found["items"]]
    if kind is Table:
        found["rows"] = [[[_runs(p) for p in cell] for cell in row] for row in found["rows"]]
    block: Block = kind(**found)
    return block


def text_of(runs: Iterable[Run]) -> str:
    """The words of runs, without marks of notes."""
    return "".join(run.text for run in runs if not run.note)


def joined(runs: Iterable[Run]) -> Runs:
    """The same runs, with neighbours of the same looks made one, and nothing at the ends but words."""
    found: Runs = []
    for run in runs:
        if found and not run.note and found[-1].looks() == run.looks():
            found[-1] = Run(found[-1].text + run.text, *run.looks())
        elif run.text or run.note:
            found.append(run)
    while found and not found[0].note and not found[0].text.strip():
        found.pop(0)
    while found and not found[-1].note and not found[-1].text.strip():
        found.pop()
    if found and not found[0].note:
        found[0] = Run(found[0].text.lstrip(), *found[0].looks())
    if found and not found[-1].note:
        found[-1] = Run(found[-1].text.rstrip(), *found[-1].looks())
    return found


def part(runs: Runs, start: int, end: int) -> Runs:
    """The runs between two places of their text; the mark of a note belongs to the words before it."""
    found: Runs = []
    place = 0
    for run in runs:
        if run.note:
            if start < place <= end or (place == start == 0):
                found.append(run)
            continue
        begin, stop = max(start - place, 0), min(end - place, len(run.text))
        if begin < stop:
            found.append(Run(run.text[begin:stop], *run.looks()))
        place += len(run.text)
    return joined(found)


def words_of(block: Block) -> str:
    """All words of a block, for counting."""
    if isinstance(block, Heading | Paragraph):
        return text_of(block.runs)
    if isinstance(block, Items):
        return "\n".join(text_of(item.runs) for item in block.items)
    if isinstance(block, Table):
        cells = [text_of(p) for row in block.rows for cell in row for p in cell]
        return "\n".join([block.caption, *cells])
    return block.caption if isinstance(block, Picture) else ""
