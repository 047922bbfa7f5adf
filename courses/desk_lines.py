"""A row of the editors' desk, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """Something to do about a row, and where."""

    words: str
    url: str


@dataclass(frozen=True)
class Line:
    """A row: what it is about, what is known of it, what to do. `asks`: an address that is asked about."""

    title: str
    steps: tuple[Step, ...]
    told: tuple[str, ...] = ()
    lang: str = ""
    quoted: str = ""
    asks: str = ""
