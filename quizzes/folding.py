"""
Which of the answers that were saved holds. Arithmetic, without Django.

Each device counts its own answers, so of one device the highest count is the last. Between devices the one
given last holds, by the server's reckoning of when that was. What came late holds never. All are kept. In
which order they arrive makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Version:
    """One saved answer to one question. `serial` is the order in which the server took them."""

    position: int
    given: Sequence[str]
    device: UUID | None
    counter: int
    given_at: datetime
    serial: int
    is_late: bool = False


def fold(versions: Iterable[Version]) -> dict[int, Version]:
    """Return the version that holds, by position; one that came late holds nowhere."""
    last: dict[tuple[int, UUID | None], Version] = {}
    for one in versions:
        place = (one.position, one.device)
        if not one.is_late and (place not in last or _count(one) > _count(last[place])):
            last[place] = one
    held: dict[int, Version] = {}
    for one in last.values():
        rival = held.get(one.position)
        if rival is None or _when(one) > _when(rival):
            held[one.position] = one
    return held


def _when(one: Version) -> tuple[datetime, int, int]:
    """Of two devices that gave something in one moment it is always the same that goes before."""
    return one.given_at, one.device.int if one.device else -1, one.serial


def _count(one: Version) -> tuple[int, int]:
    return one.counter, one.serial


def others(versions: Iterable[Version]) -> dict[int, list[Version]]:
    """
    Return, by position, what other devices gave last and what came late, where it differs from what holds.

    The newest first. Nothing is ever lost: what is not shown here is an earlier answer of the same device.
    """
    rows = list(versions)
    held = fold(rows)
    last: dict[tuple[int, UUID | None, bool], Version] = {}
    for one in rows:
        place = (one.position, one.device, one.is_late)
        if place not in last or _count(one) > _count(last[place]):
            last[place] = one
    found: dict[int, list[Version]] = {}
    for one in sorted(last.values(), key=_when, reverse=True):
        holding = held.get(one.position)
        if holding is None or list(one.given) != list(holding.given):
            found.setdefault(one.position, []).append(one)
    return found
