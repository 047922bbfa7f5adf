"""
Activity records 活动证明 of mobile members: a printed sheet for a host branch that does not use the system.

The host branch fills in its lines and stamps them; the sheet comes back and its lines are recorded by hand.
Lines are only added. What an activity was about is kept encrypted, and goes when its time is over or the
member is erased; the database refuses every other change.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hours.models import StudyRecord
from hours.slots import Subject
from people.ciphers import EncryptedField
from people.leading import led_by
from people.models import Member, MobileRegistration, Organisation

LINES = 10
"""Lines on a sheet of paper."""

LONGEST_MINUTES = 480

KEPT_OPEN = timedelta(days=365)
"""So long after it was issued a sheet may be filled in."""


class ActivitySheetQuerySet(models.QuerySet["ActivitySheet"]):
    def visible_to(self, viewer: Member, *, on: date) -> ActivitySheetQuerySet:
        """Those of members whom the viewer's branches sent out, or with whom the viewer keeps in contact."""
        kept = MobileRegistration.objects.kept_by(viewer, on=on)
        seen = Q(registration__in=kept.values("pk"))
        for place in led_by(viewer, on=on):
            seen |= Q(branch__path__startswith=place.path)
        return self.filter(seen, member__erased_at=None).exclude(member=viewer)

    def with_people(self) -> ActivitySheetQuerySet:
        """With all that a line shows, and `recorded`: how many of its lines are recorded."""
        rows = self.select_related("member", "branch", "registration__receiving", "issued_by")
        return rows.annotate(recorded=models.Count("lines"))


class ActivitySheet(models.Model):
    """
    A sheet that was issued for one mobile member. `key` stands in its code, and is made by the form.

    `since`: from that day on its lines count. It names a branch and a member, and nobody else.
    """

    class State(TextChoices):
        VALID = "valid", pgettext_lazy("activity record", "Valid")
        EXPIRED = "expired", pgettext_lazy("activity record", "Expired")
        CANCELLED = "cancelled", pgettext_lazy("activity record", "Cancelled")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=20, unique=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="activity_sheets")
    registration = models.ForeignKey(
        MobileRegistration, models.SET_NULL, null=True, related_name="sheets", verbose_name=_("registration")
    )
    branch = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("home branch"))
    since = models.DateField(_("from"))
    expires_on = models.DateField(_("last day"))
    issued_by = models.ForeignKey(
        Member, models.PROTECT, related_name="sheets_issued", verbose_name=_("issued by")
    )
    issued_at = models.DateTimeField(_("issued"))
    cancelled_by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="sheets_cancelled", verbose_name=_("cancelled by")
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)

    objects = ActivitySheetQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("activity record")
        verbose_name_plural = _("activity records")
        indexes = [models.Index(fields=["branch", "-issued_at"], name="sheets_of_a_branch")]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("since")), name="a_sheet_does_not_end_before_it_begins"
            ),
            models.CheckConstraint(condition=~Q(issued_by=F("member")), name="nobody_issues_their_own_sheet"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_at__gte=F("issued_at")),
                name="a_sheet_is_cancelled_after_it_was_issued",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def code(self) -> str:
        """What stands in the address of its QR code: nobody can guess it, and it says nothing."""
        return self.key.hex

    def state_on(self, day: date) -> str:
        if self.cancelled_at is not None:
            return self.State.CANCELLED
        return self.State.VALID if day <= self.expires_on else self.State.EXPIRED

    def last_day(self) -> date:
        """The last day on which its lines count: the registration may end before the sheet does."""
        ended = self.registration.until if self.registration else None
        return min(self.expires_on, ended - timedelta(days=1)) if ended else self.expires_on


class SheetReturn(models.Model):
    """A sheet came back and lines of it were recorded. `key` is made by the form: sent twice is once."""

    key = models.UUIDField(unique=True, editable=False)
    sheet = models.ForeignKey(ActivitySheet, models.PROTECT, related_name="returns")
    recorded_by = models.ForeignKey(
        Member, models.PROTECT, related_name="sheet_returns_recorded", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("return of an activity record")
        verbose_name_plural = _("returns of activity records")

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M}"


class SheetLine(models.Model):
    """A line of a sheet, as it was written by hand, and the row of the ledger that came of it."""

    class Kind(TextChoices):
        BRANCH_MEETING = "branch_meeting", pgettext_lazy("activity", "Meeting of the branch")
        GROUP_MEETING = "group_meeting", pgettext_lazy("activity", "Meeting of the group")
        LECTURE = "lecture", pgettext_lazy("activity", "Party lecture")
        THEME_DAY = "theme_day", pgettext_lazy("activity", "Theme Party day")
        STUDY = "study", pgettext_lazy("activity", "Studying together")
        OTHER = "other", pgettext_lazy("activity", "Other")

    sheet = models.ForeignKey(ActivitySheet, models.PROTECT, related_name="lines")
    returned = models.ForeignKey(SheetReturn, models.PROTECT, related_name="lines", verbose_name=_("return"))
    row = models.PositiveSmallIntegerField(_("line"))
    started_at = models.DateTimeField(_("began"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    kind = models.CharField(_("kind of activity"), max_length=16, choices=Kind.choices)
    about: Any = EncryptedField(_("what it was about"), null=True, blank=True)
    record = models.OneToOneField(
        StudyRecord, models.PROTECT, related_name="sheet_line", verbose_name=_("study record")
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("line of an activity record")
        verbose_name_plural = _("lines of activity records")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "row"], name="a_line_of_a_sheet_is_recorded_once"),
            models.CheckConstraint(
                condition=Q(row__range=(1, LINES)) & Q(minutes__range=(1, LONGEST_MINUTES)),
                name="a_line_of_a_sheet_is_plausible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row}"


def titles_of_sheets(keys: Iterable[UUID]) -> dict[UUID, Subject]:
    """What stands in the ledger for a sheet: its number. No query when nothing is asked."""
    wanted = list(keys)
    if not wanted:
        return {}
    found = ActivitySheet.objects.filter(key__in=wanted).values_list("key", "number")
    return {key: Subject(_now("Activity record %(number)s") % {"number": number}) for key, number in found}
