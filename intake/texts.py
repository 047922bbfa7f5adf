"""Text files: their encoding, captions, and HTML with nothing left in it that acts."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

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

DEEPEST = 200
"""Elements that are open within each other."""

MOST_MARKS = 4_000_000
"""What a page may become when its looks are repeated."""

_LOOKS = ("a", "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u", "nobr")

_NESTS = re.compile(
    r"<(/?)(div|section|article|main|blockquote|ul|ol|dl|table|span|center|details|figure|"
    r"a|b|big|strike|tt|nobr|strong|i|em|u|s|del|ins|sub|sup|small|mark|code|kbd|font|cite|q|abbr)(?=[\s/>])",
    re.IGNORECASE,
)
TOO_DEEP = _(
    "In this page so many parts stand within each other that it cannot be read. "
    "Copy its words into a new document and send that."
)

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


_MARK = re.compile(r"<([a-z][a-z0-9]{0,30})([^<>]{0,4000})", re.IGNORECASE)
_HANDLER = re.compile(r"[\s\"'/]on[a-z]{3,30}\s*=", re.IGNORECASE)
_SCRIPT_LINK = re.compile(r"=[\"']?(?:java|vb)script:", re.IGNORECASE)


def _acting(text: str) -> Counter[str]:
    """What is going to be taken away, counted in one pass however broken the text is. Only for the report."""
    first, *rest = text.split("<!--")
    found: Counter[str] = Counter()
    for mark in _MARK.finditer("".join([first, *(part.partition("-->")[2] for part in rest)])):
        name, attributes = mark[1].lower(), mark[2]
        if name in ACTING:
            found[name] += 1
        bare = re.sub(r"[\x00-\x20]", "", unescape(attributes))
        scripts = len(_HANDLER.findall(attributes)) + len(_SCRIPT_LINK.findall(bare))
        if scripts:
            found["script"] += scripts
    return found


def _is_too_deep(text: str) -> bool:
    """
    More elements are open within each other than any page has: reading them would take for ever.

    Marks of looks that are never closed are repeated by a reader in every paragraph after them.
    """
    depth: Counter[str] = Counter()
    most_looks = 0
    for mark in _NESTS.finditer(text):
        name = mark[2].lower()
        depth[name] = max(0, depth[name] - 1) if mark[1] else depth[name] + 1
        if not mark[1]:
            most_looks = max(most_looks, sum(depth[look] for look in _LOOKS))
            if sum(depth.values()) > DEEPEST:
                return True
    return most_looks * text.count("<") > MOST_MARKS


def clean_html(text: str) -> tuple[str, dict[str, int]]:
    """
    Return the HTML without scripts, frames, forms and styles, and how many of them there were.

    :raises UploadRefused: when so much stands within each other that it is no page.
    """
    if _is_too_deep(text):
        raise UploadRefused("too_deep", TOO_DEEP)
    clean = nh3.clean(
        text,
        tags=set(TAGS),
        clean_content_tags=set(GONE_WITH_THEIR_CONTENT),
        attributes={name: set(values) for name, values in ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
        strip_comments=True,
    )
    return clean, dict(_acting(text))
