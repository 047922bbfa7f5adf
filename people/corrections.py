"""A member says what is wrong in what is kept of them; the leader of the branch answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import audit
from people.leading import Refusal, lock_member
from people.models import Affiliation, CorrectionAnswer, CorrectionRequest, Member, Organisation
from people.offices import LEADING
from people.organisations import STEP

WORKING_DAYS = 15
"""
Working days until a request is answered, Monday to Friday; holidays are not taken out.

The Personal Information Protection Law asks for an easy way and for reasons (art. 50) and names no number:
fifteen is what the platform promises (domain.md 4.1, row 50, marked as our own measure).
"""

OPEN_AT_ONCE = 20
"""A member may have so many requests without an answer."""

LONGEST = 500
"""Characters of what it should be, and of a reason."""

ASKED = audit.action("correction.asked", _("Asked for a correction"))
ANSWERED = audit.action("correction.answered", _("Answered a request for correction"))
LOOKED = audit.action("correction.looked", _("Looked at requests for correction"))


class TooManyAtOnce(Refusal):
    words = _("You have many requests that are not answered yet. Please wait for an answer first.")


class AlreadyAnswered(Refusal):
    words = _("This request has been answered already.")


class NotYoursToAnswer(Refusal):
    words = _("This request is answered by the leaders of the member's own branch.")


class NoReason(Refusal):
    words = _("Please say why it is refused.")


def working_days_after(day: date, count: int) -> date:
    """Return the day that is `count` working days (Monday to Friday) after `day`."""
    weeks, rest = divmod(count, 5)
    found = day + timedelta(weeks=weeks)
    if found.weekday() > 4:  # from a weekend one counts as from the Friday before
        found -= timedelta(days=found.weekday() - 4)
    for _each in range(rest):
        found += timedelta(days=3 if found.weekday() == 4 else 1)
    return found


@transaction.atomic
def ask(*, member: Member, matter: str, should_be: str, at: datetime) -> CorrectionRequest:
    """
    Keep what the member says is wrong, with the day by which it is answered.

    :raises TooManyAtOnce: and nothing is kept.
    """
    lock_member(member)
    if CorrectionRequest.objects.of(member).open().count() >= OPEN_AT_ONCE:
        raise TooManyAtOnce
    request = CorrectionRequest.objects.create(
        member=member,
        matter=matter,
        should_be=should_be,
        asked_at=at,
        due_on=working_days_after(localdate(at), WORKING_DAYS),
    )
    details = {"request": f"{request.key}", "matter": f"{matter}"}
    audit.note(ASKED, at=at, by=member, member=member, details=details)
    return request


@transaction.atomic
def answer(key: UUID, *, outcome: str, words: str, by: Member, at: datetime) -> CorrectionAnswer:
    """
    Answer a request: put right, or refused with a reason.

    :raises NotYoursToAnswer, AlreadyAnswered, NoReason: and nothing is kept.
    """
    request = CorrectionRequest.objects.select_for_update(of=("self",), no_key=True).get(key=key)
    if not CorrectionRequest.objects.for_answer_by(by, on=localdate(at)).filter(pk=request.pk).exists():
        raise NotYoursToAnswer
    if CorrectionAnswer.objects.filter(request=request).exists():
        raise AlreadyAnswered
    if outcome == CorrectionAnswer.Outcome.REFUSED and not words.strip():
        raise NoReason
    given = CorrectionAnswer.objects.create(
        request=request, outcome=outcome, words=words.strip() or None, by=by, at=at
    )
    details = {"request": f"{request.key}", "matter": request.matter, "outcome": f"{outcome}"}
    audit.note(ANSWERED, at=at, by=by, member=request.member, details=details)
    return given


@dataclass(frozen=True)
class Overdue:
    """How many requests below an organisation are past their day, and not the viewer's own to answer."""

    organisation: Organisation
    requests: int


def overdue_below(viewer: Member, *, on: date) -> list[Overdue]:
    """
    Return, for what lies directly below each organisation the viewer leads, how many requests are overdue.

    Counts only: who asked, and for what, is the branch's business. Two queries beside the offices.
    """
    led = [office.organisation for office in viewer.held_offices(on) if office.kind in LEADING]
    if not led:
        return []
    below = Q(pk=None)
    for place in led:
        below |= Q(path__startswith=place.path)
    home = Affiliation.objects.of(OuterRef("member"), on=on).home()
    paths = (
        CorrectionRequest.objects.overdue(on)
        .filter(member__erased_at=None)
        .exclude(pk__in=CorrectionRequest.objects.for_answer_by(viewer, on=on).values("pk"))
        .exclude(member=viewer)
        .annotate(path=Subquery(home.values("branch__path")[:1]))
        .filter(below)
        .values_list("path", flat=True)
    )
    counts = Counter(
        path[: len(place.path) + STEP] for path in paths for place in led if path.startswith(place.path)
    )
    places = Organisation.objects.filter(path__in=counts).order_by("path")
    return [Overdue(place, counts[place.path]) for place in places]
