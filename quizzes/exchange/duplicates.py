"""Whether a question of a file is in the bank already, or stands twice in the file: by its Chinese words."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from quizzes.exchange.carried import BLANK, CHOICES, Carried, Entry, in_one_line
from quizzes.exchange.into_bank import carried_of
from quizzes.models import Question

CHUNK = 500


@dataclass(frozen=True)
class There:
    """A question of the bank like one of the file. `is_same`: by all its words; else by the stem alone."""

    pk: int
    is_same: bool


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", in_one_line(text)).casefold().split())


def stem_of(text: str) -> str:
    """A stem as it is compared: blanks and signs at the end make no difference."""
    return _folded(text.replace(BLANK, "")).rstrip("。.?!:;()")


def words_of(question: Carried) -> Any:
    """What makes a question the same: kind, stem and key. In which order choices stand is nothing."""
    options: Any = [(_folded(option.text), option.is_right) for option in question.options]
    return (
        question.kind,
        stem_of(question.stem),
        frozenset(options) if question.kind in CHOICES else tuple(options),
        frozenset((_folded(pair.text), _folded(pair.match)) for pair in question.pairs),
        tuple(
            (blank.kind, frozenset(map(_folded, blank.accepted)), blank.tolerance)
            for blank in question.blanks
        ),
        tuple((_folded(row.text), row.points) for row in question.rubric),
    )


def find_in_bank(entries: Iterable[Entry]) -> dict[int, There]:
    """By the number of an entry: what the bank has like it. Some few statements, however many there are."""
    wanted = [(entry.number, entry.question) for entry in entries if entry.question is not None]
    stems = {stem_of(question.stem) for _number, question in wanted}
    alike: dict[str, list[int]] = defaultdict(list)
    for pk, stem in Question.objects.order_by("pk").values_list("pk", "stem").iterator():
        if (told := stem_of(stem)) in stems:
            alike[told].append(pk)
    kept = _words_in_bank([pk for pks in alike.values() for pk in pks])
    found = {}
    for number, question in wanted:
        pks = alike.get(stem_of(question.stem), [])
        same = [pk for pk in pks if kept[pk] == words_of(question)]
        if pks:
            found[number] = There((same or pks)[0], bool(same))
    return found


def _words_in_bank(pks: list[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for start in range(0, len(pks), CHUNK):
        rows = Question.objects.filter(pk__in=pks[start : start + CHUNK])
        rows = rows.select_related("passage", "case")
        for question in rows.prefetch_related("options", "blanks", "rubric", "tagged_items__tag"):
            found[question.pk] = words_of(carried_of(question))
    return found


def tell_twins(entries: Iterable[Entry]) -> None:
    """Say of a question that stands in the file before where that is: it comes in once."""
    first: dict[Any, int] = {}
    for entry in entries:
        if entry.is_good and entry.question is not None:
            earlier = first.setdefault(words_of(entry.question), entry.number)
            if earlier != entry.number:
                entry.error("twice", number=earlier)
