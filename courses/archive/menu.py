"""Where a course is exported, and where an archive is brought in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from courses.archive import admin
from courses.models import CoursePage, HomePage


@hooks.register("register_admin_urls")
def archive_pages() -> list[URLPattern]:
    return admin.urls()


def _buttons(page: Page) -> Iterator[Button]:
    if page.specific_class is CoursePage:
        yield Button(
            _("Export"), reverse("courses_export", args=[page.pk]), icon_name="download", priority=90
        )
    if page.specific_class is HomePage:
        yield Button(_("Import a course"), reverse("courses_take"), icon_name="upload", priority=90)


@hooks.register("register_page_header_buttons")
def buttons_of_a_page(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    return _buttons(page)


@hooks.register("register_page_listing_more_buttons")
def buttons_in_a_list(page: Page, user: Any, next_url: str | None = None) -> Iterator[Button]:
    return _buttons(page)
