"""What sources must ask of higher rooms, which register when they start: what quotes a passage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sources.models import Passage


@dataclass(frozen=True)
class Use:
    """A lesson or question that quotes a passage. `changed`: it still shows or rests on earlier words."""

    kind: str
    title: str
    state: str
    url: str = ""
    changed: bool = False


Find = Callable[[Collection[Passage]], Iterable[tuple[int, Use]]]
"""For passages with their works: pairs of a passage's primary key and a use, in few queries."""

_finders: list[Find] = []


def register_uses(find: Find) -> None:
    """A room that quotes passages says where."""
    _finders.append(find)


def uses_of(passages: Collection[Passage]) -> dict[int, list[Use]]:
    """Return what quotes each passage, by its primary key; one that nothing quotes is left out."""
    found: dict[int, list[Use]] = defaultdict(list)
    if passages:
        for find in _finders:
            for passage, use in find(passages):
                found[passage].append(use)
    return dict(found)
