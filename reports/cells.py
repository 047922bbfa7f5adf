"""The cells of the table, each distinct one rendered once: a branch of a hundred has three thousand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from reports.overview import Cell, Overview, Row


@lru_cache(maxsize=20_000)
def cell_html(cell: Cell, shows_hours: bool, shows_scores: bool, language: str) -> str:
    """The cell as it stands in the table, in one language, for what one may see. It names nobody."""
    context = {"cell": cell, "hours": shows_hours, "scores": shows_scores}
    return render_to_string("reports/cell.html", context)


def table(overview: Overview, language: str) -> Iterator[tuple[Row, SafeString]]:
    """Return each row with its cells in one piece."""
    for row in overview.rows:
        cells = (cell_html(cell, overview.shows_hours, overview.shows_scores, language) for cell in row.cells)
        yield row, mark_safe("".join(cells))  # noqa: S308  # from an escaped template
