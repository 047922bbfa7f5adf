"""How large an upload may be, kind by kind. What is above is refused with a sentence, before it is opened."""

MEGABYTE = 1024 * 1024

IMAGE_BYTES = 10 * MEGABYTE
"""Of a picture that is sent by itself."""

PIXELS = 40_000_000
"""Of a picture, width times height. A telephone takes 12 to 24 million; decoding costs four bytes each."""

ALL_PIXELS = 200_000_000
"""Of all frames of a moving picture together."""

SIDE = 20_000
"""Pixels of the longer side."""

SVG_BYTES = 2 * MEGABYTE
SVG_ELEMENTS = 20_000
SVG_DEPTH = 200
"""Elements within each other; drawing programs need about twenty."""

DOCX_BYTES = 100 * MEGABYTE
ARCHIVE_BYTES = 200 * MEGABYTE
PDF_BYTES = 100 * MEGABYTE
MEDIA_BYTES = 200 * MEGABYTE
TEXT_BYTES = 10 * MEGABYTE
MARKDOWN_BYTES = 4 * MEGABYTE
CAPTIONS_BYTES = 2 * MEGABYTE

ENTRIES = 5_000
"""Files in one package (.docx, .zip)."""

UNPACKED_BYTES = 500 * MEGABYTE
"""Of all files of a package together."""

RATIO = 150
"""How much smaller packing may have made a file of a package. Text shrinks to a tenth or a thirtieth."""

SMALL_BYTES = 4 * MEGABYTE
"""Files below this are harmless, however well they were packed."""

XML_BYTES = 80 * MEGABYTE
"""Of one XML part of an Office file."""

SECONDS = 6 * 3600
"""Of a recording: as long as the blocks of a lesson take."""
