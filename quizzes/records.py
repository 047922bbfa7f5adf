"""What members do: attempts, answers, marks. Rows are added; only the end of an attempt is written later."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _

from people.models import Member, Sight
from quizzes.questions import QuestionVersion, Regrade
from quizzes.sets import Quiz


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

    def for_score(self) -> AttemptQuerySet:
        """Without looks back, which are nobody's score."""
        return self.filter(is_look_back=False)

    def with_marks(self) -> AttemptQuerySet:
        """Annotate `percent`, `passed` and `awaiting` of the mark that holds, with the quiz beside it."""
        latest = Mark.objects.filter(attempt=OuterRef("pk")).order_by("-pk")
        return self.select_related("quiz").annotate(
            percent=Subquery(latest.values("percent")[:1]),
            passed=Subquery(latest.values("passed")[:1]),
            awaiting=Subquery(latest.values("awaiting")[:1]),
        )

    def visible_to(self, viewer: Member, *, on: date) -> AttemptQuerySet:
        """One's own attempts, and those handed in by members whose scores an office lets one see."""
        members = Member.objects.visible_to(viewer, sight=Sight.SCORES, on=on)
        shown = Q(member__in=members, handed_in_at__isnull=False, is_look_back=False)
        return self.filter(Q(member=viewer) | shown)


class Attempt(models.Model):
    """
    One try at a quiz. Its paper and its pass mark are drawn and frozen when it begins.

    `paper`: [{"version": id of the QuestionVersion, "kind", "options": [keys in the order shown]}], and where
    the kind has them "matches": [keys of the other side in the order shown], "blanks": how many.
    `edition`: key of the lesson's edition where the quiz stood then; none for the quiz of a module.
    `ends_at`: when its time is over; none without a limit. `is_look_back`: drawn from what was missed weeks
    ago; it counts for nothing and is shown to nobody else.
    """

    class EndedBy(TextChoices):
        MEMBER = "member", _("handed in")
        TIME = "time", _("the time was over")
        PAPER = "paper", _("written down from paper or by word of mouth")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="attempts")
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts")
    edition = models.UUIDField(null=True)
    paper = models.JSONField()
    pass_mark = models.PositiveSmallIntegerField()
    is_look_back = models.BooleanField(default=False)
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, choices=EndedBy.choices, default="", blank=True)

    objects = AttemptQuerySet.as_manager()

    # Wagtail's index of references would put a task in the queue for each answer; it is for editors' content.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            models.Index(fields=["member", "quiz"], name="attempts_of_a_member_at_a_quiz"),
            models.Index(
                fields=["ends_at"],
                condition=Q(handed_in_at=None, ends_at__isnull=False),
                name="attempts_whose_time_runs",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "quiz", "is_look_back"],
                condition=Q(handed_in_at=None),
                name="one_open_attempt_of_a_member_at_a_quiz",
            ),
            models.CheckConstraint(
                condition=Q(handed_in_at=None) | Q(handed_in_at__gte=F("begun_at")),
                name="an_attempt_is_not_handed_in_before_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("begun_at")),
                name="the_time_of_an_attempt_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} {self.begun_at:%Y-%m-%d}"


class Answer(models.Model):
    """
    What was given as answer to one question; every version stays, and `quizzes.folding` says which holds.

    `given`: by kind of question. Choice: keys of the options, sorted. Order: keys in order. Match: for each
    option in the order of the paper the key of the other side, or "". Fill in: the words for each blank.
    Short answer: one text. Empty: taken back. An order noted from paper has "" where a number was missing.

    `device`, `counter`: which device of the member's, and its counting of its own answers; none from a form
    without a script. `given_at`: when it was given as far as the server can tell, never after `saved_at`.
    `is_late`: it came after the end, or after the key was shown. It is kept and counts for nothing.
    """

    # Here and below: another index begins with the attempt.
    attempt = models.ForeignKey(Attempt, models.PROTECT, db_index=False, related_name="answers")
    position = models.PositiveSmallIntegerField()
    given = ArrayField(models.TextField(), default=list)
    device = models.UUIDField(null=True)
    counter = models.BigIntegerField(default=0)
    given_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        indexes = [models.Index(fields=["attempt", "position", "-id"], name="last_answer_to_a_question")]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "device", "counter"],
                condition=Q(device__isnull=False),
                name="a_device_counts_each_answer_once",
            ),
            models.CheckConstraint(
                condition=Q(given_at__lte=F("saved_at")), name="an_answer_is_given_before_it_is_saved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position + 1}"


class Checked(models.Model):
    """The key of a question was shown to the member, in a quiz with feedback at once."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, db_index=False, related_name="checked")
    position = models.PositiveSmallIntegerField()
    checked_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("question looked up")
        verbose_name_plural = _("questions looked up")
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="a_key_is_shown_once_in_an_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.position + 1}"


class Mark(models.Model):
    """
    The marking of an attempt. Marking again adds a row with its reason; the last one holds.

    `detail`: for each question {"version", "given", "right", "points", "out_of"}, and "awaiting" where a
    person has to mark it. `awaiting`: how many those are; until then the points are the least there will be.
    """

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="marks")
    points = models.DecimalField(max_digits=8, decimal_places=2)
    out_of = models.DecimalField(max_digits=8, decimal_places=2)
    percent = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    awaiting = models.PositiveSmallIntegerField(default=0)
    detail = models.JSONField()
    marking_version = models.PositiveSmallIntegerField()
    marker = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    regrade = models.ForeignKey(Regrade, models.PROTECT, null=True, related_name="marks")
    reason = models.CharField(max_length=200, blank=True)
    marked_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        indexes = [
            models.Index(fields=["attempt"], condition=Q(awaiting__gt=0), name="marks_that_await_a_person")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gte=0) & Q(points__lte=F("out_of")) & Q(percent__lte=100),
                name="nobody_has_more_points_than_there_are",
            ),
            models.UniqueConstraint(
                fields=["attempt"], condition=Q(reason=""), name="an_attempt_is_marked_once_without_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} %"


class GivenPoints(models.Model):
    """
    The points a person gave for a short answer, line by line of the rubric. The last row holds.

    `lines`: points for each line. `given`: the answer as it was read, so that it can be told what was marked.
    """

    attempt = models.ForeignKey(Attempt, models.PROTECT, db_index=False, related_name="given_points")
    position = models.PositiveSmallIntegerField()
    given = ArrayField(models.TextField(), default=list)
    lines = ArrayField(models.PositiveSmallIntegerField(), default=list)
    points = models.PositiveSmallIntegerField()
    comment = models.CharField(max_length=1000, blank=True)
    marker = models.ForeignKey(Member, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("points given by a person")
        verbose_name_plural = _("points given by persons")
        indexes = [models.Index(fields=["attempt", "position", "-id"], name="last_points_for_an_answer")]

    def __str__(self) -> str:
        return f"{self.points}"


class ItemResult(models.Model):
    """
    One question of one attempt handed in, for the statistics: a projection of the mark that holds.

    `score`: 0 to 1. `rest`: 0 to 1 of all other questions of the paper, none when there is no other.
    `seconds`: from the answer before it to its last, as the server saw them; none when it cannot be told.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, db_index=False, related_name="items")
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="items")
    given = ArrayField(models.TextField(), default=list)
    score = models.FloatField()
    rest = models.FloatField(null=True)
    seconds = models.PositiveIntegerField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("result at a question")
        verbose_name_plural = _("results at questions")
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "position"], name="a_question_of_an_attempt_has_one_result"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=1), name="a_score_is_between_0_and_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score:.2f}"


class ItemStatistic(models.Model):
    """
    How a version of a question does, over all attempts: made anew by a task. It names nobody.

    `facility`: the mean score. `discrimination`: the correlation of its score with that of the rest of the
    paper; none when either never differs. `median_seconds`: of those that can be told. `options`: [{"given",
    "count", "high", "low"}], the commonest first, with the shares among the better and the weaker third.
    `suspects`: codes of what speaks for an error in the key (see `quizzes.statistics`).
    """

    version = models.OneToOneField(QuestionVersion, models.CASCADE, related_name="statistic")
    answers = models.PositiveIntegerField()
    facility = models.FloatField()
    discrimination = models.FloatField(null=True)
    median_seconds = models.PositiveIntegerField(null=True)
    options = models.JSONField(default=list)
    suspects = ArrayField(models.CharField(max_length=30), default=list)
    computed_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("item statistic")
        verbose_name_plural = _("item statistics")

    def __str__(self) -> str:
        return str(self.version)
