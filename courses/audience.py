"""For whom a course, module or lesson is meant, when it is not for every member."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Page

from people.models import Organisation


class Level(TextChoices):
    """The levels 层级 of the 2014 guiding opinion."""

    CENTRAL = "central", _("Central and provincial")
    COUNTY = "county", _("City and county")
    TOWNSHIP = "township", _("Township and subdistrict")
    VILLAGE = "village", _("Village and community")


class Sector(TextChoices):
    """The fields 领域 of the 2014 guiding opinion."""

    ORGAN = "organ", _("Party and government organs")
    INSTITUTION = "institution", _("Public institutions")
    ENTERPRISE = "enterprise", _("State enterprises")
    UNIVERSITY = "university", _("Universities")
    NON_PUBLIC = "non_public", _("Non-public enterprises and social organisations")
    RURAL = "rural", _("Villages")
    COMMUNITY = "community", _("Urban communities")
    WINDOW = "window", _("Public service counters")


class ChoicesField(ArrayField):
    """Some of a few values, each ticked or not; none ticked means all."""

    def __init__(self, verbose_name: Any = None, choices: Any = None, **kwargs: Any) -> None:
        self.ticks = choices
        kwargs["base_field"] = models.CharField(max_length=20)
        super().__init__(verbose_name=verbose_name, **{"default": list, "blank": True, **kwargs})

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("base_field", None)
        return name, path, args, kwargs

    def formfield(self, **kwargs: Any) -> forms.Field:
        kwargs.pop("form_class", None)
        kwargs.pop("widget", None)
        return forms.MultipleChoiceField(
            choices=self.ticks,
            required=False,
            label=self.verbose_name,
            help_text=self.help_text,
            widget=forms.CheckboxSelectMultiple,
        )


class Audience(models.Model):
    """
    A page with such rows may be read by whom one of them admits; a page without by every member.

    What stands above a page holds for it too. The rule is `courses_may_read` in the database.
    """

    page = ParentalKey(Page, on_delete=models.CASCADE, related_name="audiences")
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="audiences",
        verbose_name=_("organisation"),
        help_text=_("With all below it. Empty: every organisation."),
    )
    leaders_only = models.BooleanField(
        _("only those who lead"),
        default=False,
        help_text=_("Secretaries, deputies, committee members and group leaders."),
    )

    panels = [FieldRowPanel([FieldPanel("organisation"), FieldPanel("leaders_only")])]

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(leaders_only=True),
                name="an_audience_is_somebody_in_particular",
            )
        ]

    def __str__(self) -> str:
        return str(self.organisation or _("Those who lead"))
