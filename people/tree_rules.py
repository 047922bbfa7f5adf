"""What the tree refuses, and the locks under which it changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.affiliations import Affiliation
from people.organisations import Organisation, OrganisationState
from people.transfers import Transfer

Kind = Organisation.Kind

FITS_BELOW: dict[str | None, frozenset[str]] = {
    None: frozenset({Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH}),
    Kind.COMMITTEE: frozenset({Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH}),
    Kind.GENERAL_BRANCH: frozenset({Kind.BRANCH}),
    Kind.BRANCH: frozenset({Kind.GROUP}),
    Kind.GROUP: frozenset(),
}
"""Which kinds may stand directly below which; None is the top. The database asks the same (sql/tree.sql)."""


class Refusal(Exception):
    """The tree does not take this change. `sentence` says why, to whoever asked for it."""

    sentence: Any = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.sentence)


class Cycle(Refusal):
    sentence = _("An organisation cannot be placed below itself.")


class DoesNotFit(Refusal):
    sentence = _("An organisation of this kind cannot stand there.")


class IsClosed(Refusal):
    sentence = _("The organisation is closed on that day.")


class CodeTaken(Refusal):
    sentence = _("Another organisation has this external code.")


class NothingChanges(Refusal):
    sentence = _("It is so already.")


class InTheFuture(Refusal):
    sentence = _("Choose today or an earlier day.")


class BeforeLastChange(Refusal):
    sentence = _("This organisation was changed later than that day. Choose a later one.")


class NotAlike(Refusal):
    sentence = _("Only organisations of the same kind can be merged.")


class NotOfThisOrganisation(Refusal):
    sentence = _("Not all of those chosen belong to this organisation.")


class NobodyChosen(Refusal):
    sentence = _("Choose members or organisations that go along.")


class AlreadyOnTheLine(Refusal):
    sentence = _("This organisation is above or below already; a sector line needs another one.")


@dataclass(frozen=True)
class Remaining:
    """Something that keeps an organisation from being closed, in words that count it."""

    label: Any
    number: int


class StillInUse(Refusal):
    """It cannot be closed: `remaining` says what is still there."""

    def __init__(self, remaining: Collection[Remaining]) -> None:
        super().__init__()
        self.remaining = list(remaining)

    @property
    def sentence(self) -> str:
        what = ", ".join(f"{each.label}: {each.number}" for each in self.remaining)
        return str(_("Not everything has left it yet. Remaining: %(what)s") % {"what": what})


def first_of(problems: Iterable[Refusal]) -> None:
    """Raise the first problem, if there is one."""
    for problem in problems:
        raise problem


def check_day(*organisations: Organisation, on: date, today: date) -> Iterator[Refusal]:
    """The day is no later than today, and nothing of these organisations changed after it."""
    if on > today:
        yield InTheFuture()
    for organisation in organisations:
        if organisation.closed_on:
            yield IsClosed()
    later = OrganisationState.objects.filter(organisation__in=organisations, since__gt=on)
    if later.exists():
        yield BeforeLastChange()


def check_place(kind: str, parent: Organisation | None) -> Iterator[Refusal]:
    """An organisation of this kind may stand below `parent`."""
    if kind not in FITS_BELOW[parent.kind if parent else None]:
        yield DoesNotFit()
    if parent and parent.closed_on:
        yield IsClosed()


def check_code(code: str, *, besides: Organisation | None = None) -> Iterator[Refusal]:
    others = Organisation.objects.filter(external_code=code, closed_on=None)
    if code and others.exclude(pk=besides.pk if besides else None).exists():
        yield CodeTaken()


def open_affiliations(organisation: Organisation, *, on: date) -> Any:
    """Affiliations to the organisation itself that hold on that day or begin later."""
    where = "group" if organisation.kind == Kind.GROUP else "branch"
    return Affiliation.objects.filter(Q(until=None) | Q(until__gt=on), **{where: organisation})


def open_transfers(organisation: Organisation) -> Any:
    """Transfers from or to the organisation that nobody has answered yet."""
    sides = Q(origin=organisation) | Q(target=organisation) | Q(group=organisation)
    return Transfer.objects.filter(sides, state=Transfer.State.ASKED)


def open_children(organisation: Organisation) -> Any:
    return Organisation.objects.filter(parent=organisation, closed_on=None)


def held(*roots: Organisation, also: Collection[Organisation] = ()) -> dict[int, Organisation]:
    """
    Lock `roots` with all below them, and `also` alone; return them as they are now, by primary key.

    Whoever moves an organisation holds all below it and the new parent, so two who move towards one another
    meet. Rows are taken in the order of their keys, so that nobody waits in a circle. Reading goes on, and so
    does writing what refers to these rows. Where a row came or went while we waited, we look again.
    """
    wanted = {organisation.pk for organisation in (*roots, *also)}
    while True:
        paths = dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "path"))
        rows = Organisation.objects.at_or_below(*(paths[root.pk] for root in roots))
        rows = (rows | Organisation.objects.filter(pk__in=wanted)).order_by("pk")
        locked = {row.pk: row for row in rows.select_for_update(no_key=True)}
        again = dict(rows.values_list("pk", "path"))
        unmoved = all(again[root.pk] == paths[root.pk] for root in roots)
        if unmoved and again == {pk: row.path for pk, row in locked.items()}:
            return locked
