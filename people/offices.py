"""Offices 职务: who may do and see what, from when to when."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from people.models import Member


class Sight(StrEnum):
    """What of another person's record an office lets one see. Each is asked for by name, never implied."""

    IDENTITY = "identity"  # name, branch, arrangements
    COMPLETION = "completion"  # which lessons and modules are done
    HOURS = "hours"  # minutes, and the rows they come from
    SCORES = "scores"  # results of quizzes, answers


class DateRange(models.Func):
    """The days from the first to the second date, in a constraint."""

    function = "DATERANGE"
    output_field = DateRangeField()


class OfficeQuerySet(models.QuerySet["Office"]):
    def held_on(self, day: date) -> OfficeQuerySet:
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)

    def held_by(self, member: Member, *, on: date) -> OfficeQuerySet:
        return self.held_on(on).filter(member=member)


class Office(models.Model):
    """A dated office of a member in an organisation; the scope is the organisation and all below it."""

    class Kind(TextChoices):
        SECRETARY = "secretary", _("Secretary")
        DEPUTY = "deputy", _("Deputy secretary")
        COMMITTEE_MEMBER = "committee_member", _("Committee member")
        GROUP_LEADER = "group_leader", _("Group leader")
        VISITOR = "visitor", _("Visitor")
        OBSERVER = "observer", _("Observer")
        EDITOR = "editor", _("Editor")
        REVIEWER = "reviewer", _("Reviewer")
        SYSTEM_ADMINISTRATOR = "system_administrator", _("System administrator")
        AUDIT_ADMINISTRATOR = "audit_administrator", _("Audit administrator")
        SECURITY_ADMINISTRATOR = "security_administrator", _("Security administrator")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="offices")
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="offices")
    kind = models.CharField(_("office"), max_length=30, choices=Kind.choices)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day it is held."))

    objects = OfficeQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="an_office_does_not_end_before_it_begins",
            ),
            ExclusionConstraint(
                name="nobody_holds_the_same_office_twice_at_once",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (DateRange("since", "until", models.Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.organisation}"

    @property
    def sights(self) -> frozenset[Sight]:
        """What this office shows of the people in its subtree."""
        return SIGHTS.get(self.kind, frozenset())


LEADING = frozenset({Office.Kind.SECRETARY, Office.Kind.DEPUTY})
"""Offices that lead an organisation."""

_EVERYTHING = frozenset(Sight)
_WITHOUT_SCORES = frozenset({Sight.IDENTITY, Sight.COMPLETION, Sight.HOURS})

SIGHTS: dict[str, frozenset[Sight]] = {
    Office.Kind.SECRETARY: _EVERYTHING,
    Office.Kind.DEPUTY: _EVERYTHING,
    Office.Kind.COMMITTEE_MEMBER: _WITHOUT_SCORES,
    Office.Kind.GROUP_LEADER: frozenset({Sight.IDENTITY, Sight.COMPLETION}),
    Office.Kind.OBSERVER: frozenset(),
}
"""What each office sees of the people in its subtree. Others (editors, administrators) see nobody."""

OVERVIEW_OFFICES = frozenset({*SIGHTS})
"""Offices that may open the overview of their organisation; an observer sees counts there and no names."""

OFFICE_WORK = frozenset(Office.Kind) - {Office.Kind.VISITOR, Office.Kind.GROUP_LEADER}
"""Offices whose holders' sessions end after a short idle time."""

WAGTAIL_GROUPS: dict[str, str] = {
    Office.Kind.EDITOR: "Editors",
    Office.Kind.REVIEWER: "Moderators",
}
"""The group of Wagtail's permissions that follows from an office."""
