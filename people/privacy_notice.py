"""The privacy notice: versioned content in both languages, from files in people/notices."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "notices"


@dataclass(frozen=True)
class Part:
    """A heading and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Notice:
    """One version in one language."""

    version: int
    valid_from: date
    title: str
    changed: str
    parts: tuple[Part, ...]


@cache
def versions() -> tuple[int, ...]:
    """All versions there are, the latest last."""
    return tuple(sorted(int(path.stem) for path in FOLDER.glob("*.toml")))


@cache
def notice(version: int, language: str) -> Notice:
    """Return a version in a language (`zh-hans` or `en`)."""
    content = tomllib.loads((FOLDER / f"{version}.toml").read_text("utf-8"))
    words = content[language]
    parts = tuple(Part(part["heading"], tuple(part["paragraphs"])) for part in words["parts"])
    return Notice(version, content["valid_from"], words["title"], words["changed"], parts)


def in_force(on: date) -> int:
    """
    Return the version in force on that day: the latest that has begun, or the first of all.

    Which versions there are changes with a release only.
    """
    begun = [version for version in versions() if notice(version, "zh-hans").valid_from <= on]
    return begun[-1] if begun else versions()[0]
