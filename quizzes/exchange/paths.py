"""Categories of Moodle: a path with strokes, of which the last part counts here."""

from __future__ import annotations

import re

from quizzes.exchange.carried import Carried
from quizzes.exchange.columns import CATEGORY_WORDS, category_named

_STROKE = re.compile(r"(?<!/)/(?!/)")
_ROOTS = re.compile(r"\$[\w]+\$(?:/top)?|top", re.IGNORECASE)


def path_of(question: Carried) -> str:
    """The path under which a question is written. A stroke within a name is doubled, as Moodle does."""
    name = CATEGORY_WORDS[question.category][0] if question.category else question.path
    return "$course$/top" + (f"/{name.replace('/', '//')}" if name else "")


def take_path(question: Carried, path: str) -> None:
    """Give a question the category that the path of a file names; else it keeps the name."""
    parts = [part.replace("//", "/").strip() for part in _STROKE.split(path)]
    names = [part for part in parts if part and not _ROOTS.fullmatch(part)]
    question.category = next(filter(None, (category_named(name) for name in reversed(names))), "")
    question.path = "" if question.category or not names else names[-1]
