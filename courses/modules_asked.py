"""Modules as pools of questions name them: by translation key, with the quizzes that belong to them."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from quizzes.slots import Module

_LISTED = """
    select m.translation_key, course.title, m.title
    from courses_modulepage x
    join wagtailcore_page m on m.id = x.page_ptr_id
    join wagtailcore_locale l on l.id = m.locale_id
    join wagtailcore_page course on course.path = left(m.path, length(m.path) - 4)
    where l.language_code = %(language)s or not exists (
        select from wagtailcore_page o join wagtailcore_locale k on k.id = o.locale_id
        where o.translation_key = m.translation_key and k.language_code = %(language)s
    )
    order by m.path
"""

_QUIZZES = """
    select m.translation_key, z.key
    from wagtailcore_page m
    join courses_modulepage x on x.page_ptr_id = m.id
    join quizzes_quiz z on z.id = x.quiz_id
    where m.translation_key = any (%(keys)s)
    union
    select m.translation_key, quiz.key::uuid
    from wagtailcore_page m
    join courses_modulepage x on x.page_ptr_id = m.id
    join wagtailcore_page p on p.path like m.path || '%%' and p.depth = m.depth + 1
    join courses_lessonedition e on e.page_id = p.id and e.is_live
    cross join lateral jsonb_array_elements_text(e.quiz_keys) as quiz(key)
    where m.translation_key = any (%(keys)s)
"""


def modules_listed(language: str) -> list[Module]:
    """Every module once, in that language where it is written in it, in the order of the tree. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, {"language": language})
        return [Module(key, f"{course} · {title}") for key, course, title in cursor.fetchall()]


def quizzes_of(keys: set[UUID]) -> dict[UUID, set[UUID]]:
    """The quizzes of modules and of their published lessons, in any language. One query."""
    found: dict[UUID, set[UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_QUIZZES, {"keys": list(keys)})
        for module, quiz in cursor.fetchall():
            found.setdefault(module, set()).add(quiz)
    return found
