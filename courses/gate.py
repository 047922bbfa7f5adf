"""
The one question whether a member may read a lesson. Page, API, search, files and packs ask it.

The rule itself is `courses_may_read` in the database (`migrations/sql/gate.sql`): published with
all above it, not closed by an editor, and within its audience. Higher rooms may object (`courses.slots`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, Func, Value
from wagtail.models import Page

from courses.models import LessonEdition, LessonEditionQuerySet
from courses.slots import gates_agree
from hours.prepared import fetch_all
from people.models import Member


class Readable(Protocol):
    """A lesson as it was published: a model, or a light row of what is live."""

    pk: int
    translation_key: UUID
    is_live: bool


class MayRead(Func):
    """Whether the reader with this key (none: a visitor) may read what stands at a path."""

    function = "courses_may_read"
    output_field = BooleanField()


def may_read(member: Member, edition: Readable) -> bool:
    """True when the member may read this live edition now. One statement."""
    return (member.pk, edition.pk) in readable([member], [edition])


_READABLE = """
    select m.id, e.id from courses_lessonedition e
    join wagtailcore_page p on p.id = e.page_id
    cross join people_member m
    where e.id = any(%(editions)s) and m.id = any(%(members)s)
        and e.is_live and m.is_active and courses_may_read(m.id, p.path)
"""


def readable(members: Iterable[Member], editions: Iterable[Readable]) -> set[tuple[int, int]]:
    """Return which of `members` may read which of `editions` now, as pairs of primary keys. One statement."""
    asked = {edition.pk: edition.translation_key for edition in editions}
    people = {member.pk: member for member in members}
    if not asked or not people:
        return set()
    rows = fetch_all(_READABLE, {"editions": list(asked), "members": list(people)})
    return {(member, edition) for member, edition in rows if gates_agree(people[member], asked[edition])}


def is_open(page: Page, reader: Member | None) -> bool:
    """True when the page, with all above it, is published and open to this reader. One query."""
    with connection.cursor() as cursor:
        cursor.execute("select courses_may_read(%s, %s)", [reader.pk if reader else None, page.path])
        return cursor.fetchone()[0]


def current_edition(edition: LessonEdition) -> LessonEdition | None:
    """The edition that now stands where `edition` was published; None when the lesson was withdrawn."""
    same = {"translation_key": edition.translation_key, "language": edition.language}
    return LessonEdition.objects.live().filter(**same, page__live=True).select_related("page").first()


def readable_editions(reader: Member | None) -> LessonEditionQuerySet:
    """Live editions that this reader may read, in the order of the tree. No gate of a higher room speaks."""
    open_to = MayRead(Value(reader.pk if reader else None, BigIntegerField()), F("page__path"))
    return LessonEdition.objects.live().filter(open_to).select_related("page").order_by("page__path")
