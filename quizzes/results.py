"""Results as other rooms read them: one query each, however many members and quizzes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Subquery, Sum, When, Window
from django.db.models.expressions import OrderBy

from quizzes.marking import passed, percentage
from quizzes.models import Attempt, Mark, Quiz


@dataclass(frozen=True)
class Best:
    """
    A member's result at a quiz, when it was handed in, and the number of attempts handed in.

    It is that of the best attempt, of the last, or the average of all, as the quiz says what counts.
    """

    percent: int
    passed: bool
    handed_in_at: datetime
    attempts: int


def best_results(
    member_ids: Iterable[int], quiz_keys: Iterable[UUID] | None = None
) -> dict[tuple[int, UUID], Best]:
    """
    Return the result of each member at each quiz (None: at all quizzes) that was handed in.

    Best: a pass goes before no pass, then the higher per cent, then the earlier. The average of all is passed
    when it reaches the pass mark of the last attempt. Of marks given to one attempt the last holds; looks
    back count for nothing.
    """
    who, what = "attempt__member_id", "attempt__quiz__key"
    later = Mark.objects.filter(attempt=OuterRef("attempt"), pk__gt=OuterRef("pk"))
    marks = Mark.objects.filter(
        ~Exists(later), attempt__member__in=list(member_ids), attempt__is_look_back=False
    )
    if quiz_keys is not None:
        marks = marks.filter(attempt__quiz__key__in=list(quiz_keys))
    rows = (
        marks.annotate(held=_kept_percent())
        .annotate(
            attempts=Window(Count("pk"), partition_by=[who, what]),
            total=Window(Sum("percent"), partition_by=[who, what]),
            held_total=Window(Sum("held"), partition_by=[who, what]),
        )
        .order_by(who, what, *_what_counts())
        .distinct(who, what)
        .values_list(
            who, what, "attempt__quiz__counts", "percent", "passed", "attempt__handed_in_at", "attempts",
            "total", "attempt__pass_mark", "held_total",
        )
    )  # fmt: skip
    return {(member, quiz): _result(*result) for member, quiz, *result in rows}


def _kept_percent() -> Subquery:
    """The most that an attempt was ever given, since the last regrade that lets passes fall."""
    of_attempt = Mark.objects.filter(attempt=OuterRef("attempt"))
    fell = of_attempt.filter(pk__gt=OuterRef("pk"), regrade__lets_passes_fall=True)
    held = of_attempt.filter(~Exists(fell))
    return Subquery(held.order_by("-percent").values("percent")[:1])


def _what_counts() -> list[OrderBy]:
    """The attempt that counts first: where the best does, by its result; else the last."""
    best = [
        Case(When(attempt__quiz__counts=Quiz.Counts.BEST, then=F(name))) for name in ("passed", "percent")
    ]
    when = F("attempt__handed_in_at")
    first = Case(When(attempt__quiz__counts=Quiz.Counts.BEST, then=when))
    return [*(one.desc() for one in best), first.asc(), when.desc(), F("pk").asc()]


def _result(
    counts: str,
    percent: int,
    is_passed: bool,
    when: datetime,
    attempts: int,
    total: int,
    pass_mark: int,
    held: int,
) -> Best:
    if counts == Quiz.Counts.AVERAGE and attempts > 1:
        percent = percentage(total, attempts * 100)
        # A regrade takes no pass: what was reached by the marks of then stays reached.
        is_passed = passed(max(percent, percentage(held, attempts * 100)), pass_mark)
    return Best(percent, is_passed, when, attempts)


def handed_in_keys(member_id: int, quiz_keys: Iterable[UUID]) -> set[UUID]:
    """Return those of the quizzes that the member has handed in at least once. One query."""
    attempts = Attempt.objects.handed_in().for_score().filter(member=member_id, quiz__key__in=list(quiz_keys))
    return set(attempts.values_list("quiz__key", flat=True))
