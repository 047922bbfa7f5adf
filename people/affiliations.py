"""Where members belong: home and host, each dated."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.offices import DateRange
from people.organisations import Organisation

if TYPE_CHECKING:
    from people.models import Member


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def of(self, member: Member | OuterRef, *, on: date) -> AffiliationQuerySet:
        return self.on(on).filter(member=member)

    def on(self, day: date) -> AffiliationQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)

    def home(self) -> AffiliationQuerySet:
        return self.filter(kind=Affiliation.Kind.HOME)

    def host(self) -> AffiliationQuerySet:
        return self.filter(kind=Affiliation.Kind.HOST)

    def within(self, *organisations: Organisation) -> AffiliationQuerySet:
        """Affiliations to one of `organisations` or below. A group holds those of its branch in it."""
        places = Q(pk__in=[])  # nothing; unlike "no key" it leaves no trace in the statement
        for organisation in organisations:
            where = "group__path" if organisation.kind == Organisation.Kind.GROUP else "branch__path"
            places |= Q(**{f"{where}__startswith": organisation.path})
        return self.filter(places)

    def directly_in(self, *organisations: Organisation) -> AffiliationQuerySet:
        """Affiliations to one of these organisations itself, not to one below."""
        return self.filter(branch__in=[organisation.pk for organisation in organisations])


class Affiliation(models.Model):
    """Where a member belongs: one home 组织关系, and for a mobile member one host 流入地, each dated."""

    class Kind(TextChoices):
        HOME = "home", pgettext_lazy("affiliation", "Home")
        HOST = "host", pgettext_lazy("affiliation", "Host")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="affiliations")
    branch = models.ForeignKey(
        Organisation, models.PROTECT, related_name="affiliations", verbose_name=_("branch")
    )
    group = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="group_affiliations",
        verbose_name=_("group"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    since = models.DateField(_("since"))
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The first day it no longer holds.")
    )

    objects = AffiliationQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            ExclusionConstraint(
                name="one_home_and_one_host_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("since")),
                name="an_affiliation_lasts_a_day_or_longer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.branch}"
