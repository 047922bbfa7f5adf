"""
What an editor sends, made ready to be kept and read: checked, and with nothing left in it that acts.

Web pages and Markdown become one package of clean HTML and its pictures; a Word file stays as it is.
"""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
import tempfile
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import unquote

from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from courses.importing.markdown import html_of_markdown, html_of_text
from intake.packages import opened, read_part
from intake.texts import clean_html, text_of
from intake.uploads import UploadRefused, bytes_checked, check

KINDS = frozenset({"docx", "markdown", "html", "text", "archive"})
PICTURES = frozenset({"image", "svg"})
PAGES = (".html", ".htm", ".xhtml", ".md", ".markdown")
_PICTURE_NAME = re.compile(r"\.(png|jpe?g|gif|webp|avif|svg)$", re.IGNORECASE)
_DATA = re.compile(r"""(<img\b[^>]*?\bsrc=")data:image/[\w.+-]+;base64,([^"]*)(")""", re.IGNORECASE)
MOST_PASTED = 2_000_000
"""Characters."""


@dataclass
class Prepared:
    """What may be kept: a Word file or a package of clean pages. `removed`: what was taken out, how often."""

    kind: str
    name: str
    file: File
    removed: dict[str, int] = field(default_factory=dict)


def prepare(file: File | None, *, pasted: str = "") -> Prepared:
    """
    Check what was sent and take out what acts.

    :raises UploadRefused: with words for the editor. Nothing was kept.
    """
    if file is None:
        if not pasted.strip():
            raise UploadRefused("empty", _("Choose a file, or paste a text."))
        if len(pasted) > MOST_PASTED:
            raise UploadRefused(
                "too_large", _("This is too much to be pasted. Save it as a file and send that.")
            )
        return _Pages().add("index.html", pasted).packed("html", "")
    checked = check(file, KINDS)
    name = (file.name or "")[-200:]
    if checked.kind == "docx":
        return Prepared("docx", name, checked.file)
    pages = _Pages()
    stream: IO[bytes] = checked.file
    if checked.kind == "archive":
        pages.add_archive(stream)
    else:
        ending = {"html": ".html", "markdown": ".md", "text": ".txt"}[checked.kind]
        pages.add("index" + ending, text_of(stream.read()))
    return pages.packed("pages", name)


class _Pages:
    """Pages and pictures on their way into one package."""

    def __init__(self) -> None:
        self.pages: list[tuple[str, str]] = []
        self.pictures: dict[str, bytes] = {}
        self.removed: Counter[str] = Counter()

    def add(self, name: str, text: str) -> _Pages:
        if name.lower().endswith((".md", ".markdown")):
            text = html_of_markdown(text)
        elif name.lower().endswith(".txt"):
            text = html_of_text(text)
        clean, removed = clean_html(_title_and_body(text))
        self.removed.update(removed)
        self.pages.append((name, _DATA.sub(lambda found: self._own_picture(found, name), clean)))
        return self

    def add_archive(self, stream: IO[bytes]) -> None:
        with opened(stream) as package:
            names = [n for n in package.namelist() if not n.endswith("/") and "__MACOSX/" not in n]
            pages = sorted((n for n in names if n.lower().endswith(PAGES)), key=_in_order)
            if not pages:
                raise UploadRefused(
                    "no_pages",
                    _("There is no web page and no Markdown in this archive. A Word file is sent by itself."),
                )
            for name in names:
                if _PICTURE_NAME.search(name):
                    self._add_picture(name, read_part(package, name))
                elif name not in pages and not posixpath.basename(name).startswith("."):
                    self.removed["other_file"] += 1
            for name in pages:
                self.add(name, text_of(read_part(package, name)))

    def _add_picture(self, name: str, content: bytes) -> bool:
        """Too large a picture refuses the whole; a broken one is left out and told."""
        try:
            checked = bytes_checked(content, PICTURES, name=posixpath.basename(name))
        except UploadRefused as refused:
            if refused.code in {"too_many_pixels", "too_many_frames", "active_svg", "entities"}:
                raise UploadRefused(refused.code, f"{posixpath.basename(name)}: {refused.words}") from refused
            self.removed["picture_broken"] += 1
            return False
        checked.file.seek(0)
        self.pictures[name] = checked.file.read()
        return True

    def _own_picture(self, found: re.Match[str], page: str) -> str:
        """A picture written into the page becomes a file beside it."""
        try:
            content = base64.b64decode(unquote(found[2]), validate=False)
        except (binascii.Error, ValueError):
            content = b""
        name = f"own/{len(self.pictures) + 1}"
        if content and self._add_picture(name, content):
            return f"{found[1]}/{name}{found[3]}"
        return f"{found[1]}{found[3]}"

    def packed(self, kind: str, name: str) -> Prepared:
        if not any(re.sub(r"<[^>]*>", "", text).strip() for _name, text in self.pages):
            raise UploadRefused("empty", _("There are no words in it."))
        into: Any = tempfile.SpooledTemporaryFile(max_size=4_000_000)  # noqa: SIM115  # closed with the upload
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as package:
            for number, (page, text) in enumerate(self.pages):
                package.writestr(f"pages/{number:04}/{page}", text)
            for picture, content in self.pictures.items():
                package.writestr(f"pictures/{picture}", content)
        into.seek(0)
        return Prepared(kind, name, File(into, name=name or "pages.zip"), dict(self.removed))


def _title_and_body(text: str) -> str:
    """A whole page without its head; its title stays."""
    body = _within(text, "body")
    if body is None:
        return text
    title = _within(text, "title")
    return body if title is None else f"<title>{title}</title>{body}"


def _within(text: str, tag: str) -> str | None:
    """What stands in the first such element, to the end when it is not closed. Looks at each place once."""
    begin = re.compile(rf"<{tag}\b", re.IGNORECASE).search(text)
    start = text.find(">", begin.end()) if begin else -1
    if start < 0:
        return None
    end = re.compile(f"</{tag}>", re.IGNORECASE).search(text, start)
    if end is None and tag == "title":
        return None
    return text[start + 1 : end.start() if end else len(text)]


def _in_order(name: str) -> list[Any]:
    """`2.html` before `10.html`, and `index.html` first."""
    parts = re.split(r"(\d+)", name.lower())
    return [
        not name.lower().rpartition("/")[2].startswith("index"),
        [int(p) if p.isdigit() else p for p in parts],
    ]
