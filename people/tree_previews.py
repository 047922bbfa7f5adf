"""What a change of the tree would do, told before it is done. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from people import tree, tree_joining
from people.affiliations import Affiliation
from people.models import Member
from people.offices import SIGHTS, Office
from people.organisations import STEP, Organisation
from people.tree_rules import Refusal, open_affiliations

SEEING = [kind for kind, sights in SIGHTS.items() if sights]
"""Offices that show something of the people below."""


@dataclass
class Preview:
    """
    How many would be touched, and what stands against it.

    `gains` and `loses` count office holders who would begin or cease to see the members who go along;
    `offices` are those that would end, or that go along unchanged (`offices_end` says which).
    """

    organisations: int = 0
    members: int = 0
    offices: int = 0
    offices_end: bool = False
    gains: int = 0
    loses: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_possible(self) -> bool:
        return not self.problems


def preview_found(
    *, kind: str, under: Organisation | None, external_code: str = "", on: date, at: datetime, **rest: Any
) -> Preview:
    problems = tree.found_problems(kind, under, code=external_code, on=on, at=at)
    return Preview(organisations=1, problems=_sentences(problems))


def preview_rename(this: Organisation, *, name: str, name_en: str, on: date, at: datetime) -> Preview:
    problems = tree.rename_problems(this, name=name, name_en=name_en, on=on, at=at)
    return Preview(organisations=1, problems=_sentences(problems))


def preview_describe(this: Organisation, *, external_code: str, at: datetime, **rest: Any) -> Preview:
    problems = tree.describe_problems(this, external_code=external_code, at=at)
    return Preview(organisations=1, problems=_sentences(problems))


def preview_move(this: Organisation, *, under: Organisation | None, on: date, at: datetime) -> Preview:
    preview = _of_subtree(this, on=on)
    here = _lookers(this.path[:-STEP], on=on)
    there = _lookers(under.path if under else "", on=on)
    preview.gains, preview.loses = len(there - here), len(here - there)
    preview.problems = _sentences(tree.move_problems(this, under, on=on, at=at))
    return preview


def preview_merge(this: Organisation, *, into: Organisation, on: date, at: datetime) -> Preview:
    preview = _of_subtree(this, on=on)
    preview.offices = Office.objects.held_on(on).filter(organisation=this).count()
    preview.offices_end = True
    here, there = _lookers(this.path, on=on), _lookers(into.path, on=on)
    preview.gains, preview.loses = len(there - here), len(here - there)
    preview.problems = _sentences(tree_joining.merge_problems(this, into, on=on, at=at))
    return preview


def preview_split(
    this: Organisation,
    *,
    members: Collection[Member],
    below: Collection[Organisation],
    on: date,
    at: datetime,
    **names: str,
) -> Preview:
    problems = tree_joining.split_problems(this, members=members, below=below, on=on, at=at)
    inside = Organisation.objects.at_or_below(*(place.path for place in below)).existing_on(on)
    along = _members_of(*below, on=on) if below else Member.objects.none()
    here = _lookers(this.path, on=on) - _lookers(this.path[:-STEP], on=on)
    return Preview(
        organisations=inside.count() + 1,
        members=Member.objects.filter(Q(pk__in=along) | Q(pk__in=[m.pk for m in members])).count(),
        offices=Office.objects.held_on(on).filter(organisation__in=inside).count(),
        loses=len(here),
        problems=_sentences(problems),
    )


def preview_close(this: Organisation, *, on: date, at: datetime) -> Preview:
    return Preview(
        organisations=1,
        members=open_affiliations(this, on=on).values("member").distinct().count(),
        offices=Office.objects.held_on(on).filter(organisation=this).count(),
        offices_end=True,
        problems=_sentences(tree.close_problems(this, on=on, at=at)),
    )


def preview_sector_line(this: Organisation, *, to: Organisation | None, on: date, at: datetime) -> Preview:
    """Who gains or loses here are observers: they see counts."""
    preview = _of_subtree(this, on=on)
    here = _observers(this.sector_parent.path if this.sector_parent else "", on=on)
    there = _observers(to.path if to else "", on=on)
    preview.gains, preview.loses = len(there - here), len(here - there)
    preview.problems = _sentences(tree.sector_line_problems(this, to))
    return preview


def _sentences(problems: Iterable[Refusal]) -> list[str]:
    return list(dict.fromkeys(str(problem) for problem in problems))


def _of_subtree(this: Organisation, *, on: date) -> Preview:
    inside = Organisation.objects.within(this)
    return Preview(
        organisations=inside.existing_on(on).count(),
        members=_members_of(this, on=on).count(),
        offices=Office.objects.held_on(on).filter(organisation__in=inside).count(),
    )


def _members_of(*places: Organisation, on: date) -> Any:
    """Everybody at home or a guest there or below, once."""
    there = Affiliation.objects.on(on).within(*places)
    return Member.objects.filter(pk__in=there.values("member"))


def _above(path: str) -> list[str]:
    return [path[:end] for end in range(STEP, len(path) + 1, STEP)]


def _lookers(path: str, *, on: date) -> set[int]:
    """Who, by an office there or above, sees something of the people there."""
    return _holders(SEEING, path, on=on)


def _observers(path: str, *, on: date) -> set[int]:
    return _holders([Office.Kind.OBSERVER], path, on=on)


def _holders(kinds: Collection[str], path: str, *, on: date) -> set[int]:
    offices = Office.objects.held_on(on).filter(kind__in=kinds, organisation__path__in=_above(path))
    return set(offices.values_list("member_id", flat=True))
