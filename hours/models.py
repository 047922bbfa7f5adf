"""
The ledger of study time.

Rows are added and never changed: the database refuses UPDATE, DELETE and TRUNCATE. A mistake is put right
by a second row. Counted time lies in intervals that cannot overlap for one member; the database sees to it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Sum
from django.db.models.enums import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from people.models import Affiliation, Member, Organisation, Sight


class Length(Func):
    """The seconds of an interval, as the database counts them."""

    template = "EXTRACT(EPOCH FROM (%(expressions)s))"
    output_field = models.DecimalField()


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


class RuleQuerySet(models.QuerySet["Rule"]):
    def at(self, name: str, on: date) -> Rule:
        """The rule of that name in force on that day. One query."""
        return self.filter(name=name, valid_from__lte=on).latest("valid_from")

    def in_force(self, on: date) -> dict[str, Rule]:
        """All rules in force on that day, by name. One query."""
        rules = self.filter(valid_from__lte=on).order_by("name", "-valid_from").distinct("name")
        return {rule.name: rule for rule in rules}


class Rule(models.Model):
    """A dated rule with its source. Code asks for the rule at a moment; a new rule is a new row."""

    class Name(TextChoices):
        MINUTES_PER_STUDY_HOUR = "minutes_per_study_hour", _("Minutes in a study hour")
        YEARLY_HOURS_MEMBER = "yearly_hours_member", _("Study hours a year, members")
        YEARLY_HOURS_OFFICE = (
            "yearly_hours_office",
            _("Study hours a year, secretaries and committee members"),
        )
        INDIVIDUAL_CAP_HOURS = "individual_cap_hours", _("Individual study counts up to, hours a year")
        FAIR_PACE = "fair_pace", _("Silence is counted up to the reading time, times")
        HOST_LEADS = "host_leads", _("Who leads for a mobile member")

    name = models.CharField(_("rule"), max_length=40, choices=Name.choices)
    value = models.DecimalField(_("value"), max_digits=8, decimal_places=2)
    valid_from = models.DateField(_("valid from"))
    source = models.CharField(_("source in Chinese"), max_length=300)
    source_en = models.CharField(_("source in English"), max_length=300, blank=True)
    is_confirmed = models.BooleanField(_("confirmed by the organisation"), default=False)
    author = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="rules_written")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RuleQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        constraints = [
            models.UniqueConstraint(fields=["name", "valid_from"], name="one_rule_of_a_name_begins_on_a_day"),
            models.CheckConstraint(condition=Q(value__gte=0), name="a_rule_is_not_negative"),
            models.CheckConstraint(condition=~Q(source=""), name="a_rule_names_its_source"),
            models.CheckConstraint(
                condition=~Q(name="minutes_per_study_hour") | Q(value__gt=0), name="a_study_hour_has_minutes"
            ),
            models.CheckConstraint(
                condition=~Q(name="host_leads") | Q(value__in=[0, 1]),
                name="the_host_branch_leads_or_the_home_branch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}: {self.in_words or format(self.value.normalize(), 'f')}"

    @property
    def in_words(self) -> str:
        """What the rule says, where its value is a choice and no quantity; else nothing."""
        if self.name != self.Name.HOST_LEADS:
            return ""
        return str(
            _("The host branch leads, the home branch assists.")
            if self.value
            else _("The home branch leads, the host branch assists.")
        )

    @property
    def local_source(self) -> str:
        return self.source_en if get_language() == "en" and self.source_en else self.source


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
    seconds = models.IntegerField(_("counted seconds"))
    refused = models.JSONField(_("not counted: seconds by reason"), default=dict)
    evidence = models.JSONField(_("evidence"), default=dict)
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, related_name="records")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    received_at = models.DateTimeField(_("received"))

    objects = StudyRecordQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("study record")
        verbose_name_plural = _("study records")
        indexes = [models.Index(fields=["member", "started_at"], name="records_of_a_member")]
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
                | Q(source="quiz")
                | Q(seconds__lte=Length(F("ended_at") - F("started_at"))),
                name="no_record_counts_more_than_the_clock_showed",
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
