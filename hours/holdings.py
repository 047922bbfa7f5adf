"""What this room holds of members, for the inventory, and what erasing does. See also `hours.own_data`."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from hours.models import Objection, ObjectionAnswer, StudyClock
from people.keeping import LAW, RIGHTS, WITH_ACCOUNT, Held, Keeping, OnErasure
from people.models import Member

COUNTING = _("to count study honestly, with the reason for every minute")
YEARS = Keeping(_("two years, then totals of a year for five; not dropped by itself yet"))
RECKONING = _("to say who did what in an office")
WRITING = _("to know who wrote what")
PROPOSALS = _("you; who may propose or approve rules")
LEADERS = _("you; who leads the branch that recorded")
WHO = _("you; offices of your branch and above that see hours")

INVENTORY = (
    Held(
        "hours.StudyRecord",
        _("My study records"),
        (
            "member", "home", "recorded_in", "bucket", "source", "key", "subject", "edition", "opened_at",
            "started_at", "ended_at", "standing", "seconds", "counted", "taken", "claimed", "award",
            "counters", "refused", "evidence", "rule", "corrects", "settles", "reason", "received_at",
        ),
        COUNTING,
        LAW,
        YEARS,
        WHO,
    ),
    Held(
        "hours.StudyRecord",
        _("Records I made for others"),
        ("recorded_by",),
        RECKONING,
        LAW,
        YEARS,
        WHO,
        member="recorded_by",
        shows=("received_at", "source", "seconds"),
    ),
    Held(
        "hours.CountedInterval",
        _("The minutes that counted"),
        ("member", "record", "bucket", "subject", "started_at", "ended_at", "seconds"),
        COUNTING,
        LAW,
        YEARS,
        WHO,
        shows=("started_at", "ended_at", "seconds", "bucket"),
    ),
    Held(
        "hours.StudyClock",
        _("The study clock"),
        ("member", "subject", "edition", "opened_at", "last_at", "pace", "pace_lessons"),
        COUNTING,
        LAW,
        Keeping(_("the open sitting and the last two days; your pace as long as the account")),
        _("you"),
        on_erasure=OnErasure.EMPTY,
    ),
    Held(
        "hours.Objection",
        _("My objections to study records"),
        ("key", "record", "member", "text", "at"),
        COUNTING,
        RIGHTS,
        YEARS,
        LEADERS,
        on_erasure=OnErasure.EMPTY,
    ),
    Held(
        "hours.ObjectionAnswer",
        _("Answers to my objections"),
        ("objection", "text", "correction", "at"),
        COUNTING,
        RIGHTS,
        YEARS,
        LEADERS,
        member="objection__member",
        on_erasure=OnErasure.EMPTY,
    ),
    Held(
        "hours.ObjectionAnswer",
        _("Objections I answered"),
        ("by", "at"),
        RECKONING,
        RIGHTS,
        YEARS,
        LEADERS,
        member="by",
        shows=("at",),
    ),
    Held(
        "hours.Rule",
        _("Rules I wrote"),
        ("author",),
        WRITING,
        LAW,
        WITH_ACCOUNT,
        _("everybody"),
        member="author",
        shows=("name", "valid_from"),
    ),
    Held(
        "hours.Rule",
        _("Rules I approved"),
        ("approver",),
        WRITING,
        LAW,
        WITH_ACCOUNT,
        _("everybody"),
        member="approver",
        shows=("name", "valid_from"),
    ),
    Held(
        "hours.RuleProposal",
        _("Rules I proposed"),
        ("author",),
        WRITING,
        LAW,
        WITH_ACCOUNT,
        PROPOSALS,
        member="author",
        shows=("name", "valid_from", "proposed_at", "outcome"),
    ),
    Held(
        "hours.RuleProposal",
        _("Proposed rules I approved or declined"),
        ("settled_by",),
        WRITING,
        LAW,
        WITH_ACCOUNT,
        PROPOSALS,
        member="settled_by",
        shows=("name", "valid_from", "settled_at", "outcome"),
    ),
)  # fmt: skip

CONTENT = ("hours.Rule", "hours.RuleProposal")

TOLD = ("hours.studyrecord", "hours.studyclock", "hours.objection", "hours.objectionanswer.objection__member")
"""Entries that `hours.own_data` tells of."""


def hold_clock(member: Member, at: datetime) -> None:
    """
    Write the open sitting to the ledger, forget the pace, and let the clock stand still for good.

    Pages that are open go on reporting as long as their token lasts; no session is asked there, so the clock
    itself refuses.
    """
    StudyClock.objects.filter(pk=member.key).update(pace=100, pace_lessons=0)
    with connection.cursor() as cursor:
        cursor.execute("select study_hold(%s, %s)", [member.key, at])


def forget_words(member: Member, at: datetime) -> None:
    """Empty what the member objected in free words, and what was answered. That it was, stays."""
    Objection.objects.filter(member=member, text__isnull=False).update(text=None)
    ObjectionAnswer.objects.filter(objection__member=member, text__isnull=False).update(text=None)
