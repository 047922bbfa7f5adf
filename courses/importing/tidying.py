"""What is done to every document after it was read, whatever it was read from."""

from __future__ import annotations

import re

from courses.importing.document import (
    Block,
    Document,
    Heading,
    Items,
    Loss,
    Paragraph,
    Run,
    Runs,
    Table,
    joined,
)
from courses.importing.headings import attach_captions, propose_headings
from courses.importing.quotations import propose_quotations

LINKS = re.compile(r"(https?://|mailto:)[^\s<>\"]{1,1900}$", re.IGNORECASE)
MOST_LOSSES = 3_000
"""Losses that are kept with their words; of more, the number."""


def tidy(document: Document) -> Document:
    """Bring a document into order: quotations, links, captions, headings, proposals."""
    _join_quotations(document)
    attach_captions(document)
    for n, block in enumerate(document.blocks):
        _mend_links(document, n, block)
    propose_headings(document)
    propose_quotations(document)
    _bundle_losses(document)
    return document


def _join_quotations(document: Document) -> None:
    kept: list[Block] = []
    places: list[int] = []
    for block in document.blocks:
        last = kept[-1] if kept else None
        if isinstance(block, Paragraph) and block.quoted and isinstance(last, Paragraph) and last.quoted:
            last.runs = [*last.runs, Run("\n"), *block.runs]
        else:
            kept.append(block)
        places.append(len(kept) - 1)
    for loss in document.losses:
        if loss.block < len(places):
            loss.block = places[loss.block]
        else:
            loss.block = max(0, len(kept) - 1)
    document.blocks = kept


def _mend_links(document: Document, n: int, block: Block) -> None:
    for runs in _all_runs(block):
        for run in runs:
            if run.link and isinstance(block, Table | Heading):
                document.losses.append(Loss("link_in_table", n, f"{run.text} {run.link}"))
                run.link = ""
            elif run.link and not LINKS.match(run.link):
                document.losses.append(Loss("link", n, f"{run.text} {run.link[:200]}"))
                run.link = ""
    if isinstance(block, Heading | Paragraph):
        block.runs = joined(block.runs)


def _all_runs(block: Block) -> list[Runs]:
    if isinstance(block, Heading | Paragraph):
        return [block.runs]
    if isinstance(block, Items):
        return [item.runs for item in block.items]
    if isinstance(block, Table):
        return [runs for row in block.rows for cell in row for runs in cell]
    return []


def _bundle_losses(document: Document) -> None:
    """Neighbours of the same kind are one: a line of red words may be thirty runs."""
    kept: list[Loss] = []
    for loss in sorted(document.losses, key=lambda loss: (loss.block, loss.code)):
        last = kept[-1] if kept else None
        alike = last is not None and (last.code, last.block) == (loss.code, loss.block)
        if last is not None and alike and (loss.code in _LOOKS or len(kept) >= MOST_LOSSES):
            last.words, last.count = f"{last.words} {loss.words}".strip()[:2000], last.count + loss.count
        else:
            kept.append(loss)
    document.losses = kept


_LOOKS = {"colour", "underline", "strike", "raised", "inner_link", "ruby", "inserted", "contents"}
