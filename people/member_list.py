"""The members below one's offices as a list: filtered, and read page by page, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from people.affiliations import Affiliation, AffiliationQuerySet
from people.models import Member, Office, Organisation, Sight, Standing
from people.signing_in import tidy_identifier

PAGE = 50

MANY = 2_000
"""Rows that are looked through one by one without a thought."""

BY_PLACE = ("branch__path", "member__name_latin", "member_id")
BY_NAME = ("member__name_latin", "member_id")


@dataclass(frozen=True)
class MemberSearch:
    """What is looked for; what is None is not asked."""

    text: str = ""
    places: Sequence[Organisation] | None = None
    standing: str | None = None
    office: str | None = None
    is_mobile: bool | None = None
    may_sign_in: bool | None = None
    never_signed_in: bool = False
    by_name: bool = False

    def as_details(self) -> dict[str, object]:
        """What the audit keeps of a search: kinds and keys, never the name that was typed."""
        asked = {
            "standing": self.standing,
            "office": self.office,
            "is_mobile": self.is_mobile,
            "may_sign_in": self.may_sign_in,
            "never_signed_in": self.never_signed_in or None,
            "searched": bool(self.text) or None,
            "places": None if self.places is None else [str(place.key) for place in self.places],
        }
        return {name: value for name, value in asked.items() if value is not None}


@dataclass(frozen=True)
class Line:
    """A member as the list shows them: where they are at home, or else a guest."""

    member: Member
    affiliation: Affiliation
    standings: list[str]
    offices: str
    is_mobile: bool

    @property
    def place(self) -> str:
        places = (self.affiliation.branch, self.affiliation.group)
        return " · ".join(place.local_name for place in places if place)

    @property
    def is_guest(self) -> bool:
        return self.affiliation.kind == Affiliation.Kind.HOST


@dataclass(frozen=True)
class Page:
    """The lines of a page, and behind which row the next one begins."""

    lines: list[Line] = field(default_factory=list)
    next: int | None = None


def affiliations_shown(viewer: Member, *, on: date) -> AffiliationQuerySet:
    """
    One affiliation for each member whom the viewer's offices show: the home, or for a guest the host.

    The same members as `Member.objects.visible_to` gives by offices, in a form whose first rows can be read
    from an index without looking at all of them.
    """
    places = viewer.places_showing(Sight.IDENTITY, on)
    here = Affiliation.objects.on(on).within(*places)
    home_too = here.home().filter(member=OuterRef("member"))
    return here.filter(Q(kind=Affiliation.Kind.HOME) | ~Exists(home_too), member__erased_at=None)


def page_of_members(viewer: Member, search: MemberSearch, *, after: int | None, on: date) -> Page:
    """Return a page of the list. The number of queries does not depend on how many members there are."""
    order = BY_NAME if search.by_name else BY_PLACE
    shown = affiliations_shown(viewer, on=on)
    rows = _filtered(shown, viewer, search, on=on)
    if after is not None:
        rows = _behind(rows, shown, after, order)
    found = list(with_facts(rows, on=on).order_by(*order)[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    return Page([_line(row) for row in found], found[-1].pk if more else None)


def first_rows(viewer: Member, *, on: date) -> AffiliationQuerySet:
    """The statement of the list's first page, to be looked at."""
    return with_facts(affiliations_shown(viewer, on=on), on=on).order_by(*BY_PLACE)[: PAGE + 1]


def _filtered(
    shown: AffiliationQuerySet, viewer: Member, search: MemberSearch, *, on: date
) -> AffiliationQuerySet:
    rows = shown
    if search.places is not None:
        rows = rows.within(*search.places)
    if search.text:
        rows = _named(rows, viewer, search.text, on=on)
    if search.standing is not None:
        aspect = next(a for a, values in Standing.VALUES.items() if search.standing in values)
        said = _said(on).filter(aspect=aspect).values("value")[:1]
        rows = rows.alias(said=Subquery(said)).filter(said=search.standing)
    if search.office is not None:
        held = Office.objects.held_on(on).filter(member=OuterRef("member"), kind=search.office)
        rows = rows.filter(Exists(held))
    if search.is_mobile is not None:
        host = Exists(Affiliation.objects.of(OuterRef("member"), on=on).host())
        rows = rows.filter(host if search.is_mobile else ~host)
    if search.may_sign_in is not None:
        rows = rows.filter(member__is_active=search.may_sign_in)
    if search.never_signed_in:
        rows = rows.filter(member__last_login=None)
    return rows


def _named(rows: AffiliationQuerySet, viewer: Member, text: str, *, on: date) -> AffiliationQuerySet:
    """
    Those with this number, or this telephone if it is theirs to see; else those with this in their name.

    Numbers and telephones are found whole, by their index. A name can only be looked for in every row: among
    few rows at once, among many in the table of members first, because rows in the order of the list are read
    one by one; where so many have it that the page is soon full, in the order of the list after all.
    """
    typed = tidy_identifier(text)
    by_phone = Member.objects.visible_to(viewer, sight=Sight.CONTACT, on=on).with_phone(typed)
    exact = list(
        Member.objects.visible_to(viewer, on=on)
        .filter(number=typed)
        .values_list("pk", flat=True)
        .union(by_phone.values_list("pk", flat=True))
    )
    if exact:
        return rows.filter(member__in=exact)
    if rows[: MANY + 1].count() > MANY:
        named = Member.objects.filter(Q(name__icontains=text) | Q(name_latin__icontains=text))
        found = list(named.order_by().values_list("pk", flat=True)[: MANY + 1])
        if len(found) <= MANY:
            return rows.filter(member__in=found)
    return rows.filter(Q(member__name__icontains=text) | Q(member__name_latin__icontains=text))


def _behind(
    rows: AffiliationQuerySet, shown: AffiliationQuerySet, after: int, order: Sequence[str]
) -> AffiliationQuerySet:
    """The rows behind that one in this order; an address carries a row's number and nobody's name."""
    mark = shown.filter(pk=after).values_list(*order).first()
    if mark is None:
        return rows
    behind, same = Q(pk__in=[]), Q()
    for name, value in zip(order, mark, strict=True):
        behind |= same & Q(**{f"{name}__gt": value})
        same &= Q(**{name: value})
    return rows.filter(behind, **{f"{order[0]}__gte": mark[0]})


def _said(on: date) -> QuerySet[Standing]:
    return Standing.objects.filter(member=OuterRef("member"), since__lte=on).order_by("-since")


def with_facts(rows: AffiliationQuerySet, *, on: date) -> AffiliationQuerySet:
    """Annotate what a line shows beside the name."""
    held = Office.objects.held_on(on).filter(member=OuterRef("member")).order_by("kind")
    said = _said(on).values("value")
    return rows.select_related("member", "branch", "group").annotate(
        membership=Subquery(said.filter(aspect=Standing.Aspect.MEMBERSHIP)[:1]),
        work=Subquery(said.filter(aspect=Standing.Aspect.WORK)[:1]),
        office_kinds=ArraySubquery(held.values("kind")),
        is_mobile=Exists(Affiliation.objects.of(OuterRef("member"), on=on).host()),
    )


def _line(row: Affiliation) -> Line:
    kinds = dict.fromkeys(row.office_kinds)
    return Line(
        member=row.member,
        affiliation=row,
        standings=[str(Standing.Value(value).label) for value in (row.membership, row.work) if value],
        offices=_(", ").join(str(Office.Kind(kind).label) for kind in kinds),
        is_mobile=row.is_mobile,
    )


def places_named(viewer: Member, text: str, *, on: date) -> list[Organisation]:
    """Return the organisations below the viewer's offices with this name or external code."""
    below = Q(pk__in=[])
    for place in viewer.places_showing(Sight.IDENTITY, on):
        below |= Q(path__startswith=place.path)
    named = Q(name=text) | Q(name_en__iexact=text) | Q(external_code=text)
    return list(Organisation.objects.filter(below, named).order_by("path")[:PAGE])
