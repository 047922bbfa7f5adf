"""Where the import is found in the administration."""

from django.urls import URLPattern, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from courses.importing import admin
from people.admin.menu import OfficeMenuItem
from people.models import Office


@hooks.register("register_admin_urls")
def import_pages() -> list[URLPattern]:
    return admin.urls()


@hooks.register("register_admin_menu_item")
def import_in_the_menu() -> MenuItem:
    return OfficeMenuItem(
        _("Import"),
        reverse_lazy("courses_imports"),
        name="import",
        about=_("Word, Markdown or HTML into a course of drafts."),
        icon_name="upload",
        order=210,
        kinds={Office.Kind.EDITOR, Office.Kind.REVIEWER},
    )
