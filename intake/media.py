"""Recordings: what they are and how long they take is read from their structure, never from their names."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, BinaryIO, cast

from django.utils.translation import gettext_lazy as _
from tinytag import TinyTag, TinyTagException

from intake import limits
from intake.refusals import UploadRefused


@dataclass
class Recording:
    """What is known of a recording: its kind, extension, and length (0: it does not say)."""

    kind: str
    extension: str
    seconds: int = 0


@dataclass
class _Found:
    tracks: set[str] = field(default_factory=set)
    seconds: float = 0.0


NOT_A_RECORDING = _(
    "This is no recording that can be played, or it is cut off. Export it anew "
    "(video as MP4, sound as MP3 or M4A) and send that."
)


def recording(file: IO[bytes], format_: str) -> Recording:
    """
    Return what kind of recording this is.

    :raises UploadRefused: when it is none, is cut off, or takes longer than a lesson may.
    """
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(0)
    try:
        read = {"mp4": _mp4, "webm": _webm}.get(format_)
        found = read(file, size) if read else _sound(cast(BinaryIO, file), format_)
    except (struct.error, ValueError, IndexError, OSError, TinyTagException, RecursionError) as error:
        raise UploadRefused("not_a_recording", NOT_A_RECORDING) from error
    finally:
        file.seek(0)
    if not found.tracks:
        raise UploadRefused("not_a_recording", NOT_A_RECORDING)
    if found.seconds > limits.SECONDS:
        raise UploadRefused("too_long", _("The recording takes more than six hours. Divide it."))
    seconds = max(1, round(found.seconds)) if found.seconds else 0
    if "video" in found.tracks:
        return Recording("video", format_, seconds)
    return Recording("audio", "m4a" if format_ == "mp4" else format_, seconds)


# MP4: boxes within boxes

_INTO = {b"moov", b"trak", b"mdia"}


def _boxes(file: IO[bytes], start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, begin and end of the content of each box between two places."""
    place = start
    while place + 8 <= end:
        file.seek(place)
        length, name = struct.unpack(">I4s", file.read(8))
        head = 8
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8))
            head = 16
        elif length == 0:
            length = end - place
        if length < head or place + length > end:
            raise ValueError("a box reaches beyond the file")
        yield name, place + head, place + length
        place += length


def _mp4(file: IO[bytes], size: int) -> _Found:
    found = _Found()
    names: list[bytes] = []
    for name, start, end in _boxes(file, 0, size):
        names.append(name)
        if len(names) > 10_000:
            raise ValueError("too many boxes")
        if name == b"moov":
            _movie(file, start, end, found)
    if names[:1] != [b"ftyp"] or b"moov" not in names or not {b"mdat", b"moof"} & set(names):
        raise ValueError("no film")
    return found


def _movie(file: IO[bytes], start: int, end: int, found: _Found) -> None:
    for name, inner, inner_end in _boxes(file, start, end):
        if name in _INTO:
            _movie(file, inner, inner_end, found)
        elif name == b"mvhd":
            file.seek(inner)
            is_long = file.read(1) == b"\x01"
            file.seek(inner + (20 if is_long else 12))
            scale, length = (
                struct.unpack(">IQ", file.read(12)) if is_long else struct.unpack(">II", file.read(8))
            )
            found.seconds = length / scale if scale else 0.0
        elif name == b"hdlr":
            file.seek(inner + 8)
            handler = {b"vide": "video", b"soun": "audio"}.get(file.read(4))
            found.tracks |= {handler} if handler else set()


# WebM: EBML elements within elements

_EBML, _DOC_TYPE, _SEGMENT, _INFO, _SCALE, _DURATION = (
    0x1A45DFA3,
    0x4282,
    0x18538067,
    0x1549A966,
    0x2AD7B1,
    0x4489,
)
_TRACKS, _TRACK, _TRACK_TYPE, _CLUSTER = 0x1654AE6B, 0xAE, 0x83, 0x1F43B675
_UNKNOWN_LENGTH = -1


def _number(file: IO[bytes], *, marked: bool) -> int:
    first = file.read(1)[0]
    length = 9 - first.bit_length()
    if length > 8:
        raise ValueError("no number")
    rest = file.read(length - 1)
    if len(rest) != length - 1:
        raise ValueError("cut off")
    kept = first if marked else first & ((1 << (8 - length)) - 1)
    value = int.from_bytes(bytes([kept]) + rest, "big")
    return _UNKNOWN_LENGTH if not marked and value == (1 << (7 * length)) - 1 else value


def _elements(file: IO[bytes], start: int, end: int) -> Iterator[tuple[int, int, int]]:
    place = start
    while place < end:
        file.seek(place)
        code, length = _number(file, marked=True), _number(file, marked=False)
        inner = file.tell()
        inner_end = end if length == _UNKNOWN_LENGTH else inner + length
        if inner_end > end:
            raise ValueError("an element reaches beyond the file")
        yield code, inner, inner_end
        place = inner_end


def _webm(file: IO[bytes], size: int) -> _Found:
    found, clusters, scale, length = _Found(), 0, 1_000_000, 0.0
    for code, start, end in _elements(file, 0, size):
        if code == _EBML:
            kinds = [_bytes(file, a, b) for inner, a, b in _elements(file, start, end) if inner == _DOC_TYPE]
            if kinds != [b"webm"]:
                raise ValueError("not WebM")
        elif code == _SEGMENT:
            for inner, a, b in _elements(file, start, end):
                if inner == _INFO:
                    for name, c, d in _elements(file, a, b):
                        if name == _SCALE:
                            scale = int.from_bytes(_bytes(file, c, d), "big")
                        elif name == _DURATION:
                            (length,) = struct.unpack(">f" if d - c == 4 else ">d", _bytes(file, c, d))
                elif inner == _TRACKS:
                    found.tracks |= _tracks(file, a, b)
                elif inner == _CLUSTER:
                    clusters += 1
                    break
    if not clusters:
        raise ValueError("nothing to play")
    found.seconds = length * scale / 1e9
    return found


def _tracks(file: IO[bytes], start: int, end: int) -> set[str]:
    kinds = {b"\x01": "video", b"\x02": "audio"}
    numbers = [
        _bytes(file, c, d)
        for code, a, b in _elements(file, start, end)
        if code == _TRACK
        for inner, c, d in _elements(file, a, b)
        if inner == _TRACK_TYPE
    ]
    return {kinds[number] for number in numbers if number in kinds}


def _bytes(file: IO[bytes], start: int, end: int) -> bytes:
    if end - start > 4096:
        raise ValueError("too long a value")
    file.seek(start)
    return file.read(end - start)


def _sound(file: BinaryIO, format_: str) -> _Found:
    """MP3 and Ogg: read by TinyTag, which looks at the frames."""
    tag = TinyTag.get(filename=f"recording.{format_}", file_obj=file, tags=False)
    return _Found({"audio"} if tag.duration and tag.duration > 0 else set(), tag.duration or 0.0)
