"""
Where passages are quoted, and what has not been looked at since one changed.

A lesson is listed while its live edition shows other words than the passage has today. Publishing it again
freezes the words of today, and the flag is gone, also when readers of that language see no difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.models import LessonEdition, LessonPage
from quizzes.sources_used import ChangedQuestion, questions_with_changed_passages
from sources.models import Passage
from sources.slots import Use

__all__ = [
    "ChangedLesson",
    "ChangedQuestion",
    "changed_passages",
    "lessons_with_changed_passages",
    "questions_with_changed_passages",
    "uses_in_lessons",
]


@dataclass(frozen=True)
class ChangedLesson:
    """A published lesson that shows earlier words of passages; `passages` as they are today."""

    edition: LessonEdition
    page: LessonPage | None
    passages: list[Passage]


def lessons_with_changed_passages() -> list[ChangedLesson]:
    """Published lessons that quote a passage which changed since, the oldest first. Two queries."""
    editions = list(_quoting().select_related("page").order_by("frozen_at", "pk"))
    today = _today({key for edition in editions for key in edition.passages})
    found = ((edition, _changed(edition, today)) for edition in editions)
    return [ChangedLesson(edition, edition.page, passages) for edition, passages in found if passages]


def changed_passages(page: LessonPage) -> list[Passage]:
    """The passages whose words changed since this page was published, for its editor. At most two queries."""
    edition = _quoting().filter(page=page.pk).first()
    return _changed(edition, _today(edition.passages)) if edition else []


def uses_in_lessons(passages: Collection[Passage]) -> Iterator[tuple[int, Use]]:
    """For `sources`: the lessons that quote these passages, as published and as drafts. Two queries."""
    by_key = {str(passage.key): passage for passage in passages}
    shown: set[tuple[int, int | None]] = set()
    live = _quoting().filter(passages__has_any_keys=list(by_key)).only("title", "page_id", "passages")
    for edition in live.order_by("title", "pk"):
        for key in by_key.keys() & edition.passages.keys():
            passage = by_key[key]
            shown.add((passage.pk, edition.page_id))
            changed = edition.passages[key] != passage.digest
            yield passage.pk, _use(edition.title, str(_("published")), edition.page_id, changed=changed)
    for page, title, passage_pk in _drafts([passage.pk for passage in passages]):
        if (passage_pk, page) not in shown:
            yield passage_pk, _use(title, str(_("draft")), page)


def _use(title: str, state: str, page: int | None, *, changed: bool = False) -> Use:
    url = reverse("wagtailadmin_pages:edit", args=[page]) if page else ""
    return Use(str(_("lesson")), title, state, url, changed)


def _quoting() -> QuerySet[LessonEdition]:
    return LessonEdition.objects.live().exclude(passages={})


def _today(keys: Collection[str]) -> dict[str, Passage]:
    passages = Passage.objects.filter(key__in=[UUID(key) for key in keys]).select_related("work")
    return {str(passage.key): passage for passage in passages}


def _changed(edition: LessonEdition, today: dict[str, Passage]) -> list[Passage]:
    return [
        today[key] for key, digest in edition.passages.items() if key in today and today[key].digest != digest
    ]


_DRAFTS = """
    select page.id, coalesce(revision.content ->> 'title', page.title), (block ->> 'value')::bigint
    from courses_lessonpage lesson
    join wagtailcore_page page on page.id = lesson.page_ptr_id
    join wagtailcore_revision revision on revision.id = page.latest_revision_id
    cross join jsonb_array_elements((revision.content ->> 'body')::jsonb) block
    where block ->> 'type' = 'locked_quotation' and block ->> 'value' = any(%s)
    order by page.id
"""


def _drafts(passages: Collection[int]) -> list[tuple[int, str, int]]:
    """Page, title and passage for each quotation in the newest version of a lesson, published or not."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAFTS, [[str(pk) for pk in passages]])
        return list(dict.fromkeys(cursor.fetchall()))
