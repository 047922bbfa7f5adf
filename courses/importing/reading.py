"""Reading a document that was brought in: by its kind, then put in order, its pictures looked at."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from PIL import Image

from courses.importing.document import Block, Document, Loss, Paragraph, Picture, Run
from courses.importing.pages import read_pages
from courses.importing.records import BroughtDocument
from courses.importing.tidying import tidy
from courses.importing.word import Tell, read_word
from intake.images import EXTENSIONS, TURNED_INTO_PNG, check_image
from intake.refusals import UploadRefused
from intake.svg import check_svg

MOST_BYTES = 60 * 1024 * 1024
"""Of one picture in a document."""


def read_document(brought: BroughtDocument, tell: Tell) -> Document:
    """
    Read the file.

    :raises NotReadable: when there is no text in it that can be read.
    """
    with brought.file.open("rb") as file:
        if brought.kind == "docx":
            document = read_word(file, tell)
        else:
            document = read_pages(file, brought.document.get("removed", {}), tell)
        _look_at_pictures(document, file, tell)
    tell("ordering", 0, 0)
    return tidy(document)


def _look_at_pictures(document: Document, file: IO[bytes], tell: Tell) -> None:
    """Leave out pictures that cannot be shown, and say so; their caption stays."""
    known: dict[str, bool] = {}
    kept: list[Block] = []
    pictures = sum(isinstance(block, Picture) for block in document.blocks)
    with zipfile.ZipFile(file) as package:
        for block in document.blocks:
            if not isinstance(block, Picture):
                kept.append(block)
                continue
            if block.name not in known:
                tell("pictures", len(known), pictures)
                known[block.name] = picture_in(package, block.name) is not None
            if known[block.name]:
                kept.append(block)
                continue
            code = "picture_format" if block.name.lower().endswith((".emf", ".wmf")) else "picture_broken"
            document.losses.append(
                Loss(code, len(kept), f"{posixpath.basename(block.name)} {block.alt}".strip())
            )
            kept.append(Paragraph([Run(block.caption)], caption=True) if block.caption else Paragraph([]))
    document.blocks = kept


def picture_in(package: zipfile.ZipFile, name: str) -> ContentFile | None:
    """The picture as it may be shown, made a PNG if need be; None when it cannot be."""
    try:
        if package.getinfo(name).file_size > MOST_BYTES:
            return None
        content = package.read(name)
        if content.lstrip()[:5] in (b"<?xml", b"<svg ") or name.lower().endswith(".svg"):
            return ContentFile(check_svg(content), name=_stem(name) + ".svg")
        extension = check_image(BytesIO(content), formats=frozenset({*EXTENSIONS, *TURNED_INTO_PNG}))
    except (UploadRefused, KeyError, zipfile.BadZipFile, zlib.error, EOFError):
        return None
    if extension in EXTENSIONS.values():
        return ContentFile(content, name=f"{_stem(name)}.{extension}")
    return _as_png(content, name)


def _as_png(content: bytes, name: str) -> ContentFile | None:
    into = BytesIO()
    try:
        with Image.open(BytesIO(content), formats=sorted(TURNED_INTO_PNG)) as image:
            image.convert("RGBA" if "A" in image.getbands() else "RGB").save(into, "PNG")
    except (OSError, ValueError, SyntaxError):
        return None
    return ContentFile(into.getvalue(), name=_stem(name) + ".png")


def _stem(name: str) -> str:
    return posixpath.splitext(posixpath.basename(name))[0][:60] or "picture"


@contextmanager
def package_of(brought: BroughtDocument) -> Iterator[zipfile.ZipFile]:
    """The file of a document as the package it is."""
    with brought.file.open("rb") as file, zipfile.ZipFile(file) as package:
        yield package
