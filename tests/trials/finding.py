"""What a trial found, as a line of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What had to hold, what was found, and whether it held."""

    trial: str
    what: str
    found: str
    held: bool


def table(findings: Sequence[Finding]) -> str:
    lines = [(f.trial, f.what, f.found, "yes" if f.held else "NO") for f in findings]
    lines.insert(0, ("trial", "what has to hold", "found", "held"))
    widths = [max(len(line[n]) for line in lines) for n in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
