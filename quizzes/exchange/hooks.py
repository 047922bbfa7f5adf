"""Where the exchange of questions is found in the administration."""

from __future__ import annotations

from django.urls import URLPattern, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from people.admin.menu import OfficeMenuItem
from people.models import Office
from quizzes.exchange import admin

WRITERS = {Office.Kind.EDITOR, Office.Kind.REVIEWER}


@hooks.register("register_admin_urls")
def pages_of_the_exchange() -> list[URLPattern]:
    return admin.urls()


def menu_items() -> list[MenuItem]:
    """Its entries of the menu, below “Quizzes”."""
    return [
        OfficeMenuItem(
            _("Import questions"),
            reverse_lazy("quizzes_imports"),
            name="import-questions",
            about=_("Questions from workbooks, Word tables and Moodle, as drafts."),
            icon_name="upload",
            order=500,
            kinds=WRITERS,
        ),
        OfficeMenuItem(
            _("Export questions"),
            reverse_lazy("quizzes_exports"),
            name="export-questions",
            about=_("Questions with their keys as a workbook, Word file, GIFT or Moodle XML."),
            icon_name="download",
            order=501,
            kinds=WRITERS,
        ),
    ]
