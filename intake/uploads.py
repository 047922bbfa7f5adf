"""
What is taken from outside: a file is known by its content, checked by its kind, and refused with a sentence.

`check` reads, and keeps nothing. What it returns may be stored; what it refuses was not stored anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.utils.translation import gettext_lazy as _

from intake import limits
from intake.images import check_image
from intake.media import recording
from intake.packages import check_xml, opened
from intake.refusals import UploadRefused
from intake.svg import check_svg, sanitised_svg
from intake.texts import check_captions, text_of
from intake.word import check_office

__all__ = ["KINDS", "Checked", "UploadRefused", "check", "sanitised_svg"]

KINDS: dict[str, tuple[Any, int]] = {
    "image": (_("a picture (PNG, JPEG, GIF, WebP, AVIF)"), limits.IMAGE_BYTES),
    "svg": (_("a drawing (SVG)"), limits.SVG_BYTES),
    "docx": (_("a Word document (.docx)"), limits.DOCX_BYTES),
    "xlsx": (_("a workbook (.xlsx)"), limits.DOCX_BYTES),
    "pptx": (_("slides (.pptx)"), limits.DOCX_BYTES),
    "pdf": (_("a PDF"), limits.PDF_BYTES),
    "audio": (_("a recording (MP3, M4A, Ogg)"), limits.MEDIA_BYTES),
    "video": (_("a video (MP4, WebM)"), limits.MEDIA_BYTES),
    "captions": (_("captions (.vtt)"), limits.CAPTIONS_BYTES),
    "text": (_("a text (.txt)"), limits.TEXT_BYTES),
    "markdown": (_("a Markdown text (.md)"), limits.MARKDOWN_BYTES),
    "html": (_("a web page (.html)"), limits.TEXT_BYTES),
    "archive": (_("an archive (.zip)"), limits.ARCHIVE_BYTES),
}
"""Every kind: how it is called, and how large it may be."""

SYNONYMS = {
    "jpeg": "jpg",
    "jpe": "jpg",
    "oga": "ogg",
    "opus": "ogg",
    "markdown": "md",
    "htm": "html",
    "m4v": "mp4",
}
TEXTS = {"captions", "text", "markdown", "html"}


@dataclass
class Checked:
    """A file that may be kept. `file` is it, or it made harmless; `seconds`: of a recording, if it says."""

    kind: str
    extension: str
    size: int
    file: File
    seconds: int = 0

    @property
    def safe(self) -> File:
        return self.file


def check(file: File, kinds: Collection[str], *, name: str = "") -> Checked:
    """
    Return what the file is, by its content.

    :raises UploadRefused: when it is none of `kinds`, is too large or damaged, or has something that acts.
    """
    size = file.size
    if not size:
        raise UploadRefused("empty", _("The file is empty."))
    stream: IO[bytes] = file.file if hasattr(file, "file") and file.file is not None else file
    called = _extension(name or file.name or "")
    kind, extension = _kind(stream, called)
    if kind not in kinds:
        raise UploadRefused("not_this_kind", _not_this_kind(kind, kinds))
    most = KINDS[kind][1]
    if size > most:
        raise UploadRefused(
            "too_large",
            _("The file is larger than %(most)s MB. Make it smaller or divide it.")
            % {"most": most // limits.MEGABYTE},
        )
    checked = _CHECKS[kind](file, stream, extension)
    if called and called != checked.extension and not (checked.kind in TEXTS and kind in TEXTS):
        raise UploadRefused(
            "misnamed",
            _(
                "The file is called .%(called)s, but by its content it is .%(is)s. Give it that "
                "ending and send it again."
            )
            % {"called": called, "is": checked.extension},
        )
    return checked


def _extension(name: str) -> str:
    ending = Path(name).suffix.lower().lstrip(".")
    return SYNONYMS.get(ending, ending)


def _not_this_kind(kind: str, kinds: Collection[str]) -> str:
    wanted = ", ".join(str(KINDS[name][0]) for name in KINDS if name in kinds)
    if kind == "old_office":
        return _(
            "This is a file of the old Office kind (.doc), or one with a password. "
            "Save it as .docx without a password and send that."
        )
    if kind in KINDS:
        return _("By its content this is %(is)s; taken is here: %(wanted)s.") % {
            "is": KINDS[kind][0],
            "wanted": wanted,
        }
    return _("It cannot be told from its content what this file is. Taken is here: %(wanted)s.") % {
        "wanted": wanted
    }


_MAGIC: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), kind, extension)
    for pattern, kind, extension in (
        (rb"\x89PNG\r\n\x1a\n", "image", "png"),
        (rb"\xff\xd8\xff", "image", "jpg"),
        (rb"GIF8[79]a", "image", "gif"),
        (rb"RIFF.{4}WEBP", "image", "webp"),
        (rb".{4}ftypavi[fs]", "image", "avif"),
        (rb".{4}ftyp", "media", "mp4"),
        (rb"\x1a\x45\xdf\xa3", "media", "webm"),
        (rb"OggS", "media", "ogg"),
        (rb"ID3|\xff[\xe2-\xff]", "media", "mp3"),
        (rb"PK(\x03\x04|\x05\x06)", "zip", "zip"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office", "doc"),
        (rb".{0,1000}%PDF-", "pdf", "pdf"),
    )
)


def _kind(stream: IO[bytes], called: str) -> tuple[str, str]:
    """What the first bytes say. Only between plain texts the name decides."""
    stream.seek(0)
    head = stream.read(4096)
    stream.seek(0)
    if head[:2] not in (b"\xff\xfe", b"\xfe\xff"):  # the marks of UTF-16 look like an MP3
        for pattern, kind, extension in _MAGIC:
            if pattern.match(head):
                return {"zip": _package_kind, "media": _media_kind}.get(kind, _as_it_is)(
                    stream, kind, extension
                )
    return _text_kind(stream, called)


def _as_it_is(_stream: IO[bytes], kind: str, extension: str) -> tuple[str, str]:
    return kind, extension


def _media_kind(stream: IO[bytes], _kind_: str, extension: str) -> tuple[str, str]:
    found = recording(stream, extension)
    return found.kind, found.extension


def _package_kind(stream: IO[bytes], _kind_: str, _extension_: str) -> tuple[str, str]:
    with opened(stream) as package:
        names = package.namelist()
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(name.startswith(folder) for name in names):
                return kind, kind
    return "archive", "zip"


def _text_kind(stream: IO[bytes], called: str) -> tuple[str, str]:
    try:
        content = stream.read(limits.TEXT_BYTES + 1)
        text = text_of(content[: limits.TEXT_BYTES])
    except UploadRefused:
        if len(content) > limits.TEXT_BYTES:
            return "text", "txt"
        return "unknown", ""
    finally:
        stream.seek(0)
    begin = text.lstrip()[:2000].lower()
    if begin.startswith("webvtt"):
        return "captions", "vtt"
    if "<svg" in begin and re.match(r"(<\?xml|<!--|<!doctype svg|<svg)", begin):
        return "svg", "svg"
    if called in ("html", "md", "txt", "vtt", "svg"):
        named = {"html": "html", "md": "markdown", "txt": "text", "vtt": "captions", "svg": "svg"}
        return named[called], called
    if re.match(r"(<!--.*?-->\s*)?<(!doctype html|html|head|body|p|div|h[1-6]|table|span|meta)\b", begin):
        return "html", "html"
    return ("text", "txt") if not called else ("unknown", "")


def _image(file: File, stream: IO[bytes], _extension_: str) -> Checked:
    return Checked("image", check_image(stream), file.size, file)


def _svg(file: File, stream: IO[bytes], _extension_: str) -> Checked:
    clean = check_svg(stream.read())
    stream.seek(0)
    return Checked("svg", "svg", len(clean), ContentFile(clean, name=file.name))


def _office(kind: str, main: str) -> Callable[[File, IO[bytes], str], Checked]:
    def look(file: File, stream: IO[bytes], _extension_: str) -> Checked:
        with opened(stream) as package:
            check_office(package, main=main)
        return Checked(kind, kind, file.size, file)

    return look


_ACTIVE_PDF = re.compile(rb"/(JavaScript|Launch)\b")


def _spelled_out(content: bytes) -> bytes:
    """A PDF may write a letter of a name by its number: /J#61vaScript."""
    return re.sub(rb"#([2-7][0-9A-Fa-f])", lambda found: bytes([int(found[1], 16)]), content)


def _pdf(file: File, stream: IO[bytes], _extension_: str) -> Checked:
    stream.seek(max(0, file.size - 2048))
    end = stream.read()
    stream.seek(0)
    if b"%%EOF" not in end:
        raise UploadRefused("damaged", _("The PDF is cut off. Make it anew and send it again."))
    if file.size <= limits.PDF_BYTES and _ACTIVE_PDF.search(_spelled_out(stream.read())):
        stream.seek(0)
        raise UploadRefused(
            "active_pdf", _("The PDF has scripts or starts programs. Print it into a new PDF and send that.")
        )
    stream.seek(0)
    return Checked("pdf", "pdf", file.size, file)


def _media(file: File, stream: IO[bytes], extension: str) -> Checked:
    found = recording(stream, "mp4" if extension == "m4a" else extension)
    return Checked(found.kind, found.extension, file.size, file, found.seconds)


def _captions(file: File, stream: IO[bytes], _extension_: str) -> Checked:
    check_captions(stream.read())
    stream.seek(0)
    return Checked("captions", "vtt", file.size, file)


def _text(kind: str, extension: str) -> Callable[[File, IO[bytes], str], Checked]:
    def look(file: File, stream: IO[bytes], _extension_: str) -> Checked:
        text_of(stream.read())
        stream.seek(0)
        return Checked(kind, extension, file.size, file)

    return look


def _archive(file: File, stream: IO[bytes], _extension_: str) -> Checked:
    with opened(stream) as package:
        for name in package.namelist():
            if name.lower().endswith((".xml", ".rels")):
                check_xml(package, name)
    return Checked("archive", "zip", file.size, file)


_CHECKS: dict[str, Callable[[File, IO[bytes], str], Checked]] = {
    "image": _image,
    "svg": _svg,
    "docx": _office("docx", "wordprocessingml"),
    "xlsx": _office("xlsx", "spreadsheetml"),
    "pptx": _office("pptx", "presentationml"),
    "pdf": _pdf,
    "audio": _media,
    "video": _media,
    "captions": _captions,
    "text": _text("text", "txt"),
    "markdown": _text("markdown", "md"),
    "html": _text("html", "html"),
    "archive": _archive,
}


def bytes_checked(content: bytes, kinds: Collection[str], *, name: str) -> Checked:
    """
    Check a file that is at hand as bytes: one out of a package.

    :raises UploadRefused: as `check`.
    """
    return check(File(BytesIO(content), name=name), kinds)
