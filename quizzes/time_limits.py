"""How long an attempt may take: the quiz's limit, what is given beyond it, and whom it does not bind."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import audit
from people.arrangements import HomeStudy
from people.leading import NotForYourself, NotYourBranch, Refusal, home_of, leads
from people.models import Member
from quizzes.models import Attempt, Quiz, TimeExtension

GRACE = timedelta(seconds=30)
"""An answer given in time counts when it arrives within so much after the end of the time."""

MOST_MINUTES = 600
"""Beyond the limit of the quiz; who needs more has none."""

EXTENDED = audit.action("quiz.extended", _("Gave more time at a quiz"))


class NoTimeLimit(Refusal):
    words = _("This quiz has no time limit.")


class NotSoManyMinutes(Refusal):
    words = _("Please give between 1 and 600 minutes, or no limit.")


def is_over(attempt: Attempt, at: datetime) -> bool:
    """Whether an attempt has ended, or its time and the grace after it are over."""
    if attempt.handed_in_at is not None:
        return True
    return attempt.ends_at is not None and at > attempt.ends_at + GRACE


def minutes_for(quiz: Quiz, member: Member, *, at: datetime) -> int | None:
    """
    Return how many minutes the member has, None without a limit. Two queries, none where there is no limit.

    Large print and study at home take longer: the limit binds there only when it is essential (WCAG 2.2.1).
    """
    if quiz.time_limit_minutes is None:
        return None
    if not quiz.is_limit_essential and _takes_longer(member, at=at):
        return None
    given = TimeExtension.objects.filter(quiz=quiz, member=member).order_by("-pk").values_list("minutes")[:1]
    for (more,) in given:
        return None if more is None else quiz.time_limit_minutes + more
    return quiz.time_limit_minutes


def _takes_longer(member: Member, *, at: datetime) -> bool:
    if member.prefers_large_print:
        return True
    return HomeStudy.objects.on(localdate(at)).filter(member=member).exists()


def ends_at(quiz: Quiz, minutes: int | None, *, begun_at: datetime) -> datetime | None:
    """
    Return when the time of an attempt is over, None when it never is.

    Who has begun before a quiz closes may go on, unless the key is shown then.
    """
    ends = begun_at + timedelta(minutes=minutes) if minutes is not None else None
    if quiz.feedback == Quiz.Feedback.AFTER_CLOSING and quiz.closes_at:
        return min(ends, quiz.closes_at) if ends else quiz.closes_at
    return ends


def keep_to_closing(quiz: Quiz, *, at: datetime) -> int:
    """
    End what is under way when the quiz closes, if the key is shown then; return how many end earlier now.

    An editor may have brought the closing forward, or have said only now that the key waits for it: who goes
    on after it could read the key in another's result. None ends before now.
    """
    if quiz.feedback != Quiz.Feedback.AFTER_CLOSING or quiz.closes_at is None:
        return 0
    ends = max(quiz.closes_at, at)
    longer = Attempt.objects.for_score().open().filter(Q(ends_at=None) | Q(ends_at__gt=ends), quiz=quiz)
    return longer.filter(begun_at__lt=ends).update(ends_at=ends)


@transaction.atomic
def extend_time(
    quiz: Quiz, member: Member, minutes: int | None, *, by: Member, at: datetime
) -> TimeExtension:
    """
    Give a member so many minutes beyond the limit of a quiz, or no limit (None), from now on. The last holds.

    An attempt that is open gets the time too, and never loses any. It is for the secretary or deputy of the
    member's home branch or above it. No reason is asked for or kept.

    :raises NotForYourself, NotYourBranch, NoHomeBranch: when it is not for `by` to give.
    :raises NoTimeLimit: when the quiz has none.
    :raises NotSoManyMinutes: when it is out of range.
    """
    if by.pk == member.pk:
        raise NotForYourself
    on = localdate(at)
    if not leads(by, home_of(member, on=on).branch, on=on):
        raise NotYourBranch
    if quiz.time_limit_minutes is None:
        raise NoTimeLimit
    if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
        raise NotSoManyMinutes
    given = TimeExtension.objects.create(quiz=quiz, member=member, minutes=minutes, given_by=by, given_at=at)
    opened = Attempt.objects.of(member).for_score().open().filter(quiz=quiz).select_for_update(no_key=True)
    for attempt in opened.defer("paper"):
        _lengthen(attempt, quiz, member, at=at)
    audit.note(EXTENDED, at=at, by=by, member=member, details={"quiz": str(quiz.key)})
    return given


def _lengthen(attempt: Attempt, quiz: Quiz, member: Member, *, at: datetime) -> None:
    if attempt.ends_at is None or is_over(attempt, at):
        return
    ends = ends_at(quiz, minutes_for(quiz, member, at=at), begun_at=attempt.begun_at)
    if ends is None or ends > attempt.ends_at:
        attempt.ends_at = ends
        attempt.save(update_fields=["ends_at"])
