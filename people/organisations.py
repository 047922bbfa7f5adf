"""The tree of organisations: any depth, one row each, the whole branch of the tree in one index range."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from people.offices import OVERVIEW_OFFICES, DateRange

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

    def visible_to(self, viewer: Member, *, on: date) -> OrganisationQuerySet:
        """Organisations whose overview the viewer's offices open: their own and all below."""
        places = Q(pk=None)
        for office in viewer.held_offices(on):
            if office.kind in OVERVIEW_OFFICES:
                places |= Q(path__startswith=office.organisation.path)
        return self.filter(places)

    def branches(self) -> OrganisationQuerySet:
        return self.filter(kind=Organisation.Kind.BRANCH)


class OrganisationManager(models.Manager.from_queryset(OrganisationQuerySet)):  # type: ignore[misc]  # computed base
    """Organisations; it has a name so that migrations can find it."""

    @transaction.atomic
    def found(
        self, *, kind: str, name: str, name_en: str = "", under: Organisation | None = None, **fields: object
    ) -> Organisation:
        """
        Add an organisation to the tree below `under` (None: at the top).

        The parent is locked, so that it cannot be moved while its child is being placed.
        """
        parent = self.select_for_update().get(pk=under.pk) if under else None
        with connection.cursor() as cursor:
            cursor.execute("select nextval(pg_get_serial_sequence('people_organisation', 'id'))")
            (number,) = cursor.fetchone()
        path = (parent.path if parent else "") + step_of(number)
        return self.create(
            pk=number, parent=parent, path=path, kind=kind, name=name, name_en=name_en, **fields
        )


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
    path = models.CharField(max_length=240, unique=True, editable=False, db_collation="C")
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


class OrganisationState(models.Model):
    """What an organisation was called and whom it belonged to, day by day; the last row is the present."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="states")
    parent = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="states_below")
    name = models.CharField(_("name in Chinese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True)

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
