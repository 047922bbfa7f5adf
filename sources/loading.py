"""Works and passages from data files: again changes nothing, and an editor's change is left alone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from sources.models import FIELDS_QUOTED, WORK_QUOTED, Passage, Work

_NAMESPACE = uuid.UUID("1c1e4f0a-6a0b-5b0e-9d6f-2f6c1b7a9e10")

_MAY_BE_MISSING = {"title_en", "edition_en", "date_en", "text_en", "place", "place_en"}


class BadPassage(Exception):
    """A row of a file is no work or passage: it names the row and what is amiss."""


@dataclass
class Loaded:
    """What loading did: rows made, brought up to date, unchanged, and those left to an editor's change."""

    made: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)


@transaction.atomic
def load_passages(works: Sequence[Mapping[str, Any]], passages: Sequence[Mapping[str, Any]]) -> Loaded:
    """
    Bring works and passages into the sources and publish them.

    One already there follows its row as long as its words are those that were loaded and nobody has proposed
    others. What quotes words that changed is listed for the editors, as after any other change.

    :raises BadPassage: and nothing is loaded.
    """
    report = Loaded()
    present = {work.reference: work for work in Work.objects.filter(reference__in=_references(works))}
    for row in works:
        reference = str(row["id"])
        work = present.get(reference) or Work(reference=reference, key=uuid.uuid5(_NAMESPACE, reference))
        present[reference] = work
        _bring(work, _words(row, WORK_QUOTED), report)
    there = {one.reference: one for one in Passage.objects.filter(reference__in=_references(passages))}
    for row in passages:
        reference = str(row["id"])
        if str(row.get("work")) not in present:
            raise BadPassage(f"{reference}: no work “{row.get('work')}” in the file.")
        passage = there.get(reference) or Passage(
            reference=reference, key=uuid.uuid5(_NAMESPACE, f"passage {reference}")
        )
        passage.work = passage.work if passage.pk else present[str(row["work"])]
        _bring(passage, _words(row, FIELDS_QUOTED), report)
    return report


def _references(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    references = [str(row.get("id") or "") for row in rows]
    if "" in references or len(set(references)) != len(references):
        raise BadPassage("Every row needs an id of its own.")
    return references


def _words(row: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, str]:
    missing = [name for name in fields if name not in row and name not in _MAY_BE_MISSING]
    if missing:
        raise BadPassage(f"{row['id']}: {', '.join(missing)} is missing.")
    return {name: str(row.get(name, "")).strip() for name in fields}


def _bring(kept: Work | Passage, words: Mapping[str, str], report: Loaded) -> None:
    wanted = _digest(words)
    if kept.pk:
        now = _digest({name: getattr(kept, name) for name in words})
        if now != kept.loaded_digest or kept.has_unpublished_changes or not kept.live:
            report.kept.append(kept.reference)
            return
        if now == wanted:
            report.unchanged += 1
            return
    for name, value in words.items():
        setattr(kept, name, value)
    kept.loaded_digest = wanted
    try:
        kept.full_clean()
    except ValidationError as error:
        raise BadPassage(f"{kept.reference}: {' '.join(error.messages)}") from error
    if kept.pk:
        report.updated += 1
    else:
        report.made += 1
    kept.save()
    kept.save_revision(clean=False, log_action=True).publish()
    kept.refresh_from_db()


def _digest(words: Mapping[str, str]) -> str:
    return sha256("\x1f".join(f"{name}={words[name]}" for name in sorted(words)).encode()).hexdigest()
