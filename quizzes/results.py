"""Results as other rooms read them: one query each, however many members and quizzes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Window

from quizzes.models import Attempt, Mark


@dataclass(frozen=True)
class Best:
    """A member's best result at a quiz, when it was handed in, and the number of attempts handed in."""

    percent: int
    passed: bool
    handed_in_at: datetime
    attempts: int


def best_results(
    member_ids: Iterable[int], quiz_keys: Iterable[UUID] | None = None
) -> dict[tuple[int, UUID], Best]:
    """
    Return the best result of each member at each quiz (None: at all quizzes) that was handed in.

    A pass goes before no pass, then the higher per cent, then the earlier. Of marks given to one attempt the
    last holds.
    """
    who, what = "attempt__member_id", "attempt__quiz__key"
    later = Mark.objects.filter(attempt=OuterRef("attempt"), pk__gt=OuterRef("pk"))
    marks = Mark.objects.filter(
        ~Exists(later), attempt__member__in=list(member_ids), attempt__is_look_back=False
    )
    if quiz_keys is not None:
        marks = marks.filter(attempt__quiz__key__in=list(quiz_keys))
    rows = (
        marks.annotate(attempts=Window(Count("pk"), partition_by=[who, what]))
        .order_by(who, what, "-passed", "-percent", "attempt__handed_in_at", "pk")
        .distinct(who, what)
        .values_list(who, what, "percent", "passed", "attempt__handed_in_at", "attempts")
    )
    return {(member, quiz): Best(*best) for member, quiz, *best in rows}


def handed_in_keys(member_id: int, quiz_keys: Iterable[UUID]) -> set[UUID]:
    """Return those of the quizzes that the member has handed in at least once. One query."""
    attempts = Attempt.objects.handed_in().for_score().filter(member=member_id, quiz__key__in=list(quiz_keys))
    return set(attempts.values_list("quiz__key", flat=True))
