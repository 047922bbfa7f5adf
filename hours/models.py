"""
The ledger of study time.

Rows are added and never changed: the database refuses UPDATE, DELETE and TRUNCATE. A mistake is put right
by a second row. Counted time lies in intervals that cannot overlap for one member; the database sees to it.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Sum
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _

from hours.ranges import NumberSpansField, TimeSpansField
from hours.rules import Rule, RuleProposal
from people.ciphers import EncryptedField
from people.leading import led_by
from people.models import Affiliation, Member, Organisation, Sight

__all__ = [
    "Bucket",
    "CountedInterval",
    "Objection",
    "ObjectionAnswer",
    "Rule",
    "RuleProposal",
    "Source",
    "Standing",
    "StudyClock",
    "StudyRecord",
    "as_hours",
]


class Length(Func):
    """The seconds of an interval, as the database counts them."""

    template = "EXTRACT(EPOCH FROM (%(expressions)s))"
    output_field = models.DecimalField()


class SpanSeconds(Func):
    """The seconds in stretches of time, added up by the database."""

    function = "study_seconds"
    output_field = models.IntegerField()


class IsEmpty(Func):
    """True of a multirange in which there is nothing."""

    function = "isempty"
    output_field = models.BooleanField()


class Bucket(TextChoices):
    """The three kinds of study, never mixed."""

    CONCENTRATED = "concentrated", _("Concentrated training")
    COLLECTIVE = "collective", _("Collective study")
    INDIVIDUAL = "individual", _("Individual study")


class Source(TextChoices):
    """What a record comes from."""

    ONLINE = "online", _("Online")
    OFFLINE = "offline", _("Offline")
    AUDIO = "audio", _("Listening")
    PAPER = "paper", _("On paper")
    MEETING = "meeting", _("Meeting")
    VISIT = "visit", _("Visit")
    QUIZ = "quiz", _("Quiz")
    IMPORT = "import", _("Brought in")
    CORRECTION = "correction", _("Correction")


class Standing(TextChoices):
    """Whether what a record tells is counted."""

    COUNTED = "counted", _("Counted")
    AWAITING = "awaiting", _("Awaiting confirmation")
    DECLINED = "declined", _("Not confirmed")


class StudyRecordQuerySet(models.QuerySet["StudyRecord"]):
    def visible_to(self, viewer: Member, *, on: date) -> StudyRecordQuerySet:
        """
        One's own records, those of members whose hours an office lets one see, and of a guest what was
        recorded below the very office that shows hours, as long as the guest is there.
        """
        whose = Member.objects.filter(key=OuterRef("member_id"))
        seen = Q(member=viewer.key) | Exists(whose.visible_to(viewer, sight=Sight.HOURS, on=on))
        for place in viewer.places_showing(Sight.HOURS, on):
            guest = Affiliation.objects.on(on).host().within(place).filter(member__key=OuterRef("member_id"))
            here = Organisation.objects.within(place).values("pk")
            seen |= Q(Exists(guest), recorded_in__in=here)
        return self.filter(seen)

    def awaiting(self) -> StudyRecordQuerySet:
        """Those that nobody has confirmed or declined yet."""
        return self.filter(standing=Standing.AWAITING, settled_by=None)

    def for_leader(self, leader: Member, *, on: date) -> StudyRecordQuerySet:
        """
        Those that the member, who leads the branch that recorded or one above, confirms and corrects.

        What no branch recorded is for the branch where the person is at home today. Never one's own.
        """
        theirs = Q(pk=None)
        for place in led_by(leader, on=on):
            home = Affiliation.objects.on(on).home().filter(member__key=OuterRef("member_id"))
            here = Organisation.objects.within(place).values("pk")
            theirs |= Q(recorded_in__in=here) | Q(Exists(home.within(place)), recorded_in=None)
        return self.filter(theirs).exclude(member=leader.key)


class StudyRecord(models.Model):
    """One row of the ledger 学习记录: what was studied when, what counted by which rule, what not and why."""

    member = models.ForeignKey(
        Member, models.PROTECT, to_field="key", db_column="member_key", related_name="study_records"
    )
    home = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="home_records")
    recorded_in = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="recorded_records")
    recorded_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="records_made")
    bucket = models.CharField(_("kind of study"), max_length=12, choices=Bucket.choices)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    key = models.CharField(_("key of the event"), max_length=100)
    subject = models.UUIDField(_("what was studied"), null=True)
    edition = models.BigIntegerField(_("edition"), null=True)
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"))
    opened_at = models.DateTimeField(_("page opened"), null=True)
    standing = models.CharField(
        _("standing"), max_length=10, choices=Standing.choices, default=Standing.COUNTED
    )
    seconds = models.IntegerField(_("counted seconds"))
    counted = TimeSpansField(_("time that counts"))
    taken = TimeSpansField(_("time that no longer counts"))
    claimed = TimeSpansField(_("time that awaits confirmation"))
    award = models.IntegerField(_("seconds without a time of day"), default=0)
    counters = NumberSpansField(_("the device's count of its reports"))
    refused = models.JSONField(_("not counted: seconds by reason"), default=dict)
    evidence = models.JSONField(_("evidence"), default=dict)
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, related_name="records")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    settles = models.OneToOneField("self", models.PROTECT, null=True, related_name="settled_by")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    received_at = models.DateTimeField(_("received"))

    objects = StudyRecordQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("study record")
        verbose_name_plural = _("study records")
        indexes = [
            models.Index(fields=["member", "started_at"], name="records_of_a_member"),
            models.Index(
                fields=["member", "started_at"],
                include=["bucket", "subject", "award"],
                condition=~Q(award=0),
                name="awards_of_a_member",
            ),
            models.Index(
                fields=["member"], condition=Q(standing="awaiting"), name="records_awaiting_confirmation"
            ),
            models.Index(
                fields=["recorded_in"],
                condition=Q(standing="awaiting"),
                name="records_a_branch_is_to_confirm",
            ),
            models.Index(
                fields=["member"], condition=Q(evidence__has_key="lessons"), name="records_that_name_lessons"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="one_record_for_one_event"),
            models.CheckConstraint(
                condition=Q(bucket__in=Bucket.values) & Q(source__in=Source.values),
                name="a_record_has_a_known_kind_and_source",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("started_at")), name="a_record_does_not_end_before_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__lte=F("received_at")), name="no_record_reaches_into_the_future"
            ),
            models.CheckConstraint(
                condition=Q(seconds__gte=0) | Q(source="correction"),
                name="only_a_correction_takes_time_away",
            ),
            models.CheckConstraint(
                condition=Q(source="correction")
                | Q(seconds__lte=F("award") + Length(F("ended_at") - F("started_at"))),
                name="no_record_counts_more_than_the_clock_showed",
            ),
            models.CheckConstraint(
                condition=Q(seconds=SpanSeconds("counted") - SpanSeconds("taken") + F("award")),
                name="a_record_counts_exactly_its_time",
            ),
            models.CheckConstraint(
                condition=Q(source="correction", corrects__isnull=False) | Q(IsEmpty("taken")),
                name="only_a_correction_takes_from_another_record",
            ),
            models.CheckConstraint(
                condition=Q(standing__in=Standing.values)
                & (Q(standing="counted") | Q(seconds=0))
                & (Q(standing="awaiting") | Q(IsEmpty("claimed"))),
                name="what_awaits_confirmation_counts_nothing_yet",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.started_at:%Y-%m-%d %H:%M}"


class CountedIntervalQuerySet(models.QuerySet["CountedInterval"]):
    def between(self, begin: datetime, end: datetime) -> CountedIntervalQuerySet:
        return self.filter(started_at__gte=begin, started_at__lt=end)

    def seconds(self) -> int:
        return self.aggregate(sum=Sum("seconds"))["sum"] or 0


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class CountedInterval(models.Model):
    """
    A stretch of counted time without a gap. For one member no two overlap: the database refuses it.

    A projection: it can be made again from the records. Pieces are cut at New Year in Shanghai.
    """

    member = models.ForeignKey(
        Member, models.PROTECT, to_field="key", db_column="member_key", related_name="counted_intervals"
    )
    record = models.ForeignKey(StudyRecord, models.PROTECT, related_name="intervals")
    bucket = models.CharField(max_length=12, choices=Bucket.choices)
    subject = models.UUIDField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    seconds = models.IntegerField()

    objects = CountedIntervalQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("counted interval")
        verbose_name_plural = _("counted intervals")
        indexes = [
            models.Index(
                fields=["member", "started_at"],
                include=["bucket", "subject", "seconds"],
                name="counted_time_of_a_member",
            )
        ]
        constraints = [
            ExclusionConstraint(
                name="no_two_counted_intervals_of_a_member_overlap",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (TsTzRange("started_at", "ended_at"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gt=F("started_at")), name="an_interval_lasts_a_second_or_longer"
            ),
            models.CheckConstraint(
                condition=Q(seconds=Length(F("ended_at") - F("started_at"))),
                name="an_interval_counts_exactly_its_length",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.seconds} s"


class StudyClock(models.Model):
    """
    The running clock of a member: one row, locked by every writer of timed records.

    `held` is the time of the last two days that is counted already, from whatever source. The open sitting
    (subject, pieces) is added to with each beat and written to the ledger when it ends. Multiranges are read
    and written by the function `study_beat` alone (see migrations/sql).
    """

    member = models.OneToOneField(
        Member, models.PROTECT, to_field="key", db_column="member_key", primary_key=True, related_name="clock"
    )
    subject = models.UUIDField(null=True)
    edition = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    pace = models.SmallIntegerField(_("reading pace, in hundredths of the calm pace"), default=100)
    pace_lessons = models.IntegerField(_("lessons it was learned from"), default=0)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("study clock")
        verbose_name_plural = _("study clocks")

    def __str__(self) -> str:
        return str(self.pk)


def as_hours(seconds: int, *, minutes_per_hour: Decimal) -> Decimal:
    """Return study hours, rounded down to the half: only for showing, never for adding up."""
    halves = int(seconds / (minutes_per_hour * 60) * 2)
    return Decimal(halves) / 2


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def open(self) -> ObjectionQuerySet:
        """Those that nobody has answered yet."""
        return self.filter(answer=None)

    def for_leader(self, leader: Member, *, on: date) -> ObjectionQuerySet:
        """Those to records of branches that the member leads on that day; never one's own."""
        theirs = StudyRecord.objects.for_leader(leader, on=on)
        return self.filter(record__in=theirs.values("pk"))

    def visible_to(self, viewer: Member, *, on: date) -> ObjectionQuerySet:
        """One's own, and those that one answers."""
        answered_by_me = self.for_leader(viewer, on=on)
        return self.filter(Q(member=viewer.key) | Q(pk__in=answered_by_me.values("pk")))


class Objection(models.Model):
    """
    A member says that a record is wrong, and why. Rows are only added.

    The words are kept encrypted, and go when the member is erased; the database refuses every other change.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    record = models.ForeignKey(StudyRecord, models.PROTECT, related_name="objections")
    member = models.ForeignKey(
        Member, models.PROTECT, to_field="key", db_column="member_key", related_name="objections"
    )
    text: Any = EncryptedField(_("what is wrong"), null=True)
    at = models.DateTimeField(_("raised"))

    objects = ObjectionQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class ObjectionAnswer(models.Model):
    """The branch answers an objection, once: with a correction, or with an explanation."""

    objection = models.OneToOneField(Objection, models.PROTECT, related_name="answer")
    text: Any = EncryptedField(_("answer"), null=True)
    correction = models.ForeignKey(
        StudyRecord,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="answers",
        verbose_name=_("correction"),
    )
    by = models.ForeignKey(Member, models.PROTECT, related_name="objections_answered")
    at = models.DateTimeField(_("answered"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("answer to an objection")
        verbose_name_plural = _("answers to objections")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
