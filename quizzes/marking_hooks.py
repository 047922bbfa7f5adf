"""The marking desk in the administration: its pages and its item in the menu."""

from __future__ import annotations

from django.templatetags.static import static
from django.urls import URLPattern, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from people.admin.menu import OfficeMenuItem
from quizzes import marking_views
from quizzes.hand_marking import MARKERS


@hooks.register("register_admin_urls")
def marking_pages() -> list[URLPattern]:
    return marking_views.urls()


@hooks.register("register_admin_menu_item")
def marking_in_the_menu() -> MenuItem:
    return OfficeMenuItem(
        _("Marking"),
        reverse_lazy("marking"),
        kinds=MARKERS,
        name="marking",
        icon_name="edit",
        order=251,
        about=_("Mark short answers without knowing whose they are, and see which keys were corrected."),
    )


@hooks.register("insert_global_admin_css")
def looks_of_the_marking_desk() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/marking.css"))
