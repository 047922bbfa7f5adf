"""The statistics of questions in the administration: their addresses and their item of the menu."""

from __future__ import annotations

from django.urls import URLPattern, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from people.admin.menu import OfficeMenuItem
from people.offices import Office
from quizzes import item_views


@hooks.register("register_admin_urls")
def pages_of_statistics() -> list[URLPattern]:
    return item_views.urls()


@hooks.register("register_admin_menu_item")
def statistics_in_the_menu() -> MenuItem:
    return OfficeMenuItem(
        _("How questions do"),
        reverse_lazy("quiz_items"),
        kinds={Office.Kind.EDITOR, Office.Kind.REVIEWER},
        about=_("Which questions are too hard or too easy, and whose key may be wrong."),
        name="quiz-items",
        icon_name="view",
        order=255,
    )
