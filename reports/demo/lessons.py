"""What there is to study: the live lessons in Chinese, in the order of the tree."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from courses.live import LiveLesson
from courses.outline import Lesson, Module, outline


@dataclass(frozen=True)
class LessonFacts:
    """A lesson as the makers of records know it. `quizzes`: what is tried when its end has been reached."""

    key: UUID
    edition: LiveLesson
    quizzes: tuple[UUID, ...]


def live_lessons() -> list[list[LessonFacts]]:
    """Return the lessons, course by course; a module's quiz comes with its last lesson."""
    return [
        [
            LessonFacts(lesson.key, lesson.edition, lesson.wanted.quiz_keys + _closing(module, lesson))
            for module in course.modules
            for lesson in module.lessons
        ]
        for course in outline("zh-hans", reader=None)
    ]


def _closing(module: Module, lesson: Lesson) -> tuple[UUID, ...]:
    return (module.quiz_key,) if module.quiz_key and lesson is module.lessons[-1] else ()
