"""Questions, quizzes and attempts. The key stays here: nothing on a page tells which option is right."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.enums import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from people.models import Member, Sight
from sources.models import Passage


def in_reader_language(chinese: str, english: str) -> str:
    """The English words for an English reader when there are any, else the Chinese."""
    return english if get_language() == "en" and english else chinese


class QuestionQuerySet(models.QuerySet["Question"]):
    def in_use(self) -> QuestionQuerySet:
        return self.filter(state=Question.State.IN_USE)


class Question(ClusterableModel):
    """A question of the bank, in both languages. What members see is the frozen `QuestionVersion`."""

    class Kind(TextChoices):
        SINGLE_CHOICE = "single_choice", _("Single choice")
        MULTIPLE_CHOICE = "multiple_choice", _("Multiple choice")
        TRUE_FALSE = "true_false", _("True or false")

    class State(TextChoices):
        DRAFT = "draft", _("Draft")
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
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    valid_as_of = models.DateField(_("checked on"), null=True, blank=True)
    review_by = models.DateField(_("to be reviewed by"), null=True, blank=True)
    # Of the words as they were loaded from a file; empty when an editor wrote the question.
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["single_choice", "multiple_choice", "true_false"]),
                name="a_question_has_a_known_kind",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="a_question_names_its_source"),
        ]

    def __str__(self) -> str:
        return in_reader_language(self.stem, self.stem_en)

    @staticmethod
    def check_options(kind: str, *, right: int, total: int) -> None:
        """
        Say what is amiss when a question of this kind has so many options and so many right ones.

        :raises ValidationError: with a sentence for the editor.
        """
        if kind == Question.Kind.MULTIPLE_CHOICE:
            if right < 2:
                raise ValidationError(_("A multiple choice question needs at least two right options."))
            return
        if kind == Question.Kind.TRUE_FALSE and total != 2:
            raise ValidationError(_("A true or false question has exactly two options."))
        if right != 1:
            raise ValidationError(_("Mark exactly one option as right, or choose multiple choice above."))


class QuestionOption(models.Model):
    """One option of a question; its key stays the same in both languages and on paper."""

    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="options")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    text = models.CharField(_("text in Chinese"), max_length=500)
    text_en = models.CharField(_("text in English"), max_length=500, blank=True)
    is_correct = models.BooleanField(_("right"), default=False)

    sort_order_field = "position"
    panels = [
        FieldRowPanel([FieldPanel("text"), FieldPanel("text_en"), FieldPanel("is_correct")]),
    ]

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints = [
            models.UniqueConstraint(fields=["question", "key"], name="an_option_stands_once_in_a_question")
        ]

    def __str__(self) -> str:
        return self.text


class QuestionVersion(models.Model):
    """
    A question as it was asked: words in both languages, options and the key. It never changes.

    `content`: {"kind", "stem", "stem_en", "options": [{"key", "text", "text_en"}], "correct": [key],
    "explanation", "explanation_en", "source", "source_en"}, and "passage", key and words, if there is one.
    """

    question = models.ForeignKey(Question, models.PROTECT, related_name="versions")
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    frozen_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("question version")
        verbose_name_plural = _("question versions")
        constraints = [
            models.UniqueConstraint(fields=["question", "digest"], name="the_same_question_is_one_version")
        ]

    def __str__(self) -> str:
        return in_reader_language(self.content["stem"], self.content["stem_en"])


class Quiz(ClusterableModel):
    """Questions in order, with a pass mark in per cent. It may be tried again without limit."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title in Chinese"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark, per cent"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_mark__range=(1, 100)), name="a_pass_mark_is_between_1_and_100"
            )
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


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def of(self, member: Member) -> AttemptQuerySet:
        return self.filter(member=member)

    def with_key(self) -> AttemptQuerySet:
        """Annotate `key`: what an address calls it."""
        return self.annotate(key=F("pk"))

    def open(self) -> AttemptQuerySet:
        return self.filter(handed_in_at=None)

    def handed_in(self) -> AttemptQuerySet:
        return self.filter(handed_in_at__isnull=False)

    def with_marks(self) -> AttemptQuerySet:
        """Annotate `percent` and `passed` of the mark that holds, with the quiz beside it."""
        latest = Mark.objects.filter(attempt=OuterRef("pk")).order_by("-pk")
        return self.select_related("quiz").annotate(
            percent=Subquery(latest.values("percent")[:1]), passed=Subquery(latest.values("passed")[:1])
        )

    def visible_to(self, viewer: Member, *, on: date) -> AttemptQuerySet:
        """One's own attempts, and those handed in by members whose scores an office lets one see."""
        members = Member.objects.visible_to(viewer, sight=Sight.SCORES, on=on)
        return self.filter(Q(member=viewer) | Q(member__in=members, handed_in_at__isnull=False))


class Attempt(models.Model):
    """
    One try at a quiz. Its paper and its pass mark are drawn and frozen when it begins.

    `paper`: [{"version": id of the QuestionVersion, "kind", "options": [option keys in the order shown]}].
    `edition`: key of the lesson's edition where the quiz stood then; none for the quiz of a module.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="attempts")
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts")
    edition = models.UUIDField(null=True)
    paper = models.JSONField()
    pass_mark = models.PositiveSmallIntegerField()
    begun_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)

    objects = AttemptQuerySet.as_manager()

    # Wagtail's index of references would put a task in the queue for each answer; it is for editors' content.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [models.Index(fields=["member", "quiz"], name="attempts_of_a_member_at_a_quiz")]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "quiz"],
                condition=Q(handed_in_at=None),
                name="one_open_attempt_of_a_member_at_a_quiz",
            ),
            models.CheckConstraint(
                condition=Q(handed_in_at=None) | Q(handed_in_at__gte=F("begun_at")),
                name="an_attempt_is_not_handed_in_before_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} {self.begun_at:%Y-%m-%d}"


class Answer(models.Model):
    """What was chosen for one question; a later choice is a later row, and the last one counts."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="answers")
    position = models.PositiveSmallIntegerField()
    chosen = ArrayField(models.UUIDField(), default=list)
    saved_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        indexes = [models.Index(fields=["attempt", "position", "-id"], name="last_answer_to_a_question")]

    def __str__(self) -> str:
        return f"{self.position + 1}"


class Mark(models.Model):
    """The marking of an attempt. Marking again adds a row with its reason; the last one holds."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="marks")
    points = models.PositiveSmallIntegerField()
    out_of = models.PositiveSmallIntegerField()
    percent = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    detail = models.JSONField()
    marking_version = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    marked_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.CheckConstraint(
                condition=Q(points__lte=F("out_of")) & Q(percent__lte=100),
                name="nobody_has_more_points_than_there_are",
            ),
            models.UniqueConstraint(
                fields=["attempt"], condition=Q(reason=""), name="an_attempt_is_marked_once_without_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} %"
