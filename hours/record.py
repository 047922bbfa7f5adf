"""A member's study record: the year against what is asked, and every record with what was said of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate

from django.db.models import Q
from django.utils.translation import gettext as _

from hours.families import Family, families
from hours.models import Bucket, Objection, StudyRecord, StudyRecordQuerySet
from hours.objections import objections_to
from hours.reasons import Change, claimed_seconds, counted_because, history, length, not_counted
from hours.requirement import requirement_of
from hours.rules import NO_LIMIT
from hours.slots import Subject, subjects
from hours.totals import (
    SHANGHAI,
    YearRules,
    YearTotal,
    bounds,
    reckoned_on,
    rules_on,
    studied,
    year_of,
    year_totals,
)
from people.models import Member, Organisation


@dataclass(frozen=True)
class RecordLine:
    """
    One record of the ledger, with all that was said of it.

    `counted` is what counts of it today; `at_first` what did before it was corrected, if it was.
    """

    family: Family
    subject: Subject | None
    counted: str
    at_first: str
    counted_because: list[str]
    not_counted: list[str]
    history: list[Change]
    objections: list[Objection]

    @property
    def record(self) -> StudyRecord:
        return self.family.first


@dataclass(frozen=True)
class KindTotal:
    """
    What was counted of one kind of study, in whole minutes and the seconds left over.

    `beyond`: the seconds of it that lie beyond `cap` study hours a year. `arc`: where it ends on the ring, in
    thousandths.
    """

    label: str
    seconds: int
    kind: str = ""
    beyond: int = 0
    cap: Decimal | None = None
    arc: int = 0

    @property
    def minutes(self) -> int:
        return self.seconds // 60

    @property
    def rest(self) -> int:
        return self.seconds % 60

    @property
    def kept(self) -> KindTotal:
        """What is kept and does not count towards the year."""
        return KindTotal(self.label, self.beyond)


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
        seconds, rules = self.total.seconds, self.rules
        kinds = [kind for kind in Bucket if seconds.get(kind)]
        ends = self._arcs([min(seconds[kind], rules.cap_seconds(kind)) for kind in kinds])
        return [
            KindTotal(
                label=str(kind.label),
                seconds=seconds[kind],
                kind=kind,
                beyond=max(0, seconds[kind] - rules.cap_seconds(kind)),
                cap=rules.caps[kind] if rules.caps[kind] < NO_LIMIT else None,
                arc=arc,
            )
            for kind, arc in zip(kinds, ends, strict=True)
        ]

    def _arcs(self, seconds: list[int]) -> list[int]:
        """Where each of these ends on a ring that is full when all that is asked is done."""
        if not self.required:
            return [0] * len(seconds)
        asked = self.required * self.rules.minutes_per_hour * 60
        return [min(1000, int(end * 1000 / asked)) for end in accumulate(seconds)]

    @property
    def arcs(self) -> list[KindTotal]:
        """The kinds of study as they are drawn, the longest arc first: the others lie upon it."""
        return [kind for kind in reversed(self.by_kind) if kind.arc]

    @property
    def towards_requirement(self) -> KindTotal:
        """In the same words for everybody: other words would tell others who studies at home."""
        return KindTotal(_("Counts towards the year"), self.total.towards_requirement(self.rules))


def year_record(
    member: Member, *, on: date, year: int | None = None, recorded_in: Iterable[Organisation] | None = None
) -> YearRecord:
    """
    Return the totals of a year, this one when none is named. Three queries beside the offices.

    With `recorded_in` only what was recorded there or below: what a host branch sees of a guest.
    """
    year = year or on.year
    day = reckoned_on(year, on=on)
    rules = rules_on(day)
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
        required=requirement_of(member, on=day, rules=rules),
    )


def chosen_year(text: str, *, on: date) -> int:
    """Return the year an address names, or that of `on` when it names none to have records."""
    named = int(text) if len(text) == 4 and text.isascii() and text.isdigit() else on.year
    return named if 2000 <= named <= on.year else on.year


def day_named(text: str, *, on: date) -> date | None:
    """Return the day an address names, not later than `on`; None when it names none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= on else None


def earlier_year(records: StudyRecordQuerySet, year: int) -> int | None:
    """The year before that has any of `records`; None when this is the first. One query."""
    begin, _end = bounds(year)
    last = records.filter(started_at__lt=begin).order_by("-started_at").values_list("started_at").first()
    return year_of(last[0]) if last else None


def lines(
    records: Iterable[StudyRecord], *, viewer: Member, objector: Member | None = None
) -> list[RecordLine]:
    """
    Put records into words for `viewer`, and with them what `objector` objected to them.

    One query for their families, one for the titles of what was studied, one for the objections.
    """
    found = families(records)
    objections = objections_to([family.first for family in found], by=objector) if objector else {}
    titles = subjects(family.first.subject for family in found if family.first.subject)
    return [
        RecordLine(
            family=family,
            subject=titles.get(family.first.subject) if family.first.subject else None,
            counted=length(max(0, family.seconds)),
            at_first=length(family.at_first) if family.corrections else "",
            counted_because=counted_because(family, own=family.first.member_id == viewer.key),
            not_counted=not_counted(family),
            history=history(family),
            objections=objections.get(family.first.pk, []),
        )
        for family in found
    ]


def records_of_year(records: StudyRecordQuerySet, year: int) -> list[StudyRecord]:
    """Those of `records` that began in the year, the latest first; what was said of them is with them."""
    begin, end = bounds(year)
    return list(_firsts(records).filter(started_at__gte=begin, started_at__lt=end))


def records_of_day(records: StudyRecordQuerySet, day: date) -> list[StudyRecord]:
    """The same of a day in Shanghai."""
    begin = datetime.combine(day, time(), SHANGHAI)
    end = begin + timedelta(days=1)
    began = Q(started_at__gte=begin, started_at__lt=end)
    return list(_firsts(records).filter(began | Q(started_at__lt=begin, ended_at__gt=begin)))


def _firsts(records: StudyRecordQuerySet) -> StudyRecordQuerySet:
    found = records.filter(corrects=None, settles=None)
    return found.select_related("rule", "recorded_by", "home").order_by("-started_at", "-pk")


def awaiting_seconds(records: StudyRecordQuerySet, year: int) -> int:
    """The seconds of the year that would count if the branch confirmed them. One query."""
    begin, end = bounds(year)
    waiting = records.awaiting().filter(corrects=None, started_at__gte=begin, started_at__lt=end)
    return sum(claimed_seconds(row) for row in waiting.only("claimed", "evidence"))
