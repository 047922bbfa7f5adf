"""My data, of this room: the ledger row by row, the running clock, objections and their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from hours.models import Objection, StudyClock, StudyRecord
from hours.slots import subjects
from people.models import Member
from people.slots import Column, Said, Section

_RECORDS = (
    Column("number", _("number of the record")),
    Column("started_at", _("began")),
    Column("ended_at", _("ended")),
    Column("opened_at", _("page opened")),
    Column("what", _("what was studied")),
    Column("source", _("source")),
    Column("bucket", _("kind of study")),
    Column("standing", _("standing")),
    Column("seconds", _("counted seconds")),
    Column("counted", _("time that counts")),
    Column("taken", _("time that no longer counts")),
    Column("claimed", _("time that awaits confirmation")),
    Column("award", _("seconds without a time of day")),
    Column("refused", _("not counted: seconds by reason")),
    Column("corrects", _("corrects record")),
    Column("settles", _("confirms or declines record")),
    Column("reason", _("reason")),
    Column("branch", _("branch")),
    Column("rule", _("rule")),
    Column("evidence", _("evidence")),
    Column("counters", _("the device's count of its reports")),
    Column("received_at", _("received")),
)
_CLOCK = (
    Column("opened_at", _("began")),
    Column("last_at", _("last report")),
    Column("what", _("what was studied")),
    Column("pace", _("reading pace, in hundredths of the calm pace")),
    Column("pace_lessons", _("lessons it was learned from")),
)
_OBJECTIONS = (
    Column("number", _("number of the record")),
    Column("text", _("what is wrong")),
    Column("at", _("raised")),
    Column("answer", _("answer")),
    Column("answered_at", _("answered")),
    Column("correction", _("corrected by record")),
)

Title = Callable[[UUID | None], Said]


def own_data(member: Member) -> list[Section]:
    """Every row of the ledger about this member, the latest first; the clock; objections. Five queries."""
    records = list(
        StudyRecord.objects.filter(member=member)
        .select_related("rule", "home")
        .order_by("-started_at", "-pk")
    )
    clocks = list(StudyClock.objects.filter(member=member))
    titles = subjects(row.subject for row in (*records, *clocks) if row.subject)

    def title(subject: UUID | None) -> Said:
        found = titles.get(subject) if subject else None
        return Said(str(subject) if subject else None, found.title if found else "")

    objections = Objection.objects.filter(member=member).select_related("answer").order_by("-at", "-pk")
    return [
        Section(
            "hours.studyrecord", _("My study records"), _RECORDS, [_record(row, title) for row in records]
        ),
        Section("hours.studyclock", _("The study clock"), _CLOCK, [_clock(row, title) for row in clocks]),
        Section(
            "hours.objection",
            _("My objections to study records"),
            _OBJECTIONS,
            [_objection(row) for row in objections],
        ),
    ]


def _record(row: StudyRecord, title: Title) -> tuple[Any, ...]:
    return (
        row.pk,
        row.started_at,
        row.ended_at,
        row.opened_at,
        title(row.subject),
        Said(row.source, row.get_source_display()),
        Said(row.bucket, row.get_bucket_display()),
        Said(row.standing, row.get_standing_display()),
        row.seconds,
        _spans(row.counted),
        _spans(row.taken),
        _spans(row.claimed),
        row.award,
        row.refused,
        row.corrects_id,
        row.settles_id,
        row.reason,
        row.home and row.home.local_name,
        row.rule and str(row.rule),
        row.evidence,
        [[span.lower, span.upper - 1] for span in row.counters],
        row.received_at,
    )


def _spans(spans: Iterable[Any]) -> Said:
    """Stretches of time: from and to in the download, the time of day on the page."""
    pieces = [(localtime(span.lower), localtime(span.upper)) for span in spans]
    words = " · ".join(f"{begin:%H:%M:%S}–{end:%H:%M:%S}" for begin, end in pieces)
    return Said(
        [[moment.isoformat(timespec="seconds") for moment in piece] for piece in pieces], words or "–"
    )


def _clock(row: StudyClock, title: Title) -> tuple[Any, ...]:
    return (row.opened_at, row.last_at, title(row.subject), row.pace, row.pace_lessons)


def _objection(row: Objection) -> tuple[Any, ...]:
    answer = getattr(row, "answer", None)
    if answer is None:
        return (row.record_id, row.text, row.at, None, None, None)
    return (row.record_id, row.text, row.at, answer.text, answer.at, answer.correction_id)
