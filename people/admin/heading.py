"""What the header of Wagtail's administration shows over our own pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

Step = tuple[str, Any]
"""Address and words of a page above."""


def headed(title: Any, context: dict[str, Any], *, icon: str, above: Iterable[Step] = ()) -> dict[str, Any]:
    """Return the context with title and icon, and the way here: home, the pages above, this one."""
    steps = [(reverse("wagtailadmin_home"), _("Home")), *above, ("", title)]
    return {
        "breadcrumbs_items": [{"url": url, "label": label} for url, label in steps],
        "header_title": title,
        "header_icon": icon,
        "page_title": title,
        "title": title,
        **context,
    }
