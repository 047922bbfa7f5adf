"""What readers keep for themselves about a lesson, and what they tell the editors."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _

from people.ciphers import EncryptedField
from people.models import Member

MOST_CHARACTERS = 2000
"""Of a note, of a report, of an opinion."""


class EditionRead(models.Model):
    """A member read an edition to its end; the first time is kept. Tells what has changed since."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="editions_read")
    edition = models.ForeignKey("courses.LessonEdition", models.PROTECT, related_name="read")
    read_at = models.DateTimeField(_("read"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("edition read")
        verbose_name_plural = _("editions read")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "edition"], name="an_edition_is_read_for_the_first_time_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.edition)


class Bookmark(models.Model):
    """A lesson that a member wants to find again. Languages share it."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="bookmarks")
    lesson = models.UUIDField(_("lesson"))
    made_at = models.DateTimeField(_("made"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("bookmark")
        verbose_name_plural = _("bookmarks")
        constraints = [
            models.UniqueConstraint(fields=["member", "lesson"], name="a_lesson_is_bookmarked_once")
        ]

    def __str__(self) -> str:
        return str(self.lesson)


class Note(models.Model):
    """
    A private note of a member on a lesson: encrypted, shown to nobody else, in no export but the own one.

    `key` is made with the form, so that sending twice keeps one note.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="notes")
    lesson = models.UUIDField(_("lesson"))
    text = EncryptedField(_("note"))
    written_at = models.DateTimeField(_("written"))
    changed_at = models.DateTimeField(_("changed"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [models.Index(fields=["member", "lesson"], name="notes_of_a_member_on_a_lesson")]
        constraints = [
            models.CheckConstraint(
                condition=Q(changed_at__gte=models.F("written_at")),
                name="a_note_is_not_changed_before_it_is_written",
            )
        ]

    def __str__(self) -> str:
        return str(self.lesson)


class ErrorReportQuerySet(models.QuerySet["ErrorReport"]):
    def open(self) -> ErrorReportQuerySet:
        return self.filter(~Exists(ErrorAnswer.objects.filter(report=OuterRef("pk"))))

    def of(self, member: Member) -> ErrorReportQuerySet:
        return self.filter(member=member)


class ErrorReport(models.Model):
    """A reader says that something in a lesson is wrong. It stays; the answer is a row of its own."""

    class About(TextChoices):
        WORDS = "words", _("A word or sign is wrong")
        FACT = "fact", _("A fact, name or date is wrong")
        QUOTATION = "quotation", _("A quotation is not as in the original")
        PICTURE = "picture", _("A picture, recording or link does not work")
        QUIZ = "quiz", _("The quiz is wrong")
        OTHER = "other", _("Something else")

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    edition = models.ForeignKey("courses.LessonEdition", models.PROTECT, related_name="error_reports")
    member = models.ForeignKey(Member, models.PROTECT, related_name="error_reports")
    about = models.CharField(_("what is wrong"), max_length=12, choices=About.choices)
    part = models.CharField(_("where"), max_length=200, blank=True)
    words = EncryptedField(_("what you noticed"))
    made_at = models.DateTimeField(_("made"))

    objects = ErrorReportQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("error report")
        verbose_name_plural = _("error reports")
        indexes = [models.Index(fields=["member", "-made_at"], name="error_reports_of_a_member")]
        constraints = [
            models.CheckConstraint(
                condition=Q(about__in=["words", "fact", "quotation", "picture", "quiz", "other"]),
                name="an_error_report_says_what_kind_of_error",
            )
        ]

    def __str__(self) -> str:
        return f"{self.edition}: {self.get_about_display()}"


class ErrorAnswer(models.Model):
    """How the editors settled a report, in words for the reader."""

    class Outcome(TextChoices):
        MENDED = "mended", _("It is mended")
        NO_ERROR = "no_error", _("It is right as it stands")
        LATER = "later", _("It will be mended with the next edition")

    report = models.OneToOneField(ErrorReport, models.CASCADE, related_name="answer")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    words = models.TextField(_("words for the reader"), blank=True, max_length=MOST_CHARACTERS)
    by = models.ForeignKey(Member, models.PROTECT, related_name="error_reports_answered")
    answered_at = models.DateTimeField(_("answered"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("answer to an error report")
        verbose_name_plural = _("answers to error reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["mended", "no_error", "later"]), name="an_answer_says_how_it_ended"
            )
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()


class Feedback(models.Model):
    """How a member found a lesson. Later rows take the place of earlier ones; editors see sums, never who."""

    class Verdict(TextChoices):
        GOOD = "good", _("Clear and useful")
        HARD = "hard", _("Too hard")
        LONG = "long", _("Too long")
        PLAIN = "plain", _("I knew it all")

    member = models.ForeignKey(Member, models.PROTECT, related_name="feedback")
    edition = models.ForeignKey("courses.LessonEdition", models.PROTECT, related_name="feedback")
    verdict = models.CharField(_("how you found it"), max_length=6, choices=Verdict.choices)
    given_at = models.DateTimeField(_("given"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        indexes = [models.Index(fields=["edition", "member", "-id"], name="last_feedback_of_a_member")]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["good", "hard", "long", "plain"]),
                name="feedback_is_one_of_four_verdicts",
            )
        ]

    def __str__(self) -> str:
        return self.get_verdict_display()
