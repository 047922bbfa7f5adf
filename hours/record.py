"""A member's study record in words: for every row what was counted and why, and what was not and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hours.clock import Refusal
from hours.models import Bucket, Source, StudyRecord, StudyRecordQuerySet
from hours.requirement import requirement_of
from hours.slots import Subject, subjects
from hours.totals import YearRules, YearTotal, bounds, rules_on, studied, year_of, year_totals
from people.models import Member, Organisation


@dataclass(frozen=True)
class RecordLine:
    """One row of the ledger, said plainly."""

    record: StudyRecord
    subject: Subject | None
    counted: str
    counted_because: str
    not_counted: list[str]


@dataclass(frozen=True)
class KindTotal:
    """What was counted of one kind of study, in whole minutes and the seconds left over."""

    label: str
    seconds: int

    @property
    def minutes(self) -> int:
        return self.seconds // 60

    @property
    def rest(self) -> int:
        return self.seconds % 60


@dataclass(frozen=True)
class YearRecord:
    """A member's year: the total by kind, what is asked, and the rows."""

    member: Member
    year: int
    total: YearTotal
    rules: YearRules
    hours: Decimal
    required: Decimal | None

    @property
    def missing(self) -> Decimal:
        return max(Decimal(0), self.required - self.hours) if self.required is not None else Decimal(0)

    @property
    def percent(self) -> int:
        """How much of what is asked is done, at most 100."""
        return min(100, int(self.hours * 100 / self.required)) if self.required else 0

    @property
    def by_kind(self) -> list[KindTotal]:
        """The kinds of study in which something was counted."""
        seconds = self.total.seconds
        return [KindTotal(str(kind.label), seconds[kind]) for kind in Bucket if seconds.get(kind)]

    @property
    def towards_requirement(self) -> KindTotal:
        return KindTotal(_("Counts towards the year"), self.total.towards_requirement(self.rules))

    @property
    def beyond_cap(self) -> KindTotal:
        """Individual study that is kept and does not count towards the year."""
        seconds = self.total.counted - self.total.towards_requirement(self.rules)
        return KindTotal(_("Individual study beyond what the rule counts"), seconds)


def year_record(
    member: Member, *, on: date, year: int | None = None, recorded_in: Iterable[Organisation] | None = None
) -> YearRecord:
    """
    Return the totals of a year, this one when none is named. Three queries beside the offices.

    With `recorded_in` only what was recorded there or below: what a host branch sees of a guest.
    """
    year = year or on.year
    rules = rules_on(on)
    if recorded_in is None:
        rows = studied([member.key], year)
    else:
        rows = studied([], year, guests=[member.key], recorded_in=recorded_in)
    total = year_totals(rows).get(member.key, YearTotal())
    return YearRecord(
        member=member,
        year=year,
        total=total,
        rules=rules,
        hours=total.hours(rules),
        required=requirement_of(member, on=on, rules=rules),
    )


def chosen_year(text: str, *, on: date) -> int:
    """Return the year an address names, or that of `on` when it names none to have records."""
    named = int(text) if len(text) == 4 and text.isascii() and text.isdigit() else on.year
    return named if 2000 <= named <= on.year else on.year


def earlier_year(records: StudyRecordQuerySet, year: int) -> int | None:
    """The year before that has any of `records`; None when this is the first. One query."""
    begin, _end = bounds(year)
    last = records.filter(started_at__lt=begin).order_by("-started_at").values_list("started_at").first()
    return year_of(last[0]) if last else None


def lines(records: Iterable[StudyRecord]) -> list[RecordLine]:
    """Put the rows into words. One query for the titles of what was studied."""
    rows = list(records)
    titles = subjects(row.subject for row in rows if row.subject)
    return [
        RecordLine(
            record=row,
            subject=titles.get(row.subject) if row.subject else None,
            counted=length(row.seconds),
            counted_because=_counted_because(row),
            not_counted=[_refusal(why, seconds) for why, seconds in sorted(row.refused.items())],
        )
        for row in rows
    ]


def records_of_year(records: StudyRecordQuerySet, year: int) -> list[StudyRecord]:
    """Those of `records` that began in the year, the latest first."""
    begin, end = bounds(year)
    return list(
        records.filter(started_at__gte=begin, started_at__lt=end)
        .select_related("rule", "recorded_by", "home")
        .order_by("-started_at", "-pk")
    )


def _counted_because(row: StudyRecord) -> str:
    if row.source == Source.ONLINE:
        screens = row.evidence.get("screens", 0)
        return ngettext(
            "You were reading: %(count)d screen was shown, and silence was counted up to its reading time.",
            "You were reading: %(count)d screens were shown, "
            "and silence was counted up to their reading time.",
            screens,
        ) % {"count": screens}
    return {
        Source.MEETING: _("You were on the roll of the meeting."),
        Source.VISIT: _("Study was brought to you; the visitor recorded it."),
        Source.PAPER: _("The return slip of your study pack, confirmed by the branch."),
        Source.IMPORT: _("Brought in from earlier records."),
        Source.QUIZ: _("A passed quiz."),
        Source.CORRECTION: row.reason,
    }.get(Source(row.source), row.get_source_display())


def length(seconds: int) -> str:
    """Return a length of time in words: whole minutes, or seconds when there is no minute."""
    minutes = seconds // 60
    if minutes:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}


def _refusal(why: str, seconds: int) -> str:
    texts = {
        Refusal.QUIET: _("%(length)s: nobody seemed to be there, longer than the screen takes to read."),
        Refusal.HIDDEN: _("%(length)s: the page was in the background."),
        Refusal.ELSEWHERE: _("%(length)s: already counted on another page or device."),
        Refusal.CLOSED: _("%(length)s: the page was not open."),
        Refusal.OUTSIDE: _("%(length)s: before the page was opened."),
    }
    return texts[Refusal(why)] % {"length": length(seconds)}
