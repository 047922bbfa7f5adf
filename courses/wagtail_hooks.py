"""How Wagtail's routing meets our pages, and who may fetch documents."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from wagtail import hooks
from wagtail.models import Page

from courses import views
from courses.gate import is_open
from courses.models import CoursePage, HomePage, LessonPage, ModulePage, PrivateDocument

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


@hooks.register("before_serve_document")
def documents_are_for_members(document: PrivateDocument, request: HttpRequest) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("people:sign_in"))
    return None
