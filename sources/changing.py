"""
Changing what is quoted takes two people: one proposes, another publishes. What nothing quotes yet, a reviewer
may change alone.

A proposal is a draft: lessons go on showing the published words, and the history keeps every wording with who
wrote it and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import ProtectedError

from sources.models import FIELDS_QUOTED, WORK_QUOTED, Passage, Work
from sources.slots import uses_of


def is_quoted(kept: Work | Passage) -> bool:
    """Does a lesson or question quote it? A work is quoted where one of its passages is."""
    return bool(uses_of(passages_of(kept)))


def passages_of(kept: Work | Passage) -> list[Passage]:
    """The passage itself, or the passages of a work, with their work."""
    wanted = {"work": kept} if isinstance(kept, Work) else {"pk": kept.pk}
    return list(Passage.objects.filter(**wanted).select_related("work").order_by("pk"))


def may_publish(changed: Work | Passage, *, by: Any) -> bool:
    """
    May this person make these words the published ones?

    Yes when the words stay, when nothing quotes them, or when somebody else proposed these very words first.
    """
    kept = type(changed).objects.get(pk=changed.pk)
    if kept.live and _words(changed) == _words(kept):
        return True
    if not is_quoted(kept):
        return True
    proposals = kept.revisions.filter(pk__gt=kept.live_revision_id or 0).order_by("pk")
    same = (row for row in proposals if _words_proposed(row.content, kept) == _words(changed))
    first = next(same, None)
    return first is not None and first.user_id not in (None, by.pk)


@dataclass(frozen=True)
class Wording:
    """Words as somebody saved them: published, or proposed and not published."""

    saved_at: datetime
    by: Any
    words: list[str]


def earlier_wordings(kept: Work | Passage) -> list[Wording]:
    """Every wording but the published one, the newest first. Saving the same words again adds none."""
    found: list[Wording] = []
    last: list[Any] = []
    for row in kept.revisions.select_related("user").order_by("pk"):
        words = [row.content.get(name, "") for name in _fields(kept) if name != "work_id"]
        if words != last:
            found.append(Wording(row.created_at, row.user, words))
        last = words
    now = [getattr(kept, name) for name in _fields(kept) if name != "work_id"]
    return [wording for wording in reversed(found) if wording.words != now]


def refuse_if_quoted(kept: Work | Passage) -> None:
    """:raises ProtectedError: when something quotes it; then it is neither deleted nor withdrawn."""
    if is_quoted(kept):
        raise ProtectedError("a quoted passage stays", {kept})


def _fields(kept: Work | Passage) -> tuple[str, ...]:
    return WORK_QUOTED if isinstance(kept, Work) else (*FIELDS_QUOTED, "work_id")


def _words(kept: Work | Passage) -> list[Any]:
    return [getattr(kept, name) for name in _fields(kept)]


def _words_proposed(content: Mapping[str, Any], kept: Work | Passage) -> list[Any]:
    return [content.get(name.removesuffix("_id")) for name in _fields(kept)]
