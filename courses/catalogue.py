"""The catalogue as a member sees it: courses with what they are about, lessons by tag, what is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models.enums import TextChoices
from django.utils.translation import pgettext_lazy
from taggit.models import Tag

from courses.live import url_of
from courses.models import Category, CoursePage, CourseTag, LessonTag
from courses.outline import Course, Lesson, outline, with_progress
from hours.prepared import fetch_all
from people.models import Member


@dataclass
class About:
    """A course of the catalogue, with what its editors say of it and how far the member is."""

    course: Course
    summary: str
    category: Category
    levels: list[str]
    sectors: list[str]
    tags: list[Tag] = field(default_factory=list)

    def fits(self, wanted: Wanted) -> bool:
        """None named at a course means for all: such a course fits every level and sector."""
        return (
            wanted.category in {"", self.category}
            and (not wanted.level or not self.levels or wanted.level in self.levels)
            and (not wanted.sector or not self.sectors or wanted.sector in self.sectors)
            and (not wanted.tag or wanted.tag in {tag.slug for tag in self.tags})
        )


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for in the catalogue; empty: everything."""

    category: str = ""
    level: str = ""
    sector: str = ""
    tag: str = ""


def catalogue(language: str, *, reader: Member) -> list[About]:
    """Every course in which the member may read something, in the order of the tree. Five queries."""
    courses = with_progress(outline(language, reader=reader), reader)
    pages = CoursePage.objects.in_bulk([course.path for course in courses], field_name="path")
    tags = _tags_of(page.pk for page in pages.values())
    return [_about(course, pages[course.path], tags) for course in courses if course.path in pages]


def about(course: Course, page: CoursePage) -> About:
    """What is said of one course. One query."""
    return _about(course, page, _tags_of([page.pk]))


def _about(course: Course, page: CoursePage, tags: dict[int, list[Tag]]) -> About:
    category = Category(page.category)
    return About(course, page.summary, category, page.levels, page.sectors, tags[page.pk])


def _tags_of(courses: Iterable[int]) -> dict[int, list[Tag]]:
    found: dict[int, list[Tag]] = defaultdict(list)
    rows = CourseTag.objects.filter(content_object__in=list(courses)).select_related("tag")
    for row in rows.order_by("tag__name"):
        found[row.content_object_id].append(row.tag)
    return found


def by_category(entries: Iterable[About]) -> list[tuple[Category, list[About]]]:
    """All seven, in the order of the Regulation, with their courses; a category without any too."""
    found: dict[str, list[About]] = defaultdict(list)
    for entry in entries:
        found[entry.category].append(entry)
    return [(category, found[category]) for category in Category]


@dataclass(frozen=True)
class Tagged:
    """What carries a tag: whole courses, and single lessons of other courses."""

    tag: Tag
    courses: list[About]
    lessons: list[Lesson]


def tagged(slug: str, language: str, *, reader: Member) -> Tagged | None:
    """Return what of a tag the member may read; None when there is nothing."""
    tag = Tag.objects.filter(slug=slug).first()
    if tag is None:
        return None
    entries = catalogue(language, reader=reader)
    courses = [entry for entry in entries if tag in entry.tags]
    pages = LessonTag.objects.filter(tag=tag).values_list("content_object__path", flat=True)
    paths = set(pages)
    lessons = [
        lesson
        for entry in entries
        if entry not in courses
        for lesson in entry.course.lessons
        if lesson.edition.path in paths
    ]
    return Tagged(tag, courses, lessons) if courses or lessons else None


class News(TextChoices):
    """What happened to a lesson when it was last published."""

    NEW = "new", pgettext_lazy("a lesson", "New")
    WORDS = "words", pgettext_lazy("a lesson", "Words changed")
    CHECKED = "checked", pgettext_lazy("a lesson", "Checked again")


@dataclass(frozen=True)
class Novelty:
    """A lesson lately published, and what is new about it."""

    edition: int
    key: UUID
    title: str
    course: str
    url: str
    seconds: int
    at: datetime
    kind: News

    @property
    def minutes(self) -> int:
        return -(-self.seconds // 60)


NEWEST = """
    select e.id, e.translation_key, e.title, c.title, p.url_path, e.expected_seconds, e.frozen_at, case
            when b.html is null then 'new'
            when b.html = e.html and b.title = e.title and b.summary = e.summary then 'checked'
            else 'words' end
    from courses_lessonedition e
    join wagtailcore_page p on p.id = e.page_id
    join wagtailcore_page c on c.path = substr(p.path, 1, 12)
    left join lateral (
        select o.html, o.title, o.summary from courses_lessonedition o
        where o.translation_key = e.translation_key and o.language = e.language and o.id < e.id
        order by o.id desc limit 1
    ) b on true
    where e.is_live and e.language = %(language)s and courses_may_read(%(reader)s::bigint, p.path)
    order by e.frozen_at desc, e.id desc limit %(most)s offset %(after)s
"""


def newest(language: str, *, reader: Member, most: int, after: int = 0) -> list[Novelty]:
    """Lessons that the member may read, the last published first. One query."""
    values = {"language": language, "reader": reader.pk, "most": most, "after": after}
    return [
        Novelty(pk, key, title, course, url_of(language, path), seconds, at, News(kind))
        for pk, key, title, course, path, seconds, at, kind in fetch_all(NEWEST, values)
    ]


@dataclass(frozen=True)
class Related:
    """A lesson that belongs with another one, and how many tags both carry."""

    title: str
    course: str
    url: str
    minutes: int
    tags: int


RELATED = """
    with mine as (
        select p.id, substr(p.path, 1, 12) as course
        from courses_lessonedition e join wagtailcore_page p on p.id = e.page_id where e.id = %(edition)s
    ), labels as (
        select t.tag_id from courses_lessontag t join mine on t.content_object_id = mine.id
        union
        select t.tag_id from courses_coursetag t join wagtailcore_page c on c.id = t.content_object_id
        join mine on mine.course = c.path
    ), subject as (
        select cp.category from courses_coursepage cp
        join wagtailcore_page c on c.id = cp.page_ptr_id join mine on mine.course = c.path
    ), others as (
        select e.title, c.title as course, p.url_path, e.expected_seconds, p.path,
            substr(p.path, 1, 12) = mine.course as same_course,
            cp.category = (select category from subject) as same_category, (
                select count(*) from labels where tag_id in (
                    select t.tag_id from courses_lessontag t where t.content_object_id = p.id
                    union
                    select t.tag_id from courses_coursetag t where t.content_object_id = c.id
                )
            ) as tags
        from courses_lessonedition e
        join wagtailcore_page p on p.id = e.page_id
        join wagtailcore_page c on c.path = substr(p.path, 1, 12)
        join courses_coursepage cp on cp.page_ptr_id = c.id
        cross join mine
        where e.is_live and e.language = %(language)s and p.id <> mine.id
            and courses_may_read(%(reader)s::bigint, p.path)
    )
    select title, course, url_path, expected_seconds, tags from others
    where tags > 0 or same_category
    order by same_course, tags desc, same_category desc, path limit %(most)s
"""
"""Lessons of other courses first: those of the same course are listed under the lesson anyway."""

MOST_RELATED = 8


def related(edition: int, language: str, *, reader: Member) -> list[Related]:
    """Lessons with the same tags or of the same category that the member may read. One query."""
    values = {"edition": edition, "language": language, "reader": reader.pk, "most": MOST_RELATED}
    return [
        Related(title, course, url_of(language, path), -(-seconds // 60), tags)
        for title, course, path, seconds, tags in fetch_all(RELATED, values)
    ]
