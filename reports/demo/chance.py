"""Chance that falls the same way every time: each purpose has dice of its own."""

from __future__ import annotations

from random import Random
from uuid import UUID


def dice(*purpose: object) -> Random:
    """Return dice whose throws depend on nothing but `purpose`."""
    return Random("/".join(map(str, purpose)))  # noqa: S311  # made-up data, no secret


def draw_key(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
