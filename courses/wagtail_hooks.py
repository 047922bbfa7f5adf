"""How Wagtail's routing meets our pages."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.models import Page

from courses import (
    desk_hooks,  # noqa: F401  # registers its own
    views,
)
from courses.archive import menu as archive_menu  # noqa: F401  # its pages and its buttons
from courses.gate import is_open
from courses.importing import menu  # noqa: F401  # its pages and its item
from courses.models import CoursePage, HomePage, LessonPage, ModulePage

VIEWS: dict[type[Page], Callable[[Any, HttpRequest], HttpResponse]] = {
    HomePage: views.home,
    CoursePage: views.course,
    ModulePage: views.module,
    LessonPage: views.lesson,
}


@hooks.register("before_serve_page")
def show_page(page: Page, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse | None:
    view = VIEWS.get(type(page))
    if view is None:
        return None
    if not is_open(page, request.user if request.user.is_authenticated else None):
        raise Http404
    return view(page, request)
