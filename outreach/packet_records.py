"""
Study packs 送学包 as they are kept: what was asked for, each member's pack, its steps, its return slip.

A pack's contents are frozen when it is made: the editions of its lessons, and for each quiz the paper that
was drawn. So it can be printed again as it was, and what comes back is marked by the order that was printed.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hours.models import StudyRecord
from people.ciphers import EncryptedField
from people.leading import led_by
from people.models import Affiliation, Member, Organisation, Pairing, Sight


def private() -> Storage:
    """Where packs lie: no address leads there."""
    return storages["private"]


def packet_path(packet: Packet, name: str) -> str:
    return f"outreach/packs/{packet.key.hex}.pdf"


def volume_path(volume: PackVolume, name: str) -> str:
    return f"outreach/runs/{volume.run.key.hex}-{volume.number:03}.pdf"


class PackRunQuerySet(models.QuerySet["PackRun"]):
    def visible_to(self, viewer: Member, *, on: date) -> PackRunQuerySet:
        """One's own, and those of organisations that one leads, or that stand below."""
        seen = Q(asked_by=viewer)
        for place in led_by(viewer, on=on):
            seen |= Q(organisation__path__startswith=place.path)
        return self.filter(seen)


class PackRun(models.Model):
    """
    Packs that somebody asked for at once: the same lessons and quizzes for one member or many.

    `contents`: {"lessons": [{"edition": pk, "discussion": [words]}], "quizzes": [{"key", "edition"}]}.
    `look`: {"size", "points", "pinyin"}; `pages`: of one pack, as it was laid out on trial.
    """

    class Kind(TextChoices):
        FILES = "files", _("One file for each member")
        PRINT_RUN = "print_run", _("Volumes to print, with a delivery list")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="pack_runs", verbose_name=_("organisation")
    )
    asked_by = models.ForeignKey(Member, models.PROTECT, related_name="pack_runs", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked"))
    title = models.CharField(_("title"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10)
    kind = models.CharField(_("how they are printed"), max_length=10, choices=Kind.choices)
    look = models.JSONField(_("how they look"))
    contents = models.JSONField(_("contents"))
    pages = models.PositiveSmallIntegerField(_("pages of one pack"), default=0)
    job = models.UUIDField(_("making"), null=True)
    files_until = models.DateField(_("files are kept until"), null=True)

    objects = PackRunQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("packs asked for")
        verbose_name_plural = _("packs asked for")
        indexes = [models.Index(fields=["organisation", "-asked_at"], name="packs_asked_for_by_place")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["files", "print_run"]), name="packs_are_files_or_a_print_run"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d}"


class PackVolume(models.Model):
    """A part of a print run: up to fifty packs in one file, in the order of their numbers."""

    run = models.ForeignKey(PackRun, models.CASCADE, related_name="volumes")
    number = models.PositiveSmallIntegerField(_("volume"))
    file = models.FileField(_("file"), storage=private, upload_to=volume_path, blank=True)
    pages = models.PositiveIntegerField(_("pages"), default=0)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("volume of packs")
        verbose_name_plural = _("volumes of packs")
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="a_volume_stands_once_in_its_run")
        ]

    def __str__(self) -> str:
        return str(self.number)


class PacketQuerySet(models.QuerySet["Packet"]):
    def visible_to(self, viewer: Member, *, on: date) -> PacketQuerySet:
        """One's own, and those in one's care."""
        return self.filter(Q(member=viewer) | self._in_care_of(viewer, on=on))

    def cared_for_by(self, viewer: Member, *, on: date) -> PacketQuerySet:
        """
        Those of the branches that one leads, and those of members one is assigned to as a visitor.

        A branch is the one where the pack was made, and the one where the member is at home today.
        """
        return self.filter(self._in_care_of(viewer, on=on))

    @classmethod
    def _in_care_of(cls, viewer: Member, *, on: date) -> Q:
        cared = cls._assigned_to(viewer, on=on)
        for place in led_by(viewer, on=on):
            home = Affiliation.objects.on(on).home().within(place).filter(member=OuterRef("member"))
            cared |= Q(branch__path__startswith=place.path) | Q(Exists(home))
        return cared

    @staticmethod
    def _assigned_to(viewer: Member, *, on: date) -> Q:
        whose = Member.objects.filter(pk=OuterRef("member"))
        assigned = Pairing.objects.on(on).filter(member=OuterRef("member"), visitor=viewer)
        seen = whose.visible_to(viewer, sight=Sight.COMPLETION, on=on)
        return Q(Exists(assigned)) & Q(Exists(seen))

    def waiting(self) -> PacketQuerySet:
        """Asked for, and not made yet."""
        return self.filter(made_at=None, left_out="")

    def made(self) -> PacketQuerySet:
        return self.filter(made_at__isnull=False)

    def with_state(self) -> PacketQuerySet:
        """Annotate `state` and `state_on` of the last step; none before it is made."""
        last = PacketStep.objects.filter(packet=OuterRef("pk")).order_by("-pk")
        return self.annotate(
            state=Subquery(last.values("state")[:1]), state_on=Subquery(last.values("on")[:1])
        )


class Packet(models.Model):
    """
    A member's pack. `branch` is where the member was at home when it was asked for.

    `contents`: {"lessons": [{"edition": pk, "lesson": translation key}], "quizzes": [a drawn paper, see
    `quizzes.on_paper`]}. `cover` keeps what stood on it about people (name, branch, contact) as JSON, for
    printing it again; it goes with the member.
    """

    class LeftOut(TextChoices):
        ERASED = "erased", _("the member was erased")
        CLOSED = "closed", _("the account is closed")
        MOVED = "moved", _("the member has moved to another branch")
        NOT_READABLE = "not_readable", _("a lesson of it is not for this member")
        CANCELLED = "cancelled", _("cancelled before it was made")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("pack number"), max_length=11, unique=True)
    run = models.ForeignKey(PackRun, models.PROTECT, related_name="packets", verbose_name=_("asked for"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="packets", verbose_name=_("member"))
    branch = models.ForeignKey(Organisation, models.PROTECT, related_name="packets", verbose_name=_("branch"))
    contents = models.JSONField(_("contents"), default=dict)
    cover: Any = EncryptedField(_("what stood on the cover"), null=True)
    pages = models.PositiveSmallIntegerField(_("pages"), default=0)
    missing = models.CharField(_("characters without a picture"), max_length=200, blank=True)
    volume = models.ForeignKey(PackVolume, models.SET_NULL, null=True, related_name="packets")
    file = models.FileField(_("file"), storage=private, upload_to=packet_path, blank=True)
    left_out = models.CharField(_("left out"), max_length=12, choices=LeftOut.choices, blank=True)
    made_at = models.DateTimeField(_("made"), null=True)

    objects = PacketQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("study pack")
        verbose_name_plural = _("study packs")
        indexes = [
            models.Index(fields=["branch", "-number"], name="packs_of_a_branch"),
            models.Index(fields=["run"], condition=Q(made_at=None), name="packs_to_be_made"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "member"], name="a_member_has_one_pack_in_a_run"),
            models.CheckConstraint(
                condition=Q(made_at=None) | Q(left_out=""), name="a_pack_is_made_or_left_out_not_both"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PacketStep(models.Model):
    """Where a pack has come to. Rows are only added, forward only; the last one holds."""

    class State(TextChoices):
        MADE = "made", pgettext_lazy("study pack", "Made")
        PRINTED = "printed", pgettext_lazy("study pack", "Printed")
        DELIVERED = "delivered", pgettext_lazy("study pack", "Delivered")
        RETURNED = "returned", pgettext_lazy("study pack", "Returned")
        RECORDED = "recorded", pgettext_lazy("study pack", "Recorded")
        CANCELLED = "cancelled", pgettext_lazy("study pack", "Cancelled")

    packet = models.ForeignKey(Packet, models.PROTECT, related_name="steps")
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    on = models.DateField(_("day"))
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="packet_steps", verbose_name=_("by")
    )
    at = models.DateTimeField(_("written down"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("step of a study pack")
        verbose_name_plural = _("steps of study packs")
        constraints = [
            models.UniqueConstraint(fields=["packet", "state"], name="a_pack_comes_to_a_state_once"),
            models.CheckConstraint(
                condition=Q(state__in=["made", "printed", "delivered", "returned", "recorded", "cancelled"]),
                name="a_pack_is_in_a_known_state",
            ),
        ]
        indexes = [models.Index(fields=["state", "on"], name="packs_by_state_and_day")]

    def __str__(self) -> str:
        return f"{self.state} {self.on}"


class Slip(models.Model):
    """
    The return slip of a pack, written down by hand, once. Its words go when their time is over.

    `key` was made by the device that sent it, so the same form sent twice is one slip. `lessons`: translation
    keys of those it says were read.
    """

    class SignedBy(TextChoices):
        READER = "reader", _("The reader")
        COMPANION = "companion", _("Somebody who was there, by name")

    key = models.UUIDField(unique=True, editable=False)
    packet = models.OneToOneField(Packet, models.PROTECT, related_name="slip", verbose_name=_("study pack"))
    read_on = models.DateField(_("read on"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    lessons = models.JSONField(_("lessons read"), default=list)
    signed_by = models.CharField(_("signed by"), max_length=10, choices=SignedBy.choices)
    companion: Any = EncryptedField(_("name of who was there"), null=True, blank=True)
    questions: Any = EncryptedField(pgettext_lazy("return slip", "questions"), null=True, blank=True)
    wishes: Any = EncryptedField(_("wishes"), null=True, blank=True)
    record = models.OneToOneField(
        StudyRecord, models.PROTECT, null=True, related_name="slip", verbose_name=_("study record")
    )
    recorded_by = models.ForeignKey(
        Member, models.PROTECT, related_name="slips_recorded", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("return slip")
        verbose_name_plural = _("return slips")
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__range=(1, 1440)), name="a_slip_tells_of_a_minute_to_a_day"
            ),
            models.CheckConstraint(
                condition=Q(signed_by__in=["reader", "companion"]), name="a_slip_is_signed_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.read_on}"


class PackNumbers(models.Model):
    """The last pack number given in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("last pack number")
        verbose_name_plural = _("last pack numbers")

    def __str__(self) -> str:
        return f"{self.year}-{self.last:06}"
