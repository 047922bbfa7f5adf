"""What was given to a question, in words for editors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from quizzes import marking
from quizzes.models import Question, in_reader_language


def given_in_words(content: Mapping[str, Any], given: Sequence[str]) -> str:
    """Return what was given as it reads; the texts of options in the reader's language."""
    if not given:
        return _("nothing")
    words = {row["key"]: _text(row) for name in ("options", "matches") for row in content.get(name, [])}
    match content["kind"]:
        case Question.Kind.FILL_IN:
            return " · ".join(text or "–" for text in given)
        case Question.Kind.ORDERING:
            return " → ".join(words.get(key, "?") for key in given)
        case Question.Kind.MATCHING:
            sides = zip(content["options"], given, strict=False)
            return " · ".join(f"{_text(row)} = {words.get(key, '–')}" for row, key in sides)
    return " · ".join(words.get(key, "?") for key in given)


def _text(row: Mapping[str, str]) -> str:
    return in_reader_language(row["text"], row["text_en"])


def is_right(content: Mapping[str, Any], given: Sequence[str]) -> bool:
    """Whether it earns all points; of a choice among several, whether the option belongs to the key."""
    if content["kind"] == Question.Kind.MULTIPLE_CHOICE:
        return bool(given) and set(given) <= set(content["correct"])
    return marking.mark_question(content, given).right
