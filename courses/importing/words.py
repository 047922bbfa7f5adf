"""What happened to a document, in plain words and in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from courses.importing.document import Document, Heading, Picture, Table, text_of, words_of
from courses.importing.plan import Plan, outline_of

REFUSED: dict[str, Any] = {
    "not_word": _(
        "This Word file cannot be read. Open it in Word or WPS, save it anew as .docx, and send that."
    ),
    "no_words": _("No words were found in this file."),
    "stopped": _("This was stopped. Nothing was kept; the file can be sent again."),
    "not_read": _("Reading did not come to its end, and the file was removed. Please send it again."),
}

FAILURES: dict[str, Any] = {
    "no_course": _("The course is not there any more. Nothing was written. Choose another."),
    "no_office": _("You do not write lessons any more, and so nothing was written."),
    "gone": _("This document is not there any more, or its drafts were made already."),
    "unexpected": _("Something went wrong, and nothing was written. Please try again."),
    "silent": _("The work was interrupted, and nothing was written. Please try again."),
}

STEPS: dict[str, Any] = {
    "opening": _("Opening the file"),
    "reading": _("Reading the text"),
    "pictures": _("Looking at the pictures"),
    "ordering": _("Putting it in order"),
    "writing": _("Writing the lessons"),
    "finishing": _("Finishing"),
}

LOSSES: dict[str, tuple[Any, Any]] = {
    # What the words of the document lost comes first, then what became of it.
    "script": (_("Scripts"), _("Taken out before anything was kept.")),
    "iframe": (_("Frames"), _("Taken out before anything was kept.")),
    "object": (_("Embedded objects"), _("Left out; where a picture of them was there, it stays.")),
    "embed": (_("Embedded objects"), _("Taken out before anything was kept.")),
    "form": (_("Forms"), _("Taken out before anything was kept.")),
    "style": (_("Styles of a web page"), _("Our own looks take their place.")),
    "link": (_("Links that lead nowhere"), _("Their words stay; the address does not.")),
    "template": (_("Parts of a web page that are not shown"), _("Taken out.")),
    "svg": (_("Drawings within a web page"), _("Left out. Save each as a file and put it in as an image.")),
    "math": (_("Equations"), _("Left out. Put in a picture of each.")),
    "video": (_("Videos"), _("Left out. Upload the file and use the video block.")),
    "audio": (_("Recordings"), _("Left out. Upload the file and use the audio block.")),
    "other_file": (_("Other files in the archive"), _("Not kept.")),
    "text_box": (_("Text boxes"), _("Their words stand as paragraphs after the one they were tied to.")),
    "word_art": (_("WordArt"), _("Left out; its words are named here.")),
    "comment": (_("Comments"), _("Left out; their words are named here.")),
    "inserted": (_("Tracked insertions"), _("Taken as accepted.")),
    "deleted": (_("Tracked deletions"), _("Taken as accepted: these words are gone.")),
    "equation": (
        _("Equations"),
        _("Their characters stand in a line where there were any. Put in a picture of each."),
    ),
    "chart": (_("Charts"), _("Left out. Put in a picture of each.")),
    "diagram": (
        _("Diagrams (SmartArt)"),
        _("Left out; their words are named here. Put in a picture of each."),
    ),
    "shape": (_("Drawn shapes"), _("Left out.")),
    "picture_format": (
        _("Pictures in a format that browsers do not show (EMF, WMF)"),
        _("Left out. Save each as PNG and put it in."),
    ),
    "picture_broken": (_("Damaged pictures"), _("Left out.")),
    "picture_missing": (_("Pictures that are not in the file"), _("Left out.")),
    "picture_elsewhere": (_("Pictures from other sites"), _("Not fetched. Save each and put it in.")),
    "picture_in_table": (_("Pictures in tables"), _("They stand below their table.")),
    "table_in_table": (_("Tables within tables"), _("Their words stand in lines within the cell.")),
    "merged_cells": (
        _("Merged cells"),
        _("Taken apart: the words stand in the first, the others are empty."),
    ),
    "table_too_large": (
        _("Cells of very large tables"),
        _("Left out: a table has at most 60 columns and 2,000 rows."),
    ),
    "link_in_table": (
        _("Links in tables and headings"),
        _("Their words stay; the addresses are named here."),
    ),
    "inner_link": (_("Links to other places of the document"), _("Their words stay.")),
    "margin": (_("Headers and footers"), _("Left out; their words are named here.")),
    "contents": (_("Tables of contents"), _("Left out: the site makes its own.")),
    "hidden": (_("Hidden text"), _("Left out; its words are named here.")),
    "underline": (_("Underlined words"), _("Without the line.")),
    "strike": (_("Words struck through"), _("The words stay, without the line. Look whether they should.")),
    "raised": (_("Raised or lowered words"), _("They stand in the line.")),
    "colour": (_("Coloured or marked words"), _("Without their colour.")),
    "ruby": (_("Readings above characters"), _("Left out; they are named here.")),
    "sign": (_("Signs of special fonts"), _("Set as □.")),
    "page_break": (_("Page breaks"), _("Left out.")),
    "foreign_part": (_("Parts of another document"), _("Left out. Copy their words into the document.")),
}
"""What may be lost on the way: how it is called, and what became of it."""

OTHER = (_("Other things"), _("Left out."))

QUIET = frozenset({"page_break", "contents", "style"})
"""What nobody misses stands last."""

MOST_PLACES = 200


@dataclass
class Line:
    """A line of the report: a kind of loss with its number and places."""

    title: Any
    fate: Any
    count: int = 0
    places: list[tuple[str, str]] = field(default_factory=list)

    @property
    def unnamed(self) -> int:
        return self.count - len(self.places) if self.places else 0


def report_of(document: Document) -> list[Line]:
    """What was not carried over, by kind: how many, where, and their words."""
    lines: dict[str, Line] = {}
    near = headings_before(document)
    for loss in document.losses:
        line = lines.setdefault(loss.code, Line(*LOSSES.get(loss.code, OTHER)))
        line.count += loss.count
        if len(line.places) < MOST_PLACES:
            line.places.append((near[min(loss.block, len(near) - 1)] if near else "", loss.words))
    return [lines[code] for code in sorted(lines, key=lambda code: (code in QUIET, list(LOSSES).index(code)))]


def headings_before(document: Document) -> list[str]:
    """For every block the heading it stands below."""
    found, heading = [], ""
    for block in document.blocks:
        if isinstance(block, Heading):
            heading = text_of(block.runs)
        found.append(heading)
    return found


def asks_of(document: Document, plan: Plan) -> dict[str, int]:
    """What the editor still has to do: how many pictures without words, tables whose headings are missing."""
    pictures = [n for n, block in enumerate(document.blocks) if isinstance(block, Picture)]
    ticked = [document.proposals[n] for n in plan.quotations if n < len(document.proposals)]
    return {
        "without_alt": sum(not plan.alts.get(n, "").strip() for n in pictures),
        "pictures": len(pictures),
        "tables": sum(isinstance(block, Table) for block in document.blocks),
        "notes": len(document.notes),
        "without_work": sum(not found.work and found.passage is None for found in ticked),
    }


def sizes_of(document: Document, plan: Plan) -> dict[int, int]:
    """The number of characters below each heading that makes a module or a lesson, by its block."""
    found: dict[int, int] = {}
    for module in outline_of(document, plan):
        total = 0
        for lesson in module.lessons:
            length = sum(len(words_of(document.blocks[n])) for n in lesson.blocks)
            total += length
            if lesson.row is not None:
                found[lesson.row] = length
        if module.row is not None:
            found[module.row] = total
    return found
