"""Items of the administration's menu that follow from offices."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest
from wagtail.admin.menu import MenuItem

from people.admin.access import open_to


class OfficeMenuItem(MenuItem):
    """
    An item shown to holders of some offices, and (with `leaders`) to leaders of higher organisations.

    `about` says on the administration's first page what is behind it.
    """

    def __init__(
        self, *labels: Any, kinds: Collection[str], about: Any = "", leaders: bool = False, **options: Any
    ) -> None:
        super().__init__(*labels, **options)
        self.kinds, self.leaders, self.about = kinds, leaders, about

    def is_shown(self, request: HttpRequest) -> bool:
        return open_to(request.user, self.kinds, leaders=self.leaders)
