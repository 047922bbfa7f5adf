"""The question bank: questions as editors write them, and the frozen versions that members are asked."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.enums import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from people.models import Member
from sources.categories import Category
from sources.models import Passage


def in_reader_language(chinese: str, english: str) -> str:
    """The English words for an English reader when there are any, else the Chinese."""
    return english if get_language() == "en" and english else chinese


class Case(models.Model):
    """A text that several questions are about (案例). They are asked together, the text above them."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title in Chinese"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    text = models.TextField(_("text in Chinese"))
    text_en = models.TextField(_("text in English"), blank=True)
    source = models.CharField(_("source in Chinese"), max_length=300)
    source_en = models.CharField(_("source in English"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [models.CheckConstraint(condition=~Q(source=""), name="a_case_names_its_source")]

    def __str__(self) -> str:
        return in_reader_language(self.title, self.title_en)


class QuestionTag(TaggedItemBase):
    content_object = ParentalKey("quizzes.Question", on_delete=models.CASCADE, related_name="tagged_items")


class QuestionQuerySet(models.QuerySet["Question"]):
    def in_use(self) -> QuestionQuerySet:
        return self.filter(state=Question.State.IN_USE)

    def awaiting_review(self) -> QuestionQuerySet:
        return self.filter(awaits_since__isnull=False)


class Question(ClusterableModel):
    """
    A question of the bank, in both languages. What members see is the frozen `QuestionVersion`.

    `version` is the one a reviewer approved last; while an editor changes the words, quizzes go on asking it.
    """

    class Kind(TextChoices):
        SINGLE_CHOICE = "single_choice", _("Single choice")
        MULTIPLE_CHOICE = "multiple_choice", _("Multiple choice")
        TRUE_FALSE = "true_false", _("True or false")
        FILL_IN = "fill_in", _("Fill in")
        ORDERING = "ordering", _("Put in order")
        MATCHING = "matching", _("Match")
        SHORT_ANSWER = "short_answer", _("Short answer")

    class State(TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEWED = "reviewed", _("Reviewed")
        IN_USE = "in_use", _("In use")
        RETIRED = "retired", _("Retired")

    reference = models.CharField(
        _("reference"),
        max_length=40,
        unique=True,
        null=True,
        blank=True,
        help_text=_("A short name for lists."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.SINGLE_CHOICE)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    stem = models.TextField(_("question in Chinese"))
    stem_en = models.TextField(_("question in English"), blank=True)
    explanation = models.TextField(_("explanation in Chinese"), blank=True)
    explanation_en = models.TextField(_("explanation in English"), blank=True)
    source = models.CharField(_("source in Chinese"), max_length=300)
    source_en = models.CharField(_("source in English"), max_length=300, blank=True)
    passage = models.ForeignKey(
        Passage,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("passage it rests on"),
    )
    # Of the passage as it was when somebody last looked whether the question still agrees with it.
    passage_digest = models.CharField(max_length=64, blank=True, editable=False)
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="questions", verbose_name=_("case")
    )
    points = models.PositiveSmallIntegerField(
        _("points"), default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    is_partial = models.BooleanField(
        _("points for parts"),
        default=False,
        help_text=_("What is right in part earns part of the points; see the rule below."),
    )
    category = models.CharField(
        _("category"), max_length=30, choices=Category.choices, blank=True, default=""
    )
    tags = ClusterTaggableManager(through=QuestionTag, blank=True, verbose_name=_("tags"))
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    valid_as_of = models.DateField(_("checked on"), null=True, blank=True)
    review_by = models.DateField(_("to be reviewed by"), null=True, blank=True)
    # Of the words as they were loaded from a file; empty when an editor wrote the question.
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)
    version = models.ForeignKey(
        "quizzes.QuestionVersion", models.PROTECT, null=True, editable=False, related_name="+"
    )
    # Since when the words as they stand wait for a reviewer; none when they do not (see quizzes.reviewing).
    awaits_since = models.DateTimeField(_("awaiting review since"), null=True, editable=False)
    # Who wrote the words as they stand now; nobody for those loaded from a file.
    written_by = models.ForeignKey(Member, models.PROTECT, null=True, editable=False, related_name="+")

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "single_choice",
                        "multiple_choice",
                        "true_false",
                        "fill_in",
                        "ordering",
                        "matching",
                        "short_answer",
                    ]
                ),
                name="a_question_has_a_known_kind",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="a_question_names_its_source"),
            models.CheckConstraint(
                condition=~Q(state__in=["reviewed", "in_use"]) | Q(version__isnull=False),
                name="a_question_in_use_has_an_approved_version",
            ),
            models.CheckConstraint(
                condition=Q(points__range=(1, 100)), name="a_question_is_worth_1_to_100_points"
            ),
            models.CheckConstraint(
                condition=~Q(state="retired") | Q(awaits_since__isnull=True),
                name="a_retired_question_awaits_no_review",
            ),
        ]

    def __str__(self) -> str:
        return in_reader_language(self.stem, self.stem_en)

    @staticmethod
    def check_options(kind: str, *, right: int, total: int) -> None:
        """
        Say what is amiss when a question of this kind has so many options and so many right ones.

        :raises ValidationError: with a sentence for the editor.
        """
        if kind in {Question.Kind.FILL_IN, Question.Kind.SHORT_ANSWER}:
            if total:
                raise ValidationError(_("A question of this kind has no options."))
            return
        if kind in {Question.Kind.ORDERING, Question.Kind.MATCHING}:
            if total < 2:
                raise ValidationError(_("A question of this kind has at least two rows."))
            return
        if kind == Question.Kind.MULTIPLE_CHOICE:
            if right < 2:
                raise ValidationError(_("A multiple choice question needs at least two right options."))
            return
        if kind == Question.Kind.TRUE_FALSE and total != 2:
            raise ValidationError(_("A true or false question has exactly two options."))
        if right != 1:
            raise ValidationError(_("Mark exactly one option as right, or choose multiple choice above."))


class QuestionOption(models.Model):
    """
    One option of a question; its key stays the same in both languages and on paper.

    To put in order: the rows stand in the right order. To match: `match` is what belongs to the text; a row
    without a text is one that belongs to nothing. What a member sees of the two sides has two keys.
    """

    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="options")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    text = models.CharField(_("text in Chinese"), max_length=500, blank=True)
    text_en = models.CharField(_("text in English"), max_length=500, blank=True)
    match_key = models.UUIDField(default=uuid.uuid4, editable=False)
    match = models.CharField(_("belongs to, in Chinese"), max_length=500, blank=True)
    match_en = models.CharField(_("belongs to, in English"), max_length=500, blank=True)
    is_correct = models.BooleanField(_("right"), default=False)
    feedback = models.CharField(_("feedback in Chinese"), max_length=500, blank=True)
    feedback_en = models.CharField(_("feedback in English"), max_length=500, blank=True)

    sort_order_field = "position"
    panels = [
        FieldRowPanel([FieldPanel("text"), FieldPanel("text_en"), FieldPanel("is_correct")]),
    ]

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints = [
            models.UniqueConstraint(fields=["question", "key"], name="an_option_stands_once_in_a_question"),
            models.CheckConstraint(condition=~Q(text="") | ~Q(match=""), name="an_option_says_something"),
        ]

    def __str__(self) -> str:
        return self.text


class QuestionBlank(models.Model):
    """One blank of a question to fill in, in the order of the blanks (`____`) in the stem."""

    class Kind(TextChoices):
        TEXT = "text", _("Words")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")

    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="blanks")
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.TEXT)
    accepted = ArrayField(models.CharField(max_length=200), verbose_name=_("accepted in Chinese"))
    accepted_en = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name=_("accepted in English")
    )
    tolerance = models.DecimalField(
        _("a number may differ by"), max_digits=12, decimal_places=4, null=True, blank=True
    )

    sort_order_field = "position"

    class Meta:
        verbose_name = _("blank")
        verbose_name_plural = _("blanks")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["text", "number", "date"]), name="a_blank_has_a_known_kind"
            ),
            models.CheckConstraint(condition=Q(accepted__len__gt=0), name="a_blank_accepts_something"),
        ]

    def __str__(self) -> str:
        return " / ".join(self.accepted)


class RubricLine(models.Model):
    """What a short answer earns points for, when a person marks it."""

    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="rubric")
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    text = models.CharField(_("text in Chinese"), max_length=300)
    text_en = models.CharField(_("text in English"), max_length=300, blank=True)
    points = models.PositiveSmallIntegerField(_("points"), default=1, validators=[MinValueValidator(1)])

    sort_order_field = "position"

    class Meta:
        verbose_name = _("line of the rubric")
        verbose_name_plural = _("rubric")
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=1), name="a_line_of_a_rubric_earns_points")
        ]

    def __str__(self) -> str:
        return self.text


class QuestionVersion(models.Model):
    """
    A question as it was asked: words in both languages, options and the key. It never changes.

    `content` (see `quizzes.bank.content_of`): {"kind", "stem", "stem_en", "options": [{"key", "text",
    "text_en"}], "correct": [key], "explanation", "explanation_en", "source", "source_en"}, and where there is
    one: "passage", "case", "points", "partial", "matches", "blanks", "rubric".
    """

    question = models.ForeignKey(Question, models.PROTECT, related_name="versions")
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    frozen_at = models.DateTimeField()
    written_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("question version")
        verbose_name_plural = _("question versions")
        constraints = [
            models.UniqueConstraint(fields=["question", "digest"], name="the_same_question_is_one_version"),
            models.CheckConstraint(
                condition=Q(written_by__isnull=True) | ~Q(written_by=F("approved_by")),
                name="nobody_approves_what_they_wrote",
            ),
        ]

    def __str__(self) -> str:
        return in_reader_language(self.content["stem"], self.content["stem_en"])

    @property
    def rubric(self) -> list[dict[str, Any]]:
        """Lines of the rubric: {"text", "text_en", "points"}; none when no person marks it."""
        return self.content.get("rubric", [])


class Regrade(models.Model):
    """
    A key was corrected and what was handed in is marked anew: who, when, why, for which question.

    `counts`: {"attempts", "gained", "kept", "lost"}: marked anew, passes gained, passes kept although the new
    key gives too few points, passes lost because `lets_passes_fall` says so.
    """

    question = models.ForeignKey(Question, models.PROTECT, related_name="regrades")
    reason = models.CharField(_("reason"), max_length=200)
    lets_passes_fall = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    decided_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("regrade")
        verbose_name_plural = _("regrades")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_regrade_says_why")]

    def __str__(self) -> str:
        return self.reason


class KeyCorrection(models.Model):
    """
    The key of a version as it is marked from then on. What was asked stays as it was; the last row holds.

    `key`: the parts of the content that are put in its place: "correct", "blanks", "partial".
    """

    regrade = models.ForeignKey(Regrade, models.PROTECT, related_name="corrections")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="corrections")
    key = models.JSONField()

    class Meta:
        verbose_name = _("corrected key")
        verbose_name_plural = _("corrected keys")
        constraints = [
            models.UniqueConstraint(fields=["regrade", "version"], name="a_regrade_corrects_a_version_once")
        ]

    def __str__(self) -> str:
        return str(self.version)
