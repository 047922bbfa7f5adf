"""What office holders find in the administration's menus, and what nobody finds there."""

from django.http import HttpRequest
from django.urls import URLPattern, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from people.admin import audit, members, offices, tree, workbooks
from people.admin.menu import OfficeMenuItem
from people.models import Office

NOT_OURS = {"reports"}
"""Wagtail's reports name people of the whole site: see `people.admin.doors`."""


@hooks.register("construct_main_menu")
def leave_out_what_opens_to_nobody(request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.name not in NOT_OURS]


@hooks.register("register_admin_urls")
def office_pages() -> list[URLPattern]:
    return offices.urls()


@hooks.register("register_admin_menu_item")
def offices_in_the_menu() -> MenuItem:
    return OfficeMenuItem(
        _("Offices"),
        reverse_lazy("people_offices"),
        name="offices",
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
        icon_name="group",
        order=310,
        kinds={Office.Kind.SECURITY_ADMINISTRATOR},
        leaders=True,
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
        icon_name="table",
        order=330,
    )
