"""Pictures: their kind and size are read from their first bytes, before anything is decoded."""

from __future__ import annotations

import re
import warnings
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image

from intake import limits
from intake.refusals import UploadRefused

EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}
"""Pictures that a browser shows."""

TURNED_INTO_PNG = {"BMP", "TIFF"}
"""Pictures that stand in documents, and that we can turn into one a browser shows."""

Image.MAX_IMAGE_PIXELS = limits.PIXELS
"""So that nothing on this site ever decodes a larger one, whichever way it came in."""


def check_image(file: IO[bytes], *, formats: frozenset[str] = frozenset(EXTENSIONS)) -> str:
    """
    Return the extension of a picture.

    :raises UploadRefused: when it is none, has too many pixels or frames, or is cut off.
    """
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=sorted(formats)) as image:
                _measure(image)
                known = "JPEG" if image.format == "MPO" else image.format or ""  # of two lenses
                extension = EXTENSIONS.get(known, known.lower())
                image.verify()
    except UploadRefused:
        raise
    except Image.DecompressionBombError as error:
        said = re.search(r"[0-9]{6,}", str(error))
        raise _too_large(int(said[0]) if said else 2 * limits.PIXELS) from error
    except Exception as error:  # Pillow raises almost anything for a file that is broken on purpose
        raise UploadRefused(
            "not_an_image",
            _(
                "This is no picture that can be shown, or it is damaged. Save it anew as PNG or "
                "JPEG and send that."
            ),
        ) from error
    finally:
        file.seek(0)
    return extension


def _measure(image: Image.Image) -> None:
    width, height = image.size
    if width * height > limits.PIXELS or max(width, height) > limits.SIDE:
        raise _too_large(width * height)
    if width * height * getattr(image, "n_frames", 1) > limits.ALL_PIXELS:
        raise UploadRefused(
            "too_many_frames",
            _("The moving picture has too many frames. Shorten it, or send it as a video."),
        )


def _too_large(pixels: int) -> UploadRefused:
    return UploadRefused(
        "too_many_pixels",
        _(
            "The picture has %(has)s million pixels. Make it smaller, to at most %(most)s million "
            "(for example 6000 by 4000), and send it again."
        )
        % {"has": round(pixels / 1_000_000), "most": limits.PIXELS // 1_000_000},
    )
