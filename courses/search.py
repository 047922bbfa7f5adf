"""
Finding lessons: those that a reader may read now, the nearest first.

The index finds them place by place (`courses.search_index`), the gate is asked in the same statement, and no
more is looked at than can be shown. Nothing that was asked is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from courses.live import COURSE_PATH, MODULE_PATH, url_of
from courses.search_index import PLACES
from courses.search_query import Asked, quoted
from courses.slots import gates_agree
from hours.prepared import fetch_all
from people.models import Member

MOST = 100
"""Hits that are looked at; whoever has more asks more precisely."""

A_PAGE = 20


@dataclass(frozen=True)
class Narrowed:
    """What the hits have to be, besides being found. Empty: anything."""

    language: str = ""
    course: int | None = None
    category: str = ""
    level: str = ""
    sector: str = ""
    tag: str = ""

    @property
    def lexemes(self) -> list[str]:
        """As the entries keep it."""
        return [f"X{name}:{value}" for name, value in vars(self).items() if value]


@dataclass(frozen=True)
class Found:
    """A hit's edition and lesson, before its words are fetched."""

    edition: int
    lesson: UUID


@dataclass(slots=True)
class Hit:
    """A lesson that was found, with the words that are shown of it."""

    edition: int
    translation_key: UUID
    language: str
    title: str
    summary: str
    expected_seconds: int
    address: str
    module: str
    course: str
    heads: list[str]
    text: str

    @property
    def url(self) -> str:
        return url_of(self.language, self.address)

    @property
    def minutes(self) -> int:
        """Minutes of reading and media, rounded up."""
        return -(-self.expected_seconds // 60)


_FIND = """
    select found_edition, found_lesson
    from courses_search(%(reader)s::bigint, %(places)s::tsquery[], %(most)s::integer)
"""


def find(asked: Asked, *, reader: Member, narrowed: Narrowed | None = None, most: int = MOST) -> list[Found]:
    """
    Return what `reader` may read of what was asked, the nearest first. One statement.

    First what has it in the title (short titles first), then in headings and key terms, then in summary, tags
    and the titles of module and course, then often in the body, then once.
    """
    if not asked.parts:
        return []
    filters = (narrowed or Narrowed()).lexemes
    return _found([asked.at(place, filters) for place in PLACES], reader=reader, most=most)


def _found(places: list[str], *, reader: Member, most: int) -> list[Found]:
    values = {"reader": reader.pk, "places": places, "most": most}
    found = [Found(*row) for row in fetch_all(_FIND, values)]
    return [each for each in found if gates_agree(reader, each.lesson)]


_HITS = f"""
    select e.id, e.translation_key, e.language, e.title, e.summary, e.expected_seconds, p.url_path,
        m.title, c.title, s.heads, s.text
    from unnest(%(editions)s::bigint[]) with ordinality asked(id, place)
    join courses_lessonedition e on e.id = asked.id
    join courses_searchentry s on s.edition_id = e.id
    join wagtailcore_page p on p.id = e.page_id
    join wagtailcore_page m on m.path = substr(p.path, 1, {MODULE_PATH})
    join wagtailcore_page c on c.path = substr(p.path, 1, {COURSE_PATH})
    where e.is_live
    order by asked.place
"""  # noqa: S608  # two numbers of our own


def hits(found: Sequence[Found]) -> list[Hit]:
    """Return the words of what `find` has found. One statement."""
    wanted = [each.edition for each in found]
    return [Hit(*row) for row in fetch_all(_HITS, {"editions": wanted})] if wanted else []


# The courses first: otherwise the gate is asked of each page of the site before it is known to be no course.
_COURSES = """
    with courses as materialized (
        select c.id, c.title, c.path, l.language_code language
        from courses_coursepage join wagtailcore_page c on c.id = page_ptr_id and c.live
        join wagtailcore_locale l on l.id = c.locale_id
    )
    select id, title, language from courses
    where courses_may_read(%(reader)s::bigint, path) order by language desc, path
"""


def courses_open_to(reader: Member) -> list[tuple[int, str, str]]:
    """Key, title and language of the courses that `reader` may open, for the filter. One statement."""
    return fetch_all(_COURSES, {"reader": reader.pk})


_TAGS = f"""
    with places as (
        select p.id lesson, substr(p.path, 1, {COURSE_PATH}) course
        from courses_lessonedition e join wagtailcore_page p on p.id = e.page_id
        where e.id = any(%(editions)s)
    ),
    tags as (
        select tag_id from places join courses_lessontag on content_object_id = lesson
        union
        select tag_id from (select distinct course from places) each
        join wagtailcore_page c on c.path = course
        join courses_coursetag on content_object_id = c.id
    )
    select t.slug, t.name from taggit_tag t join tags on tags.tag_id = t.id order by t.name, t.slug
"""  # noqa: S608  # a number of our own


def tags_of(found: Sequence[Found]) -> list[tuple[str, str]]:
    """Slug and name of the tags that what was found carries. One statement."""
    return fetch_all(_TAGS, {"editions": [each.edition for each in found]}) if found else []


def near_titles(asked: Asked, *, reader: Member, language: str, most: int) -> list[Hit]:
    """Hits in title, heading or key term alone, for suggestions. Two statements."""
    filters = Narrowed(language=language).lexemes
    return hits(_found([asked.at("H", filters)], reader=reader, most=most))


def found_by(expressions: Iterable[str], *, reader: Member, narrowed: Narrowed, most: int) -> list[Hit]:
    """Hits of any of these conditions of places, for guesses what was meant. Two statements."""
    either = " | ".join(f"({each})" for each in expressions)
    if not either:
        return []
    whole = " & ".join([f"({either})", *map(quoted, narrowed.lexemes)])
    return hits(_found([whole], reader=reader, most=most))
