"""What search keeps of a published lesson. Made from its edition; whether it is still live is asked there."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchEntry(models.Model):
    """
    The lexemes of a lesson, its text for extracts, its title, headings and key terms for suggestions.

    Lexemes begin with a capital that says where they stand (`courses.search_index`). Who may read the lesson
    is not kept here: each search asks the gate.
    """

    edition = models.OneToOneField(
        "courses.LessonEdition", models.CASCADE, primary_key=True, related_name="search_entry"
    )
    words = SearchVectorField()
    length = models.IntegerField()
    heads = ArrayField(models.TextField())
    text = models.TextField()
    made_by = models.IntegerField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        indexes = [GinIndex(fields=["words"], name="lessons_by_their_words", fastupdate=False)]

    def __str__(self) -> str:
        return self.heads[0] if self.heads else ""
