"""What a check finds, by sheet, row and column: kept as JSON, said in either language later."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from people.workbooks import limits

STOP = "stop"
"""Of a whole sheet: it has to be put right, no row can be left out instead."""

ERROR = "error"
"""Of a row: it is put right, or left out by the importer's choice."""

WARNING = "warning"
"""To be looked at. It keeps nothing from being written."""

Problem = list[Any]
"""Severity, sheet, row, column as Excel shows it, code, what the sentence needs."""


@dataclass
class Problems:
    """All of them; above a limit the words are no longer kept, but the numbers are."""

    kept: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    bad: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(
        self, severity: str, sheet: str, row: int | None, letter: str, code: str, /, **params: Any
    ) -> None:
        self.counts[severity] += 1
        if severity == ERROR and row is not None:
            self.bad[sheet].add(row)
        kept_alike = self.counts[severity] <= limits.PROBLEMS
        if kept_alike:
            self.kept.append([severity, sheet, row, letter, code, params])

    @property
    def stops(self) -> bool:
        return self.counts[STOP] > 0

    @property
    def errors(self) -> int:
        return self.counts[ERROR]
