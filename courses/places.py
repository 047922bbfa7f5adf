"""Where quizzes stand in lessons and modules: a member may try a quiz only where they may read."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from courses.outline import outline
from courses.publishing import lesson_url
from people.models import Member
from quizzes.slots import Place


def places_of(keys: Iterable[UUID], member: Member, language: str) -> dict[UUID, Place]:
    """Return title and address of the lesson or module where each quiz stands. One query."""
    wanted = set(keys)
    found: dict[UUID, Place] = {}
    for course in outline(language):
        for module in course.modules:
            first = lesson_url(module.lessons[0].edition)
            if module.quiz_key in wanted:
                found.setdefault(module.quiz_key, Place(module.title, first.rsplit("/", 2)[0] + "/"))
            for lesson in module.lessons:
                for key in map(UUID, lesson.edition.quiz_keys):
                    if key in wanted:
                        found.setdefault(key, Place(lesson.edition.title, lesson.url))
    return found
