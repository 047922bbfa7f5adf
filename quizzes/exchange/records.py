"""A file of questions that an editor sent: what was read of it, until it is brought in or thrown away."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jobs.models import Job
from people.models import Member


def private() -> Storage:
    """Where a file lies until it is read: no address leads there."""
    return storages["private"]


def path_of(sent: QuestionFile, name: str) -> str:
    return f"quizzes/imports/{sent.key}"


class OwnQuerySet(models.QuerySet["QuestionFile"]):
    """A file is seen by the one who sent it."""

    def visible_to(self, viewer: Member) -> OwnQuerySet:
        return self.filter(asked_by=viewer.pk)


class QuestionFile(models.Model):
    """
    One file on its way into the bank. The file itself goes as soon as it is read; the rest after 30 days.

    `entries`: see `quizzes.exchange.carried.Entry`, each with "there": what the bank has of it already.
    `choices`: what the editor chose for all questions. `counts`: what was written.
    """

    class State(TextChoices):
        READING = "reading", pgettext_lazy("file of questions", "Being read")
        READY = "ready", pgettext_lazy("file of questions", "Checked; nothing is written yet")
        REFUSED = "refused", pgettext_lazy("file of questions", "Could not be read")
        WRITING = "writing", pgettext_lazy("file of questions", "Being written")
        WRITTEN = "written", pgettext_lazy("file of questions", "Written as drafts")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="question_files")
    file = models.FileField(storage=private, upload_to=path_of, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    form = models.CharField(_("format"), max_length=10, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.READING)
    asked_at = models.DateTimeField(_("sent"))
    written_at = models.DateTimeField(_("written"), null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    entries = models.JSONField(default=list)
    choices = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)

    objects = OwnQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("file of questions")
        verbose_name_plural = _("files of questions")
        constraints = [
            models.CheckConstraint(
                condition=Q(written_at=None) ^ Q(state="written"),
                name="a_written_file_of_questions_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
