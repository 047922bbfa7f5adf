"""Who may give which office where, and where an office fits. Asked by the acts in `people.appointments`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.audit import action
from people.models import LEADING, Member, MemberQuerySet, Office, Organisation
from people.offices import ADMINISTRATORS, COMMITTEE, OfficeQuerySet

LOOKED = action("office.looked", _("Looked at who holds offices"))

_COMMITTEES = frozenset({Organisation.Kind.COMMITTEE})
_BRANCHES = frozenset({Organisation.Kind.BRANCH, Organisation.Kind.GENERAL_BRANCH})

FITS: dict[str, frozenset[str]] = {
    Office.Kind.SECRETARY: _COMMITTEES | _BRANCHES,
    Office.Kind.DEPUTY: _COMMITTEES | _BRANCHES,
    Office.Kind.COMMITTEE_MEMBER: _COMMITTEES | _BRANCHES,
    Office.Kind.GROUP_LEADER: frozenset({Organisation.Kind.GROUP}),
    Office.Kind.VISITOR: _BRANCHES,
    Office.Kind.OBSERVER: _COMMITTEES,
    Office.Kind.EDITOR: _COMMITTEES,
    Office.Kind.REVIEWER: _COMMITTEES,
    Office.Kind.SYSTEM_ADMINISTRATOR: _COMMITTEES,
    Office.Kind.AUDIT_ADMINISTRATOR: _COMMITTEES,
    Office.Kind.SECURITY_ADMINISTRATOR: _COMMITTEES,
}
"""Each office, and the kinds of organisation that have it."""

NAMED_FROM_ABOVE = COMMITTEE | {Office.Kind.GROUP_LEADER}
"""Given by who leads an organisation strictly above: for a group, its branch."""

NAMED_HERE = frozenset(Office.Kind) - NAMED_FROM_ABOVE - ADMINISTRATORS
"""Given by who leads the organisation itself, or one above: visitors, observers, editors, reviewers."""


def gives(office: Office, kind: str, organisation: Organisation) -> bool:
    """True when the holder of `office` may give an office of this kind in `organisation`."""
    place = office.organisation
    here = place.pk == organisation.pk
    if office.kind == Office.Kind.SECURITY_ADMINISTRATOR:
        return here and (kind in ADMINISTRATORS or organisation.parent_id is None)
    if office.kind not in LEADING or kind in ADMINISTRATORS:
        return False
    return organisation.path.startswith(place.path) and (not here or kind in NAMED_HERE)


def may_give(offices: Iterable[Office], kind: str, organisation: Organisation) -> bool:
    """True when the office fits there and one of `offices` gives it."""
    return organisation.kind in FITS[kind] and any(gives(office, kind, organisation) for office in offices)


def kinds_to_give(offices: Iterable[Office], organisation: Organisation) -> list[str]:
    """Return the offices that may be given in `organisation`, in the order of the list of offices."""
    held = list(offices)
    return [kind for kind in Office.Kind if may_give(held, kind, organisation)]


def offices_to_give(viewer: Member, *, on: date) -> OfficeQuerySet:
    """Offices, of any date, that `viewer` could give or end on that day."""
    theirs = Q(pk=None)
    for office in viewer.held_offices(on):
        here = Q(organisation=office.organisation_id)
        if office.kind in LEADING:
            within = Q(organisation__path__startswith=office.organisation.path)
            theirs |= within & ~here & ~Q(kind__in=ADMINISTRATORS)
            theirs |= here & Q(kind__in=NAMED_HERE)
        elif office.kind == Office.Kind.SECURITY_ADMINISTRATOR:
            top = office.organisation.parent_id is None
            theirs |= here if top else here & Q(kind__in=ADMINISTRATORS)
    return Office.objects.filter(theirs)


def places_to_give(viewer: Member, *, on: date) -> Q:
    """Return the condition for organisations where `viewer` may give an office of some kind on that day."""
    places = Q(pk=None)
    for office in viewer.held_offices(on):
        if office.kind in LEADING:
            places |= Q(path__startswith=office.organisation.path)
        elif office.kind == Office.Kind.SECURITY_ADMINISTRATOR:
            places |= Q(pk=office.organisation_id)
    return places & (Q(closed_on=None) | Q(closed_on__gt=on))


def candidates(viewer: Member, *, on: date) -> MemberQuerySet:
    """Members whom `viewer` may choose for an office: those they see by name, whose account is not erased."""
    return Member.objects.visible_to(viewer, on=on).filter(erased_at=None)
