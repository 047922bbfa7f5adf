"""Study content: courses, modules, lessons, and the editions that publishing freezes."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.documents.models import AbstractDocument, Document
from wagtail.fields import StreamField
from wagtail.models import Page

from courses.audience import Audience, ChoicesField, Level, Sector
from courses.blocks import LessonBody, SourceBlock
from courses.changed_passages_panel import ChangedPassagesPanel
from courses.desk_records import LinkLook
from courses.edition_files import EditionFile
from courses.importing.records import BroughtDocument
from courses.reading_records import Bookmark, EditionRead, ErrorAnswer, ErrorReport, Feedback, Note
from courses.rendering import render_lesson
from courses.reviewing import ReviewTask
from courses.search_entries import SearchEntry
from courses.under_review import UnderReview
from quizzes.models import Quiz
from sources.categories import Category

__all__ = [
    "Audience",
    "Bookmark",
    "BroughtDocument",
    "Category",
    "CoursePage",
    "CourseTag",
    "EditionFile",
    "EditionRead",
    "ErrorAnswer",
    "ErrorReport",
    "Feedback",
    "HomePage",
    "LessonEdition",
    "LessonPage",
    "LessonTag",
    "LinkLook",
    "LoadedContent",
    "ModulePage",
    "Note",
    "PrivateDocument",
    "ReviewTask",
    "SearchEntry",
]


def private_storage() -> Storage:
    """Where files go that are not for everyone."""
    return storages["private"]


class PrivateDocument(AbstractDocument):
    """A document of the editors. Its file is outside the public folder, for signed-in members only."""

    file = models.FileField(_("file"), upload_to="documents", storage=private_storage)

    admin_form_fields = Document.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")


class HomePage(UnderReview, Page):
    """The first page of a language: the welcome page for visitors, the member's home when signed in."""

    max_count_per_parent = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["courses.CoursePage"]

    class Meta:
        verbose_name = _("home page")


OUR_ADDRESSES = frozenset(
    [
        "admin",
        "api",
        "attempt",
        "card",
        "cards",
        "courses",
        "documents",
        "en",
        "healthz",
        "lessons",
        "look",
        "media",
        "meetings",
        "members",
        "my-card",
        "my-lessons",
        "mobile",
        "new",
        "overview",
        "packs",
        "password",
        "quiz",
        "reached",
        "record",
        "rules",
        "search",
        "sheets",
        "sign-in",
        "sign-out",
        "static",
        "tags",
        "visits",
    ]
)
"""First parts of the site's own addresses: a course of that name could never be read."""


FOR_WHOM = InlinePanel(
    "audiences",
    heading=_("Only for some"),
    label=_("audience"),
    help_text=_("Without any, every member may read it. It holds from publishing on."),
)


class CourseTag(TaggedItemBase):
    content_object = ParentalKey("courses.CoursePage", on_delete=models.CASCADE, related_name="tagged_items")


class CoursePage(UnderReview, Page):
    """A course: modules in order."""

    parent_page_types = ["courses.HomePage"]
    subpage_types = ["courses.ModulePage"]

    summary = models.TextField(_("summary"), blank=True, max_length=400)
    category = models.CharField(_("category"), max_length=30, choices=Category.choices)
    levels = ChoicesField(_("levels"), Level.choices, help_text=_("None ticked: for all."))
    sectors = ChoicesField(_("sectors"), Sector.choices, help_text=_("None ticked: for all."))
    tags = ClusterTaggableManager(through=CourseTag, blank=True, verbose_name=_("tags"))

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("category"),
        FieldPanel("levels"),
        FieldPanel("sectors"),
        FieldPanel("tags"),
        FOR_WHOM,
    ]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def clean(self) -> None:
        super().clean()
        if self.slug in OUR_ADDRESSES:
            raise ValidationError({"slug": _("The site itself uses this address. Please choose another.")})


class ModulePage(UnderReview, Page):
    """A module 专题: lessons in order, and perhaps a quiz at the end."""

    parent_page_types = ["courses.CoursePage"]
    subpage_types = ["courses.LessonPage"]

    summary = models.TextField(_("summary"), blank=True, max_length=400)
    quiz = models.ForeignKey(
        Quiz, models.SET_NULL, null=True, blank=True, related_name="modules", verbose_name=_("quiz")
    )

    content_panels = [*Page.content_panels, FieldPanel("summary"), FieldPanel("quiz"), FOR_WHOM]

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")


class LessonTag(TaggedItemBase):
    content_object = ParentalKey("courses.LessonPage", on_delete=models.CASCADE, related_name="tagged_items")


class LessonPage(UnderReview, Page):
    """A lesson 课. Readers see the edition that publishing froze, never the page being edited."""

    parent_page_types = ["courses.ModulePage"]
    subpage_types: list[str] = []

    summary = models.TextField(_("summary"), blank=True, max_length=400)
    body = StreamField(LessonBody(), verbose_name=_("body"))
    sources = StreamField([("source", SourceBlock())], verbose_name=_("sources"))
    valid_as_of = models.DateField(_("checked on"), null=True)
    review_by = models.DateField(_("to be reviewed by"), null=True)
    tags = ClusterTaggableManager(through=LessonTag, blank=True, verbose_name=_("tags"))

    content_panels = [
        ChangedPassagesPanel(),
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("body"),
        FieldPanel("sources"),
        MultiFieldPanel([FieldPanel("valid_as_of"), FieldPanel("review_by")], heading=_("Validity")),
        FieldPanel("tags"),
        FOR_WHOM,
    ]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "courses/lesson_preview.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        return {"page": self, "lesson": render_lesson(self)}


class LessonEditionQuerySet(models.QuerySet["LessonEdition"]):
    def live(self) -> LessonEditionQuerySet:
        return self.filter(is_live=True)

    def below(self, page: Page) -> LessonEditionQuerySet:
        """Live editions of the lessons below a page, in the order of the tree."""
        return self.live().filter(page__path__startswith=page.path, page__live=True).order_by("page__path")


class LessonEdition(models.Model):
    """
    A lesson as it was published: its words, rendered, with the reading time of each screen. It never changes.

    Everything that refers to what was studied names an edition; progress and limits go by the translation
    key, which the Chinese and the English lesson share. `passages`: digest of each passage quoted, by key.
    `links`: where its words lead (`courses.links`). `words_digest`: of what is read, whatever its dress;
    empty in editions from before it was kept.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    translation_key = models.UUIDField()
    language = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    page = models.ForeignKey(LessonPage, models.SET_NULL, null=True, related_name="editions")
    title = models.CharField(max_length=255)
    summary = models.TextField(blank=True)
    html = models.TextField()
    contents = models.JSONField(default=list)
    sources = models.JSONField(default=list)
    screens = models.JSONField(default=list)
    expected_seconds = models.IntegerField()
    media_seconds = models.IntegerField(default=0)
    quiz_keys = models.JSONField(default=list)
    passages = models.JSONField(default=dict)
    links = models.JSONField(null=True)
    valid_as_of = models.DateField(null=True)
    review_by = models.DateField(null=True)
    words_digest = models.CharField(max_length=64, default="", db_default="")
    frozen_at = models.DateTimeField()
    is_live = models.BooleanField(default=False)

    objects = LessonEditionQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("lesson edition")
        verbose_name_plural = _("lesson editions")
        constraints = [
            models.UniqueConstraint(
                fields=["translation_key", "language", "digest"], name="the_same_words_are_one_edition"
            ),
            models.UniqueConstraint(
                fields=["translation_key", "language"],
                condition=Q(is_live=True),
                name="one_edition_of_a_lesson_is_live_in_a_language",
            ),
            models.CheckConstraint(
                condition=Q(expected_seconds__gt=0), name="reading_an_edition_takes_some_time"
            ),
        ]
        indexes = [models.Index(fields=["page"], condition=Q(is_live=True), name="live_edition_of_a_page")]

    def __str__(self) -> str:
        return self.title

    @property
    def minutes(self) -> int:
        """Minutes of reading and media, rounded up, for the reader."""
        return -(-self.expected_seconds // 60)


class LoadedContent(models.Model):
    """What was loaded from our own content files, so that loading again overwrites no editor's change."""

    reference = models.CharField(max_length=120, unique=True)
    source_digest = models.CharField(max_length=64)
    page = models.ForeignKey(Page, models.SET_NULL, null=True, related_name="+")
    revision = models.BigIntegerField(null=True)
    loaded_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("loaded content")
        verbose_name_plural = _("loaded content")

    def __str__(self) -> str:
        return self.reference
