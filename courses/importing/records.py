"""A document that an editor brought in, what was read of it, and how it is to become a course."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models import Page

from jobs.models import Job

if TYPE_CHECKING:
    from people.models import Member


def private() -> Storage:
    """Where documents lie while they are arranged: no address leads there."""
    return storages["private"]


def path_of(brought: BroughtDocument, name: str) -> str:
    return f"courses/imports/{brought.key}"


class OwnQuerySet(models.QuerySet["BroughtDocument"]):
    """A document that was brought in is seen by the one who brought it."""

    def visible_to(self, viewer: Member) -> OwnQuerySet:
        return self.filter(asked_by=viewer.pk)


class BroughtDocument(models.Model):
    """
    One document on its way to a course. After 30 days nothing is left of it; the course stays.

    `document` is what was read, in our own form; `plan` is how the editor arranged it; `version` grows
    with each change of the plan, so that of two windows only one counts.
    """

    class State(TextChoices):
        READING = "reading", pgettext_lazy("imported document", "Being read")
        READY = "ready", pgettext_lazy("imported document", "Read, waiting for you to arrange it")
        REFUSED = "refused", pgettext_lazy("imported document", "Could not be read")
        WRITING = "writing", pgettext_lazy("imported document", "Being written")
        WRITTEN = "written", pgettext_lazy("imported document", "Written as drafts")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="brought_documents")
    file = models.FileField(storage=private, upload_to=path_of, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.READING)
    asked_at = models.DateTimeField(_("brought in"))
    written_at = models.DateTimeField(_("written"), null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    document = models.JSONField(default=dict)
    plan = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    course = models.ForeignKey(Page, models.SET_NULL, null=True, related_name="+")

    objects = OwnQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("imported document")
        verbose_name_plural = _("imported documents")
        constraints = [
            models.CheckConstraint(
                condition=Q(written_at=None) ^ Q(state="written"),
                name="a_written_document_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
