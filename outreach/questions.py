"""What members ask: "I will find out" is a task of whoever said it, until the answer was told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from outreach.arranged import MemberQuestion
from outreach.packet_records import Slip
from outreach.visiting import Visit
from people import audit
from people.leading import NotThatDay, Refusal
from people.models import Member

ASKED = audit.action("question.taken_down", _("Took down a member's question"))
ANSWERED = audit.action("question.answered", _("Answered a member's question"))
TOLD = audit.action("question.told", _("Told a member the answer to a question"))

LONGEST = 500
"""Characters of a question or an answer at most."""


class NothingSaid(Refusal):
    words = _("Please write the answer, 500 characters at most. Nothing about health.")


class NotYourQuestion(Refusal):
    words = _("This question is found out by whoever took it down, or by the leaders of the branch.")


class NotAnsweredYet(Refusal):
    words = _("Please write the answer first, then say when it was told.")


class AlreadyTold(Refusal):
    words = _("The answer has been told already.")


@transaction.atomic
def take_down(
    member: Member,
    texts: Iterable[str],
    *,
    taken_by: Member,
    on: date,
    at: datetime,
    visit: Visit | None = None,
    slip: Slip | None = None,
    by: Member | None = None,
) -> list[MemberQuestion]:
    """Keep what a member asked on that day; `taken_by` finds out. Blank lines are no questions."""
    said = [text.strip()[:LONGEST] for text in texts if text.strip()]
    asked = [
        MemberQuestion(
            member=member, visit=visit, slip=slip, text=text, asked_on=on, taken_by=taken_by, taken_at=at
        )
        for text in said
    ]
    if asked:
        MemberQuestion.objects.bulk_create(asked)
        audit.note(ASKED, at=at, by=by or taken_by, member=member, details={"questions": len(asked)})
    return asked


@transaction.atomic
def answer(question: MemberQuestion, text: str, *, by: Member, at: datetime) -> MemberQuestion:
    """
    Write what was found out. Until it was told it can be written anew; the last words hold.

    :raises NotYourQuestion, NothingSaid, AlreadyTold: and nothing is changed.
    """
    held = _held(question, by, at)
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise NothingSaid
    if held.told_on is not None:
        raise AlreadyTold
    held.answer, held.answered_at = words, at
    held.save(update_fields=["answer", "answered_at"])
    audit.note(ANSWERED, at=at, by=by, member=held.member, details={"question": str(held.key)})
    return held


@transaction.atomic
def tell(question: MemberQuestion, *, on: date, by: Member, at: datetime) -> MemberQuestion:
    """
    Say that the member was told the answer on that day; then it is no task any more. Said twice, it is once.

    :raises NotYourQuestion, NotAnsweredYet, NotThatDay: and nothing is changed.
    """
    held = _held(question, by, at)
    if held.told_on is not None:
        return held
    if held.answered_at is None:
        raise NotAnsweredYet
    if not held.asked_on <= on <= localdate(at):
        raise NotThatDay
    held.told_on = on
    held.save(update_fields=["told_on"])
    audit.note(TOLD, at=at, by=by, member=held.member, details={"question": str(held.key)})
    return held


def _held(question: MemberQuestion, by: Member, at: datetime) -> MemberQuestion:
    held = MemberQuestion.objects.select_for_update(of=("self",)).select_related("member").get(pk=question.pk)
    if not may_answer(held, by, on=localdate(at)):
        raise NotYourQuestion
    return held


def may_answer(question: MemberQuestion, by: Member, *, on: date) -> bool:
    """True for whoever took it down, and for those who lead the member's branch."""
    return MemberQuestion.objects.for_answering(by, on=on).filter(pk=question.pk).exists()
