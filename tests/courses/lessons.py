"""Lessons for tests, of any blocks, and what an editor does with them."""

from __future__ import annotations

from courses.models import LessonEdition, LessonPage, ModulePage
from tests.cast import PUBLISHABLE, add_lesson


def add_lesson_of(module: ModulePage, *blocks: tuple[str, object], slug: str = "first") -> LessonPage:
    """A published lesson of these blocks, with one edition."""
    words = {**PUBLISHABLE, "title": "群众路线是怎样形成的", "body": list(blocks)}
    lesson = LessonPage(slug=slug, locale=module.locale, **words)
    module.add_child(instance=lesson)
    return publish(lesson)


def publish(page: LessonPage, **fields: object) -> LessonPage:
    """Change, save, publish."""
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()
    return LessonPage.objects.get(pk=page.pk)


def editions_of(page: LessonPage) -> list[LessonEdition]:
    """All that was ever published under the page's translation key, the first one first."""
    return list(LessonEdition.objects.filter(translation_key=page.translation_key).order_by("pk"))


def live_edition(page: LessonPage) -> LessonEdition:
    return LessonEdition.objects.live().select_related("page").get(page=page)


def add_edition(module: ModulePage, slug: str = "first", **fields: object) -> LessonEdition:
    """The live edition of a new lesson as in `add_lesson`."""
    return live_edition(add_lesson(module, slug, **fields))
