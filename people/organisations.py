"""The tree of organisations: any depth, one row each, the whole branch of the tree in one index range."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.enums import TextChoices
from django.utils.timezone import localdate
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from people.offices import LEADING, OVERVIEW_OFFICES, DateRange, Office

if TYPE_CHECKING:
    from people.models import Member

STEP = 6
"""Characters of the path that one level takes: the row's number in base 36, two thousand million rows."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def step_of(number: int) -> str:
    """Return the piece of path that belongs to the organisation with this primary key."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text.rjust(STEP, "0")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def within(self, organisation: Organisation) -> OrganisationQuerySet:
        """`organisation` and all below it."""
        return self.filter(path__startswith=organisation.path)

    def existing_on(self, day: date) -> OrganisationQuerySet:
        """Those that were founded by that day (as far as it is known when) and not yet closed."""
        founded = Q(founded_on=None) | Q(founded_on__lte=day)
        return self.filter(founded, Q(closed_on=None) | Q(closed_on__gt=day))

    def at_or_below(self, *paths: str) -> OrganisationQuerySet:
        """Those whose path is one of `paths` or goes on from it. Of none: none."""
        places = Q(pk__in=[])
        for path in paths:
            places |= Q(path__startswith=path)
        return self.filter(places)

    def visible_to(self, viewer: Member, *, on: date) -> OrganisationQuerySet:
        """
        Organisations whose overview the viewer's offices open: their own and all below.

        An observer's office also opens those on the sector line of its organisation, and all below these.
        """
        return self.at_or_below(*overview_paths(viewer, on=on)).existing_on(on)

    def overseen_by(self, viewer: Member, *, on: date) -> OrganisationQuerySet:
        """
        Organisations whose page in the administration the viewer may read, closed ones too.

        They are what the viewer leads, if it is a committee or general branch, and where they are security
        administrator, each with all below.
        """
        return self.at_or_below(
            *(
                office.organisation.path
                for office in viewer.held_offices(on)
                if office.kind == Office.Kind.SECURITY_ADMINISTRATOR or _leads_higher(office)
            )
        )

    def led_by(self, viewer: Member, *, on: date) -> OrganisationQuerySet:
        """The committees and general branches the viewer leads, with all below: others may be put there."""
        return self.at_or_below(*(office.organisation.path for office in _leading(viewer, on)))

    def managed_by(self, viewer: Member, *, on: date) -> OrganisationQuerySet:
        """Organisations the viewer may change: all that lies below what they lead, and never that itself."""
        places = Q(pk__in=[])
        for office in _leading(viewer, on):
            own = office.organisation
            places |= Q(path__startswith=own.path) & ~Q(pk=own.pk)
        return self.filter(places)

    def as_on(self, day: date) -> OrganisationQuerySet:
        """Those that existed on that day, annotated `name_then`, `name_en_then` and `parent_then` (a key)."""
        then = OrganisationState.objects.on(day).filter(organisation=OuterRef("pk"))
        return self.filter(Exists(then)).annotate(
            name_then=Subquery(then.values("name")),
            name_en_then=Subquery(then.values("name_en")),
            parent_then=Subquery(then.values("parent")),
        )

    def branches(self) -> OrganisationQuerySet:
        return self.filter(kind=Organisation.Kind.BRANCH)


def _leads_higher(office: Office) -> bool:
    higher = {Organisation.Kind.COMMITTEE, Organisation.Kind.GENERAL_BRANCH}
    return office.kind in LEADING and office.organisation.kind in higher


def _leading(viewer: Member, on: date) -> list[Office]:
    return [office for office in viewer.held_offices(on) if _leads_higher(office)]


def overview_paths(viewer: Member, *, on: date) -> list[str]:
    """
    The paths at and below which the viewer's offices open the overview.

    No query beside the offices, and for an observer one more, remembered with the offices.
    """
    offices = [office for office in viewer.held_offices(on) if office.kind in OVERVIEW_OFFICES]
    paths = [office.organisation.path for office in offices]
    observed = [office.organisation.path for office in offices if office.kind == Office.Kind.OBSERVER]
    if observed:
        kept = viewer.__dict__.setdefault("_sector_paths", {})
        if on not in kept:
            above = Organisation.objects.at_or_below(*observed)
            kept[on] = list(
                Organisation.objects.filter(sector_parent__in=above).values_list("path", flat=True)
            )
        paths += kept[on]
    return paths


def on_sector_line(viewer: Member, organisation: Organisation, *, on: date) -> list[Organisation]:
    """
    Organisations on the sector line of `organisation` or of one below it, for an observer of it; else none.

    One query, for observers only.
    """
    observes = any(
        office.kind == Office.Kind.OBSERVER and organisation.path.startswith(office.organisation.path)
        for office in viewer.held_offices(on)
    )
    if not observes:
        return []
    line = Organisation.objects.filter(sector_parent__path__startswith=organisation.path)
    return list(line.existing_on(on))


class OrganisationManager(models.Manager.from_queryset(OrganisationQuerySet)):  # type: ignore[misc]  # computed base
    """Organisations; it has a name so that migrations can find it."""

    @transaction.atomic
    def found(
        self,
        *,
        kind: str,
        name: str,
        name_en: str = "",
        under: Organisation | None = None,
        on: date | None = None,
        **fields: Any,
    ) -> Organisation:
        """
        Add an organisation to the tree below `under` (None: at the top), with the first row of its past.

        It has its name and place since `founded_on`, or else since the day `on` (today, where none is given).
        The parent is locked, so that it cannot be moved while its child is being placed; others may still
        write what refers to it.
        """
        parent = self.select_for_update(no_key=True).get(pk=under.pk) if under else None
        with connection.cursor() as cursor:
            cursor.execute("select nextval(pg_get_serial_sequence('people_organisation', 'id'))")
            (number,) = cursor.fetchone()
        path = (parent.path if parent else "") + step_of(number)
        founded = self.create(
            pk=number, parent=parent, path=path, kind=kind, name=name, name_en=name_en, **fields
        )
        since = founded.founded_on or on or localdate()
        founded.states.create(parent=parent, name=name, name_en=name_en, since=since)
        return founded


class Organisation(models.Model):
    """A Party organisation 党组织. Its path is its ancestors' steps and its own, so a subtree is a prefix."""

    class Kind(TextChoices):
        COMMITTEE = "committee", pgettext_lazy("kind of organisation", "Party committee")
        GENERAL_BRANCH = "general_branch", pgettext_lazy("kind of organisation", "General Party branch")
        BRANCH = "branch", pgettext_lazy("kind of organisation", "Party branch")
        GROUP = "group", pgettext_lazy("kind of organisation", "Party group")

    class Sector(TextChoices):
        ORGAN = "organ", pgettext_lazy("sector", "Organ")
        ENTERPRISE = "enterprise", pgettext_lazy("sector", "Enterprise")
        INSTITUTION = "institution", pgettext_lazy("sector", "Institution")
        UNIVERSITY = "university", pgettext_lazy("sector", "University")
        FINANCE = "finance", pgettext_lazy("sector", "Finance")
        NON_PUBLIC_ENTERPRISE = "non_public_enterprise", pgettext_lazy("sector", "Non-public enterprise")
        SOCIAL_ORGANISATION = "social_organisation", pgettext_lazy("sector", "Social organisation")
        VILLAGE = "village", pgettext_lazy("sector", "Village")
        COMMUNITY = "community", pgettext_lazy("sector", "Community")
        WINDOW_UNIT = "window_unit", pgettext_lazy("sector", "Window unit")

    class Level(TextChoices):
        PROVINCE = "province", pgettext_lazy("level", "Province")
        CITY = "city", pgettext_lazy("level", "City")
        COUNTY = "county", pgettext_lazy("level", "County")
        TOWNSHIP = "township", pgettext_lazy("level", "Township or subdistrict")
        VILLAGE = "village", pgettext_lazy("level", "Village or community")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    path = models.CharField(max_length=240, editable=False, db_collation="C")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("name in Chinese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    sector = models.CharField(_("sector"), max_length=24, choices=Sector.choices, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=Level.choices, blank=True)
    external_code = models.CharField(_("external code"), max_length=40, blank=True)
    sector_parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sector_children",
        verbose_name=_("sector line"),
        help_text=_("Its observers see the counts of this organisation without owning it."),
    )
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    closed_on = models.DateField(
        _("closed on"), null=True, blank=True, help_text=_("The first day it no longer exists.")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )

    objects = OrganisationManager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        # Not unique: were it, changing a path would make everybody wait who refers to the row. Paths end with
        # the row's own number, which the database sees to (migrations/sql/tree.sql), so no two are the same.
        indexes = [models.Index(fields=["path"], name="organisations_by_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["committee", "general_branch", "branch", "group"]),
                name="an_organisation_has_a_known_kind",
            ),
            models.CheckConstraint(
                condition=~Q(parent=models.F("id")), name="no_organisation_belongs_to_itself"
            ),
            models.CheckConstraint(
                condition=~Q(kind="group") | Q(parent__isnull=False), name="a_group_belongs_to_a_branch"
            ),
            models.CheckConstraint(
                condition=~Q(sector_parent=models.F("id")), name="no_organisation_is_its_own_sector_line"
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(founded_on=None) | Q(closed_on__gte=models.F("founded_on")),
                name="an_organisation_does_not_close_before_it_was_founded",
            ),
            models.UniqueConstraint(
                fields=["external_code"],
                condition=~Q(external_code="") & Q(closed_on=None),
                name="an_external_code_names_one_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" and self.name_en else self.name


class OrganisationStateQuerySet(models.QuerySet["OrganisationState"]):
    def on(self, day: date) -> OrganisationStateQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class OrganisationState(models.Model):
    """What an organisation was called and whom it belonged to, day by day; the last row is the present."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="states")
    parent = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="states_below")
    name = models.CharField(_("name in Chinese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True)

    objects = OrganisationStateQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("earlier name and place")
        verbose_name_plural = _("earlier names and places")
        constraints = [
            ExclusionConstraint(
                name="an_organisation_has_one_name_and_place_at_a_time",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("since")),
                name="a_name_and_place_last_a_day_or_longer",
            ),
        ]

    def __str__(self) -> str:
        return self.name
