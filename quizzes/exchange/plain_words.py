"""HTML of questions as plain words: what is only for the eye goes, what is lost is named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape
from typing import Any

from lxml import html as lxml_html

from intake.refusals import UploadRefused
from intake.texts import clean_html

_BLOCKS = frozenset(
    [
        *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "tr"),
        *("table", "caption", "blockquote", "pre", "section", "article", "hr"),
    ]
)
_MARKS = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|\w+);|<!--")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_MEDIA = re.compile(r"<(video|audio|iframe|object|embed|svg|canvas)\b", re.IGNORECASE)
_FORMULA = re.compile(r"\$\$.+?\$\$|\\\(.+?\\\)|\\\[.+?\\\]|<math\b", re.DOTALL)
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")

PICTURE, MEDIA, LINK, TABLE, FORMULA, LANGUAGE = "picture", "media", "link", "table", "formula", "language"


class Words:
    """The words of a piece of HTML, in Chinese and (where it marks languages) in English; what is lost."""

    def __init__(self) -> None:
        self._chinese: list[str] = []
        self._english: list[str] = []
        self.has_english = False
        self.lost: set[str] = set()

    @property
    def chinese(self) -> str:
        return "".join(self._chinese)

    @property
    def english(self) -> str:
        return "".join(self._english) if self.has_english else ""

    def add(self, text: str, language: str) -> None:
        if language != "en":
            self._chinese.append(text)
        if language != "zh":
            self._english.append(text)
            self.has_english |= language == "en"


_NOT_A_TAG = re.compile(
    r"""<(?!/?[a-z][\w:-]*(?:\s+[\w:-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*\s*/?>|!--)""",
    re.IGNORECASE | re.ASCII,
)
"""A sign for less than, as in a < b, which is no tag."""


def has_marks(text: str) -> bool:
    return bool(_MARKS.search(text) or _FORMULA.search(text))


def words_of_html(text: str) -> Words:
    """
    Read a piece of HTML.

    :raises UploadRefused: when so much stands within each other that it is no text.
    """
    words = Words()
    text = _NOT_A_TAG.sub("&lt;", text)
    if _FORMULA.search(text):
        words.lost.add(FORMULA)
    if "<" not in text:
        words.add(_SPACES.sub(" ", unescape(text)), "")
        return words
    if _MEDIA.search(text):
        words.lost.add(MEDIA)
    clean, _taken_out = clean_html(text)
    if clean.strip():
        _walk(lxml_html.fragment_fromstring(clean, create_parent="div"), words, "", 0)
    return words


def _walk(element: Any, words: Words, language: str, depth: int) -> None:
    if depth > 250:
        raise UploadRefused("too_deep", "")
    tag = element.tag if isinstance(element.tag, str) else ""
    if tag in ("br", "hr"):
        words.add("\n", language)
    elif tag == "img":
        words.lost.add(PICTURE)
        words.add(element.get("alt", ""), language)
    elif tag in ("sup", "sub"):
        _add_small(element, words, language)
    else:
        _walk_inside(element, words, language, depth, tag)
    if element.tail:
        words.add(_SPACES.sub(" ", element.tail), language)


def _walk_inside(element: Any, words: Words, language: str, depth: int, tag: str) -> None:
    inner = _own_language(element, language)
    if inner == "other":
        words.lost.add(LANGUAGE)
        return
    if tag == "a" and element.get("href"):
        words.lost.add(LINK)
    if tag == "table":
        words.lost.add(TABLE)
    is_block = tag in _BLOCKS
    if is_block:
        words.add("\n", inner)
    if element.text:
        words.add(_SPACES.sub(" ", element.text), inner)
    for child in element:
        _walk(child, words, inner, depth + 1)
    if is_block:
        words.add("\n", inner)
    elif tag in ("td", "th"):
        words.add(" ", inner)


def _is_multilang(element: Any) -> bool:
    return "multilang" in (element.get("class") or "").split()


def _own_language(element: Any, around: str) -> str:
    """zh or en within `<span class="multilang" lang="…">`; what is in another language is left out."""
    if not _is_multilang(element):
        return around
    code = (element.get("lang") or "").lower()[:2]
    return code if code in ("zh", "en") else "other"


def _add_small(element: Any, words: Words, language: str) -> None:
    text = element.text_content()
    small = text.translate(_RAISED if element.tag == "sup" else _LOWERED)
    changed = all(one != other for one, other in zip(text, small, strict=True))
    words.add(small if changed else text, language)


def html_of(chinese: str, english: str = "") -> str:
    """Words as HTML: escaped, lines broken; two languages in spans that Moodle's filter knows."""
    if not english:
        return _lines(chinese)
    spans: Iterable[tuple[str, str]] = (("zh_cn", chinese), ("en", english))
    return "".join(f'<span lang="{code}" class="multilang">{_lines(words)}</span>' for code, words in spans)


def _lines(words: str) -> str:
    return escape(words, quote=False).replace("\n", "<br />")
