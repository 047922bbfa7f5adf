"""A course in one language in one piece, without media: for keeping it on a device."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from courses.low_data import without_media
from courses.models import LessonEdition
from courses.outline import Course
from courses.rendering import screens_of

FORMAT = "xuecheng.bundle/1"


def bundle_of(course: Course, *, key: UUID, language: str) -> dict[str, Any]:
    """
    What is kept of a course: its modules and lessons in order, with every word. One query.

    `course` holds what the reader may read; nothing else comes into the bundle, and nothing of the reader.
    """
    editions = LessonEdition.objects.in_bulk([lesson.edition.pk for lesson in course.lessons])
    return {
        "format": FORMAT,
        "key": str(key),
        "language": language,
        "title": course.title,
        "modules": [
            {
                "title": module.title,
                "quiz": str(module.quiz_key) if module.quiz_key else None,
                "lessons": [_lesson(editions[lesson.edition.pk], lesson.url) for lesson in module.lessons],
            }
            for module in course.modules
        ],
    }


def _lesson(edition: LessonEdition, url: str) -> dict[str, Any]:
    return {
        "key": str(edition.translation_key),
        "edition": str(edition.key),
        "digest": edition.digest,
        "title": edition.title,
        "summary": edition.summary,
        "url": url,
        "expected_seconds": edition.expected_seconds,
        "screens": screens_of(without_media(edition.html, edition.language)),
        "contents": edition.contents,
        "sources": edition.sources,
        "quizzes": edition.quiz_keys,
        "valid_as_of": edition.valid_as_of.isoformat() if edition.valid_as_of else None,
        "review_by": edition.review_by.isoformat() if edition.review_by else None,
    }
