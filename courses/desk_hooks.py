"""What the editorial life adds to Wagtail's pages: the desk, words of its own, a warning at submission."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, reverse_lazy
from django.utils.html import format_html
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.home import UserObjectsInWorkflowModerationPanel, WorkflowObjectsToModeratePanel
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from courses import desk_views
from courses.desk import SECTIONS, Asked
from courses.edition_files import is_shown
from courses.models import LessonPage
from courses.submitting import SubmitSeveral
from people.admin.access import open_to
from people.offices import Office
from quizzes.models import Question, Quiz, QuizEntry, QuizPool
from quizzes.pools import in_pool

WRITING = frozenset({Office.Kind.EDITOR, Office.Kind.REVIEWER})


class DeskMenuItem(MenuItem):
    """First in the menu of who writes."""

    def is_shown(self, request: HttpRequest) -> bool:
        return open_to(request.user, WRITING, leaders=False)


class DeskPanel(Component):
    """On the first page: what waits for this person, and the way to the desk."""

    name = "desk"
    template_name = "courses/admin/desk_panel.html"
    order = 40

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = Asked(parent_context["request"].user, localdate(), limit=1)
        waiting = [
            section.for_(asked)
            for section in SECTIONS
            if section.key in {"reviews", "questions", "returned", "errors"}
        ]
        return {"waiting": [section for section in waiting if section.count]}


hooks.register("register_bulk_action", SubmitSeveral)


@hooks.register("register_admin_urls")
def desk_pages() -> list[URLPattern]:
    return desk_views.urls()


@hooks.register("register_admin_menu_item")
def desk_in_the_menu() -> MenuItem:
    return DeskMenuItem(
        gettext_lazy("Editors' desk"), reverse_lazy("desk"), name="desk", icon_name="clipboard-list", order=10
    )


@hooks.register("construct_homepage_panels")
def desk_on_the_first_page(request: HttpRequest, panels: list[Component]) -> None:
    """The desk takes the place of Wagtail's own lists of what waits."""
    theirs = (UserObjectsInWorkflowModerationPanel, WorkflowObjectsToModeratePanel)
    panels[:] = [panel for panel in panels if not isinstance(panel, theirs)]
    if open_to(request.user, WRITING, leaders=False):
        panels.append(DeskPanel())


@hooks.register("before_bulk_action")
def keep_what_lessons_show(
    request: HttpRequest, action: str, objects: list[Model], asked: Any
) -> HttpResponse | None:
    """Images and documents that a published lesson shows are not deleted, of many at once either."""
    files = [file for file in objects if isinstance(file, get_image_model() | get_document_model())]
    if action != "delete" or request.method != "POST" or not any(map(is_shown, files)):
        return None
    messages.error(
        request, _("A published lesson shows this. Take it out of the lesson first. Nothing was deleted.")
    )
    return redirect("wagtailadmin_home")


@hooks.register("insert_global_admin_css")
def looks_of_the_desk() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/desk.css"))


OUR_WORDS = {
    "action-submit": gettext_lazy("Submit for review"),
    "action-cancel-workflow": gettext_lazy("Take back from review"),
    "approve": gettext_lazy("Approve and publish"),
}


@hooks.register("construct_page_action_menu")
def our_words_for_the_steps(
    menu_items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]
) -> None:
    """Wagtail's words name its workflow and its tasks; who writes and who reviews need plain ones."""
    for place, item in enumerate(menu_items):
        if item.name in OUR_WORDS:
            menu_items[place] = copy(item)
            menu_items[place].label = OUR_WORDS[item.name]
        if item.name == "action-submit":
            menu_items[place] = _SubmitForReview(order=item.order)


class _SubmitForReview(ActionMenuItem):
    label = OUR_WORDS["action-submit"]
    name = "action-submit"
    icon_name = "resubmit"


@hooks.register("after_edit_page")
@hooks.register("after_create_page")
def warn_of_quizzes_nobody_can_pass(request: HttpRequest, page: Page) -> None:
    """A lesson is done when its quiz is handed in: one without questions in use makes it undoable."""
    if "action-submit" not in request.POST or not isinstance(page, LessonPage):
        return
    chosen = [block.value.pk for block in page.body if block.block_type == "quiz" and block.value]
    asked = QuizEntry.objects.filter(question__in=Question.objects.in_use()).values("quiz")
    pools = QuizPool.objects.filter(quiz__in=chosen).select_related("quiz")
    drawing = {pool.quiz_id for pool in pools if in_pool(pool).exists()}
    for quiz in Quiz.objects.filter(pk__in=chosen).exclude(pk__in=asked).exclude(pk__in=drawing):
        messages.warning(
            request,
            _("The quiz “%(quiz)s” has no question in use. Until it has one, nobody can finish this lesson.")
            % {"quiz": quiz},
        )
