"""What this room holds of members, for My data, the inventory, and what erasing does here."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from hours.models import StudyClock, StudyRecord
from hours.slots import subjects
from people.keeping import LAW, WITH_ACCOUNT, Held, Keeping, OnErasure
from people.models import Member
from people.slots import Column, Said, Section

COUNTING = _("to count study honestly, with the reason for every minute")
YEARS = Keeping(_("two years, then totals of a year for five; not dropped by itself yet"))
WHO = _("you; offices of your branch and above that see hours")

INVENTORY = (
    Held(
        "hours.StudyRecord",
        _("My study records"),
        (
            "member", "home", "recorded_in", "bucket", "source", "key", "subject", "edition", "started_at",
            "ended_at", "seconds", "refused", "evidence", "rule", "corrects", "reason", "received_at",
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
        _("to say who did what in an office"),
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
        ("member", "subject", "edition", "opened_at", "last_at"),
        COUNTING,
        LAW,
        Keeping(_("the open sitting and the last two days")),
        _("you"),
        on_erasure=OnErasure.KEEP,
    ),
    Held(
        "hours.Rule",
        _("Rules I wrote"),
        ("author",),
        _("to know who wrote what"),
        LAW,
        WITH_ACCOUNT,
        _("everybody"),
        member="author",
        shows=("name", "valid_from"),
    ),
)  # fmt: skip

CONTENT = ("hours.Rule",)

_COLUMNS = (
    Column("started_at", _("began")),
    Column("ended_at", _("ended")),
    Column("what", _("what was studied")),
    Column("source", _("source")),
    Column("bucket", _("kind of study")),
    Column("seconds", _("counted seconds")),
    Column("refused", _("not counted: seconds by reason")),
    Column("reason", _("reason")),
    Column("branch", _("branch")),
    Column("rule", _("rule")),
    Column("evidence", _("evidence")),
    Column("received_at", _("received")),
)


def own_data(member: Member) -> list[Section]:
    """Every row of the ledger about this member, the latest first; and the running clock. Four queries."""
    records = list(
        StudyRecord.objects.filter(member=member)
        .select_related("rule", "home")
        .order_by("-started_at", "-pk")
    )
    clocks = list(StudyClock.objects.filter(member=member, subject__isnull=False))
    titles = subjects(row.subject for row in (*records, *clocks) if row.subject)

    def title(subject: object) -> Said:
        found = titles.get(subject)  # type: ignore[call-overload]
        return Said(str(subject) if subject else None, found.title if found else "")

    rows = [
        (
            row.started_at,
            row.ended_at,
            title(row.subject),
            Said(row.source, row.get_source_display()),
            Said(row.bucket, row.get_bucket_display()),
            row.seconds,
            row.refused,
            row.reason,
            row.home and row.home.local_name,
            row.rule and str(row.rule),
            row.evidence,
            row.received_at,
        )
        for row in records
    ]
    running = [(row.opened_at, row.last_at, title(row.subject)) for row in clocks]
    return [
        Section("hours.studyrecord", _("My study records"), _COLUMNS, rows),
        Section(
            "hours.studyclock",
            _("The study clock"),
            (
                Column("opened_at", _("began")),
                Column("last_at", _("last report")),
                Column("what", _("what was studied")),
            ),
            running,
        ),
    ]


def hold_clock(member: Member, at: datetime) -> None:
    """
    Write the open sitting to the ledger, and let the clock stand still for good.

    Pages that are open go on reporting for a day; no session is asked there, so the clock itself refuses.
    """
    with connection.cursor() as cursor:
        cursor.execute("select study_hold(%s, %s)", [member.key, at])
