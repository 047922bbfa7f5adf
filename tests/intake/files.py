"""Files for tests, good and bad, made as programs make them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

import docx
from django.core.files.base import ContentFile
from PIL import Image

RELATIONS = "word/_rels/document.xml.rels"
_EXTERNAL = (
    '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" '
    'Target="%s" TargetMode="External"/></Relationships>'
)


def named(content: bytes, name: str) -> ContentFile:
    return ContentFile(content, name=name)


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), colour: str = "red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()


def huge_png(width: int = 10_000, height: int = 10_000) -> bytes:
    """A hundred million pixels in a hundred kilobytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    rows = zlib.compressobj(9)
    lines = b"".join(rows.compress(b"\0" * (1 + width // 8)) for _row in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def word(write: Callable[[docx.document.Document], None] | None = None) -> bytes:
    document = docx.Document()
    if write is None:
        document.add_heading("第一专题", 1)
        document.add_paragraph("从群众中来，到群众中去。")
    else:
        write(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def repacked(content: bytes, changes: Mapping[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """The same package with parts changed or added."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = old.namelist()
        for name in dict.fromkeys([*names, *changes]):
            change = changes.get(name)
            part = old.read(name) if name in names else b""
            new.writestr(name, part if change is None else change(part) if callable(change) else change)
    return written.getvalue()


def with_macros() -> bytes:
    return repacked(word(), {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def as_docm() -> bytes:
    def main(part: bytes) -> bytes:
        usual = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        return part.replace(usual, b"application/vnd.ms-word.document.macroEnabled.main+xml")

    return repacked(word(), {"[Content_Types].xml": main})


def loading(kind: str, target: str) -> bytes:
    """A Word file that relates to something elsewhere."""

    def add(part: bytes) -> bytes:
        return part.replace(b"</Relationships>", (_EXTERNAL % (kind, target)).encode())

    return repacked(word(), {RELATIONS: add})


def with_entities() -> bytes:
    def declare(part: bytes) -> bytes:
        head, tail = part.split(b"?>", 1)
        return head + b'?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + tail

    return repacked(word(), {"word/document.xml": declare})


def bomb() -> bytes:
    return repacked(word(), {"word/media/zeros.bin": b"\0" * 30_000_000})


def packed(files: Mapping[str, bytes | str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return written.getvalue()


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def mp4(*, seconds: int = 65, handler: bytes = b"vide") -> bytes:
    """The frame of an MP4 of that length, with one track."""
    length = _box(b"mvhd", b"\0" * 12 + struct.pack(">II", 1000, seconds * 1000) + b"\0" * 80)
    track = _box(b"trak", _box(b"mdia", _box(b"hdlr", b"\0" * 8 + handler + b"\0" * 13)))
    return _box(b"ftyp", b"isom\0\0\0\0isom") + _box(b"moov", length + track) + _box(b"mdat", b"\0" * 64)


def webm(*, seconds: float = 12.0) -> bytes:
    def element(code: str, content: bytes) -> bytes:
        return bytes.fromhex(code) + bytes([0x80 | len(content)]) + content

    info = element(
        "1549a966",
        element("2ad7b1", (1_000_000).to_bytes(3, "big"))
        + element("4489", struct.pack(">d", seconds * 1000)),
    )
    tracks = element("1654ae6b", element("ae", element("83", b"\x01")))
    segment = element("18538067", info + tracks + element("1f43b675", b"\0\0"))
    return element("1a45dfa3", element("4282", b"webm")) + segment


def mp3(frames: int = 200) -> bytes:
    """Silent frames of 128 kilobits at 44.1 kHz: 26 milliseconds each."""
    return (b"\xff\xfb\x90\x64" + b"\0" * 413) * frames
