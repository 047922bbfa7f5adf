"""The pages of study content. Wagtail routes to them (see wagtail_hooks); lessons have a shorter way."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.timezone import localdate, now
from django.utils.translation import get_language
from wagtail.models import Page
from wagtail.views import serve

from courses.catalogue import about
from courses.live import lessons_of_course
from courses.low_data import lighter, wants_less
from courses.models import CoursePage, HomePage, LessonPage, ModulePage
from courses.outline import Course, Lesson, Module, in_courses, next_to_study, outline, with_progress
from courses.reading import has_changed_since_read
from courses.slots import gates_agree
from hours.counting_rules import counting_rules
from hours.pace import pace_of
from hours.record import year_record
from hours.slots import ReadingTimes
from hours.tokens import StudyToken
from people.belonging import contacts_due
from people.looks import look_of
from quizzes.results import best_results


def language() -> str:
    return get_language() or "zh-hans"


def is_large_print(request: HttpRequest) -> bool:
    return look_of(request).large


def home(page: HomePage, request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(
            request, "courses/welcome.html", {"page": page, "courses": outline(language(), reader=None)}
        )
    member = request.user
    courses = with_progress(outline(language(), reader=member), member)
    context: dict[str, Any] = {
        "courses": courses,
        "next": next_to_study(courses),
        "record": year_record(member, on=localdate()),
    }
    if getattr(member, "keeps_contact", False):
        context["contacts_due"] = contacts_due(member, on=localdate())
    if is_large_print(request):
        context["listen"] = lesson_to_hear(courses, context["next"])
        return render(request, "courses/elder_home.html", context)
    return render(request, "courses/member_home.html", context)


def lesson_to_hear(courses: list[Course], following: tuple[Course, Module, Lesson] | None) -> Lesson | None:
    """The next lesson; when all are done, the first one again."""
    if following:
        return following[2]
    return next((lesson for each in courses for lesson in each.lessons), None)


def course(page: CoursePage, request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("people:sign_in"))
    request.other_language = other_page(page)
    courses = with_progress(outline(language(), reader=request.user, below=page.path), request.user)
    found = courses[0] if courses else None
    keys = [module.quiz_key for module in found.modules if module.quiz_key] if found else []
    context = {
        "page": page,
        "course": found,
        "about": about(found, page) if found else None,
        "next": next_to_study(courses),
        "results": {key: best for (_pk, key), best in best_results([request.user.pk], keys).items()},
    }
    return render(request, "courses/course.html", context)


def module(page: ModulePage, request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("people:sign_in"))
    request.other_language = other_page(page)
    courses = with_progress(outline(language(), reader=request.user, below=page.path), request.user)
    found = courses[0].modules[0] if courses else None
    best = None
    if page.quiz:
        best = best_results([request.user.pk], [page.quiz.key]).get((request.user.pk, page.quiz.key))
    context = {
        "page": page,
        "module": found,
        "quiz": page.quiz,
        "best": best,
        "parent": page.get_parent(),
        "next": next_to_study(courses),
    }
    return render(request, "courses/module.html", context)


def other_page(page: Page) -> tuple[str, str, str] | None:
    """The counterpart of a page in the other language, for the language link. One query."""
    counterpart = page.get_translations().filter(live=True).select_related("locale").first()
    if counterpart is None:
        return None
    code = counterpart.locale.language_code
    path = ("/en/" if code == "en" else "/") + counterpart.url_path.split("/", 2)[2]
    return (code, "English" if code == "en" else "中文", path)


def lesson_at(request: HttpRequest, course: str, module: str, lesson: str) -> HttpResponse:
    """The short way to a lesson: by its address, in one query. What is not a live lesson goes to Wagtail."""
    address = f"{course}/{module}/{lesson}/"
    reader = request.user if request.user.is_authenticated else None
    courses = in_courses(lessons_of_course(language(), address, reader=reader))
    entry = next((e for c in courses for e in c.lessons if e.edition.html is not None), None)
    if entry is None:
        return serve(request, address)
    if reader is None:
        return redirect_to_login(request.get_full_path(), reverse("people:sign_in"))
    if not gates_agree(reader, entry.key):
        return serve(request, address)
    response = render(request, "courses/lesson.html", lesson_context(request, courses[0], entry))
    patch_vary_headers(response, ["Save-Data"])
    return response


def lesson(page: LessonPage, request: HttpRequest) -> HttpResponse:
    """Wagtail found a lesson that has no live edition in a live module: nobody reads it now."""
    raise Http404


def lesson_context(request: HttpRequest, course: Course, entry: Lesson) -> dict:
    """What the lesson page shows to this member: words, place in the course, progress, the clock's token."""
    with_progress([course], request.user)
    edition = entry.edition
    at, large_print, pace = now(), is_large_print(request), pace_of(request.user.key)
    token = StudyToken(request.user.key, edition.translation_key, edition.pk, at, large_print, pace)
    return {
        **same_for_all(request, course, entry),
        "is_updated": has_changed_since_read(request.user, edition.pk),
        "token": token.sign(),
        "pace": counting_rules(at).pace(times_of(entry), large_print=large_print, pace=pace),
    }


def times_of(entry: Lesson) -> ReadingTimes:
    return ReadingTimes(tuple(entry.edition.screens), entry.edition.media_seconds)


def same_for_all(request: HttpRequest, course: Course, entry: Lesson) -> dict:
    """What the page shows whoever reads it, apart from the states of the course's lessons."""
    edition = entry.edition
    request.other_language = None
    if edition.other_url:
        name = ("zh-hans", "中文") if edition.language == "en" else ("en", "English")
        request.other_language = (*name, edition.other_url)
    places = [(module, lesson) for module in course.modules for lesson in module.lessons]
    index = next(n for n, (_module, lesson) in enumerate(places) if lesson is entry)
    own_module = places[index][0]
    less = wants_less(request)
    if less and edition.html:
        edition.html = lighter(edition.html, edition.language)
    return {
        "edition": edition,
        "less": less,
        "course": course,
        "course_url": course.url,
        "module": own_module,
        "module_url": own_module.url,
        "lesson": entry,
        "number": own_module.lessons.index(entry) + 1,
        "previous": places[index - 1][1] if index else None,
        "next": places[index + 1][1] if index + 1 < len(places) else None,
    }
