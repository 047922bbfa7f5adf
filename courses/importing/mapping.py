"""What the page shows on which an editor arranges a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from courses.importing.document import Document, Heading, Paragraph, Picture, text_of
from courses.importing.plan import HEADING, LESSON, MODULE, OUT, OUT_ALONE, TEXT, Plan, outline_of
from courses.importing.words import asks_of, headings_before, report_of, sizes_of

ROLE_WORDS = (
    (MODULE, _("Module")),
    (LESSON, _("Lesson")),
    (HEADING, _("Heading within the lesson before")),
    (TEXT, _("Ordinary bold line")),
    (OUT, _("Left out, with what is below it")),
    (OUT_ALONE, _("Title of the course (not repeated)")),
)


@dataclass
class ShownRow:
    """A heading of the document with what is to become of it."""

    number: int
    level: int
    words: str
    role: str
    title: str
    characters: int | None


@dataclass
class ShownQuotation:
    """A proposal: its words, where it stands, and whether it is ticked."""

    number: int
    words: str
    near: str
    work: str
    date: str
    locked: bool
    ticked: bool


def page_of_plan(document: Document, plan: Plan) -> dict[str, Any]:
    """Everything about a document and its plan that is shown."""
    near = headings_before(document)
    outline = outline_of(document, plan)
    return {
        "rows": _rows(document, plan),
        "roles": ROLE_WORDS,
        "headings_proposed": document.headings_proposed,
        "quotations": _quotations(document, plan, near),
        "pictures": [
            {"number": n, "alt": plan.alts.get(n, ""), "caption": block.caption, "near": near[n]}
            for n, block in enumerate(document.blocks)
            if isinstance(block, Picture)
        ],
        "report": report_of(document),
        "asks": asks_of(document, plan),
        "outline": outline,
        "modules": len(outline),
        "lessons": sum(len(module.lessons) for module in outline),
    }


def _rows(document: Document, plan: Plan) -> list[ShownRow]:
    sizes = sizes_of(document, plan)
    return [
        ShownRow(n, block.level, text_of(block.runs), plan.rows[n].role, plan.rows[n].title, sizes.get(n))
        for n, block in enumerate(document.blocks)
        if isinstance(block, Heading) and n in plan.rows
    ]


def _quotations(document: Document, plan: Plan, near: list[str]) -> list[ShownQuotation]:
    found = []
    for n, proposal in enumerate(document.proposals):
        block = document.blocks[proposal.block]
        words = text_of(block.runs)[proposal.start : proposal.end] if isinstance(block, Paragraph) else ""
        found.append(
            ShownQuotation(
                n,
                words,
                near[proposal.block],
                proposal.work,
                proposal.date,
                proposal.passage is not None,
                n in plan.quotations,
            )
        )
    return found
