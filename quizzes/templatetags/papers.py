"""What templates of papers ask: what belongs to a number, and blanks that look like blanks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()

BLANK = re.compile(r"_{2,}|＿{2,}")


@register.filter
def at(found: Mapping[Any, Any], key: Any) -> Any:
    """Return what a mapping holds at a number or another key, or None."""
    return found.get(key)


@register.filter
def blanks(stem: str) -> SafeString:
    """Return a stem with its blanks drawn and, where there are several, numbered; a voice says “blank”."""
    parts = BLANK.split(stem)
    shown = [conditional_escape(parts[0])]
    for number, part in enumerate(parts[1:], start=1):
        name = _("blank %(number)s") % {"number": number} if len(parts) > 2 else _("blank")
        shown += [format_html('<span class="blank">{}</span>', name), conditional_escape(part)]
    return mark_safe("".join(shown))  # noqa: S308 - every part is escaped above


@register.filter
def points(value: Decimal | float) -> str:
    """Return points without needless noughts: 2, 2.5, 0.67."""
    exact = Decimal(str(value)).normalize()
    whole = exact == exact.to_integral_value()
    return str(localize(int(exact) if whole else exact))
