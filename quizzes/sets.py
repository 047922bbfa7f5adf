"""Quizzes: which questions are asked, how often, how long, and when the key is shown."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import Tag
from wagtail.admin.panels import FieldPanel

from people.models import Member
from quizzes.questions import Question, in_reader_language


class Quiz(ClusterableModel):
    """Questions in order or drawn from pools, with a pass mark in per cent, and the rules of trying."""

    class Counts(TextChoices):
        BEST = "best", _("the best attempt")
        LAST = "last", _("the last attempt")
        AVERAGE = "average", _("the average of all attempts")

    class Feedback(TextChoices):
        AT_ONCE = "at_once", _("at once, question by question")
        AFTER_ATTEMPT = "after_attempt", _("after the attempt")
        AFTER_CLOSING = "after_closing", _("after the quiz has closed")

    class Layout(TextChoices):
        ONE = "one", _("one question at a time")
        ALL = "all", _("all questions on one page")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title in Chinese"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark, per cent"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts allowed"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: as many as one likes."),
    )
    wait_hours = models.PositiveSmallIntegerField(_("hours between two attempts"), default=0)
    counts = models.CharField(_("what counts"), max_length=10, choices=Counts.choices, default=Counts.BEST)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    time_limit_minutes = models.PositiveSmallIntegerField(
        _("time limit, minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_("Empty: none. Members in elder mode or on home study have none unless it is essential."),
    )
    is_limit_essential = models.BooleanField(
        _("the time limit is essential"),
        default=False,
        help_text=_("What is tested cannot be tested without it. Then it holds for everybody."),
    )
    feedback = models.CharField(
        _("the key is shown"), max_length=20, choices=Feedback.choices, default=Feedback.AFTER_ATTEMPT
    )
    layout = models.CharField(_("pages"), max_length=10, choices=Layout.choices, default=Layout.ONE)
    shuffles_questions = models.BooleanField(_("shuffle the questions"), default=False)
    shuffles_options = models.BooleanField(_("shuffle the options"), default=True)
    look_back_weeks = models.PositiveSmallIntegerField(
        _("weeks until a look back"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(52)],
        help_text=_("After so many weeks members may look back at what they missed. Empty: no look back."),
    )

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_mark__range=(1, 100)), name="a_pass_mark_is_between_1_and_100"
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="a_quiz_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=~Q(feedback="after_closing") | Q(closes_at__isnull=False),
                name="feedback_after_closing_needs_a_closing_time",
            ),
            models.CheckConstraint(
                condition=Q(attempts_allowed=None) | Q(attempts_allowed__gte=1),
                name="a_quiz_may_be_tried_at_least_once",
            ),
        ]

    def __str__(self) -> str:
        return self.local_title

    @property
    def local_title(self) -> str:
        return in_reader_language(self.title, self.title_en)


class QuizEntry(models.Model):
    """A question's place in a quiz."""

    quiz = ParentalKey(Quiz, on_delete=models.CASCADE, related_name="entries")
    question = models.ForeignKey(Question, models.PROTECT, related_name="entries", verbose_name=_("question"))
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)

    sort_order_field = "sort_order"
    panels = [FieldPanel("question")]

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(fields=["quiz", "question"], name="a_question_stands_once_in_a_quiz")
        ]

    def __str__(self) -> str:
        return str(self.question)


class QuizPool(models.Model):
    """
    So many questions drawn for each attempt from those that meet all conditions named here.

    `module`: translation key of a module, whose lessons' and own quizzes name the questions.
    """

    quiz = ParentalKey(Quiz, on_delete=models.CASCADE, related_name="pools")
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)
    number = models.PositiveSmallIntegerField(
        _("number of questions"), validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    tag = models.ForeignKey(
        Tag, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tag")
    )
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    module = models.UUIDField(_("module"), null=True, blank=True)

    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="a_pool_draws_at_least_one_question"),
            models.CheckConstraint(
                condition=Q(tag__isnull=False) | Q(difficulty__isnull=False) | Q(module__isnull=False),
                name="a_pool_names_a_tag_a_difficulty_or_a_module",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class TimeExtension(models.Model):
    """More time for a member at a quiz, given by an office. No reason is kept; the last row holds."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="extensions")
    member = models.ForeignKey(Member, models.PROTECT, related_name="time_extensions")
    minutes = models.PositiveSmallIntegerField(_("minutes more"), null=True, blank=True)
    given_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("time extension")
        verbose_name_plural = _("time extensions")
        indexes = [models.Index(fields=["quiz", "member", "-id"], name="last_extension_of_a_member")]

    def __str__(self) -> str:
        return f"{self.quiz} +{self.minutes}" if self.minutes else str(self.quiz)
