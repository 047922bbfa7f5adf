"""What is arranged around visits: consents to a pairing, plans, questions somebody finds out about."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outreach.packet_records import Packet, Slip
from outreach.visiting import Visit
from people.ciphers import EncryptedField
from people.leading import led_by
from people.models import Affiliation, Member, Pairing


class PairingConsent(models.Model):
    """
    The helper, or the member, agreed to the pairing. Withdrawn, the row stays with its last day.

    Agreeing again is another row.
    """

    class Side(TextChoices):
        HELPER = "helper", _("The visitor")
        MEMBER = "member", _("The member")

    class Way(TextChoices):
        IN_PERSON = "in_person", _("in person")
        TELEPHONE = "telephone", _("by telephone")
        IN_WRITING = "in_writing", _("in writing")

    pairing = models.ForeignKey(Pairing, models.CASCADE, related_name="consents")
    side = models.CharField(_("who agrees"), max_length=6, choices=Side.choices)
    way = models.CharField(_("how it was said"), max_length=10, choices=Way.choices)
    given_on = models.DateField(_("agreed on"))
    noted_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("noted by"))
    noted_at = models.DateTimeField(_("noted"))
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawal_noted_by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", verbose_name=_("withdrawal noted by")
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("consent to a pairing")
        verbose_name_plural = _("consents to pairings")
        constraints = [
            models.UniqueConstraint(
                fields=["pairing", "side"],
                condition=Q(withdrawn_on=None),
                name="each_side_of_a_pairing_agrees_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=models.F("given_on")),
                name="a_consent_is_not_withdrawn_before_it_was_given",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PlannedVisitQuerySet(models.QuerySet["PlannedVisit"]):
    def open(self) -> PlannedVisitQuerySet:
        """Neither done nor cancelled."""
        return self.filter(visit=None, cancelled_at=None)

    def for_planner(self, viewer: Member, *, on: date) -> PlannedVisitQuerySet:
        """One's own plans, and those for members at home where one leads; never with the erased."""
        return self.filter(Q(visitor=viewer) | _led_by(viewer, on=on), member__erased_at=None)


def _led_by(viewer: Member, *, on: date) -> Q:
    """The condition that `member` is at home in an organisation that the viewer leads."""
    places = led_by(viewer, on=on)
    home = Affiliation.objects.of(OuterRef("member"), on=on).home()
    return Q(Exists(home.within(*places))) if places else Q(pk=None)


class PlannedVisit(models.Model):
    """A visit planned for a day: open until a visit was recorded, or it is cancelled."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    visitor = models.ForeignKey(
        Member, models.PROTECT, related_name="visits_planned", verbose_name=_("visitor")
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="planned_visits")
    day = models.DateField(_("day"))
    packet = models.ForeignKey(
        Packet, models.PROTECT, null=True, blank=True, related_name="plans", verbose_name=_("study pack")
    )
    note: Any = EncryptedField(_("note"), null=True, blank=True)
    planned_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("planned by"))
    planned_at = models.DateTimeField(_("planned"))
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="plans", verbose_name=_("visit")
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", verbose_name=_("cancelled by")
    )

    objects = PlannedVisitQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("planned visit")
        verbose_name_plural = _("planned visits")
        indexes = [models.Index(fields=["member", "day"], name="plans_for_a_member")]
        constraints = [
            models.UniqueConstraint(
                fields=["visitor", "member", "day"],
                condition=Q(cancelled_at=None, visit=None),
                name="a_visit_is_planned_once_for_a_day",
            ),
            models.CheckConstraint(
                condition=Q(visit=None) | Q(cancelled_at=None), name="a_plan_is_done_or_cancelled_not_both"
            ),
            models.CheckConstraint(
                condition=~Q(visitor=models.F("member")), name="nobody_plans_to_visit_themself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class MemberQuestionQuerySet(models.QuerySet["MemberQuestion"]):
    def untold(self) -> MemberQuestionQuerySet:
        """Those whose answer the member has not been told yet."""
        return self.filter(told_on=None)

    def for_answering(self, viewer: Member, *, on: date) -> MemberQuestionQuerySet:
        """Those one took down of members one sees, and those of members where one leads; never one's own."""
        mine = Q(taken_by=viewer, member__in=Member.objects.visible_to(viewer, on=on))
        theirs = self.filter(mine | _led_by(viewer, on=on), member__erased_at=None)
        return theirs.exclude(member=viewer)


class MemberQuestion(models.Model):
    """
    What a member asked, and who said "I will find out": a task of theirs until the answer was told.

    Asked at a visit or call (`visit`), on a return slip, or on another occasion.
    """

    class State(TextChoices):
        OPEN = "open", pgettext_lazy("question", "To find out")
        ANSWERED = "answered", pgettext_lazy("question", "Answer to be told")
        TOLD = "told", pgettext_lazy("question", "Told")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="questions_asked")
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="questions", verbose_name=_("visit")
    )
    slip = models.ForeignKey(
        Slip, models.PROTECT, null=True, blank=True, related_name="member_questions", verbose_name=_("slip")
    )
    text: Any = EncryptedField(_("question"), null=True)
    asked_on = models.DateField(_("asked on"))
    taken_by = models.ForeignKey(
        Member, models.PROTECT, related_name="questions_taken", verbose_name=_("who finds out")
    )
    taken_at = models.DateTimeField(_("taken down"))
    answer: Any = EncryptedField(_("answer"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    told_on = models.DateField(_("told on"), null=True, blank=True)

    objects = MemberQuestionQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("question of a member")
        verbose_name_plural = _("questions of members")
        indexes = [
            models.Index(fields=["taken_by"], condition=Q(told_on=None), name="questions_to_find_out_about"),
            models.Index(fields=["member", "asked_on"], name="questions_of_a_member"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(told_on=None) | Q(answered_at__isnull=False),
                name="an_answer_is_found_before_it_is_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_on}"

    @property
    def state(self) -> str:
        if self.told_on is not None:
            return self.State.TOLD
        return self.State.ANSWERED if self.answered_at is not None else self.State.OPEN

    @property
    def state_in_words(self) -> str:
        return str(self.State(self.state).label)
