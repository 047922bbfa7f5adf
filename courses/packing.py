"""Pages go packed to browsers that can unpack them: on a slow line a page comes in a third of the time."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_string

_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")

RANDOM_BYTES = 100
"""The length says nothing about what stands in the page (as in Django's own middleware)."""

SHORT = 160
"""Bytes below which a part is not worth packing; what is different for each member is shorter."""

_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_END = b"\x03\x00"


def unpacks(request: HttpRequest) -> bool:
    """True when the browser can unpack."""
    return bool(_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))


class PackedPages:
    """Packs HTML. Files say for themselves how they are sent, and the interface's answers are short."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if response.streaming or not is_page or response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if unpacks(request) and len(response.content) > SHORT:
            response.content = compress_string(response.content, max_random_bytes=RANDOM_BYTES)
            response.headers["Content-Length"] = str(len(response.content))
            response.headers["Content-Encoding"] = "gzip"
        return response


def packed(parts: Sequence[bytes]) -> bytes:
    """
    Return the parts as one gzip file. Each part is packed by itself and kept so: a page whose parts are
    mostly the same for everybody costs little more than its check sum. Short parts are stored as they are.
    """
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    return packed_file(map(packed_part, parts), checksum, sum(map(len, parts)))


def packed_part(part: bytes) -> bytes:
    """One part packed by itself."""
    return _stored(part) if len(part) < SHORT else _deflated(part)


def packed_file(packed_parts: Iterable[bytes], checksum: int, size: int) -> bytes:
    """Packed parts as one gzip file; `checksum` (`zlib.crc32`) and `size` are of what they unpack to."""
    return b"".join([_HEAD, *packed_parts, _END, struct.pack("<LL", checksum, size & 0xFFFFFFFF)])


def _stored(part: bytes) -> bytes:
    return struct.pack("<BHH", 0, len(part), len(part) ^ 0xFFFF) + part if part else b""


@lru_cache(maxsize=4096)
def _deflated(part: bytes) -> bytes:
    """Ends at a whole byte and remembers nothing of other parts."""
    work = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return work.compress(part) + work.flush(zlib.Z_FULL_FLUSH)
