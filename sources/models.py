"""Works and their passages, which lessons and questions quote. A passage lives here once and nowhere else."""

from __future__ import annotations

import uuid
from hashlib import sha256

from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.models import DraftStateMixin, RevisionMixin

FIELDS_QUOTED = ("text", "text_en", "place", "place_en")
WORK_QUOTED = ("title", "title_en", "edition", "edition_en", "date", "date_en")


class Work(DraftStateMixin, RevisionMixin, models.Model):
    """
    A work that is quoted: a document, a speech, a book, with the edition the words were taken from.

    What readers see is the row; a change that waits for a second person is a draft. See `sources.changing`.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(
        _("reference"), max_length=60, unique=True, help_text=_("A short name for lists, in Latin letters.")
    )
    title = models.CharField(
        _("title in Chinese"), max_length=200, help_text=_("The official name, with its marks.")
    )
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    edition = models.CharField(
        _("edition in Chinese"), max_length=200, help_text=_("The text it was taken from, and who issued it.")
    )
    edition_en = models.CharField(_("edition in English"), max_length=200, blank=True)
    date = models.CharField(_("date in Chinese"), max_length=60)
    date_en = models.CharField(_("date in English"), max_length=60, blank=True)
    # Of the words as they were loaded from a file; empty when an editor wrote them.
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(edition="") & ~Q(date=""),
                name="a_work_names_its_title_edition_and_date",
            )
        ]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title


class Passage(DraftStateMixin, RevisionMixin, models.Model):
    """
    The very words of a work, with their place in it. Lessons quote them locked; questions rest on them.

    `digest` names what readers see of the passage and its work: when it changes, what quotes it is listed.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(
        _("reference"), max_length=60, unique=True, help_text=_("A short name for lists, in Latin letters.")
    )
    work = models.ForeignKey(Work, models.PROTECT, related_name="passages", verbose_name=_("work"))
    place = models.CharField(_("article or page, in Chinese"), max_length=120, blank=True)
    place_en = models.CharField(_("article or page, in English"), max_length=120, blank=True)
    text = models.TextField(_("text in Chinese"), max_length=2000)
    text_en = models.TextField(_("text in English"), max_length=4000, blank=True)
    # Of the words as they were loaded from a file; empty when an editor wrote them.
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="a_passage_has_words")]

    def __str__(self) -> str:
        return f"{self.work} {self.place}: {self.text[:40]}"

    @property
    @admin.display(description=_("words"))
    def opening(self) -> str:
        """How it begins, for lists."""
        return self.text if len(self.text) <= 60 else f"{self.text[:60]}…"

    @property
    def digest(self) -> str:
        """Return the sha256 of what readers see. Asks for `work`: select it along."""
        words = [getattr(self, name) for name in FIELDS_QUOTED]
        words += [getattr(self.work, name) for name in WORK_QUOTED]
        return sha256("\x1f".join(words).encode()).hexdigest()
