"""The published tree of a language, as a member sees it: courses, modules, lessons, and how far they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from courses.live import COURSE_PATH, MODULE_PATH, LiveLesson, live_lessons
from courses.slots import LessonState, Wanted, progress
from people.models import Member


@dataclass
class Lesson:
    """One lesson in the tree."""

    edition: LiveLesson
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


def outline(language: str, *, reader: Member | None, below: str = "") -> list[Course]:
    """Return what `reader` may read in a language, or what of it lies below the path `below`. One query."""
    return in_courses(live_lessons(language, reader=reader, below=below))


def in_courses(editions: Iterable[LiveLesson]) -> list[Course]:
    """Gather lessons, given in the order of the tree, into their modules and courses."""
    courses: list[Course] = []
    for edition in editions:
        path = edition.path
        if not courses or courses[-1].path != path[:COURSE_PATH]:
            courses.append(Course(path[:COURSE_PATH], edition.course_title))
        modules = courses[-1].modules
        if not modules or modules[-1].path != path[:MODULE_PATH]:
            modules.append(Module(path[:MODULE_PATH], edition.module_title, edition.module_quiz))
        modules[-1].lessons.append(Lesson(edition, edition.url))
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
