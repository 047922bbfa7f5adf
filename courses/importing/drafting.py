"""From our own form of a document to the blocks of a lesson."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from wagtail.contrib.typed_table_block.blocks import TypedTable
from wagtail.images.models import Image

from courses.blocks import TableBlock
from courses.importing.document import (
    Block,
    Document,
    Heading,
    Item,
    Items,
    Paragraph,
    Picture,
    Proposal,
    Run,
    Runs,
    Table,
    joined,
    part,
    text_of,
)
from courses.importing.plan import TEXT, LessonPlan, Plan
from sources.models import Passage

Body = list[tuple[str, Any]]

TOGETHER = 180
"""Short paragraphs are put into one block up to so many characters: about a screen."""

_SOURCE = re.compile(r"^\s*(?:——|—|--|–)\s*|^\s*[（(]|[）)]\s*$")


@dataclass
class Drafting:
    """What lessons of one document are made with. `pictures` by the number of their block."""

    document: Document
    plan: Plan
    passages: Mapping[int, Passage]
    pictures: Mapping[int, Image]
    proposals: dict[int, list[Proposal]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for n in self.plan.quotations:
            if n < len(self.document.proposals):
                proposal = self.document.proposals[n]
                self.proposals.setdefault(proposal.block, []).append(proposal)

    def body(self, lesson: LessonPlan) -> Body:
        """Return the blocks of a lesson, its notes at the end."""
        making = _Lesson(self)
        for n in lesson.blocks:
            making.add(n, self.document.blocks[n])
        return making.finished()


class _Lesson:
    """One lesson being made: its blocks so far and the numbers of its notes."""

    def __init__(self, drafting: Drafting) -> None:
        self.drafting = drafting
        self.body: Body = []
        self.notes: dict[str, int] = {}
        self.room = 0
        self.makers: dict[type[Any], Callable[[int, Any], None]] = {
            Heading: self._heading,
            Paragraph: self._paragraph,
            Items: self._items,
            Table: self._table,
            Picture: self._picture,
        }

    def add(self, n: int, block: Block) -> None:
        if maker := self.makers.get(type(block)):
            maker(n, block)

    def finished(self) -> Body:
        if self.notes:
            kept = self.drafting.document.notes
            words = [self._html(kept.get(name, []), marks=False) for name in self.notes]
            self.body.append(("notes", [f"<p>{html}</p>" for html in words]))
        return self.body

    # Blocks

    def _put(self, kind: str, value: Any) -> None:
        self.body.append((kind, value))
        self.room = 0

    def _heading(self, n: int, block: Heading) -> None:
        row = self.drafting.plan.rows.get(n)
        if row is not None and row.role == TEXT:
            self._text([Run(run.text, True, run.italic, run.link, run.note) for run in block.runs])
            return
        words = text_of(block.runs)
        title = row.title if row is not None and row.title and len(words) <= len(row.title) + 200 else words
        self._put("heading", words if words.startswith(title) and len(words) > 200 else title)
        self._marks(block.runs)

    def _marks(self, runs: Runs) -> None:
        """Marks of notes that cannot stand where they stood, in a line of their own."""
        if marks := [run for run in runs if run.note]:
            self._put("paragraph", f"<p>{self._html(marks)}</p>")

    def _paragraph(self, n: int, block: Paragraph) -> None:
        place, text = 0, text_of(block.runs)
        for proposal in sorted(self.drafting.proposals.get(n, []), key=lambda found: found.start):
            self._text(part(block.runs, place, proposal.start))
            words = part(block.runs, proposal.start, proposal.end)
            rest = text[proposal.end :]
            is_source = block.quoted and bool(rest.strip()) and proposal.passage is None
            self._quotation(proposal, text_of(words), rest if is_source else "")
            self._marks(part(block.runs, 0, len(text)) if is_source else words)
            place = len(text) if is_source else proposal.end
        self._text(part(block.runs, place, len(text)) if place else block.runs)

    def _quotation(self, proposal: Proposal, words: str, source: str) -> None:
        passage = self.drafting.passages.get(proposal.passage or 0)
        if passage is not None:
            self._put("locked_quotation", passage)
            return
        work = proposal.work
        if source:
            said = _SOURCE.sub("", source.strip()).strip()
            work = said.replace(proposal.date, "").strip(" ，,（）()、") if proposal.date else said
        words = words.strip()
        if len(words) > 1 and (words[0], words[-1]) in (("“", "”"), ("「", "」")):
            words = words[1:-1]
        place = "" if source else proposal.place
        self._put("quotation", {"text": words, "work": work, "date": proposal.date, "place": place})

    def _text(self, runs: Runs) -> None:
        html = self._html(joined(runs))
        if not html:
            return
        length = len(text_of(runs))
        if self.body and self.body[-1][0] == "paragraph" and length <= self.room:
            self.body[-1] = ("paragraph", f"{self.body[-1][1]}<p>{html}</p>")
            self.room -= length
        else:
            self.body.append(("paragraph", f"<p>{html}</p>"))
            self.room = TOGETHER - length

    def _items(self, n: int, block: Items) -> None:
        self._put("paragraph", nested(block.items, self._html))

    def _picture(self, n: int, block: Picture) -> None:
        image = self.drafting.pictures.get(n)
        if image is not None:
            alt = self.drafting.plan.alts.get(n, block.alt)
            self._put("image", {"image": image, "alt": alt, "caption": block.caption})
        elif block.caption:
            self._text([Run(block.caption)])

    def _table(self, n: int, block: Table) -> None:
        self._put("table", self._typed(block))

    def _typed(self, block: Table) -> TypedTable:
        head, rows = (block.rows[0], block.rows[1:]) if block.header else ([], block.rows)
        columns, values = [], []
        for column in range(len(block.rows[0])):
            rich = any(self._is_rich(row[column]) for row in rows)
            heading = " ".join(self._plain(head[column]).split()) if head else ""
            columns.append({"type": "rich" if rich else "text", "heading": heading})
        for row in rows:
            cells = []
            for cell, kept in zip(row, columns, strict=True):
                rich = kept["type"] == "rich"
                cells.append(
                    "".join(f"<p>{self._html(p, marks=False)}</p>" for p in cell)
                    if rich
                    else self._plain(cell)
                )
            values.append({"values": cells})
        table: TypedTable = TableBlock().to_python(
            {"columns": columns, "rows": values, "caption": block.caption}
        )
        return table

    def _is_rich(self, cell: list[Runs]) -> bool:
        return len(cell) > 1 or any(run.bold or "\n" in run.text for runs in cell for run in runs)

    def _plain(self, cell: list[Runs]) -> str:
        return " ".join(
            "".join(f"[{self._number(run.note)}]" if run.note else run.text for run in runs) for runs in cell
        )

    # Words

    def _number(self, note: str) -> int:
        return self.notes.setdefault(note, len(self.notes) + 1)

    def _html(self, runs: Runs, *, marks: bool = True) -> str:
        return "".join(self._piece(run, marks=marks) for run in runs)

    def _piece(self, run: Run, *, marks: bool) -> str:
        if run.note:
            number = self._number(run.note)
            return f'<a href="#note-{number}">[{number}]</a>' if marks else f"[{number}]"
        html = escape(run.text).replace("\n", "<br/>")
        if run.italic:
            html = f"<i>{html}</i>"
        if run.bold:
            html = f"<b>{html}</b>"
        return f"<a href={quoteattr(run.link)}>{html}</a>" if run.link else html


def nested(items: list[Item], html_of: Callable[[Runs], str]) -> str:
    """Items with their levels as lists within lists."""
    html = ""
    open_lists: list[tuple[int, str]] = []
    for item in items:
        tag = "ol" if item.ordered else "ul"
        while (
            open_lists
            and open_lists[-1][0] > item.level
            and (len(open_lists) > 1 or item.level < open_lists[0][0])
        ):
            html += f"</li></{open_lists.pop()[1]}>"
        if open_lists and open_lists[-1][0] >= item.level:
            html += "</li>"
            if open_lists[-1][1] != tag:
                html += f"</{open_lists.pop()[1]}><{tag}>"
                open_lists.append((item.level, tag))
        else:
            html += f"<{tag}>"
            open_lists.append((item.level, tag))
        html += f"<li>{html_of(item.runs)}"
    while open_lists:
        html += f"</li></{open_lists.pop()[1]}>"
    return html
