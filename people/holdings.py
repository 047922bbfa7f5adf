"""The whole inventory, of all rooms: as a table for docs/data-protection.md, and asked by the other acts."""

from __future__ import annotations

from django.utils.translation import override

from people.inventory import BELONGINGS, MEMBER, REQUESTED
from people.inventory_signing_in import SIGNING_IN
from people.inventory_work import CONTENT, MOVING, PACKAGES, WORKING
from people.keeping import ON_ERASURE_WORDS, Held
from people.slots import content_models, inventories

OWN = (*MEMBER, *BELONGINGS, *MOVING, *REQUESTED, *SIGNING_IN, *WORKING, *PACKAGES)

BEGIN = "<!-- what is kept: written by `manage.py write_inventory` -->"
END = "<!-- end of what is kept -->"


def everything_held() -> list[Held]:
    """All entries, of this room first."""
    return [*OWN, *inventories()]


def about_content() -> frozenset[str]:
    """Models that are about something else than a person."""
    return frozenset(CONTENT) | content_models()


def as_table() -> str:
    """Return the inventory as a Markdown table, in English."""
    with override("en"):
        lines = [
            "| what | fields | purpose | rests on | kept | who sees it | when a member is erased |",
            "|---|---|---|---|---|---|---|",
        ]
        for held in everything_held():
            fields = ", ".join(f"`{name}`" for name in held.fields)
            cells = [
                str(held.what),
                f"`{held.model}`: {fields}",
                str(held.purpose),
                held.basis,
                str(held.keeping.words),
                str(held.seen_by),
                str(ON_ERASURE_WORDS[held.on_erasure]),
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def with_table(document: str) -> str:
    """
    Return the document with the table of today between its marks; without marks it is added at the end.

    `## What is kept` is the heading.
    """
    table = f"{BEGIN}\n\n{as_table()}\n\n{END}"
    if BEGIN not in document:
        return f"{document.rstrip()}\n\n## What is kept\n\n{table}\n"
    before, rest = document.split(BEGIN, 1)
    _old, after = rest.split(END, 1)
    return f"{before}{table}{after}"
