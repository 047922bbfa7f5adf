"""In which forms each block of a lesson reaches people: on a page, on paper, and by ear. Asked by a test."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Spoken(Enum):
    """What is said of a block when a lesson is read aloud."""

    WORDS = "all its words, in their order"
    ROWS = "row by row, each cell behind the heading of its column"
    PICTURE = "its text alternative, said to be that of a picture, and its caption"
    NAMED = "its title, what it is and how long it takes"


@dataclass(frozen=True)
class Forms:
    """
    `printed`: the kind of block that a pack prints (`paper.content.Block`), or none with `why_not_printed`.

    On the page a block has the template of its class; `spoken` is read from what that template says.
    """

    printed: str | None
    spoken: Spoken
    why_not_printed: str = ""


FORMS = {
    "heading": Forms("heading", Spoken.WORDS),
    "paragraph": Forms("paragraph", Spoken.WORDS),
    "quotation": Forms("quotation", Spoken.WORDS),
    "locked_quotation": Forms("quotation", Spoken.WORDS),
    "key_terms": Forms("terms", Spoken.WORDS),
    "timeline": Forms("timeline", Spoken.WORDS),
    "case": Forms("case", Spoken.WORDS),
    "table": Forms("table", Spoken.ROWS),
    "discussion": Forms("discussion", Spoken.WORDS),
    "image": Forms("figure", Spoken.PICTURE),
    "video": Forms("media", Spoken.NAMED),
    "audio": Forms("media", Spoken.NAMED),
    "document": Forms("paragraph", Spoken.NAMED),
    "notes": Forms("list", Spoken.WORDS),
    "quiz": Forms(
        None, Spoken.NAMED, why_not_printed="a pack brings the quiz with an answer sheet of its own"
    ),
}
"""By type of block."""
