"""
A member's rights, as rows that are only ever added: corrections asked for, consents, notices read, erasures.

The acts are in `people.corrections`, `people.consents` and `people.erasure`. What is written in free words is
kept encrypted. The database refuses to change these rows; whole ones are dropped when their time is over.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.affiliations import Affiliation
from people.ciphers import EncryptedField
from people.offices import LEADING, Office

if TYPE_CHECKING:
    from people.models import Member


def _led_by(viewer: Member, on: date) -> list[int]:
    return [office.organisation_id for office in viewer.held_offices(on) if office.kind in LEADING]


def guards_accounts(viewer: Member, on: date) -> bool:
    """True when the viewer is a security administrator on that day."""
    return any(office.kind == Office.Kind.SECURITY_ADMINISTRATOR for office in viewer.held_offices(on))


def guards_everybody(viewer: Member, on: date) -> bool:
    """True for a security administrator at the top: who belongs nowhere is theirs to look after."""
    return any(
        office.kind == Office.Kind.SECURITY_ADMINISTRATOR and office.organisation.parent_id is None
        for office in viewer.held_offices(on)
    )


class CorrectionRequestQuerySet(models.QuerySet["CorrectionRequest"]):
    def of(self, member: Member) -> CorrectionRequestQuerySet:
        return self.filter(member=member)

    def open(self) -> CorrectionRequestQuerySet:
        return self.filter(answer=None)

    def overdue(self, on: date) -> CorrectionRequestQuerySet:
        return self.open().filter(due_on__lt=on)

    def for_answer_by(self, viewer: Member, *, on: date) -> CorrectionRequestQuerySet:
        """
        Requests that are the viewer's to answer: those of the members at home in the branch they lead.

        Where nobody but the member leads the branch, the organisation above answers. Of a member without a
        branch, the security administrator at the top does. Nobody answers their own.
        """
        led = _led_by(viewer, on)
        home = Affiliation.objects.of(OuterRef("member"), on=on).home()
        others = (
            Office.objects.held_on(on)
            .filter(organisation=OuterRef("branch"), kind__in=LEADING)
            .exclude(member=OuterRef("member"))
        )
        theirs = Q(pk=None)
        if led:
            theirs |= Q(Exists(home.filter(branch__in=led)))
            theirs |= Q(Exists(home.filter(~Exists(others), branch__parent__in=led)))
        if guards_everybody(viewer, on):
            theirs |= ~Q(Exists(home))
        return self.filter(theirs, member__erased_at=None).exclude(member=viewer)


class CorrectionRequest(models.Model):
    """A member says what is wrong in what is kept of them, and what it should be."""

    class Matter(TextChoices):
        NAME = "name", _("My name")
        NUMBER = "number", _("My member number")
        BIRTH_YEAR = "birth_year", _("My year of birth")
        BRANCH = "branch", _("My branch or group")
        OFFICE = "office", _("My office")
        STANDING = "standing", _("My standing: probationary or full, on the job or retired")
        ARRANGEMENT = "arrangement", _("Home study or visits")
        STUDY = "study", _("A study record")
        QUIZ = "quiz", _("A quiz result")
        OTHER = "other", _("Something else")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="correction_requests")
    matter = models.CharField(_("What is wrong"), max_length=12, choices=Matter.choices)
    should_be: Any = EncryptedField(_("What it should be"))
    asked_at = models.DateTimeField(_("asked"))
    due_on = models.DateField(_("answer due by"))

    objects = CorrectionRequestQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("correction request")
        verbose_name_plural = _("correction requests")
        indexes = [models.Index(fields=["member", "asked_at"], name="corrections_of_a_member")]

    def __str__(self) -> str:
        return str(self.get_matter_display())


class CorrectionAnswer(models.Model):
    """What the leader of the branch answered: put right, or refused with a reason."""

    class Outcome(TextChoices):
        DONE = "done", _("Put right")
        REFUSED = "refused", pgettext_lazy("request", "Refused")

    request = models.OneToOneField(CorrectionRequest, models.CASCADE, related_name="answer")
    outcome = models.CharField(_("answer"), max_length=10, choices=Outcome.choices)
    words: Any = EncryptedField(_("Reason"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="corrections_answered")
    at = models.DateTimeField(_("answered"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("answer to a correction request")
        verbose_name_plural = _("answers to correction requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="done") | Q(outcome="refused", words__isnull=False),
                name="a_refused_correction_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_outcome_display())


class NoticeRead(models.Model):
    """A member confirmed having read the privacy notice of that version."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices_read")
    version = models.PositiveSmallIntegerField(_("version of the privacy notice"))
    at = models.DateTimeField(_("read"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("privacy notice read")
        verbose_name_plural = _("privacy notices read")
        constraints = [
            models.UniqueConstraint(fields=["member", "version"], name="a_notice_is_confirmed_once")
        ]

    def __str__(self) -> str:
        return str(self.version)


class Consent(models.Model):
    """A member gave or withdrew a consent; of one purpose the latest row holds."""

    class Purpose(TextChoices):
        TELEPHONE = "telephone", _("My telephone number is kept")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="consents")
    purpose = models.CharField(_("for what"), max_length=12, choices=Purpose.choices)
    given = models.BooleanField(_("given"))
    notice = models.PositiveSmallIntegerField(_("version of the privacy notice"))
    at = models.DateTimeField(_("when"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["member", "purpose", "-id"], name="consents_of_a_member")]

    def __str__(self) -> str:
        return str(self.get_purpose_display())


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def of(self, member: Member) -> ErasureQuerySet:
        return self.filter(member=member)

    def open(self) -> ErasureQuerySet:
        return self.filter(decision=None)

    def for_decision_by(self, viewer: Member, *, on: date) -> ErasureQuerySet:
        """
        Erasures the viewer may confirm or refuse, as the second person: never one's own, never of oneself.

        A security administrator of an organisation at or above the member's home decides; of a member without
        a branch, one at the top. What a security
        administrator began, a leader there may confirm as well.
        """
        offices = viewer.held_offices(on)
        home = Affiliation.objects.of(OuterRef("member"), on=on).home()
        guarded = [o.organisation for o in offices if o.kind == Office.Kind.SECURITY_ADMINISTRATOR]
        led = [o.organisation for o in offices if o.kind in LEADING]
        theirs = Q(pk=None)
        if guarded:
            theirs |= Q(Exists(home.within(*guarded)))
        if guards_everybody(viewer, on):
            theirs |= ~Q(Exists(home))
        if led:
            theirs |= Q(Exists(home.within(*led))) & ~Q(asked_by=models.F("member"))
        found = self.filter(theirs, member__erased_at=None)
        return found.exclude(asked_by=viewer).exclude(member=viewer)


class Erasure(models.Model):
    """Somebody asked for a member's personal data to be erased. A second person decides."""

    class Reason(TextChoices):
        OWN_REQUEST = "own_request", _("The member asks for it")
        PURPOSE_DONE = "purpose_done", _("It is no longer needed")
        NEAR_RELATIVES = "near_relatives", _("The member has died; near relatives ask for it")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasures")
    reason = models.CharField(_("why"), max_length=14, choices=Reason.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasures_asked_for")
    asked_at = models.DateTimeField(_("asked"))
    due_on = models.DateField(_("answer due by"))

    objects = ErasureQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.CheckConstraint(
                condition=Q(reason="own_request", asked_by=models.F("member"))
                | Q(reason__in=["purpose_done", "near_relatives"]) & ~Q(asked_by=models.F("member")),
                name="an_erasure_on_own_request_is_asked_for_by_oneself",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_reason_display())


class ErasureDecision(models.Model):
    """What became of it: done, refused with a reason, or taken back by who had asked."""

    class Outcome(TextChoices):
        DONE = "done", _("Erased")
        REFUSED = "refused", pgettext_lazy("request", "Refused")
        TAKEN_BACK = "taken_back", _("Taken back")

    erasure = models.OneToOneField(Erasure, models.CASCADE, related_name="decision")
    outcome = models.CharField(_("answer"), max_length=10, choices=Outcome.choices)
    words: Any = EncryptedField(_("Reason"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasures_decided")
    at = models.DateTimeField(_("answered"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("decision on an erasure")
        verbose_name_plural = _("decisions on erasures")
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="refused") | Q(words__isnull=False),
                name="a_refused_erasure_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_outcome_display())
