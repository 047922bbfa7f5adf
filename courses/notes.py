"""Notes at the end of a lesson, and the marks in its text that lead to them."""

from __future__ import annotations

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

_MARK = re.compile(r'<a href="#note-([0-9]{1,4})">')


class NotesBlock(blocks.ListBlock):
    """Numbered notes. A mark in the text is a link to `#note-3`."""

    def __init__(self, **kwargs: object) -> None:
        words = blocks.RichTextBlock(label=_("Footnote"), features=["bold", "italic", "link"])
        super().__init__(words, **kwargs)

    class Meta:
        icon = "list-ol"
        label = _("Footnotes")
        description = _(
            "Numbered footnotes at the end of a lesson; a link to #note-1 in the text leads to the first."
        )
        template = "courses/blocks/notes.html"
        preview_value = ["<p>《毛泽东选集》第三卷。</p>"]


def with_marks(html: str) -> SafeString:
    """Rendered text in which every mark can be led back to from its note; the first mark of a note counts."""
    seen: set[str] = set()

    def mark(found: re.Match[str]) -> str:
        number = found[1]
        if number in seen:
            return found[0]
        seen.add(number)
        return format_html('<a id="mark-{}" href="#note-{}">', number, number)

    return mark_safe(_MARK.sub(mark, html))  # noqa: S308  # the rest is as Wagtail rendered it
