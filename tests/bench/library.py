"""Twenty thousand published lessons for the search bench: the same each time, put in by the thousand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from random import Random

from django.db import connection
from wagtail.models import Page

from courses.audience import Level, Sector
from courses.content_files import CONTENT
from courses.models import Category, CoursePage, HomePage, LessonEdition, ModulePage
from courses.search_index import index_missing

COURSES = {"zh-hans": 18, "en": 2}
MODULES, LESSONS = 25, 40
NUMBER = sum(COURSES.values()) * MODULES * LESSONS
PARAGRAPHS, CLAUSES = 8, 9
"""About a thousand characters a lesson."""

_CLAUSE = {
    "zh-hans": (re.compile("[\u4e00-\u9fff0-9]{4,24}"), "*.zh.toml", "，", "。"),
    "en": (re.compile(r"[A-Z]?[a-z]+(?: [a-z]{2,}){3,9}"), "*.en.toml", ", ", ". "),
}


class Author:
    """Makes lessons of clauses of our own, some often and most seldom, and of two halves of others."""

    def __init__(self, language: str) -> None:
        pattern, files, self.comma, self.stop = _CLAUSE[language]
        words = "\n".join(path.read_text("utf-8") for path in sorted(CONTENT.glob(f"*/lessons/{files}")))
        self.clauses = sorted(set(pattern.findall(words)))
        self.random = Random(language)
        self.random.shuffle(self.clauses)
        self.weights = list(accumulate(1 / (n + 10) for n in range(len(self.clauses))))

    def clause(self) -> str:
        one, other = self.random.choices(self.clauses, cum_weights=self.weights, k=2)
        return one if self.random.random() < 0.5 else one[: len(one) // 2] + other[len(other) // 2 :]

    def title(self) -> str:
        one, other = self.random.choices(self.clauses, k=2)
        return (one[: self.random.randint(4, 10)] + other[: self.random.randint(2, 8)]).strip().capitalize()

    def paragraph(self) -> str:
        year, month = self.random.randint(1921, 2026), self.random.randint(1, 12)
        date = f"{year}年{month}月" if self.comma == "，" else f"In {year}"
        clauses = [date, *(self.clause() for _n in range(CLAUSES))]
        return self.comma.join(clauses) + self.stop

    def lesson(self) -> tuple[str, str, list[dict[str, str]]]:
        """Title, HTML and contents."""
        heads = [{"id": f"part-{n}", "text": self.title()} for n in range(3)]
        pieces = [f"<p>{self.paragraph()}</p>" for _n in range(PARAGRAPHS)]
        for n, head in enumerate(heads):
            pieces.insert(n * 3, f'<h2 id="{head["id"]}">{head["text"]}</h2>')
        return self.title(), f'<div class="screen">{"".join(pieces)}</div>', heads


_ADD = """
    with given as (
        select nextval('wagtailcore_page_id_seq') id, gen_random_uuid() key, row.*
        from jsonb_to_recordset(%(rows)s::jsonb)
            as row (path text, slug text, url_path text, title text, html text, contents jsonb)),
    pages as (
        insert into wagtailcore_page select made.* from given, wagtailcore_page like_this
        cross join lateral jsonb_populate_record(like_this, jsonb_build_object(
            'id', given.id, 'path', given.path, 'slug', given.slug, 'url_path', given.url_path,
            'title', given.title, 'draft_title', given.title, 'translation_key', given.key,
            'latest_revision_id', null, 'live_revision_id', null)) made
        where like_this.id = %(page)s),
    lessons as (
        insert into courses_lessonpage select made.* from given, courses_lessonpage like_this
        cross join lateral jsonb_populate_record(like_this, jsonb_build_object('page_ptr_id', given.id)) made
        where like_this.page_ptr_id = %(page)s)
    insert into courses_lessonedition select made.* from given, courses_lessonedition like_this
    cross join lateral jsonb_populate_record(like_this, jsonb_build_object(
        'id', nextval('courses_lessonedition_id_seq'), 'key', gen_random_uuid(), 'translation_key', given.key,
        'page_id', given.id, 'title', given.title, 'html', given.html, 'contents', given.contents,
        'digest', given.key)) made
    where like_this.page_id = %(page)s and like_this.is_live
"""


def stage_library() -> int:
    """Write the lessons and their search entries; return how many were indexed."""
    for language, number in COURSES.items():
        home = HomePage.objects.get(locale__language_code=language)
        author = Author(language)
        (like_this,) = (
            LessonEdition.objects.live().filter(language=language).values_list("page", flat=True)[:1]
        )
        for n in range(number):
            rows = list(_course(home, author, n))
            with connection.cursor() as cursor:
                cursor.execute(_ADD, {"rows": json.dumps(rows), "page": like_this})
    with connection.cursor() as cursor:
        # Made at the end, as after a restore: entry by entry it would take several minutes.
        cursor.execute("drop index lessons_by_their_words")
        written = index_missing()
        cursor.execute("create index lessons_by_their_words on courses_searchentry using gin (words)")
        cursor.execute("vacuum analyze wagtailcore_page, courses_lessonedition, courses_searchentry")
    return written


def _course(home: HomePage, author: Author, number: int) -> Iterator[dict[str, object]]:
    """A course with its modules; the rows of its lessons."""
    course = home.add_child(
        instance=CoursePage(
            title=f"{author.title()}{number}",
            slug=f"library-{number}",
            category=Category.values[number % len(Category.values)],
            levels=Level.values[: number % 5],
            sectors=Sector.values[: number % 3],
            locale=home.locale,
        )
    )
    for place in range(MODULES):
        module = course.add_child(
            instance=ModulePage(title=author.title(), slug=f"module-{place}", locale=home.locale)
        )
        for order in range(LESSONS):
            title, html, contents = author.lesson()
            yield {
                "path": Page._get_path(module.path, module.depth + 1, order + 1),
                "slug": f"lesson-{order}",
                "url_path": f"{module.url_path}lesson-{order}/",
                "title": title,
                "html": html,
                "contents": contents,
            }
        Page.objects.filter(pk=module.pk).update(numchild=LESSONS)


def sample_titles(number: int) -> Sequence[str]:
    """Titles of the library, as many as asked for, spread over it."""
    titles = (
        LessonEdition.objects.live().filter(page__slug="lesson-7", language="zh-hans").order_by("page__path")
    )
    return list(titles.values_list("title", flat=True)[:number])
