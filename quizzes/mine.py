"""What a member has done with quizzes: attempts to go on with, and those handed in, the newest first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q

from people.models import Member
from quizzes.models import Attempt, AttemptQuerySet
from quizzes.time_limits import GRACE

ON_A_PAGE = 20


def to_go_on_with(member: Member, *, at: datetime) -> AttemptQuerySet:
    """Return the attempts to go on with, with their quizzes; looks back are told apart. One query."""
    in_time = Q(ends_at=None) | Q(ends_at__gte=at - GRACE)
    attempts = Attempt.objects.of(member).for_score().open().filter(in_time)
    return attempts.select_related("quiz").defer("paper").order_by("-begun_at")


def own_attempt(key: UUID, member_id: int) -> Attempt:
    """
    Return an attempt of a member, for whoever writes to it with a page's token.

    :raises Attempt.DoesNotExist: when it is not theirs.
    """
    return Attempt.objects.get(pk=key, member_id=member_id)


def history_of(member: Member, page: str | None) -> Page[Attempt]:
    """Return a page of the attempts handed in, with the mark that holds. Two queries."""
    attempts = Attempt.objects.of(member).handed_in().with_marks().defer("paper")
    return Paginator(attempts.order_by("-handed_in_at", "pk"), ON_A_PAGE).get_page(page)
