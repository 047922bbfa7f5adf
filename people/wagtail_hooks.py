"""What office holders find in the administration's menus, and what nobody finds there."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from people.admin import audit, members, offices, tree, workbooks
from people.admin.first_page import Doors, doors
from people.admin.menu import OfficeMenuItem
from people.models import Office

NOT_OURS = {"reports"}
"""Wagtail's reports name people of the whole site: see `people.admin.doors`."""


@hooks.register("construct_main_menu")
def leave_out_what_opens_to_nobody(request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.name not in NOT_OURS]


@hooks.register("construct_help_menu")
def leave_out_what_lies_on_foreign_hosts(request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.url.startswith(("#", "/"))]


@hooks.register("construct_homepage_panels")
def doors_on_the_first_page(request: HttpRequest, panels: list[Component]) -> None:
    if found := doors(request):
        panels.append(Doors(found))


@hooks.register("insert_global_admin_css")
def our_own_looks() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/administration.css"))


@hooks.register("register_admin_urls")
def office_pages() -> list[URLPattern]:
    return offices.urls()


@hooks.register("register_admin_menu_item")
def offices_in_the_menu() -> MenuItem:
    return OfficeMenuItem(
        _("Offices"),
        reverse_lazy("people_offices"),
        name="offices",
        about=_("Who holds which office; give, end and delegate offices."),
        icon_name="user",
        order=320,
        kinds={Office.Kind.SECURITY_ADMINISTRATOR},
        leaders=True,
    )


@hooks.register("register_admin_urls")
def audit_pages() -> list[URLPattern]:
    return audit.urls()


@hooks.register("register_admin_menu_item")
def audit_in_the_menu() -> MenuItem:
    return OfficeMenuItem(
        _("Audit"),
        reverse_lazy("people_audit"),
        kinds={Office.Kind.AUDIT_ADMINISTRATOR},
        name="audit",
        about=_("Search what was done, by whom and when; take it out."),
        icon_name="history",
        order=900,
    )


@hooks.register("register_admin_urls")
def tree_pages() -> list[URLPattern]:
    return tree.urls()


@hooks.register("register_admin_menu_item")
def tree_in_the_menu() -> MenuItem:
    return OfficeMenuItem(
        _("Organisations"),
        reverse_lazy("people_tree"),
        name="organisations",
        about=_("The tree of organisations, its past, and its changes."),
        icon_name="list-ul",
        order=310,
        kinds={Office.Kind.SECURITY_ADMINISTRATOR},
        leaders=True,
    )


@hooks.register("register_admin_urls")
def member_pages() -> list[URLPattern]:
    return members.urls()


@hooks.register("register_admin_menu_item")
def members_in_the_menu() -> MenuItem:
    return OfficeMenuItem(
        _("Members"),
        reverse_lazy("people_members"),
        name="members",
        about=_("Find members, their accounts and one-time codes."),
        icon_name="group",
        order=310,
        kinds={Office.Kind.SECURITY_ADMINISTRATOR},
        leaders=True,
    )


@hooks.register("register_admin_menu_item")
def requests_in_the_menu() -> MenuItem:
    return OfficeMenuItem(
        _("Requests of members"),
        reverse_lazy("people:requests"),
        name="requests",
        about=_("What members ask for about their own data."),
        icon_name="mail",
        order=340,
        kinds={Office.Kind.SECURITY_ADMINISTRATOR},
    )


@hooks.register("register_admin_urls")
def workbook_pages() -> list[URLPattern]:
    return workbooks.urls()


@hooks.register("register_admin_menu_item")
def workbooks_in_the_menu() -> MenuItem:
    return OfficeMenuItem(
        _("Workbooks"),
        reverse_lazy("people_workbooks"),
        kinds=frozenset(),
        leaders=True,
        name="workbooks",
        about=_("Bring people in from a workbook, and take them out."),
        icon_name="table",
        order=330,
    )
