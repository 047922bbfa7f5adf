"""The published tree of a language, as a member sees it: courses, modules, lessons, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Substr
from wagtail.models import Page

from courses.gate import readable_editions
from courses.models import CoursePage, LessonEdition, ModulePage
from courses.publishing import lesson_url
from courses.slots import LessonState, Wanted, progress
from people.models import Member
from quizzes.models import Quiz

STEP = Page.steplen
COURSE_PATH = 3 * STEP
MODULE_PATH = 4 * STEP
"""Characters of a page's path down to its course and to its module (root, home, course, module, lesson)."""


@dataclass
class Lesson:
    """One lesson in the tree."""

    edition: LessonEdition
    url: str
    state: LessonState = field(default_factory=LessonState)

    @property
    def key(self) -> UUID:
        return self.edition.translation_key

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.key, tuple(UUID(key) for key in self.edition.quiz_keys))


@dataclass
class Module:
    """A module with its lessons in order."""

    path: str
    title: str
    quiz_key: UUID | None
    lessons: list[Lesson] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.lessons[0].url.rsplit("/", 2)[0] + "/"

    @property
    def minutes(self) -> int:
        return sum(lesson.edition.minutes for lesson in self.lessons)

    @property
    def done(self) -> int:
        return sum(lesson.state.is_done for lesson in self.lessons)

    @property
    def is_done(self) -> bool:
        return bool(self.lessons) and self.done == len(self.lessons)


@dataclass
class Course:
    """A course with its modules in order."""

    path: str
    title: str
    slug: str
    modules: list[Module] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.modules[0].url.rsplit("/", 2)[0] + "/"

    @property
    def lessons(self) -> list[Lesson]:
        return [lesson for module in self.modules for lesson in module.lessons]

    @property
    def minutes(self) -> int:
        return sum(module.minutes for module in self.modules)

    @property
    def done(self) -> int:
        return sum(lesson.state.is_done for lesson in self.lessons)

    @property
    def is_done(self) -> bool:
        return all(module.is_done for module in self.modules)


def editions_with_places() -> QuerySet:
    """Live editions with the titles of their module and course and the module's quiz. One query when read."""
    module = ModulePage.objects.filter(live=True, path=Substr(OuterRef("page__path"), 1, MODULE_PATH))
    course = CoursePage.objects.filter(live=True, path=Substr(OuterRef("page__path"), 1, COURSE_PATH))
    return (
        readable_editions()
        .annotate(
            module_title=Subquery(module.values("title")[:1]),
            module_quiz=Subquery(
                Quiz.objects.filter(modules__path=Substr(OuterRef("page__path"), 1, MODULE_PATH)).values(
                    "key"
                )[:1]
            ),
            course_title=Subquery(course.values("title")[:1]),
            course_slug=Subquery(course.values("slug")[:1]),
        )
        .filter(module_title__isnull=False, course_title__isnull=False)
    )


def outline(language: str, *, below: str = "") -> list[Course]:
    """Return the courses of a language, or those whose pages lie below the path `below`. One query."""
    rows = editions_with_places().filter(language=language).defer("html", "contents", "sources")
    if below:
        rows = rows.filter(page__path__startswith=below)
    courses: list[Course] = []
    for edition in rows:
        path = edition.page.path
        if not courses or courses[-1].path != path[:COURSE_PATH]:
            courses.append(Course(path[:COURSE_PATH], edition.course_title, edition.course_slug))
        modules = courses[-1].modules
        if not modules or modules[-1].path != path[:MODULE_PATH]:
            modules.append(Module(path[:MODULE_PATH], edition.module_title, edition.module_quiz))
        modules[-1].lessons.append(Lesson(edition, lesson_url(edition)))
    return courses


def with_progress(courses: list[Course], member: Member) -> list[Course]:
    """Fill in how far the member is, all lessons at once."""
    lessons = [lesson for course in courses for lesson in course.lessons]
    states = progress(member, [lesson.wanted for lesson in lessons])
    for lesson in lessons:
        lesson.state = states[lesson.key]
    return courses


def next_to_study(courses: list[Course]) -> tuple[Course, Module, Lesson] | None:
    """Where to go on: the first lesson begun and not done, else the first not begun; None after the last."""
    places = [(c, m, lesson) for c in courses for m in c.modules for lesson in m.lessons]
    open_places = [place for place in places if not place[2].state.is_done]
    begun = [place for place in open_places if place[2].state.is_begun]
    return next(iter(begun or open_places), None)
