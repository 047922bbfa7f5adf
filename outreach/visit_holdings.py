"""What is held of members with visits, pairings and questions, for the inventory, and what erasing does."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jobs.schedule import nightly
from outreach.arranged import MemberQuestion, PlannedVisit
from outreach.visiting import Visit, VisitMember
from people import audit
from people.keeping import CONSENT, LAW, WITH_ACCOUNT, Held, Keeping, OnErasure
from people.models import Member

EMPTIED = audit.action("visits.words_emptied", _("Emptied words of visits that had been kept long enough"))

_place_days = lazy(lambda: settings.VISIT_PLACE_DAYS, int)()
_word_days = lazy(lambda: settings.VISIT_WORDS_DAYS, int)()

BRINGING = _("to bring study to those who cannot come")
COUNTING = _("to count study honestly, with the reason for every minute")
RECKONING = _("to say who did what in an office")
PLACES = Keeping(format_lazy(_("as long as the account; the place for {days} days"), days=_place_days))
WORDS = Keeping(format_lazy(_("as long as the account; the words for {days} days"), days=_word_days))
QUESTIONS = Keeping(
    format_lazy(_("as long as the account; the words for {days} days after the answer"), days=_word_days)
)
SEEN_BY = _("you; who came; who leads your branch and above")
CARERS = _("you; your visitors; who leads your branch and above")
LEADERS = _("you; who leads the branch")

VISITS = (
    Held(
        "outreach.Visit",
        _("Visits and calls to me"),
        (
            "key", "way", "outcome", "started_at", "minutes", "place", "branch", "device_at", "counter",
            "received_at",
        ),
        BRINGING,
        LAW,
        PLACES,
        SEEN_BY,
        member="members__member",
        on_erasure=OnErasure.EMPTY,
        shows=("started_at", "way", "outcome", "minutes", "place", "branch", "received_at"),
    ),
    Held(
        "outreach.VisitMember",
        _("What I said at visits"),
        ("visit", "member", "branch", "confirmed", "companion", "wishes", "record"),
        BRINGING,
        LAW,
        WORDS,
        SEEN_BY,
        on_erasure=OnErasure.EMPTY,
        shows=("visit", "confirmed", "companion", "wishes"),
    ),
    Held(
        "outreach.VisitLesson",
        _("Lessons read at visits to me"),
        ("visit", "edition", "lesson"),
        COUNTING,
        LAW,
        WITH_ACCOUNT,
        SEEN_BY,
        member="visit__members__member",
        shows=("visit", "edition"),
    ),
    Held(
        "outreach.VisitVisitor",
        _("Visits I made"),
        ("visit", "visitor"),
        RECKONING,
        LAW,
        WITH_ACCOUNT,
        LEADERS,
        member="visitor",
    ),
    Held(
        "outreach.Visit",
        _("Visits I recorded"),
        ("recorded_by",),
        RECKONING,
        LAW,
        WITH_ACCOUNT,
        LEADERS,
        member="recorded_by",
        shows=("started_at", "way", "outcome", "minutes", "received_at"),
    ),
)  # fmt: skip

ARRANGED = (
    Held(
        "outreach.PairingConsent",
        _("Consents to those who visit me"),
        ("pairing", "side", "way", "given_on", "noted_at", "withdrawn_on"),
        BRINGING,
        CONSENT,
        WITH_ACCOUNT,
        LEADERS,
        member="pairing__member",
        on_erasure=OnErasure.DROP,
        shows=("side", "way", "given_on", "withdrawn_on"),
    ),
    Held(
        "outreach.PairingConsent",
        _("Consents to those I visit"),
        ("pairing",),
        BRINGING,
        CONSENT,
        WITH_ACCOUNT,
        LEADERS,
        member="pairing__visitor",
        shows=("side", "way", "given_on", "withdrawn_on"),
    ),
    Held(
        "outreach.PlannedVisit",
        _("Visits planned to me"),
        ("key", "visitor", "member", "day", "packet", "note", "planned_at", "visit", "cancelled_at"),
        BRINGING,
        LAW,
        PLACES,
        CARERS,
        on_erasure=OnErasure.EMPTY,
        shows=("day", "visitor", "note", "planned_at", "cancelled_at"),
    ),
    Held(
        "outreach.PlannedVisit",
        _("Visits I planned to make"),
        ("visitor", "day"),
        RECKONING,
        LAW,
        WITH_ACCOUNT,
        LEADERS,
        member="visitor",
        shows=("day", "planned_at", "cancelled_at"),
    ),
    Held(
        "outreach.MemberQuestion",
        _("Questions I asked, and their answers"),
        (
            "key", "member", "visit", "slip", "text", "asked_on", "taken_by", "taken_at", "answer",
            "answered_at", "told_on",
        ),
        BRINGING,
        LAW,
        QUESTIONS,
        CARERS,
        on_erasure=OnErasure.EMPTY,
        shows=("asked_on", "text", "taken_by", "answer", "told_on"),
    ),
    Held(
        "outreach.MemberQuestion",
        _("Questions of members I took down"),
        ("taken_by",),
        RECKONING,
        LAW,
        WITH_ACCOUNT,
        LEADERS,
        member="taken_by",
        shows=("asked_on", "answered_at", "told_on"),
    ),
)  # fmt: skip

NOTING = tuple(
    Held(model, what, (member,), RECKONING, LAW, WITH_ACCOUNT, LEADERS, member=member, shows=shows)
    for model, what, member, shows in (
        ("outreach.PairingConsent", _("Consents to pairings I noted"), "noted_by", ("noted_at", "side")),
        (
            "outreach.PairingConsent",
            _("Consents taken back that I noted"),
            "withdrawal_noted_by",
            ("withdrawn_on", "side"),
        ),
        ("outreach.PlannedVisit", _("Visits I planned for others"), "planned_by", ("planned_at", "day")),
        ("outreach.PlannedVisit", _("Planned visits I cancelled"), "cancelled_by", ("cancelled_at", "day")),
    )
)

VISIT_INVENTORY = (*VISITS, *ARRANGED, *NOTING)


def forget_visits(member: Member, at: datetime) -> None:
    """Empty what was said at visits to the member, and cancel what is planned. The visits stay."""
    Visit.objects.filter(members__member=member, place__isnull=False).update(place=None)
    VisitMember.objects.filter(member=member).update(companion=None, wishes=None)
    MemberQuestion.objects.filter(member=member).update(text=None, answer=None)
    plans = PlannedVisit.objects.filter(Q(member=member) | Q(visitor=member))
    plans.open().update(cancelled_at=at)
    plans.update(note=None)


@nightly("empty the words of old visits")
def empty_old_words(at: datetime) -> dict[str, int]:
    """
    Take away places, names, wishes, notes, questions and answers whose time is over; the rows stay.

    A question whose answer was never told goes after twice the time.
    """
    day = localdate(at)
    place_days, word_days = timedelta(settings.VISIT_PLACE_DAYS), timedelta(settings.VISIT_WORDS_DAYS)
    told = Q(told_on__lt=day - word_days) | Q(asked_on__lt=day - 2 * word_days)
    old = VisitMember.objects.filter(visit__started_at__lt=at - word_days)
    emptied = {
        "places": Visit.objects.filter(started_at__lt=at - place_days, place__isnull=False).update(
            place=None
        ),
        "notes": PlannedVisit.objects.filter(day__lt=day - place_days, note__isnull=False).update(note=None),
        "said": old.filter(Q(companion__isnull=False) | Q(wishes__isnull=False)).update(
            companion=None, wishes=None
        ),
        "questions": MemberQuestion.objects.filter(told, text__isnull=False).update(text=None, answer=None),
    }
    if any(emptied.values()):
        audit.note(EMPTIED, at=at, by=None, details={name: n for name, n in emptied.items() if n})
    return emptied
