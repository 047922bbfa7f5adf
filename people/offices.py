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

    IDENTITY = "identity"  # name, number, branch, standing
    CONTACT = "contact"  # telephone
    ARRANGEMENT = "arrangement"  # that a member studies at home
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
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="offices_given"
    )
    stands_in_for = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stand_ins",
        verbose_name=_("stands in for"),
    )

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
            ExclusionConstraint(
                name="nobody_is_two_of_the_three_administrators",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("kind", RangeOperators.NOT_EQUAL),
                    (DateRange("since", "until", models.Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(
                    kind__in=["system_administrator", "audit_administrator", "security_administrator"]
                ),
            ),
            models.CheckConstraint(
                condition=Q(stands_in_for=None) | Q(until__isnull=False), name="standing_in_has_an_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.organisation}"

    @property
    def sights(self) -> frozenset[Sight]:
        """What this office shows of the people in its subtree."""
        return SIGHTS.get(self.kind, frozenset())

    @property
    def sights_in_own_branch(self) -> frozenset[Sight]:
        """What it shows of the members of this very organisation, and not of those below it."""
        return frozenset({Sight.ARRANGEMENT}) if self.kind in COMMITTEE else frozenset()


LEADING = frozenset({Office.Kind.SECRETARY, Office.Kind.DEPUTY})
"""Offices that lead an organisation."""

COMMITTEE = LEADING | {Office.Kind.COMMITTEE_MEMBER}
"""Offices that make up a branch's committee: it arranges home study, and knows of it by name."""

_WITHOUT_SCORES = frozenset({Sight.IDENTITY, Sight.COMPLETION, Sight.HOURS})
_LEADER = _WITHOUT_SCORES | {Sight.CONTACT, Sight.SCORES}

SIGHTS: dict[str, frozenset[Sight]] = {
    Office.Kind.SECRETARY: _LEADER,
    Office.Kind.DEPUTY: _LEADER,
    Office.Kind.COMMITTEE_MEMBER: _WITHOUT_SCORES,
    Office.Kind.GROUP_LEADER: frozenset({Sight.IDENTITY, Sight.COMPLETION}),
    Office.Kind.OBSERVER: frozenset(),
    Office.Kind.SECURITY_ADMINISTRATOR: frozenset({Sight.IDENTITY}),
}
"""What each office sees of the people in its subtree. Others (editors, other administrators) see nobody."""

HOST_SIGHTS = frozenset({Sight.IDENTITY, Sight.CONTACT, Sight.COMPLETION})
"""What is left of an office's sights where the member is a guest. It also sees what it recorded itself."""

VISITOR_SIGHTS = frozenset({Sight.IDENTITY, Sight.CONTACT, Sight.ARRANGEMENT, Sight.COMPLETION})
"""What a visitor sees of the members assigned to them."""

OVERVIEW_OFFICES = frozenset({*SIGHTS}) - {Office.Kind.SECURITY_ADMINISTRATOR}
"""Offices that may open the overview of their organisation; an observer sees counts there and no names."""

ADMINISTRATORS = frozenset(
    {Office.Kind.SYSTEM_ADMINISTRATOR, Office.Kind.AUDIT_ADMINISTRATOR, Office.Kind.SECURITY_ADMINISTRATOR}
)
"""The three administrators 三员. Nobody holds two of them at once: the database refuses it."""

OFFICE_WORK = frozenset(Office.Kind) - {Office.Kind.VISITOR, Office.Kind.GROUP_LEADER}
"""Offices whose holders' sessions end after a short idle time."""

WAGTAIL_GROUPS: dict[str, str] = {
    Office.Kind.EDITOR: "Editors",
    Office.Kind.REVIEWER: "Moderators",
}
"""The group of Wagtail's permissions that follows from an office."""
