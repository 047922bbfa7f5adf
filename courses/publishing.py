"""Publishing freezes an edition; unpublishing withdraws it. And what lower rooms ask about lessons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import get_language
from wagtail.signals import page_published, page_unpublished

from courses.edition_files import keep_files
from courses.lesson_words import words_digest
from courses.links import keep_links
from courses.live import url_of
from courses.models import LessonEdition, LessonPage
from courses.rendering import render_lesson
from courses.search_index import index_edition
from hours.slots import ReadingTimes, Subject, register_reading_times, register_subjects


@transaction.atomic
def freeze_edition(page: LessonPage, *, at: datetime) -> LessonEdition:
    """Keep the page as it now is as its live edition. The same words again are the same edition."""
    lesson = render_lesson(page)
    identity = {"translation_key": page.translation_key, "language": page.locale.language_code}
    LessonPage.objects.select_for_update().get(pk=page.pk)  # two editors publish one after the other
    others = LessonEdition.objects.filter(**identity, is_live=True)
    others.exclude(digest=lesson.digest).update(is_live=False)
    edition, _created = LessonEdition.objects.get_or_create(
        **identity,
        digest=lesson.digest,
        defaults={
            "page": page,
            "title": page.title,
            "summary": page.summary,
            "html": lesson.html,
            "contents": lesson.contents,
            "sources": lesson.sources,
            "screens": lesson.screens,
            "expected_seconds": lesson.expected_seconds,
            "media_seconds": lesson.media_seconds,
            "quiz_keys": lesson.quiz_keys,
            "passages": lesson.passages,
            "valid_as_of": page.valid_as_of,
            "review_by": page.review_by,
            "words_digest": words_digest(page.title, page.summary, lesson.html),
            "frozen_at": at,
        },
    )
    if not edition.is_live or edition.page_id != page.pk or edition.passages != lesson.passages:
        edition.is_live, edition.page, edition.passages = True, page, lesson.passages
        edition.save(update_fields=["is_live", "page", "passages"])
    keep_files(edition, page)
    keep_links(edition, page)
    index_edition(edition)
    return edition


def withdraw_edition(page: LessonPage) -> None:
    """Nobody reads the page any more; what was studied keeps naming its edition."""
    LessonEdition.objects.filter(page=page, is_live=True).update(is_live=False)


def _on_publish(sender: type, instance: LessonPage, **kwargs: Any) -> None:
    """Wagtail also sends this when a page is only planned for later; then nobody reads it yet."""
    if instance.live:
        freeze_edition(instance, at=now())


def _on_unpublish(sender: type, instance: LessonPage, **kwargs: Any) -> None:
    withdraw_edition(instance)


def reading_times_of(edition: int) -> ReadingTimes | None:
    """The reading times of an edition, for the study clock."""
    found = LessonEdition.objects.filter(pk=edition).values_list("screens", "media_seconds").first()
    return ReadingTimes(tuple(found[0]), found[1]) if found else None


def subjects_of(keys: Iterable[UUID]) -> dict[UUID, Subject]:
    """
    Titles and addresses of lessons for the study record, in the reader's language where there is one.

    A lesson no longer published keeps its title and has no address. One query.
    """
    language = get_language() or "zh-hans"
    editions = (
        LessonEdition.objects.filter(translation_key__in=list(keys))
        .select_related("page")
        .only("translation_key", "language", "title", "is_live", "frozen_at", "page__url_path")
    )
    best = sorted(editions, key=lambda e: (e.language == language, e.is_live, e.frozen_at))
    return {
        e.translation_key: Subject(
            title=e.title,
            url=lesson_url(e) if e.is_live else "",
            lang="" if e.language == language else "zh" if e.language == "zh-hans" else e.language,
        )
        for e in best
    }


def lesson_url(edition: LessonEdition) -> str:
    """The address of a live edition: its page's path below the home page of its language."""
    return url_of(edition.language, edition.page.url_path) if edition.page else ""


def connect() -> None:
    """Called once when the project starts."""
    page_published.connect(_on_publish, sender=LessonPage, dispatch_uid="courses.freeze_edition")
    page_unpublished.connect(_on_unpublish, sender=LessonPage, dispatch_uid="courses.withdraw_edition")
    register_reading_times(reading_times_of)
    register_subjects(subjects_of)
