"""
A picture in the sizes that telephones and desks need, made when a lesson is published and never for a reader.

Drawings (SVG) stay as they are. Everything else comes 360 and 720 points wide as AVIF and WebP, and in its
own format for browsers that know neither.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from wagtail.images.models import AbstractImage, AbstractRendition

WIDTHS = (360, 720)
SIZES = "(min-width: 46rem) 43rem, 100vw"
"""As wide as the telephone, and never wider than the column of text."""

FORMATS = {"avif": "format-avif|avifquality-50", "webp": "format-webp|webpquality-70"}
"""A figure is to cost little: at these, lettering in a photographed table can still be read."""

AS_IT_CAME = f"width-{WIDTHS[-1]}|jpegquality-72"
LARGE = "max-1600x2400|format-webp|webpquality-75"
DRAWING = "original|preserve-svg"


@dataclass(frozen=True)
class Picture:
    """The words of the page that show it, the address where it stands large, and what it costs in bytes."""

    html: SafeString
    large: str
    bytes: int


def picture(image: AbstractImage, alt: str) -> Picture:
    """Return the picture; makes what is missing of its sizes."""
    return _drawing(image, alt) if image.is_svg() else _raster(image, alt)


def _drawing(image: AbstractImage, alt: str) -> Picture:
    drawing = image.get_rendition(DRAWING)
    cost = _bytes(drawing)
    html = format_html('<picture data-bytes="{}">{}</picture>', cost, _img(drawing, alt))
    return Picture(html, drawing.url, cost)


def _raster(image: AbstractImage, alt: str) -> Picture:
    specs = {f"width-{width}|{how}": (kind, width) for kind, how in FORMATS.items() for width in WIDTHS}
    made = image.get_renditions(*specs, AS_IT_CAME, LARGE)
    sources = []
    for kind in FORMATS:
        of_kind = {
            made[spec].width: made[spec] for spec, (its_kind, _width) in specs.items() if its_kind == kind
        }
        sources.append(
            (f"image/{kind}", ", ".join(f"{each.url} {w}w" for w, each in sorted(of_kind.items())))
        )
    widest = made[f"width-{WIDTHS[-1]}|{FORMATS['avif']}"]
    html = format_html(
        '<picture data-bytes="{}">{}{}</picture>',
        _bytes(widest),
        format_html_join("", '<source type="{}" srcset="{}" sizes="{}">', [(*s, SIZES) for s in sources]),
        _img(made[AS_IT_CAME], alt),
    )
    return Picture(html, made[LARGE].url, _bytes(widest))


def _img(shown: AbstractRendition, alt: str) -> SafeString:
    return format_html(
        '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy" decoding="async">',
        shown.url,
        alt,
        round(shown.width),  # of a drawing just made it is no whole number
        round(shown.height),
    )


def _bytes(shown: AbstractRendition) -> int:
    try:
        return shown.file.size
    except FileNotFoundError:
        return 0
