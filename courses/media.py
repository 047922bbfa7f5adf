"""Sending a file as browsers and players ask for it: in parts, again only when it changed, under its kind."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from django.core.files.storage import Storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe

CHUNK = 64 * 1024

KEPT = "private, max-age=3600"
"""On the reader's own device for an hour, and in no cache that several people share."""

SHOWN_IN_PAGES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "webm": "video/webm",
    "webp": "image/webp",
}
"""What a browser shows or plays by itself. Nothing is guessed from the contents."""

KEPT_AS_FILES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What is fetched and opened by another program: the sandbox that uploads are shown in would stop it."""

TEXTS = (".svg", ".txt", ".vtt")
MOST_PACKED = 512 * 1024

_PART = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class OutsideTheFile(Exception):
    """The part that was asked for begins behind the end of the file."""


def send(request: HttpRequest, storage: Storage, name: str, *, title: str = "") -> HttpResponseBase:
    """
    Answer with the file, or with the part of it that was asked for (one part; several are answered whole).

    `title`: what the file is called when it is kept, without its ending; without one, as in the storage.

    :raises Http404: when the storage has no such file.
    """
    try:
        size, changed = storage.size(name), storage.get_modified_time(name)
    except FileNotFoundError:
        raise Http404 from None
    packs = _packs(request, name, size)
    etag = f'"{int(changed.timestamp() * 1000):x}-{size:x}{"-gzip" if packs else ""}"'
    modified = int(changed.timestamp())
    answer = get_conditional_response(request, etag=etag, last_modified=modified)
    if answer is None and packs:
        answer = _packed(storage, name)
    elif answer is None:
        answer = _whole_or_part(request, storage, name, size, (etag, modified))
    told = {
        "ETag": etag,
        "Last-Modified": http_date(modified),
        "Accept-Ranges": "bytes",
        "Vary": "Accept-Encoding, Cookie",
    }
    for header, value in {**told, "Cache-Control": KEPT, "X-Content-Type-Options": "nosniff"}.items():
        answer.headers[header] = value
    _tell_kind(answer, name, title)
    return answer


def _packs(request: HttpRequest, name: str, size: int) -> bool:
    """Drawings and captions are text: a quarter of the bytes, and small enough to be packed each time."""
    return (
        request.method == "GET"
        and name.lower().endswith(TEXTS)
        and size <= MOST_PACKED
        and "gzip" in request.headers.get("Accept-Encoding", "")
        and "Range" not in request.headers
    )


def _packed(storage: Storage, name: str) -> HttpResponse:
    with storage.open(name) as file:
        content = gzip.compress(file.read(), compresslevel=6, mtime=0)
    return HttpResponse(content, headers={"Content-Encoding": "gzip", "Content-Length": str(len(content))})


def _whole_or_part(
    request: HttpRequest, storage: Storage, name: str, size: int, state: tuple[str, int]
) -> HttpResponseBase:
    try:
        part = _part(request, size, state)
    except OutsideTheFile:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = part or (0, size - 1)
    headers = {"Content-Length": str(last - first + 1)}
    if part:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 206 if part else 200
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    return StreamingHttpResponse(_pieces(storage, name, first, last), status=status, headers=headers)


def _part(request: HttpRequest, size: int, state: tuple[str, int]) -> tuple[int, int] | None:
    """First and last byte; None when the whole file is to be sent."""
    found = _PART.fullmatch(request.headers.get("Range", "").strip())
    if found is None or found[0] == "bytes=-" or not _is_same(request.headers.get("If-Range", ""), state):
        return None
    if not found[1]:  # the last so many bytes
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size), size - 1)
        if found[2] and int(found[2]) < first:
            return None  # not a part at all
    if first >= size:
        raise OutsideTheFile
    return first, last


def _is_same(if_range: str, state: tuple[str, int]) -> bool:
    """True when the file is still the one of which the reader has a part, or nothing was said about that."""
    return not if_range or if_range == state[0] or parse_http_date_safe(if_range) == state[1]


def _pieces(storage: Storage, name: str, first: int, last: int) -> Iterator[bytes]:
    with storage.open(name) as file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (piece := file.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece


def _tell_kind(answer: HttpResponseBase, name: str, title: str) -> None:
    path = PurePosixPath(name)
    ending = path.suffix.lower().removeprefix(".")
    if answer.status_code not in {200, 206}:
        answer.headers.pop("Content-Type", None)
        return
    kind = SHOWN_IN_PAGES.get(ending) or KEPT_AS_FILES.get(ending) or "application/octet-stream"
    answer.headers["Content-Type"] = kind
    called = " ".join(title.split()).removesuffix(path.suffix)
    called = f"{called}{path.suffix}" if called else path.name
    disposition = content_disposition_header(ending not in SHOWN_IN_PAGES, called)
    answer.headers["Content-Disposition"] = disposition or "inline"
