"""
Which answers must hold, and what they are worth: reckoned here once more, with nothing of the site.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

_ROWS = """
    select id, position, given, device, counter, given_at, saved_at, is_late
        from quizzes_answer where attempt_id = %s order by id
"""


@dataclass(frozen=True)
class Row:
    """An answer as the database keeps it."""

    id: int
    position: int
    given: list[str]
    device: UUID | None
    counter: int
    given_at: datetime
    saved_at: datetime
    is_late: bool


def rows_of(connection: psycopg.Connection[Any], attempt: UUID) -> list[Row]:
    return [Row(*row) for row in connection.execute(_ROWS, [attempt]).fetchall()]


def holding(rows: Iterable[Row]) -> dict[int, Row]:
    """
    By position: of each device its highest count, of those the one given last; of two given at once that of
    the device with the higher name, in whichever order they came. What is late holds nowhere.
    """
    in_time = [row for row in rows if not row.is_late]
    found: dict[int, Row] = {}
    for position in {row.position for row in in_time}:
        here = [row for row in in_time if row.position == position]
        lasts = [
            max((row for row in here if row.device == device), key=lambda row: (row.counter, row.id))
            for device in {row.device for row in here}
        ]
        found[position] = max(lasts, key=lambda row: (row.given_at, str(row.device or ""), row.id))
    return found


def worth(
    held: dict[int, Row], right: Sequence[Sequence[str]], kinds: Sequence[str]
) -> list[tuple[bool, bool]]:
    """For each question whether it is right, and whether a person has to mark it."""
    told = []
    for position, (key, kind) in enumerate(zip(right, kinds, strict=True)):
        given = held[position].given if position in held else []
        by_hand = kind == "short_answer"
        told.append((not by_hand and given == list(key), by_hand and bool(given)))
    return told
