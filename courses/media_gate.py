"""
Who may fetch an image or a document: whoever may read a live lesson that shows it now, and who writes.

One statement finds the file by its address or key, whether the reader writes, and the live lessons showing
it that the gate opens to this reader (`courses_may_read`). Renditions follow their image. An image as it was
uploaded (`original_images/`) is for editors and reviewers alone, and so is what no lesson shows yet. Private
collections of Wagtail hold here as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from courses.slots import gates_agree
from hours.prepared import fetch_all
from people.models import Member


@dataclass(frozen=True)
class Found:
    """A file in its storage, the title for its name on a device, and whether this reader may have it."""

    name: str
    title: str
    is_open: bool


_WRITES = """
    exists (
        select from people_office o, (select (now() at time zone 'Asia/Shanghai')::date as today) t
        where o.member_id = %(writer)s::bigint and o.kind in ('editor', 'reviewer')
            and o.since <= t.today and (o.until is null or o.until >= t.today)
    )
"""

_SHOWN = """
    not exists (
        select from wagtailcore_collectionviewrestriction r
        join wagtailcore_collection above on above.id = r.collection_id
        join wagtailcore_collection own on own.id = asked.collection_id
        where starts_with(own.path, above.path)
            and not (r.restriction_type = 'login' and %(reader)s::bigint is not null)
            and not (r.restriction_type = 'groups' and exists (
                select from wagtailcore_collectionviewrestriction_groups g
                join people_member_groups mine on mine.group_id = g.group_id
                where g.collectionviewrestriction_id = r.id and mine.member_id = %(reader)s::bigint
            ))
    ), array (
        select e.translation_key from courses_editionfile f
        join courses_lessonedition e on e.id = f.edition_id
        join wagtailcore_page p on p.id = e.page_id
        where {by} and e.is_live and courses_may_read(%(reader)s::bigint, p.path)
    )
"""

_IMAGE = f"""
    select asked.name, asked.title, {_WRITES}, asked.is_original, {_SHOWN.format(by="f.image_id = asked.id")}
    from (
        select r.file as name, i.title, i.id, i.collection_id, false as is_original
        from wagtailimages_rendition r join wagtailimages_image i on i.id = r.image_id
        where r.file = %(asked)s
        union all
        select i.file, i.title, i.id, i.collection_id, true
        from wagtailimages_image i where i.file = %(asked)s
    ) asked limit 1
"""  # noqa: S608  # put together from the constants above

_DOCUMENT = f"""
    select asked.file, asked.title, {_WRITES}, false, {_SHOWN.format(by="f.document_id = asked.id")}
    from courses_privatedocument asked where asked.id = %(asked)s
"""  # noqa: S608


def image(path: str, reader: Member | None) -> Found | None:
    """The image or rendition at a path of the folder. None when there is no such image. One statement."""
    return _found(_IMAGE, path, reader)


def document(key: int, reader: Member | None) -> Found | None:
    """The document of this key; None when there is no such document. One statement."""
    return _found(_DOCUMENT, key, reader)


def _found(statement: str, asked: Any, reader: Member | None) -> Found | None:
    of_reader = reader.pk if reader else None
    # A study card opens no office: `people.card_sessions`.
    writer = None if reader is None or reader.by_card else of_reader
    rows = fetch_all(statement, {"asked": asked, "reader": of_reader, "writer": writer})
    if not rows:
        return None
    name, title, writes, is_original, collection_opens, lessons = rows[0]
    shown = collection_opens and any(reader is None or gates_agree(reader, key) for key in lessons)
    return Found(name, title, is_open=writes or (shown and not is_original))
