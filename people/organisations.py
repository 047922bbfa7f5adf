"""The tree of organisations: any depth, one row each, the whole branch of the tree in one index range."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from people.offices import OVERVIEW_OFFICES

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

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    path = models.CharField(max_length=240, unique=True, editable=False, db_collation="C")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("name in Chinese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)

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
        ]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" and self.name_en else self.name
