"""
Courses and lessons for programs: what the signed-in member may read, as the pages show it.

The session says who asks; one that began with a study card will do. Nothing is told of a course or lesson
that the member may not read. A bundle is a whole course in one language without media, to be kept offline.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import date
from typing import Literal
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from ninja import Router, Schema

from courses.bundles import bundle_of
from courses.catalogue import catalogue
from courses.gate import readable_editions
from courses.models import CoursePage, LessonEdition
from courses.outline import Course, Lesson, outline, with_progress
from courses.publishing import lesson_url
from courses.rendering import screens_of
from courses.slots import gates_agree
from people.entry_rules import by_session

router = Router(tags=["courses"])

Language = Literal["zh-hans", "en"]


class State(Schema):
    """How far the member is. Time alone never makes a lesson done."""

    begun: bool
    reached: bool
    done: bool
    seconds: int


class LessonLine(Schema):
    """A lesson in its course. `key` is the same in both languages; `edition` names the words."""

    key: UUID
    edition: UUID
    title: str
    url: str
    expected_seconds: int
    state: State


class Module(Schema):
    title: str
    url: str
    quiz: UUID | None
    lessons: list[LessonLine]


class CourseLine(Schema):
    """A course of the catalogue, with how much of it the member has done."""

    key: UUID
    title: str
    summary: str
    url: str
    category: str
    levels: list[str]
    sectors: list[str]
    tags: list[str]
    lessons: int
    done: int
    minutes: int


class CourseWhole(Schema):
    key: UUID
    title: str
    url: str
    modules: list[Module]


class Screen(Schema):
    """About what a telephone shows at once, and how long it takes to read."""

    seconds: float
    html: str


class Part(Schema):
    id: str
    text: str


class Source(Schema):
    work: str
    date: str


class LessonWhole(Schema):
    """A lesson as it was published. `passages`: digest of each passage quoted, by its key."""

    key: UUID
    edition: UUID
    digest: str
    language: str
    title: str
    summary: str
    url: str
    expected_seconds: int
    media_seconds: int
    screens: list[Screen]
    contents: list[Part]
    sources: list[Source]
    quizzes: list[UUID]
    passages: dict[str, str]
    valid_as_of: date | None
    review_by: date | None


@router.get("/courses", response=list[CourseLine], auth=by_session, summary="Courses the member may read")
def courses(request: HttpRequest, language: Language = "zh-hans") -> list[dict]:
    entries = catalogue(language, reader=request.user)
    keys = _keys([entry.course.path for entry in entries])
    return [
        {
            "key": keys[entry.course.path],
            "title": entry.course.title,
            "summary": entry.summary,
            "url": entry.course.url,
            "category": entry.category,
            "levels": entry.levels,
            "sectors": entry.sectors,
            "tags": [tag.name for tag in entry.tags],
            "lessons": len(entry.course.lessons),
            "done": entry.course.done,
            "minutes": entry.course.minutes,
        }
        for entry in entries
    ]


@router.get(
    "/courses/{uuid:key}",
    response=CourseWhole,
    auth=by_session,
    url_name="course",
    summary="A course with its modules and lessons",
)
def course(request: HttpRequest, key: UUID, language: Language = "zh-hans") -> dict:
    found = _course(request, key, language)
    with_progress([found], request.user)
    return {
        "key": key,
        "title": found.title,
        "url": found.url,
        "modules": [
            {
                "title": module.title,
                "url": module.url,
                "quiz": module.quiz_key,
                "lessons": [_line(lesson) for lesson in module.lessons],
            }
            for module in found.modules
        ],
    }


def _line(lesson: Lesson) -> dict:
    state = lesson.state
    return {
        "key": lesson.key,
        "edition": lesson.edition.key,
        "title": lesson.edition.title,
        "url": lesson.url,
        "expected_seconds": lesson.edition.expected_seconds,
        "state": {
            "begun": state.is_begun,
            "reached": state.is_reached,
            "done": state.is_done,
            "seconds": state.seconds,
        },
    }


@router.get(
    "/courses/{uuid:key}/bundle",
    auth=by_session,
    url_name="bundle",
    summary="A course in one language without media, to be kept offline",
    description="JSON with `format`, `key`, `language`, `title` and `modules`, each with its lessons as"
    " `/lessons/{key}` gives them; pictures are told in words. Its digest is the ETag: ask with"
    " If-None-Match.",
    response={200: dict, 304: None},
)
def bundle(request: HttpRequest, key: UUID, language: Language = "zh-hans") -> HttpResponse:
    found = _course(request, key, language)
    body = json.dumps(bundle_of(found, key=key, language=language), ensure_ascii=False).encode()
    digest = hashlib.sha256(body).hexdigest()
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f'"{digest}{"-gzip" if packed else ""}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = HttpResponse(gzip.compress(body, mtime=0) if packed else body, "application/json")
        answer.headers["Content-Length"] = str(len(answer.content))
        if packed:
            answer.headers["Content-Encoding"] = "gzip"
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(answer, ["Accept-Encoding", "Cookie"])
    return answer


@router.get(
    "/lessons/{uuid:key}",
    response=LessonWhole,
    auth=by_session,
    url_name="lesson",
    summary="A lesson as it was published",
)
def lesson(request: HttpRequest, key: UUID, language: Language = "zh-hans") -> dict:
    found = readable_editions(request.user).filter(translation_key=key, language=language).first()
    if found is None or not gates_agree(request.user, key):
        raise Http404
    return whole(found, url=lesson_url(found))


def whole(edition: LessonEdition, *, url: str) -> dict:
    return {
        "key": edition.translation_key,
        "edition": edition.key,
        "digest": edition.digest,
        "language": edition.language,
        "title": edition.title,
        "summary": edition.summary,
        "url": url,
        "expected_seconds": edition.expected_seconds,
        "media_seconds": edition.media_seconds,
        "screens": screens_of(edition.html),
        "contents": edition.contents,
        "sources": edition.sources,
        "quizzes": edition.quiz_keys,
        "passages": edition.passages,
        "valid_as_of": edition.valid_as_of,
        "review_by": edition.review_by,
    }


def _keys(paths: list[str]) -> dict[str, UUID]:
    return dict(CoursePage.objects.filter(path__in=paths).values_list("path", "translation_key"))


def _course(request: HttpRequest, key: UUID, language: str) -> Course:
    """The course with what of it the member may read. Two queries."""
    page = CoursePage.objects.filter(translation_key=key, locale__language_code=language).first()
    courses = outline(language, reader=request.user, below=page.path) if page else []
    for module in (module for course in courses for module in course.modules):
        module.lessons = [lesson for lesson in module.lessons if gates_agree(request.user, lesson.key)]
    for course in courses:
        course.modules = [module for module in course.modules if module.lessons]
        if course.modules:
            return course
    raise Http404
