"""The words of a lesson as they are read, whatever HTML they are dressed in."""

from __future__ import annotations

from hashlib import sha256

from bs4 import BeautifulSoup, Tag

_PARTS = ("h2", "h3", "h4", "p", "li", "blockquote", "figcaption", "dt", "dd", "tr", "caption", "summary")


def paragraphs(title: str, summary: str, html: str) -> list[str]:
    """Return the texts that a reader sees, in order: title, summary, paragraphs, points, cells, images."""
    soup = BeautifulSoup(html, "html.parser")
    texts = [title, summary]
    for element in soup.find_all([*_PARTS, "img"]):
        if element.name == "img":
            texts.append(str(element.get("alt") or ""))
        elif not element.find_all(_PARTS):
            texts.append(_text(element))
        else:  # a point with a list in it: its own words only
            texts.append(_text_beside(element))
    return [text for text in texts if text]


def words_digest(title: str, summary: str, html: str) -> str:
    """Return the sha256 of the words: equal for editions in which nothing that is read has changed."""
    return sha256("\n".join(paragraphs(title, summary, html)).encode()).hexdigest()


def _text(element: Tag) -> str:
    between = " " if element.name == "tr" else ""
    return " ".join(element.get_text(between).split())


def _text_beside(element: Tag) -> str:
    parts = [str(child) for child in element.children if not isinstance(child, Tag)]
    return " ".join("".join(parts).split())
