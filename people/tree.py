"""
How the tree of organisations changes: found, rename, describe, move, close, and the sector line.

Each is one transaction under locks, is kept in the audit, and leaves the past as it was. Merging and
splitting are in `people.tree_joining`, what a change would do in `people.tree_previews`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import audit, tree_rules
from people.affiliations import Affiliation
from people.models import Member
from people.offices import Office
from people.organisations import STEP, Organisation, OrganisationState
from people.tree_members import carry
from people.tree_rules import Refusal, Remaining, check_code, check_day, check_place, first_of, held

FOUNDED = audit.action("tree.founded", _("Founded an organisation"))
RENAMED = audit.action("tree.renamed", _("Renamed an organisation"))
DESCRIBED = audit.action("tree.described", _("Changed sector, level or code of an organisation"))
MOVED = audit.action("tree.moved", _("Moved an organisation"))
CLOSED = audit.action("tree.closed", _("Closed an organisation"))
SECTOR_LINE = audit.action("tree.sector_line", _("Changed the sector line of an organisation"))


@transaction.atomic
def found(
    *,
    kind: str,
    name: str,
    name_en: str = "",
    under: Organisation | None,
    by: Member | None,
    at: datetime,
    on: date,
    address: str = "",
    **fields: Any,
) -> Organisation:
    """
    Found an organisation below `under` (None: at the top) on that day.

    :raises Refusal: when the day, the kind, the parent or the code does not allow it.
    """
    parent = held(also=[under])[under.pk] if under else None
    first_of(found_problems(kind, parent, code=str(fields.get("external_code", "")), on=on, at=at))
    founded = Organisation.objects.found(
        kind=kind, name=name, name_en=name_en, under=parent, **{"founded_on": on, **fields}
    )
    audit.note(
        FOUNDED,
        at=at,
        by=by,
        address=address,
        organisation=founded,
        details={"kind": kind, "under": _key(parent)},
    )
    return founded


def found_problems(
    kind: str, parent: Organisation | None, *, code: str, on: date, at: datetime
) -> Iterator[Refusal]:
    if on > localdate(at):
        yield tree_rules.InTheFuture()
    yield from check_place(kind, parent)
    yield from check_code(code)


@transaction.atomic
def rename(
    organisation: Organisation,
    *,
    name: str,
    name_en: str,
    by: Member | None,
    at: datetime,
    on: date,
    address: str = "",
) -> Organisation:
    """
    Call it something else from that day on; the earlier names stay in its past.

    :raises Refusal: when it is closed, was changed later, or is called so already.
    """
    this = held(also=[organisation])[organisation.pk]
    first_of(rename_problems(this, name=name, name_en=name_en, on=on, at=at))
    this.name, this.name_en = name, name_en
    this.save(update_fields=["name", "name_en"])
    write_states([this], on=on, name=name, name_en=name_en)
    audit.note(RENAMED, at=at, by=by, address=address, organisation=this, details={"on": on.isoformat()})
    return this


def rename_problems(
    this: Organisation, *, name: str, name_en: str, on: date, at: datetime
) -> Iterator[Refusal]:
    yield from check_day(this, on=on, today=localdate(at))
    if (this.name, this.name_en) == (name, name_en):
        yield tree_rules.NothingChanges()


@transaction.atomic
def describe(
    organisation: Organisation,
    *,
    sector: str,
    level: str,
    external_code: str,
    by: Member | None,
    at: datetime,
    address: str = "",
) -> Organisation:
    """
    Set what is not dated: sector, level, and the code another system knows it by.

    :raises Refusal: when it is closed or the code is another's.
    """
    this = held(also=[organisation])[organisation.pk]
    first_of(describe_problems(this, external_code=external_code, at=at))
    this.sector, this.level, this.external_code = sector, level, external_code
    this.save(update_fields=["sector", "level", "external_code"])
    audit.note(
        DESCRIBED,
        at=at,
        by=by,
        address=address,
        organisation=this,
        details={"sector": sector, "level": level},
    )
    return this


def describe_problems(this: Organisation, *, external_code: str, at: datetime) -> Iterator[Refusal]:
    if this.closed_on:
        yield tree_rules.IsClosed()
    yield from check_code(external_code, besides=this)


@transaction.atomic
def move(
    organisation: Organisation,
    *,
    under: Organisation | None,
    by: Member | None,
    at: datetime,
    on: date,
    address: str = "",
) -> Organisation:
    """
    Place an organisation, with all below it, below `under` (None: at the top) from that day on.

    The members of a group go with it to its new branch.

    :raises Refusal: for a cycle, a kind that does not fit, a closed parent, or a day before its last change.
    """
    rows = held(organisation, also=[under] if under else [])
    this, parent = rows[organisation.pk], rows[under.pk] if under else None
    first_of(move_problems(this, parent, on=on, at=at))
    before = this.parent
    members = replant([this], under=parent, on=on)
    audit.note(
        MOVED,
        at=at,
        by=by,
        address=address,
        organisation=this,
        details={"from": _key(before), "to": _key(parent), "members": members, "on": on.isoformat()},
    )
    this.refresh_from_db()
    return this


def move_problems(
    this: Organisation, parent: Organisation | None, *, on: date, at: datetime
) -> Iterator[Refusal]:
    yield from check_day(this, on=on, today=localdate(at))
    if parent and parent.path.startswith(this.path):
        yield tree_rules.Cycle()
    yield from check_place(this.kind, parent)
    if this.parent_id == (parent.pk if parent else None):
        yield tree_rules.NothingChanges()


@transaction.atomic
def close(
    organisation: Organisation, *, by: Member | None, at: datetime, on: date, address: str = ""
) -> Organisation:
    """
    Close an organisation: on that day it no longer exists. Its offices end the day before.

    :raises StillInUse: and says what remains.
    :raises Refusal: when it is closed already or was changed later.
    """
    this = held(also=[organisation])[organisation.pk]
    first_of(close_problems(this, on=on, at=at))
    offices = shut(this, on=on, today=localdate(at))
    audit.note(
        CLOSED,
        at=at,
        by=by,
        address=address,
        organisation=this,
        details={"offices": offices, "on": on.isoformat()},
    )
    return this


def close_problems(this: Organisation, *, on: date, at: datetime) -> Iterator[Refusal]:
    yield from check_day(this, on=on, today=localdate(at))
    members = tree_rules.open_affiliations(this, on=on).values("member").distinct().count()
    below = Organisation.objects.filter(Q(closed_on=None) | Q(closed_on__gt=on), parent=this).count()
    remaining = [
        Remaining(_("members"), members),
        Remaining(_("organisations below"), below),
        Remaining(_("open transfers"), tree_rules.open_transfers(this).count()),
    ]
    if any(each.number for each in remaining):
        yield tree_rules.StillInUse([each for each in remaining if each.number])


@transaction.atomic
def set_sector_line(
    organisation: Organisation, *, to: Organisation | None, by: Member | None, at: datetime, address: str = ""
) -> Organisation:
    """
    Let the observers of `to` see the counts of this organisation and all below it. None: nobody's any more.

    :raises Refusal: when either is closed, or one is above the other anyway.
    """
    rows = held(also=[organisation, to] if to else [organisation])
    this, line = rows[organisation.pk], rows[to.pk] if to else None
    first_of(sector_line_problems(this, line))
    this.sector_parent = line
    this.save(update_fields=["sector_parent"])
    audit.note(SECTOR_LINE, at=at, by=by, address=address, organisation=this, details={"to": _key(line)})
    return this


def sector_line_problems(this: Organisation, line: Organisation | None) -> Iterator[Refusal]:
    if this.closed_on or (line and line.closed_on):
        yield tree_rules.IsClosed()
    if line and (line.path.startswith(this.path) or this.path.startswith(line.path)):
        yield tree_rules.AlreadyOnTheLine()
    if this.sector_parent_id == (line.pk if line else None):
        yield tree_rules.NothingChanges()


def _key(organisation: Organisation | None) -> str | None:
    return str(organisation.key) if organisation else None


def replant(places: Sequence[Organisation], *, under: Organisation | None, on: date) -> int:
    """
    Set siblings, with all below them, below another parent: one UPDATE for all paths.

    The rows are locked already. Returns how many affiliations went along with groups to another branch.
    """
    if not places:
        return 0
    cut = len(places[0].path) - STEP
    ids = [place.pk for place in places]
    rows = Organisation.objects.at_or_below(*(place.path for place in places)).values("pk")
    with connection.cursor() as cursor:
        cursor.execute(
            "update people_organisation set path = %s || substr(path, %s),"
            " parent_id = case when id = any(%s) then %s else parent_id end where id = any(%s)",
            [
                under.path if under else "",
                cut + 1,
                ids,
                under.pk if under else None,
                [row["pk"] for row in rows],
            ],
        )
    write_states(places, on=on, parent=under)
    groups = [place for place in places if place.kind == Organisation.Kind.GROUP]
    if not (groups and under):
        return 0
    now_there = Q(until=None) | Q(until__gt=on)
    along = Affiliation.objects.filter(now_there, group__in=groups)
    return carry(along, branch=under, keep=ids, on=on)


def write_states(places: Sequence[Organisation], *, on: date, **changed: Any) -> None:
    """From that day on they are called or placed otherwise. A state that began that day is corrected."""
    latest = list(OrganisationState.objects.filter(organisation__in=places, until=None))
    OrganisationState.objects.filter(pk__in=[s.pk for s in latest if s.since == on]).update(**changed)
    earlier = [state for state in latest if state.since < on]
    OrganisationState.objects.filter(pk__in=[state.pk for state in earlier]).update(until=on)
    for state in earlier:
        state.pk, state.since = None, on
        for name, value in changed.items():
            setattr(state, name, value)
    OrganisationState.objects.bulk_create(earlier)


def shut(this: Organisation, *, on: date, today: date, into: Organisation | None = None) -> int:
    """
    End the offices, the past and the sector lines of an organisation; return how many offices ended.

    An office that would begin after today is withdrawn.
    """
    day_before = on - timedelta(days=1)
    open_offices = Office.objects.filter(Q(until=None) | Q(until__gt=day_before), organisation=this)
    coming = open_offices.filter(since__gt=today)
    withdrawn = coming.count()
    coming.exclude(stands_in_for=None).delete()
    coming.delete()
    ended = withdrawn + open_offices.update(until=Greatest(F("since"), day_before))
    latest = this.states.filter(until=None)
    latest.filter(since__gte=on).delete()
    latest.update(until=on)
    if into:
        Organisation.objects.filter(sector_parent=this).exclude(pk=into.pk).update(sector_parent=into)
    Organisation.objects.filter(sector_parent=this).update(sector_parent=None)
    this.closed_on, this.merged_into, this.sector_parent = on, into, None
    this.save(update_fields=["closed_on", "merged_into", "sector_parent"])
    return ended
