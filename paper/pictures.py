"""Pictures for the press: small enough to print, and carried as SVG, so that a template opens no file."""

from __future__ import annotations

import base64
import io
import re
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 1400
"""On its longer side: about 200 dots an inch over the width of a page."""

LARGEST_DRAWING = 2_000_000

_ROOT = re.compile(r"<svg\b[^>]*>")
_NORMAL = re.compile(r"""font-weight=(["'])(?:400|normal)\1""")


def picture(path: str) -> str:
    """Return an image file as SVG; "" when there is none, or when it is no image that can be printed."""
    try:
        changed = Path(path).stat().st_mtime_ns if path else 0
    except (OSError, ValueError):
        return ""
    return _picture(path, changed) if path else ""


@lru_cache(maxsize=64)
def _picture(path: str, changed: int) -> str:
    if path.lower().endswith(".svg"):
        return _drawing(Path(path))
    try:
        with Image.open(path) as image:
            return _photograph(image)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError):
        return ""


def _drawing(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_DRAWING:
            return ""
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    return _readable(text)


def _readable(drawing: str) -> str:
    """
    The drawing with letters of a medium weight where it asks for none.

    The typesetter takes the thinnest of a variable font for the normal weight in a drawing.
    """
    found = _ROOT.search(drawing)
    if found is None:
        return ""
    heavier = _NORMAL.sub('font-weight="500"', drawing)
    root = found.group()
    return (
        heavier
        if "font-weight" in root
        else heavier.replace(root, f'{root[:4]} font-weight="500"{root[4:]}', 1)
    )


def _photograph(image: Image.Image) -> str:
    turned = ImageOps.exif_transpose(image)
    turned.thumbnail((MOST_PIXELS, MOST_PIXELS))
    flat = Image.new("RGB", turned.size, "white")
    as_rgba = turned.convert("RGBA")
    flat.paste(as_rgba, mask=as_rgba.getchannel("A"))
    kept = io.BytesIO()
    flat.save(kept, "JPEG", quality=82, optimize=True)
    wide, high = flat.size
    data = base64.b64encode(kept.getvalue()).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">'
        f'<image width="{wide}" height="{high}" href="data:image/jpeg;base64,{data}"/></svg>'
    )
