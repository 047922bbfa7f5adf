"""The marks of notes in a paragraph."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from courses import notes

register = template.Library()


@register.filter
def with_marks(html: str) -> SafeString:
    return notes.with_marks(str(html))
