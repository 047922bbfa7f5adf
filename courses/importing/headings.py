"""Headings of a document that has no heading styles: short lines that are numbered, or bold throughout."""

from __future__ import annotations

import re

from courses.importing.document import Block, Document, Heading, Paragraph, Picture, Run, Table, text_of

LONGEST = 40
"""Characters of a line that may be a heading."""

_N = r"[一二三四五六七八九十百零〇\d]+"
_KINDS: tuple[tuple[str, re.Pattern[str], bool], ...] = (
    ("part", re.compile(rf"第{_N}(编|部分|篇)"), False),
    ("chapter", re.compile(rf"(第{_N}[章讲]|专题{_N}|(Part|Chapter|Module)\s+\d+\b)", re.IGNORECASE), False),
    ("section", re.compile(rf"(第{_N}[节课]|(Section|Lesson)\s+\d+\b)", re.IGNORECASE), False),
    ("counted", re.compile(r"[一二三四五六七八九十]{1,3}\s*[、．.]\s*\S"), False),
    ("in brackets", re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]\s*\S"), False),
    ("figures", re.compile(r"\d{1,2}\s*[.．、]\s*[^\d\s]"), True),
    ("two figures", re.compile(r"\d{1,2}\.\d{1,2}\s*[^\d.\s]"), True),
    ("bold", re.compile(r"\S"), True),
)
"""From the highest to the lowest: the name, how it begins, and whether it has to be bold."""

_ENDS_LIKE_A_SENTENCE = re.compile(r"[。；，,;!！?？…]\s*$|[^.]\.\s*$")


def propose_headings(document: Document) -> None:
    """Turn paragraphs that look like headings into headings, when the document itself names none."""
    if any(isinstance(block, Heading) for block in document.blocks):
        return
    found = {n: kind for n, block in enumerate(document.blocks) if (kind := _kind(block)) is not None}
    _leave_out_lines_in_a_row(document.blocks, found)
    present = sorted(set(found.values()))
    if not present:
        return
    _take_title(document, found)
    document.headings_proposed = bool(found)
    for n, kind in found.items():
        block = document.blocks[n]
        if isinstance(block, Paragraph):
            marks = [run for run in block.runs if run.note]
            words = " ".join(text_of(block.runs).split())
            document.blocks[n] = Heading(present.index(kind) + 1, [Run(words), *marks], proposed=True)


def _kind(block: Block) -> int | None:
    if not isinstance(block, Paragraph) or block.quoted or block.caption:
        return None
    text = text_of(block.runs).strip()
    if not text or len(text) > LONGEST or "\n" in text or _ENDS_LIKE_A_SENTENCE.search(text):
        return None
    bold = all(run.bold for run in block.runs if run.text.strip())
    for n, (_name, begin, has_to_be_bold) in enumerate(_KINDS):
        if begin.match(text) and (bold or not has_to_be_bold):
            return n
    return None


def _leave_out_lines_in_a_row(blocks: list[Block], found: dict[int, int]) -> None:
    """Three or more alike with nothing between them are a list, not headings."""
    row: list[int] = []
    for n in range(len(blocks) + 1):
        if n < len(blocks) and n in found and (not row or found[row[-1]] == found[n]):
            row.append(n)
            continue
        if len(row) >= 3:
            for place in row:
                del found[place]
        row = [n] if n in found else []


def _take_title(document: Document, found: dict[int, int]) -> None:
    """A centred line or a bold one at the very beginning, above headings of another kind, is the title."""
    if document.title or not document.blocks or not isinstance(first := document.blocks[0], Paragraph):
        return
    text = text_of(first.runs).strip()
    bold = len(_KINDS) - 1
    alone = found.get(0) == bold and sum(kind == bold for kind in found.values()) == 1 and len(found) > 1
    if (first.centred and text and len(text) <= LONGEST and found.get(0, bold) == bold) or alone:
        document.title = " ".join(text.split())
        document.blocks[0] = Heading(0, first.runs, proposed=True)
        found.pop(0, None)


def attach_captions(document: Document) -> None:
    """A caption beside a picture or table becomes its own; any other stays a paragraph."""
    kept: list[Block] = []
    moved: list[int] = []
    for n, block in enumerate(document.blocks):
        if isinstance(block, Paragraph) and block.caption:
            before = kept[-1] if kept else None
            after = document.blocks[n + 1] if n + 1 < len(document.blocks) else None
            words = " ".join(text_of(block.runs).split())
            marks = any(run.note for run in block.runs)
            for beside, kind in ((before, Picture), (after, Table), (after, Picture), (before, Table)):
                if isinstance(beside, kind) and not beside.caption and not marks and len(words) <= 500:
                    beside.caption = words
                    break
            else:
                kept.append(block)
                continue
            moved.append(n)
            continue
        kept.append(block)
    for loss in document.losses:
        loss.block -= sum(n < loss.block for n in moved)
    document.blocks = kept
