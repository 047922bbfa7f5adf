"""
Dated rules: every number by which study time is counted, with its source, its author and who approved it.

Code asks for the rule at a moment. A new rule is a new row; it is proposed, looked at in a preview, and comes
into force when a second person approves it.
"""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.enums import TextChoices
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from people.models import Member

NO_LIMIT = 8784
"""The hours of a leap year: a limit of so many limits nothing."""


class RuleName(TextChoices):
    """Every rule there is, in the order in which people read them."""

    MINUTES_PER_STUDY_HOUR = "minutes_per_study_hour", _("Minutes in a study hour")
    YEARLY_HOURS_MEMBER = "yearly_hours_member", _("Study hours a year, members")
    YEARLY_HOURS_OFFICE = "yearly_hours_office", _("Study hours a year, secretaries and committee members")
    CONCENTRATED_CAP_HOURS = "concentrated_cap_hours", _("Concentrated training counts up to, hours a year")
    COLLECTIVE_CAP_HOURS = "collective_cap_hours", _("Collective study counts up to, hours a year")
    INDIVIDUAL_CAP_HOURS = "individual_cap_hours", _("Individual study counts up to, hours a year")
    INDIVIDUAL_DAY_HOURS = "individual_day_hours", _("Individual study counts up to, hours a day")
    LESSON_FACTOR = "lesson_factor", _("A lesson counts up to its expected time in a year, times")
    FAIR_PACE = "fair_pace", _("Silence is counted up to the reading time, times")
    LARGE_PRINT = "large_print", _("In large print reading takes longer, times")
    PACE_SLOWEST = "pace_slowest", _("Slowest pace of one's own, as part of the calm pace")
    PACE_FASTEST = "pace_fastest", _("Fastest pace of one's own, as part of the calm pace")
    OFFLINE_COUNTS = "offline_counts", _("Study without a network")
    PAPER_COUNTS = "paper_counts", _("Study on paper")
    QUIZ_AWARD_MINUTES = "quiz_award_minutes", _("Minutes for a passed quiz")
    LECTURE_AWARD_MINUTES = "lecture_award_minutes", _("Minutes for preparing a lecture")
    VISIT_COUNTS = "visit_counts", _("Study brought by a visitor")
    LATE_COUNTS = "late_counts", _("Coming late to a meeting")
    CONTACT_DAYS = "contact_days", _("Contact with a mobile member every so many days")
    CORRECTION_SECOND_PERSON = "correction_second_person", _("Corrections")
    HOST_LEADS = "host_leads", _("Who leads for a mobile member")


CHOICES: dict[str, tuple[object, object]] = {
    RuleName.HOST_LEADS: (
        _("The home branch leads, the host branch assists."),
        _("The host branch leads, the home branch assists."),
    ),
    RuleName.OFFLINE_COUNTS: (_("It counts when the branch has confirmed it."), _("It counts at once.")),
    RuleName.PAPER_COUNTS: (_("It counts when the branch has confirmed it."), _("It counts at once.")),
    RuleName.VISIT_COUNTS: (_("It counts when the branch has confirmed it."), _("It counts at once.")),
    RuleName.LATE_COUNTS: (_("The time from arriving on counts."), _("The whole meeting counts.")),
    RuleName.CORRECTION_SECOND_PERSON: (
        _("They take effect at once."),
        _("They take effect when a second person has confirmed them."),
    ),
}
"""Rules whose value is a choice and no quantity: what 0 says, and what 1 says."""

LIMITS = frozenset(
    {RuleName.CONCENTRATED_CAP_HOURS, RuleName.COLLECTIVE_CAP_HOURS, RuleName.INDIVIDUAL_CAP_HOURS}
)
"""Rules for which `NO_LIMIT` says that there is none."""

MINUTES = frozenset(
    {RuleName.MINUTES_PER_STUDY_HOUR, RuleName.QUIZ_AWARD_MINUTES, RuleName.LECTURE_AWARD_MINUTES}
)
"""Rules whose value is a number of minutes."""

DAYS = frozenset({RuleName.CONTACT_DAYS})
"""Rules whose value is a number of days."""

FACTORS = frozenset(
    {
        RuleName.LESSON_FACTOR,
        RuleName.FAIR_PACE,
        RuleName.LARGE_PRINT,
        RuleName.PACE_SLOWEST,
        RuleName.PACE_FASTEST,
    }
)
"""Rules whose value says how many times something else. What is neither of these is in study hours."""

OF_THE_YEAR = frozenset(
    {
        RuleName.MINUTES_PER_STUDY_HOUR,
        RuleName.YEARLY_HOURS_MEMBER,
        RuleName.YEARLY_HOURS_OFFICE,
        *LIMITS,
    }
)
"""
Rules by which the seconds of a year become study hours, and what is asked. They hold for the whole year in
which they begin: the year is reckoned by those of the day one looks, and from New Year on by those of its
last day. The others are asked when something is counted, and change nothing that has been.
"""

_POSITIVE = [
    RuleName.MINUTES_PER_STUDY_HOUR,
    RuleName.LESSON_FACTOR,
    RuleName.FAIR_PACE,
    RuleName.LARGE_PRINT,
    RuleName.PACE_SLOWEST,
    RuleName.PACE_FASTEST,
    RuleName.CONTACT_DAYS,
]


def plain(value: Decimal) -> str:
    """A number as people write it: 32, 1.5, 1.15."""
    return number_format(Decimal(format(value.normalize(), "f")))


def quantity(name: str, value: Decimal) -> str:
    """A number with the unit of that rule, in the reader's language."""
    number, several = {"number": plain(value)}, 1 if value == 1 else 2
    if name in MINUTES:
        return ngettext("%(number)s minute", "%(number)s minutes", several) % number
    if name in DAYS:
        return ngettext("%(number)s day", "%(number)s days", several) % number
    if name in FACTORS:
        return str(_("%(number)s times")) % number
    return ngettext("%(number)s study hour", "%(number)s study hours", several) % number


class DatedValue(models.Model):
    """What a rule says from a day on, and where that comes from."""

    Name = RuleName

    name = models.CharField(_("rule"), max_length=40, choices=RuleName.choices)
    value = models.DecimalField(_("value"), max_digits=8, decimal_places=2)
    valid_from = models.DateField(_("valid from"))
    source = models.CharField(_("source in Chinese"), max_length=300)
    source_en = models.CharField(_("source in English"), max_length=300, blank=True)
    is_confirmed = models.BooleanField(_("confirmed by the organisation"), default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_name_display()}: {self.said}"

    @property
    def in_words(self) -> str:
        """What the rule says, where its value is a choice or no limit at all; else nothing."""
        if self.name in CHOICES:
            return str(CHOICES[self.name][bool(self.value)])
        return str(_("without a limit")) if self.name in LIMITS and self.value >= NO_LIMIT else ""

    @property
    def said(self) -> str:
        """What the rule says, with its unit, or in words."""
        return self.in_words or quantity(self.name, self.value)

    @property
    def is_of_the_year(self) -> bool:
        return self.name in OF_THE_YEAR

    @property
    def local_source(self) -> str:
        return self.source_en if get_language() == "en" and self.source_en else self.source


class RuleQuerySet(models.QuerySet["Rule"]):
    def at(self, name: str, on: date) -> Rule:
        """The rule of that name in force on that day. One query."""
        return self.filter(name=name, valid_from__lte=on).latest("valid_from")

    def in_force(self, on: date) -> dict[str, Rule]:
        """All rules in force on that day, by name. One query."""
        rules = self.filter(valid_from__lte=on).order_by("name", "-valid_from").distinct("name")
        return {rule.name: rule for rule in rules}


class Rule(DatedValue):
    """A dated rule with its source, in force from its day on. Rows are added and never changed."""

    author = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="rules_written")
    approver = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="rules_approved")
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
                condition=~Q(name__in=_POSITIVE) | Q(value__gt=0), name="a_factor_is_more_than_nothing"
            ),
            models.CheckConstraint(
                condition=~Q(name="host_leads") | Q(value__in=[0, 1]),
                name="the_host_branch_leads_or_the_home_branch",
            ),
            models.CheckConstraint(
                condition=~Q(name__in=list(CHOICES)) | Q(value__in=[0, 1]),
                name="a_rule_that_is_a_choice_is_one_or_the_other",
            ),
            models.CheckConstraint(
                condition=Q(approver=None) | Q(author=None) | ~Q(approver=F("author")),
                name="nobody_approves_a_rule_of_their_own",
            ),
        ]


def contact_days(on: date) -> int:
    """After so many days without a contact a mobile member's contact person is prompted."""
    return int(Rule.objects.at(RuleName.CONTACT_DAYS, on).value)


class RuleProposal(DatedValue):
    """
    A rule that somebody proposes. It is settled once: approved, and then a rule; declined, with a reason; or
    withdrawn by its author. What was proposed never changes: the database refuses it.
    """

    class Outcome(TextChoices):
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    author = models.ForeignKey(Member, models.PROTECT, related_name="rule_proposals")
    proposed_at = models.DateTimeField(_("proposed"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    settled_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="rule_proposals_settled"
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    rule = models.OneToOneField(
        Rule, models.PROTECT, null=True, blank=True, related_name="proposal", verbose_name=_("rule")
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("proposed rule")
        verbose_name_plural = _("proposed rules")
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0), name="a_proposed_rule_is_not_negative"),
            models.CheckConstraint(condition=~Q(source=""), name="a_proposed_rule_names_its_source"),
            models.CheckConstraint(
                condition=Q(settled_by=None)
                | (Q(outcome="withdrawn") & Q(settled_by=F("author")))
                | (~Q(outcome="withdrawn") & ~Q(settled_by=F("author"))),
                name="a_second_person_approves_a_proposed_rule",
            ),
            models.UniqueConstraint(
                fields=["name", "valid_from"],
                condition=Q(outcome=""),
                name="one_open_proposal_for_a_rule_and_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="declined") | ~Q(reason=""),
                name="a_proposed_rule_is_declined_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_by=None, settled_at=None, rule=None)
                | Q(
                    outcome="approved", settled_by__isnull=False, settled_at__isnull=False, rule__isnull=False
                )
                | Q(
                    outcome__in=["declined", "withdrawn"],
                    settled_by__isnull=False,
                    settled_at__isnull=False,
                    rule=None,
                ),
                name="a_proposed_rule_is_open_or_settled",
            ),
        ]
