"""
Where quizzes stand in lessons and modules, and where passages are quoted: what a member may read of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from courses.live import lessons_with_quizzes, url_of
from courses.outline import Course, in_courses
from courses.slots import gates_agree
from hours.prepared import fetch_all
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


_QUOTING = """
    select asked.key::uuid, e.title, p.url_path, e.translation_key, e.key
    from unnest(%(passages)s::text[]) asked(key)
    join courses_lessonedition e on e.is_live and e.language = %(language)s and e.passages ? asked.key
    join wagtailcore_page p on p.id = e.page_id
    where courses_may_read(%(reader)s::bigint, p.path)
    order by p.path desc
"""


def quoting(passages: Iterable[UUID], member: Member, language: str) -> dict[UUID, Place]:
    """Return the first lesson, in the order of the courses, that quotes each passage; one query."""
    values = {"passages": [str(key) for key in passages], "language": language, "reader": member.pk}
    rows = fetch_all(_QUOTING, values)
    return {
        passage: Place(title, f"{url_of(language, address)}#passage-{passage}", edition)
        for passage, title, address, lesson, edition in rows
        if gates_agree(member, lesson)
    }
