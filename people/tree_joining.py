"""Two organisations become one, or one becomes two, from a day on. The past keeps both as they were."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import audit, tree_rules
from people.models import Member
from people.organisations import Organisation
from people.tree import replant, shut
from people.tree_members import carry
from people.tree_rules import (
    Refusal,
    Remaining,
    check_day,
    first_of,
    held,
    open_affiliations,
    open_children,
    open_transfers,
)

MERGED = audit.action("tree.merged", _("Merged an organisation into another"))
SPLIT = audit.action("tree.split", _("Split an organisation"))


@transaction.atomic
def merge(
    organisation: Organisation,
    *,
    into: Organisation,
    by: Member | None,
    at: datetime,
    on: date,
    address: str = "",
) -> Organisation:
    """
    Merge an organisation into another of its kind, and return that one.

    On that day its members belong there and what was below it stands below the other; its offices ended the
    day before, and it is closed.

    :raises Refusal: when they are not alike, one is closed or was changed later, or the other lies below it.
    """
    rows = held(organisation, also=[into])
    this, other = rows[organisation.pk], rows[into.pk]
    first_of(merge_problems(this, other, on=on, at=at))
    children = list(open_children(this))
    replant(children, under=other, on=on)
    branch = other if other.kind != Organisation.Kind.GROUP else other.parent
    members = carry(
        open_affiliations(this, on=on),
        branch=branch,
        keep=[child.pk for child in children],
        group=other if other.kind == Organisation.Kind.GROUP else None,
        on=on,
    )
    offices = shut(this, on=on, today=localdate(at), into=other)
    audit.note(
        MERGED,
        at=at,
        by=by,
        address=address,
        organisation=this,
        details={
            "into": str(other.key),
            "members": members,
            "below": len(children),
            "offices": offices,
            "on": on.isoformat(),
        },
    )
    return other


def merge_problems(this: Organisation, other: Organisation, *, on: date, at: datetime) -> Iterator[Refusal]:
    yield from check_day(this, other, on=on, today=localdate(at))
    if other.path.startswith(this.path):
        yield tree_rules.Cycle()
    if this.kind != other.kind:
        yield tree_rules.NotAlike()
    if open_children(this).filter(states__since__gt=on).exists():
        yield tree_rules.BeforeLastChange()
    if transfers := open_transfers(this).count():
        yield tree_rules.StillInUse([Remaining(_("open transfers"), transfers)])


@transaction.atomic
def split(
    organisation: Organisation,
    *,
    name: str,
    name_en: str = "",
    members: Collection[Member] = (),
    below: Collection[Organisation] = (),
    by: Member | None,
    at: datetime,
    on: date,
    address: str = "",
) -> Organisation:
    """
    Found a new organisation of the same kind beside this one; these members and organisations go to it.

    The members are at home or guests in this organisation itself; `below` stands directly below it, and the
    members of a group go with the group. Returns the new organisation, which has no offices yet.

    :raises Refusal: when the day does not allow it, nobody is chosen, or somebody does not belong to it.
    """
    parent = organisation.parent
    rows = held(organisation, also=[parent] if parent else [])
    this = rows[organisation.pk]
    chosen = [rows[place.pk] for place in below if place.pk in rows]
    first_of(split_problems(this, members=members, below=below, on=on, at=at))
    new = Organisation.objects.found(
        kind=this.kind,
        name=name,
        name_en=name_en,
        under=this.parent,
        founded_on=on,
        sector=this.sector,
        level=this.level,
        sector_parent=this.sector_parent,
    )
    went = replant(chosen, under=new, on=on)
    went += _take_along(this, new, members, keep=[place.pk for place in chosen], on=on)
    audit.note(
        SPLIT,
        at=at,
        by=by,
        address=address,
        organisation=this,
        details={"new": str(new.key), "members": went, "below": len(chosen), "on": on.isoformat()},
    )
    return new


def _take_along(
    this: Organisation, new: Organisation, members: Collection[Member], *, keep: Any, on: date
) -> int:
    group = new if new.kind == Organisation.Kind.GROUP else None
    return carry(
        open_affiliations(this, on=on).filter(member__in=members),
        branch=new.parent if group else new,
        keep=keep,
        group=group,
        on=on,
    )


def split_problems(
    this: Organisation,
    *,
    members: Collection[Member],
    below: Collection[Organisation],
    on: date,
    at: datetime,
) -> Iterator[Refusal]:
    yield from check_day(this, on=on, today=localdate(at))
    if not members and not below:
        yield tree_rules.NobodyChosen()
    theirs = open_affiliations(this, on=on).filter(member__in=members)
    there = open_children(this).filter(pk__in=[place.pk for place in below])
    if theirs.values("member").distinct().count() < len(members) or there.count() < len(below):
        yield tree_rules.NotOfThisOrganisation()
    if there.filter(states__since__gt=on).exists():
        yield tree_rules.BeforeLastChange()
