"""
Visits 上门送学 and telephone calls, as they were reported: who came to whom, when, what was read.

Rows are only added. What was said in free words (the place, a companion's name, wishes) is kept encrypted,
and goes when its time is over or the member is erased; the database refuses every other change. Nothing about
health.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models import LessonEdition
from hours.models import StudyRecord
from people.ciphers import EncryptedField
from people.leading import led_by
from people.models import Member, Organisation

LONGEST_MINUTES = 360


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, viewer: Member, *, on: date) -> VisitQuerySet:
        """Those one recorded, made or received, and those of members of branches that one leads."""
        seen = Q(recorded_by=viewer)
        seen |= Q(Exists(VisitVisitor.objects.filter(visit=OuterRef("pk"), visitor=viewer)))
        seen |= Q(Exists(VisitMember.objects.filter(visit=OuterRef("pk"), member=viewer)))
        return self.filter(seen | Q(Exists(VisitMember.objects.led_by(viewer, on=on, visit=OuterRef("pk")))))


class VisitMemberQuerySet(models.QuerySet["VisitMember"]):
    def led_by(self, viewer: Member, *, on: date, visit: object) -> VisitMemberQuerySet:
        """Those of a visit whose branch on that day the viewer leads; nobody's, when they lead nowhere."""
        places = Q(pk__in=[])
        for place in led_by(viewer, on=on):
            places |= Q(branch__path__startswith=place.path)
        return self.filter(places, visit=visit)


class Visit(models.Model):
    """
    One report of one visit or call. `key` is made on the device, so that a report sent twice is one.

    Several members at one kitchen table are one visit, and so are several visitors who came together.
    """

    class Way(TextChoices):
        VISIT = "visit", pgettext_lazy("way of contact", "Visit")
        TELEPHONE = "telephone", pgettext_lazy("way of contact", "Telephone call")

    class Outcome(TextChoices):
        HELD = "held", pgettext_lazy("outcome of a visit", "Took place")
        NOBODY_HOME = "nobody_home", _("Nobody was home")

    key = models.UUIDField(unique=True, editable=False)
    way = models.CharField(_("way"), max_length=10, choices=Way.choices)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    started_at = models.DateTimeField(_("began"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=0)
    place: Any = EncryptedField(_("where"), null=True, blank=True)
    branch = models.ForeignKey(Organisation, models.PROTECT, related_name="visits", verbose_name=_("branch"))
    recorded_by = models.ForeignKey(
        Member, models.PROTECT, related_name="visits_recorded", verbose_name=_("recorded by")
    )
    device_at = models.DateTimeField(_("time on the device"), null=True)
    counter = models.PositiveIntegerField(_("the device's count of its reports"), default=0)
    received_at = models.DateTimeField(_("received"))

    objects = VisitQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        indexes = [models.Index(fields=["branch", "-started_at"], name="visits_of_a_branch")]
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=["visit", "telephone"]) & Q(outcome__in=["held", "nobody_home"]),
                name="a_visit_has_a_known_way_and_outcome",
            ),
            models.CheckConstraint(
                condition=Q(started_at__lte=models.F("received_at")),
                name="a_visit_does_not_begin_in_the_future",
            ),
            models.CheckConstraint(
                condition=Q(minutes__lte=LONGEST_MINUTES), name="a_visit_is_not_longer_than_six_hours"
            ),
            models.CheckConstraint(
                condition=Q(outcome="nobody_home", minutes=0) | Q(outcome="held", minutes__gte=1),
                name="a_visit_that_was_held_lasts_a_minute_or_longer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(minutes=self.minutes)

    @property
    def member(self) -> Member:
        """Who was visited; of several the first: the audit names one."""
        return self.members.order_by("pk").first().member

    @property
    def earns_time(self) -> bool:
        """True when something was studied face to face: calls and closed doors earn no time."""
        return self.way == self.Way.VISIT and self.outcome == self.Outcome.HELD


class VisitVisitor(models.Model):
    """Who came. Two who came together are one visit, and the time counts once."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="visitors", verbose_name=_("visit"))
    visitor = models.ForeignKey(Member, models.PROTECT, related_name="visits_made", verbose_name=_("visitor"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("visitor of a visit")
        verbose_name_plural = _("visitors of a visit")
        constraints = [
            models.UniqueConstraint(fields=["visit", "visitor"], name="a_visitor_comes_to_a_visit_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class VisitMember(models.Model):
    """Who was visited, in which way they confirmed it, and the row of the ledger that came of it."""

    class Confirmed(TextChoices):
        TAP = "tap", _("The member tapped on the visitor's telephone")
        COMPANION = "companion", _("Somebody who was there, by name")
        SLIP = "slip", _("A signed slip of paper")
        NONE = "none", _("Not confirmed yet")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="members", verbose_name=_("visit"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="visits_received")
    branch = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("branch")
    )
    confirmed = models.CharField(_("confirmed"), max_length=10, choices=Confirmed.choices)
    companion: Any = EncryptedField(_("name of who was there"), null=True, blank=True)
    wishes: Any = EncryptedField(_("wishes"), null=True, blank=True)
    record = models.OneToOneField(
        StudyRecord, models.PROTECT, null=True, related_name="visit_member", verbose_name=_("study record")
    )

    objects = VisitMemberQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("member of a visit")
        verbose_name_plural = _("members of a visit")
        constraints = [
            models.UniqueConstraint(fields=["visit", "member"], name="a_member_is_in_a_visit_once"),
            models.CheckConstraint(
                condition=Q(confirmed__in=["tap", "companion", "slip", "none"]),
                name="a_visit_is_confirmed_in_a_known_way",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class VisitLesson(models.Model):
    """A lesson that was read together."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="lessons", verbose_name=_("visit"))
    edition = models.ForeignKey(
        LessonEdition, models.PROTECT, related_name="read_at_visits", verbose_name=_("edition")
    )
    lesson = models.UUIDField(_("translation key of the lesson"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("lesson of a visit")
        verbose_name_plural = _("lessons of a visit")
        constraints = [
            models.UniqueConstraint(fields=["visit", "lesson"], name="a_lesson_is_read_at_a_visit_once")
        ]

    def __str__(self) -> str:
        return str(self.lesson)
