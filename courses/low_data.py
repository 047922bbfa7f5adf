"""
Lessons for those who pay for every byte: no picture, recording or film comes before it is asked for.

It is on when the reader chose it (`people.looks`) or the browser asks for it (`Save-Data: on`), and off for
one page that is asked for with `?data=all`. What differs then: the words of the edition as `lighter` gives
them, and the optional scripts (reading aloud, printing), left out except in elder mode. Whoever keeps
a composed lesson page keeps it apart for `wants_less(request)`, and answers with `Vary: Save-Data`.
"""

from __future__ import annotations

import re
from html import unescape

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from people.looks import look_of

_PICTURE = re.compile(r'<picture data-bytes="([0-9]+)">.*?</picture>', re.DOTALL)
_CAPTIONS = re.compile(r"(<track [^>]*?) default>")


def wants_less(request: HttpRequest) -> bool:
    """True when this page is to cost as little as it can."""
    if request.GET.get("data") == "all":
        return False
    return look_of(request).less or request.headers.get("Save-Data", "").strip().lower() == "on"


def lighter(html: str, language: str) -> SafeString:
    """
    The words of an edition with its pictures closed, each saying what it costs; captions wait too.

    What is loaded lazily and stands in a closed `<details>` is not fetched: that needs no script.
    """
    with override(language):
        words = _PICTURE.sub(_closed, html)
    return mark_safe(_CAPTIONS.sub(r"\1>", words))  # noqa: S308  # the edition's words, rendered by our templates


def _closed(found: re.Match[str]) -> str:
    size = filesizeformat(int(found[1])).replace("\xa0", " ")
    picture = mark_safe(found[0])  # noqa: S308  # as the edition has it
    return format_html(
        '<details class="pad"><summary>{}</summary>{}</details>',
        _("Show the picture, %(size)s") % {"size": size},
        picture,
    )


_FILMS = re.compile(r"<(audio|video)\b.*?</\1>", re.DOTALL)
_SAID = re.compile(r'<img [^>]*?alt="([^"]*)"')


def without_media(html: str, language: str) -> SafeString:
    """The words of an edition for keeping offline: instead of a picture what it shows, of films the words."""

    def said(found: re.Match[str]) -> str:
        alt = _SAID.search(found[0])
        words = unescape(alt[1]) if alt else ""
        return format_html('<p class="muted">{}</p>', _("Picture: %(words)s") % {"words": words})

    with override(language):
        words = _PICTURE.sub(said, html)
    return mark_safe(_FILMS.sub("", words))  # noqa: S308  # the edition's words, rendered by our templates
