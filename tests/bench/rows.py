"""What a measurement says, as a row of the table and of `var/bench.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HEADINGS = ("work", "figure", "unit", "limit", "ratio", "target", "met")


@dataclass(frozen=True)
class Row:
    """A figure beside its limit, measured in the same run. `met` None: the row has no target."""

    bench: str
    work: str
    figure: float
    unit: str
    limit: float | None = None
    target: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        return self.figure / self.limit if self.limit else None

    def cells(self) -> tuple[str, ...]:
        met = {True: "yes", False: "NOT MET", None: "–"}[self.met]
        numbers = [_short(number) for number in (self.figure, self.limit, self.ratio)]
        return (self.work, numbers[0], self.unit, numbers[1], numbers[2], self.target or "–", met)

    def as_json(self) -> dict[str, object]:
        return {
            "bench": self.bench,
            "work": self.work,
            "figure": _rounded(self.figure),
            "unit": self.unit,
            "limit": _rounded(self.limit),
            "ratio": _rounded(self.ratio),
            "target": self.target or None,
            "met": self.met,
        }


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


def _short(number: float | None) -> str:
    if number is None:
        return "–"
    return f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:.3g}"


def table(rows: Sequence[Row]) -> str:
    """The rows in columns, a line between one bench and the next."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEADINGS))]
    rule = "  ".join("─" * width for width in widths)
    printed = [_line(HEADINGS, widths)]
    bench = None
    for row in rows:
        if row.bench != bench:
            printed.append(rule)
        bench = row.bench
        printed.append(_line(row.cells(), widths))
    return "\n".join(printed)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = {1, 3, 4}
    placed = [
        cell.rjust(width) if n in numbers else cell.ljust(width)
        for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(placed).rstrip()


def write(rows: Sequence[Row], path: Path) -> None:
    text = json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
