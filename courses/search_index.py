"""
From a published lesson to its lexemes. Written in the transaction that publishes, so it is found at once.

A lexeme's first letter says where it stands, the nearer places within the wider ones, so that the index alone
knows what is found in a title:

    T  the title
    H  title, headings and key terms
    S  these, summary, tags, and the titles of module and course
    M  these, and what the body says three times or more
    W  all of it

After it, D stands before a date, and after T and H, I and P before pinyin. X stands before what filters ask.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from json import dumps
from typing import Any

from django.db import connection, transaction
from wagtail.models import Page
from wagtail.signals import page_published, post_page_move

from courses.audience import Level, Sector
from courses.live import COURSE_PATH, MODULE_PATH
from courses.models import CoursePage, LessonEdition, ModulePage, SearchEntry
from courses.search_dates import dates_in
from courses.search_pinyin import sounds_of
from courses.search_words import all_grams, fold, latin_words
from jobs.schedule import nightly

MADE_BY = 1
"""Raise it when entries are made otherwise than before: the next night makes them anew."""

PLACES = "THSMW"
OFTEN = 3
MOST_TEXT = 100_000
"""Characters of a lesson that are looked at."""

AT_ONCE = 200
"""Lessons whose entries are made with one statement."""

_LEFT_OUT = re.compile(r'<section class="card">.*?</section>|<a class="(?:btn|link)".*?</a>', re.DOTALL)
_NEW_LINE = re.compile(r"</?(?:p|li|h\d|dt|dd|tr|td|th|br|div|section|blockquote|figcaption|summary)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_TERM = re.compile(r"<dt>(.*?)</dt>", re.DOTALL)


@dataclass(slots=True)
class Lesson:
    """What of an edition and its place is searched, one row of `_LESSONS`."""

    pk: int
    language: str
    title: str
    summary: str
    html: str
    contents: list[str]
    module: str
    course_id: int
    course: str
    category: str
    levels: list[str]
    sectors: list[str]
    tags: list[str]
    tag_slugs: list[str]

    @property
    def text(self) -> str:
        """The readable words of the body, a line for each paragraph."""
        return readable_text(self.html)[:MOST_TEXT]

    @property
    def heads(self) -> list[str]:
        """Title, headings and key terms, each once."""
        terms = (readable_text(term) for term in _TERM.findall(self.html))
        return list(dict.fromkeys([self.title, *self.contents, *filter(None, terms)]))

    @property
    def filters(self) -> Iterator[str]:
        yield f"Xlanguage:{self.language}"
        yield f"Xcourse:{self.course_id}"
        yield f"Xcategory:{self.category}"
        yield from (f"Xlevel:{level}" for level in self.levels or Level.values)
        yield from (f"Xsector:{sector}" for sector in self.sectors or Sector.values)
        yield from (f"Xtag:{slug}" for slug in self.tag_slugs)


def readable_text(html: str) -> str:
    """What a reader reads of frozen HTML, without what is only there to press."""
    text = _NEW_LINE.sub("\n", _LEFT_OUT.sub("\n", html))
    lines = (" ".join(line.split()) for line in unescape(_TAG.sub("", text)).split("\n"))
    return "\n".join(line for line in lines if line)


_LESSONS = f"""
    select e.id, e.language, e.title, e.summary, e.html,
        array(select part ->> 'text' from jsonb_array_elements(e.contents) part),
        m.title, c.id, c.title, cp.category, cp.levels, cp.sectors,
        tagged.names, tagged.slugs
    from courses_lessonedition e
    join wagtailcore_page p on p.id = e.page_id
    join wagtailcore_page m on m.path = substr(p.path, 1, {MODULE_PATH})
    join wagtailcore_page c on c.path = substr(p.path, 1, {COURSE_PATH})
    join courses_coursepage cp on cp.page_ptr_id = c.id
    cross join lateral (
        select coalesce(array_agg(t.name), '{{}}') names, coalesce(array_agg(t.slug), '{{}}') slugs
        from (
            select tag_id from courses_lessontag where content_object_id = p.id
            union select tag_id from courses_coursetag where content_object_id = c.id) mine
        join taggit_tag t on t.id = mine.tag_id) tagged
    where e.is_live and e.id = any(%s)
"""  # noqa: S608  # two numbers of our own

_KEEP = """
    insert into courses_searchentry (edition_id, words, length, heads, text, made_by)
    select pk, array_to_tsvector(words), length, heads, text, %(made_by)s
    from jsonb_to_recordset(%(rows)s::jsonb)
        as row (pk bigint, words text[], length integer, heads text[], text text)
    on conflict (edition_id) do update set words = excluded.words, length = excluded.length,
        heads = excluded.heads, text = excluded.text, made_by = excluded.made_by
"""


def index_edition(edition: LessonEdition) -> None:
    """Write the entry of an edition that is now live, and take away those it follows. Once more: the same."""
    with transaction.atomic():
        index_editions([edition.pk])
        _remove_withdrawn(edition)


def index_editions(keys: Collection[int]) -> int:
    """Write the entries of these editions as far as they are live; return how many. Three statements."""
    with connection.cursor() as cursor:
        cursor.execute(_LESSONS, [list(keys)])
        lessons = [Lesson(*row) for row in cursor.fetchall()]
        stems = stems_of({word for lesson in lessons for word in _latin_of(lesson)})
        rows = [_entry(lesson, stems) for lesson in lessons]
        if rows:
            cursor.execute(_KEEP, {"rows": dumps(rows), "made_by": MADE_BY})
    return len(rows)


def stems_of(words: Collection[str]) -> dict[str, str]:
    """The English stem of each word that has one: the commonest, such as "the", have none."""
    if not words:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select word, (ts_lexize('english_stem', word))[1] from unnest(%s::text[]) word", [list(words)]
        )
        return {word: stem for word, stem in cursor.fetchall() if stem}


def _latin_of(lesson: Lesson) -> Iterator[str]:
    for text in (*lesson.heads, lesson.summary, *lesson.tags, lesson.module, lesson.course, lesson.text):
        yield from latin_words(fold(text))


def _entry(lesson: Lesson, stems: dict[str, str]) -> dict[str, Any]:
    return {
        "pk": lesson.pk,
        "words": sorted({*lesson.filters, *_lexemes(lesson, stems)}),
        "length": len(lesson.title),
        "heads": lesson.heads,
        "text": lesson.text,
    }


def _lexemes(lesson: Lesson, stems: dict[str, str]) -> Iterator[str]:
    """Each with its place; what stands in a near place stands in the wider ones, too."""
    near = {
        "T": [fold(lesson.title)],
        "H": [fold(head) for head in lesson.heads],
        "S": [fold(text) for text in (lesson.summary, *lesson.tags, lesson.module, lesson.course)],
    }
    times = Counter(_in_text([fold(lesson.text)], stems, whole=False))
    body = {"M": {each for each, number in times.items() if number >= OFTEN}, "W": set(times)}
    found: set[str] = set()
    for place in PLACES:
        found |= set(_in_text(near[place], stems, whole=True)) if place in near else body[place]
        yield from (place + each for each in found)
        if place in "TH":
            yield from (place + each for text in near[place] for each in sounds_of(text))


def _in_text(texts: Iterable[str], stems: dict[str, str], *, whole: bool) -> Iterator[str]:
    """Grams, stems and dates, as often as they stand there; `whole`: the words as they are written, too."""
    for text in texts:
        yield from all_grams([text])
        for word in latin_words(text):
            if word in stems:
                yield stems[word]
            if whole or word not in stems:
                yield word
        for day in dates_in(text):
            yield from day.lexemes


def _remove_withdrawn(edition: LessonEdition) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from courses_searchentry s using courses_lessonedition e where e.id = s.edition_id"
            " and not e.is_live and e.translation_key = %s and e.language = %s",
            [edition.translation_key, edition.language],
        )


def index_below(page: Page) -> int:
    """The entries of all live lessons below a page anew: its title, its category or its place has changed."""
    keys = LessonEdition.objects.live().filter(page__path__startswith=page.path).values_list("pk", flat=True)
    return _in_parts(list(keys))


def index_missing() -> int:
    """Write the entries that live lessons lack or that older rules made; remove those of other lessons."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from courses_searchentry s using courses_lessonedition e"
            " where e.id = s.edition_id and not e.is_live"
        )
        cursor.execute(
            "select e.id from courses_lessonedition e left join courses_searchentry s on s.edition_id = e.id"
            " where e.is_live and e.page_id is not null and s.made_by is distinct from %s order by e.id",
            [MADE_BY],
        )
        keys = [key for (key,) in cursor.fetchall()]
    return _in_parts(keys)


def index_everything() -> int:
    """Write the entries of all live lessons anew."""
    return _in_parts(list(LessonEdition.objects.live().values_list("pk", flat=True)))


def _in_parts(keys: list[int]) -> int:
    return sum(index_editions(keys[n : n + AT_ONCE]) for n in range(0, len(keys), AT_ONCE))


@nightly("complete the search index")
def complete_index(at: datetime) -> None:
    index_missing()


def index_after_migrating(**kwargs: Any) -> None:
    """What was published before there was a search is found too."""
    if SearchEntry._meta.db_table in connection.introspection.table_names():
        index_missing()


def _on_publish(sender: type, instance: Page, **kwargs: Any) -> None:
    if instance.live:
        index_below(instance)


def _on_move(sender: type, instance: Page, **kwargs: Any) -> None:
    index_below(instance)


def connect() -> None:
    """Called once when the project starts."""
    for kind in (CoursePage, ModulePage):
        page_published.connect(_on_publish, sender=kind, dispatch_uid=f"courses.index_{kind.__name__}")
    post_page_move.connect(_on_move, dispatch_uid="courses.index_moved")
