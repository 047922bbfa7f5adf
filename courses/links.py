"""
Where the words of lessons lead: kept with each edition when it is frozen, compared with what is there now.

Nothing is fetched: whether an address of another site still answers is looked at by people, who say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from django.conf import settings
from django.utils.html import strip_tags
from wagtail.blocks import StreamValue, StructValue
from wagtail.blocks.list_block import ListValue
from wagtail.contrib.typed_table_block.blocks import TypedTable
from wagtail.documents import get_document_model
from wagtail.models import Page
from wagtail.rich_text import RichText

from courses.desk_records import LinkLook
from courses.models import OUR_ADDRESSES, LessonEdition, LessonPage
from jobs.schedule import nightly

_LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_ANCHOR = re.compile(r'\bid="([^"]+)"')

STEPS = [length * Page.steplen for length in (2, 3, 4, 5)]
"""Characters of a path down to home page, course, module, lesson."""


@dataclass(frozen=True)
class Link:
    """A link in a lesson: what it leads to (`kind`, `to`), in which block, and its words."""

    kind: str
    to: str
    part: str
    words: str
    holds: bool = True

    def kept(self) -> dict[str, Any]:
        return {"kind": self.kind, "to": self.to, "part": self.part, "words": self.words, "holds": self.holds}


def keep_links(edition: LessonEdition, page: LessonPage) -> None:
    """Keep where the words lead, in the transaction that freezes the edition; again: as it is now."""
    links = [link.kept() for link in links_of(page, edition.html)]
    if edition.links != links:
        edition.links = links
        edition.save(update_fields=["links"])


def links_of(page: LessonPage, html: str) -> Iterator[Link]:
    """The links of a lesson, block by block; `html` is what it looks like, for the anchors."""
    anchors = set(_ANCHOR.findall(html))
    for number, block in enumerate(page.body):
        for link in _links_in(block.value, f"part-{number}"):
            known = link.kind != "anchor" or link.to in anchors
            yield Link(link.kind, link.to, link.part, link.words, known)


def _links_in(value: Any, part: str) -> Iterator[Link]:
    if isinstance(value, RichText):
        for attributes, words in _LINK.findall(value.source):
            found = _target(dict(_ATTRIBUTE.findall(attributes)))
            if found is not None:
                yield Link(*found, part, unescape(strip_tags(words))[:80])
    elif isinstance(value, get_document_model()):
        yield Link("document", str(value.pk), part, value.title[:80])
    elif isinstance(value, StructValue):
        for inner in value.values():
            yield from _links_in(inner, part)
    elif isinstance(value, ListValue):
        for inner in value:
            yield from _links_in(inner, part)
    elif isinstance(value, StreamValue):
        for child in value:
            yield from _links_in(child.value, part)
    elif isinstance(value, TypedTable):
        for row in value.rows:
            for cell in row:
                yield from _links_in(cell.value, part)


def _target(attributes: dict[str, str]) -> tuple[str, str] | None:
    kind = attributes.get("linktype")
    if kind in {"page", "document"}:
        return kind, attributes.get("id", "")
    address = unescape(attributes.get("href", ""))
    own = settings.WAGTAILADMIN_BASE_URL
    address = address.removeprefix(own) if address.startswith(f"{own}/") else address
    if address.startswith("#"):
        return "anchor", address[1:]
    if address.startswith("/") and not address.startswith("//"):
        path = address.partition("#")[0].partition("?")[0]
        first = path.removeprefix("/en").strip("/").partition("/")[0]
        return None if not first or first in OUR_ADDRESSES else ("own", f"{path.rstrip('/')}/")
    return ("outside", address) if address.startswith(("http://", "https://", "//")) else None


_BROKEN = """
    select e.title, e.language, p.id as page, link ->> 'kind' as kind, link ->> 'to' as to_,
        link ->> 'part' as part, link ->> 'words' as words
    from courses_lessonedition e
    join wagtailcore_page p on p.id = e.page_id and p.live
    cross join lateral jsonb_array_elements(coalesce(e.links, '[]')) link
    where e.is_live and case link ->> 'kind'
        when 'page' then not exists (
            select from wagtailcore_page t
            where t.id = case when link ->> 'to' ~ '^[0-9]{{1,9}}$' then (link ->> 'to')::int end and t.live
                and not exists (
                    select from wagtailcore_page above
                    where above.path = any (array[{steps}])
                        and not above.live
                )
        )
        when 'document' then not exists (
            select from courses_privatedocument d
            where d.id = case when link ->> 'to' ~ '^[0-9]{{1,9}}$' then (link ->> 'to')::int end
        )
        when 'anchor' then not (link ->> 'holds')::boolean
        when 'own' then not exists (
            select from wagtailcore_page t join wagtailcore_locale l on l.id = t.locale_id
            where t.live and t.depth > 2 and link ->> 'to' =
                case l.language_code when 'en' then '/en/' else '/' end
                || substr(t.url_path, strpos(substr(t.url_path, 2), '/') + 2)
        )
        else false
    end
    order by p.path, link ->> 'part'
"""

BROKEN = _BROKEN.format(steps=", ".join(f"substr(t.path, 1, {length})" for length in STEPS))
"""What leads nowhere, in lessons that are read."""

OUTSIDE = """
    select link ->> 'to' as to_, min(e.title) as title, min(e.language) as language, min(p.id) as page,
        count(distinct p.id) as lessons, look.at, look.works
    from courses_lessonedition e
    join wagtailcore_page p on p.id = e.page_id and p.live
    cross join lateral jsonb_array_elements(coalesce(e.links, '[]')) link
    left join lateral (
        select l.at, l.works from courses_linklook l where l.address = link ->> 'to'
        order by l.at desc, l.id desc limit 1
    ) look on true
    where e.is_live and link ->> 'kind' = 'outside'
    group by link ->> 'to', look.at, look.works
    order by look.works nulls first, look.at nulls first, link ->> 'to'
"""
"""Addresses of other sites, those never looked at first."""


def is_used(address: str) -> bool:
    """True when a published lesson leads to this address of another site."""
    return (
        LessonEdition.objects.live()
        .filter(page__live=True, links__contains=[{"kind": "outside", "to": address}])
        .exists()
    )


def looked(address: str, *, works: bool, at: datetime) -> LinkLook:
    """Somebody opened an address of another site and says whether it still shows what the lesson means."""
    return LinkLook.objects.create(address=address, works=works, at=at)


@nightly("note where the words of lessons lead")
def note_links(at: datetime) -> None:
    """Editions that were frozen before links were kept."""
    for edition in LessonEdition.objects.live().filter(links=None).select_related("page"):
        if edition.page is not None:
            keep_links(edition, edition.page)
