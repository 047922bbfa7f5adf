"""Where quizzes stand in lessons and modules: a member may try a quiz only where they may read."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from courses.live import lessons_with_quizzes
from courses.outline import Course, in_courses
from courses.slots import gates_agree
from people.models import Member
from quizzes.slots import Place


def places_of(keys: Iterable[UUID], member: Member, language: str) -> dict[UUID, Place]:
    """
    Return title and address of the lesson or module where each quiz stands for this member. One query,
    and another when a quiz stands only where the other language is read.

    A place in a lesson names its edition. A module counts when one of its lessons may be read.
    """
    wanted = set(keys)
    found: dict[UUID, Place] = {}
    for code in sorted(dict(settings.LANGUAGES), key=lambda code: code != language):
        if wanted - found.keys():
            lessons = lessons_with_quizzes(code, wanted, reader=member)
            found = _places_in(in_courses(lessons), wanted, member) | found
    return found


def _places_in(courses: Iterable[Course], wanted: set[UUID], member: Member) -> dict[UUID, Place]:
    found: dict[UUID, Place] = {}
    for course in courses:
        for module in course.modules:
            lessons = [lesson for lesson in module.lessons if gates_agree(member, lesson.key)]
            if lessons and module.quiz_key in wanted:
                found.setdefault(module.quiz_key, Place(module.title, module.url))
            for lesson in lessons:
                for key in wanted.intersection(lesson.wanted.quiz_keys):
                    found.setdefault(key, Place(lesson.edition.title, lesson.url, lesson.edition.key))
    return found
