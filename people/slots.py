"""What a member's rights need from higher rooms, which register it when they start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from people.keeping import Held
    from people.models import Member


@dataclass(frozen=True)
class Said:
    """A value with the words for it: `code` in the download, `words` on the page."""

    code: Any
    words: Any


@dataclass(frozen=True)
class Column:
    """A column of a section: its name in the download, and its heading."""

    key: str
    label: Any


@dataclass(frozen=True)
class Section:
    """A part of what is held about a member: rows of text, numbers, days, moments, `Said` or lists."""

    key: str
    title: Any
    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]
    note: Any = ""


Provider = Callable[["Member"], list[Section]]

_own_data: list[tuple[Provider, frozenset[str]]] = []
_inventory: list[Held] = []
_content: set[str] = set()
_erasures: list[Callable[[Member, datetime], None]] = []
_contact_days: list[Callable[[date], int]] = []


def register_own_data(provider: Provider, *, shows: Iterable[str]) -> None:
    """A room tells what it holds about a member, and which entries of the inventory that covers."""
    _own_data.append((provider, frozenset(shows)))


def own_data_providers() -> list[Provider]:
    return [provider for provider, _shows in _own_data]


def entries_told() -> frozenset[str]:
    """The keys of the entries that a provider tells of."""
    return frozenset().union(*(shows for _provider, shows in _own_data))


def register_inventory(entries: Iterable[Held], *, content: Iterable[str] = ()) -> None:
    """
    A room says what personal data its models hold, and for how long.

    `content`: models that are about something else; only who wrote them is personal.
    """
    _inventory.extend(entries)
    _content.update(content)


def inventories() -> list[Held]:
    return list(_inventory)


def content_models() -> frozenset[str]:
    return frozenset(_content)


def register_erasure(step: Callable[[Member, datetime], None]) -> None:
    """A room does its part when a member is erased, in the same transaction."""
    _erasures.append(step)


def erasure_steps() -> list[Callable[[Member, datetime], None]]:
    return list(_erasures)


def register_contact_days(answer: Callable[[date], int]) -> None:
    """The room with the dated rules says after how many days a mobile member is to be contacted again."""
    _contact_days.append(answer)


def contact_days(on: date) -> int:
    """After so many days without a contact the contact person is prompted, by the rule of that day."""
    return _contact_days[-1](on)
