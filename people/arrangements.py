"""What is arranged for a member, each dated: home study, the visitor, and their standing."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.offices import DateRange


class DatedQuerySet(models.QuerySet):
    """Rows that hold from `since` to the day before `until`."""

    def on(self, day: date) -> DatedQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class HomeStudy(models.Model):
    """The arrangement 居家学习, set by the branch committee. It has dates and, on purpose, no reason."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="home_studies")
    since = models.DateField(_("since"))
    review_on = models.DateField(_("to be reviewed on"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("home study")
        verbose_name_plural = _("home study")
        constraints = [
            ExclusionConstraint(
                name="one_home_study_arrangement_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(review_on__gte=models.F("since")),
                name="home_study_is_reviewed_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Home study"))


class Pairing(models.Model):
    """A visitor 送学人员 and a member they bring study to. A visitor sees the members assigned, no others."""

    visitor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pairings")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="visitors")
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("pairing")
        verbose_name_plural = _("pairings")
        constraints = [
            ExclusionConstraint(
                name="a_visitor_is_assigned_to_a_member_once_at_a_time",
                expressions=[
                    ("visitor", RangeOperators.EQUAL),
                    ("member", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=~Q(visitor=models.F("member")), name="nobody_visits_themself"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class StandingQuerySet(models.QuerySet["Standing"]):
    def on(self, day: date) -> StandingQuerySet:
        """What holds on that day: of each member and aspect the latest row."""
        held = self.filter(since__lte=day).order_by("member", "aspect", "-since")
        return held.distinct("member", "aspect")


class Standing(models.Model):
    """From that day on a member is full or probationary, on the job or retired. The latest row holds."""

    class Aspect(TextChoices):
        MEMBERSHIP = "membership", pgettext_lazy("standing", "Membership")
        WORK = "work", pgettext_lazy("standing", "Work")

    class Value(TextChoices):
        PROBATIONARY = "probationary", _("Probationary member")
        FULL = "full", _("Full member")
        ON_THE_JOB = "on_the_job", pgettext_lazy("standing", "On the job")
        RETIRED = "retired", pgettext_lazy("standing", "Retired")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="standings")
    aspect = models.CharField(max_length=12, choices=Aspect.choices)
    value = models.CharField(_("standing"), max_length=12, choices=Value.choices)
    since = models.DateField(_("since"))

    VALUES: dict[str, frozenset[str]] = {
        Aspect.MEMBERSHIP: frozenset({Value.PROBATIONARY, Value.FULL}),
        Aspect.WORK: frozenset({Value.ON_THE_JOB, Value.RETIRED}),
    }

    objects = StandingQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "aspect", "since"], name="one_standing_of_a_kind_begins_on_a_day"
            ),
            models.CheckConstraint(
                condition=Q(aspect="membership", value__in=["probationary", "full"])
                | Q(aspect="work", value__in=["on_the_job", "retired"]),
                name="a_standing_fits_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_value_display())
