"""The administration's first page: the doors that one's offices open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from wagtail.admin.menu import MenuItem, admin_menu, settings_menu
from wagtail.admin.navigation import get_site_for_user
from wagtail.admin.ui.components import Component

from people.admin.menu import OfficeMenuItem


def doors(request: HttpRequest) -> list[MenuItem]:
    """What the menu has for this person's offices; who writes no pages also finds the settings here."""
    found = [item for item in admin_menu.menu_items_for_request(request) if isinstance(item, OfficeMenuItem)]
    if get_site_for_user(request.user)["root_page"] is None:
        found += settings_menu.menu_items_for_request(request)
    return sorted(found, key=lambda item: item.order)


class Doors(Component):
    """The doors, each with a word about what is behind it."""

    name = "doors"
    template_name = "people/admin/doors.html"
    order = 50

    def __init__(self, found: list[MenuItem]) -> None:
        self.found = found

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"doors": self.found}
