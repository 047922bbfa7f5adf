"""
Families of the ledger: a record with the rows that confirm, decline or correct it.

What counts of a record is what counts of its family: the rows' seconds add up. A row alone never tells it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from hours.models import CountedInterval, Source, Standing, StudyRecord

Piece = tuple[datetime, datetime]

_BELOW = """
    with recursive below (id) as (
        select unnest(%s::bigint[])
        union
        select r.id from hours_studyrecord r join below b on r.corrects_id = b.id or r.settles_id = b.id)
    select id from below
"""

_ABOVE = """
    with recursive above (id, next) as (
        select id, coalesce(corrects_id, settles_id) from hours_studyrecord where id = %s
        union
        select r.id, coalesce(r.corrects_id, r.settles_id)
            from hours_studyrecord r join above a on r.id = a.next)
    select id from above where next is null
"""


@dataclass
class Family:
    """A record and what was said of it since, in the order in which it was written."""

    first: StudyRecord
    later: list[StudyRecord] = field(default_factory=list)

    @property
    def rows(self) -> list[StudyRecord]:
        return [self.first, *self.later]

    @property
    def seconds(self) -> int:
        """What counts of it today."""
        return sum(row.seconds for row in self.rows)

    @property
    def settlements(self) -> dict[int, StudyRecord]:
        """The rows that confirm or decline others, by the row they settle."""
        return {row.settles_id: row for row in self.later if row.settles_id is not None}

    @property
    def confirmation(self) -> StudyRecord | None:
        """The row that confirmed or declined the record itself, when it had to be."""
        return self.settlements.get(self.first.pk)

    @property
    def open_rows(self) -> list[StudyRecord]:
        """What still awaits a confirmation: the record itself, or proposed corrections."""
        settled = self.settlements
        return [row for row in self.rows if row.standing == Standing.AWAITING and row.pk not in settled]

    @property
    def proposals(self) -> list[StudyRecord]:
        """Corrections that await a second person."""
        return [row for row in self.open_rows if row is not self.first]

    @property
    def corrections(self) -> list[StudyRecord]:
        """The corrections in effect."""
        return [
            row for row in self.later if row.source == Source.CORRECTION and row.standing == Standing.COUNTED
        ]

    @property
    def at_first(self) -> int:
        """What counted of it before any correction."""
        return self.seconds - sum(row.seconds for row in self.corrections)

    @property
    def is_awaiting(self) -> bool:
        """Whether the record itself still awaits its confirmation."""
        return self.first in self.open_rows

    @property
    def is_declined(self) -> bool:
        settled = self.confirmation
        return settled is not None and settled.standing == Standing.DECLINED


def families(records: Iterable[StudyRecord]) -> list[Family]:
    """Return the family of each record, which must be the first of its own. One query, however many."""
    found = {record.pk: Family(record) for record in records}
    if not found:
        return []
    below = StudyRecord.objects.filter(pk__in=RawSQL(_BELOW, [list(found)], BigIntegerField()))  # noqa: S611  # constant
    first = {pk: pk for pk in found}
    for row in below.exclude(pk__in=found).select_related("rule", "recorded_by").order_by("pk"):
        first[row.pk] = first[row.corrects_id or row.settles_id]
        found[first[row.pk]].later.append(row)
    return list(found.values())


def family_of(record: StudyRecord) -> Family:
    """Return the family in which a record is, whether it is the first row of it or a later one."""
    return families([first_of(record)])[0]


def first_of(record: StudyRecord) -> StudyRecord:
    """Return the row that all others of its family confirm, decline or correct; most often the row itself."""
    if record.corrects_id is None and record.settles_id is None:
        return record
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [record.pk])
        (pk,) = cursor.fetchone()
    return StudyRecord.objects.select_related("rule", "recorded_by", "recorded_in", "home").get(pk=pk)


def pieces_of(rows: Sequence[StudyRecord]) -> list[Piece]:
    """The stretches that count today of these rows. One query."""
    held = CountedInterval.objects.filter(record__in=[row.pk for row in rows]).order_by("started_at")
    return list(held.values_list("started_at", "ended_at"))
