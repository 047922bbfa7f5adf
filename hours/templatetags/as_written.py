"""Words that people wrote, on a page that may be in the other language."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+(?:[0-9 ]+[\u4e00-\u9fff\uff00-\uffef]+)*")


@register.filter
def as_written(text: object) -> SafeString:
    """Return `text` with its Chinese marked as such on an English page, so that it is read aloud rightly."""
    words = escape(text or "")
    if get_language() != "en":
        return words
    return mark_safe(_CHINESE.sub(r'<span lang="zh-CN">\g<0></span>', words))  # noqa: S308  # escaped above
