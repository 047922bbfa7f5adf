"""Text files: their encoding, captions, and HTML with nothing left in it that acts."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import nh3
from django.utils.translation import gettext_lazy as _

from intake.refusals import UploadRefused

_BYTES_OF_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CUE = re.compile(r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}\s+-->\s+(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}")

NOT_TEXT = _("This text cannot be read. Save it as UTF-8 and send it again.")


def text_of(content: bytes) -> str:
    """
    Return the text of a file, with its line ends made one.

    :raises UploadRefused: when it is neither UTF-8, UTF-16 with its mark, nor GB 18030; or is no text.
    """
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _BYTES_OF_NO_TEXT.search(text):
            break
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise UploadRefused("not_text", NOT_TEXT)


def check_captions(content: bytes) -> None:
    """
    Read captions to their end.

    :raises UploadRefused: when they are no WebVTT, or hold no cue.
    """
    lines = text_of(content).split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise UploadRefused("not_captions", _("These are no captions: the first line has to be WEBVTT."))
    arrows = [(number, line) for number, line in enumerate(lines, start=1) if "-->" in line]
    for number, line in arrows:
        if not _CUE.match(line.strip()):
            raise UploadRefused(
                "not_captions",
                _("Line %(line)s of the captions has no good times. They look like 00:01.000 --> 00:04.000.")
                % {"line": number},
            )
    if not arrows:
        raise UploadRefused("not_captions", _("These captions have no words in them."))


_TAGS_NAMES = (
    "h1 h2 h3 h4 h5 h6 p div section article main header footer aside blockquote q cite pre br hr ol ul "
    "li dl dt dd table caption thead tbody tfoot tr td th figure figcaption img a b strong i em u s del "
    "ins sub sup small mark code kbd span center font abbr time details summary title "
)
TAGS = frozenset(_TAGS_NAMES.split())
"""What HTML may bring. Frames, forms, objects, media and everything unknown goes; words within it stay."""

_GONE_WITH_THEIR_CONTENT_NAMES = "script style template noscript svg math object iframe select textarea "
GONE_WITH_THEIR_CONTENT = frozenset(_GONE_WITH_THEIR_CONTENT_NAMES.split())

ATTRIBUTES = {
    "*": {"id", "class", "role", "align", "lang"},
    "a": {"href", "name"},
    "img": {"src", "alt", "title"},
    "ol": {"start", "type"},
    "li": {"value"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}

ACTING = (
    "script",
    "iframe",
    "object",
    "embed",
    "form",
    "style",
    "svg",
    "math",
    "video",
    "audio",
    "link",
    "template",
)


class _Finder(HTMLParser):
    """Counts what is going to be taken away."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ACTING:
            self.found[tag] += 1
        for name, value in attrs:
            said = re.sub(r"[\s\x00-\x1f]", "", value or "").lower()
            if name.startswith("on") or said.startswith(("javascript:", "vbscript:")):
                self.found["script"] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def clean_html(text: str) -> tuple[str, dict[str, int]]:
    """Return the HTML without scripts, frames, forms and styles, and how many of them there were."""
    finder = _Finder()
    finder.feed(text)
    finder.close()
    clean = nh3.clean(
        text,
        tags=set(TAGS),
        clean_content_tags=set(GONE_WITH_THEIR_CONTENT),
        attributes={name: set(values) for name, values in ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
        strip_comments=True,
    )
    return clean, dict(finder.found)
