"""
Meetings 三会一课 and who was there.

What was said of a member's attendance is a row, and the last row holds; rows are only added. A meeting may be
changed until it is closed, and not after that: then a correction is a further row.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.enums import TextChoices
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.holders import places_held
from people.ciphers import EncryptedField
from people.models import Member, Organisation

LONGEST = timedelta(hours=8)
"""No meeting lasts longer."""


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, viewer: Member, *, on: date) -> MeetingQuerySet:
        """Meetings whose roll the viewer takes: see `meetings.holders`."""
        return self.filter(places_held(viewer, on=on, at="branch__"))

    def with_people(self) -> MeetingQuerySet:
        return self.select_related("branch__parent", "chaired_by", "lecturer", "closed_by")

    def standing(self) -> MeetingQuerySet:
        """Those that were not called off."""
        return self.filter(called_off_at=None)

    def open(self) -> MeetingQuerySet:
        return self.standing().filter(closed_at=None)


class Meeting(models.Model):
    """A meeting of a branch, a group or a committee: planned, open, closed, or called off."""

    class Kind(TextChoices):
        GENERAL = "general", pgettext_lazy("meeting", "General branch meeting")
        COMMITTEE = "committee", pgettext_lazy("meeting", "Committee meeting")
        GROUP = "group", pgettext_lazy("meeting", "Group meeting")
        LECTURE = "lecture", pgettext_lazy("meeting", "Party lecture")
        THEME_DAY = "theme_day", pgettext_lazy("meeting", "Theme Party day")
        LIFE = "life", pgettext_lazy("meeting", "Organisational life meeting")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    branch = models.ForeignKey(
        Organisation, models.PROTECT, related_name="meetings", verbose_name=_("held by")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    title = models.CharField(_("subject"), max_length=80, blank=True)
    place: Any = EncryptedField(_("place"), null=True, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    lessons: Any = ArrayField(models.UUIDField(), verbose_name=_("lessons studied"), default=list, blank=True)
    chaired_by = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings_chaired",
        verbose_name=_("in the chair"),
    )
    lecturer = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lectures",
        verbose_name=_("lecturer"),
    )
    opened_by = models.ForeignKey(Member, models.PROTECT, related_name="meetings_opened")
    opened_at = models.DateTimeField(_("entered"))
    closed_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="meetings_closed")
    closed_at = models.DateTimeField(_("closed"), null=True)
    called_off_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="meetings_called_off")
    called_off_at = models.DateTimeField(_("called off"), null=True)

    objects = MeetingQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes = [models.Index(fields=["branch", "-starts_at"], name="meetings_of_an_organisation")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["general", "committee", "group", "lecture", "theme_day", "life"]),
                name="a_meeting_has_a_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + LONGEST),
                name="a_meeting_ends_after_it_begins_and_within_eight_hours",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__gte=F("ends_at"), closed_by__isnull=False, place__isnull=True),
                name="a_meeting_is_closed_by_somebody_after_its_end",
            ),
            models.CheckConstraint(
                condition=Q(called_off_at=None, called_off_by=None)
                | Q(
                    called_off_at__isnull=False,
                    called_off_by__isnull=False,
                    place__isnull=True,
                    closed_at=None,
                ),
                name="a_meeting_that_was_called_off_is_not_closed",
            ),
            models.CheckConstraint(
                condition=Q(lecturer=None) | Q(kind="lecture"), name="only_a_lecture_has_a_lecturer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {localtime(self.starts_at):%Y-%m-%d %H:%M}"

    @property
    def day(self) -> date:
        """The day in Shanghai on which it is held."""
        return localdate(self.starts_at)

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_called_off(self) -> bool:
        return self.called_off_at is not None

    @property
    def is_open(self) -> bool:
        """Whether its roll can be taken."""
        return not (self.is_closed or self.is_called_off)

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def recording_branch(self) -> Organisation:
        """Whose record it is: a group records in its branch."""
        if self.branch.kind == Organisation.Kind.GROUP and self.branch.parent is not None:
            return self.branch.parent
        return self.branch

    def event_of(self, member: UUID) -> str:
        """The key under which the ledger knows that this member was here."""
        return f"meeting:{self.key}:{member}"


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def holding(self) -> AttendanceQuerySet:
        """Of each member at each meeting the row that holds: the one received last."""
        last = self.order_by("meeting", "member", "-pk").distinct("meeting", "member")
        return Attendance.objects.filter(pk__in=last.values("pk"))

    def attended(self) -> AttendanceQuerySet:
        """Those that say that somebody was there."""
        return self.filter(state__in=[Attendance.State.PRESENT, Attendance.State.LATE])


class Attendance(models.Model):
    """
    What was said of a member at a meeting. Rows are only added; the last one received holds.

    `key` is made by the device that sends it: sent twice it is one row.
    """

    class State(TextChoices):
        PRESENT = "present", pgettext_lazy("at a meeting", "Present")
        LATE = "late", pgettext_lazy("at a meeting", "Late")
        LEAVE = "leave", pgettext_lazy("at a meeting", "On leave")
        ABSENT = "absent", pgettext_lazy("at a meeting", "Not here")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="attendances", verbose_name=_("meeting")
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="attendances")
    state = models.CharField(_("attendance"), max_length=8, choices=State.choices)
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    by = models.ForeignKey(Member, models.PROTECT, related_name="attendances_noted")
    at = models.DateTimeField(_("received"))

    objects = AttendanceQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        indexes = [
            models.Index(fields=["meeting", "member", "-id"], name="attendance_that_holds"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["present", "late", "leave", "absent"]),
                name="attendance_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(state="late", arrived_at__isnull=False) | (~Q(state="late") & Q(arrived_at=None)),
                name="who_came_late_has_a_time_of_arrival_and_nobody_else",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_state_display())

    @property
    def has_come(self) -> bool:
        return self.state in {self.State.PRESENT, self.State.LATE}

    def piece(self, *, whole: bool) -> tuple[datetime, datetime] | None:
        """
        The stretch of the meeting that was attended; None when there is none.

        `whole`: coming late takes nothing away.
        """
        if not self.has_come:
            return None
        begin, end = self.meeting.starts_at, self.meeting.ends_at
        if self.arrived_at is not None and not whole:
            begin = max(begin, self.arrived_at)
        return (begin, end) if begin < end else None
