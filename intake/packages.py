"""Packages (ZIP): what is in them is weighed before anything is unpacked."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, Any
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _

from intake import limits
from intake.refusals import UploadRefused

CHUNK = 1 << 17
_LOCKED = 0x1
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""How programs pack documents; the other ways are not weighed, and so not opened."""

UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    EOFError,
    RuntimeError,
    UnicodeDecodeError,
)
"""What opening a broken package may raise."""

DAMAGED = UploadRefused(
    "damaged",
    _(
        "The file is damaged and cannot be opened. Open it in the program that made it, save it "
        "anew, and send that."
    ),
)


@contextmanager
def opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """
    Open a package whose parts have been weighed.

    :raises UploadRefused: when it is no package, is damaged, locked, or unpacks to far too much.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            weigh(package)
            yield package
    except UNREADABLE as error:
        raise UploadRefused("damaged", DAMAGED.words) from error
    finally:
        file.seek(0)


def weigh(package: zipfile.ZipFile) -> None:
    """
    Look at the list of a package: numbers, sizes, names.

    :raises UploadRefused: when something in it is not as it should be.
    """
    parts = package.infolist()
    if len(parts) > limits.ENTRIES or sum(part.file_size for part in parts) > limits.UNPACKED_BYTES:
        raise _bomb()
    names = [part.filename for part in parts]
    if len({name.lower() for name in names}) != len(names):
        raise UploadRefused("damaged", DAMAGED.words)
    for part in parts:
        path = PurePosixPath(part.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or "\x00" in part.filename or ":" in path.parts[:1]:
            raise UploadRefused(
                "paths",
                _(
                    "The file holds parts that point outside of itself. It was not opened. Save it "
                    "anew and send that."
                ),
            )
        if part.compress_type not in _PACKED:
            raise UploadRefused("damaged", DAMAGED.words)
        if part.flag_bits & _LOCKED:
            raise UploadRefused(
                "locked", _("The file has a password. Save it without one and send it again.")
            )
        if part.file_size > limits.SMALL_BYTES and part.file_size > limits.RATIO * max(part.compress_size, 1):
            raise _bomb()


def _bomb() -> UploadRefused:
    return UploadRefused(
        "bomb",
        _(
            "The file unpacks to far more than it seems, so it was not opened. "
            "Open it in the program that made it, save it anew, and send that; or divide it."
        ),
    )


def read_part(package: zipfile.ZipFile, name: str, most: int = limits.XML_BYTES) -> bytes:
    """
    Return one part of a package.

    :raises UploadRefused: when it is larger than `most`.
    """
    if package.getinfo(name).file_size > most:
        raise _bomb()
    return package.read(name)


def _no_declarations(*_args: Any) -> None:
    raise UploadRefused(
        "entities",
        _(
            "The file declares XML entities, which no document needs, so it was not read. "
            "Save it anew in the program that made it and send that."
        ),
    )


def new_parser() -> Any:
    """A parser that knows no document types and so no entities, and asks for nothing from outside."""
    parser: Any = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_declarations
    parser.EntityDeclHandler = _no_declarations
    parser.ExternalEntityRefHandler = _no_declarations
    return parser


def check_xml(package: zipfile.ZipFile, name: str) -> None:
    """
    Read an XML part to its end without keeping anything.

    :raises UploadRefused: when it is too large, is no XML, or declares entities.
    """
    if package.getinfo(name).file_size > limits.XML_BYTES:
        raise _bomb()
    parser = new_parser()
    try:
        with package.open(name) as part:
            while chunk := part.read(CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UploadRefused("damaged", DAMAGED.words) from error
