"""What awaits the leaders of a branch: records to confirm, with what would count of each, and objections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.enums import TextChoices
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hours.correcting import Effect
from hours.models import Objection, Source, StudyRecord, StudyRecordQuerySet
from hours.reasons import Stretch, claimed_seconds, length, spans
from hours.slots import Subject, subjects
from people.leading import led_by
from people.models import Member


class Kind(TextChoices):
    """What the list may be narrowed to."""

    OFFLINE = Source.OFFLINE.value, gettext_lazy("Studied without a network")
    PAPER = Source.PAPER.value, gettext_lazy("Studied on paper")
    CORRECTION = Source.CORRECTION.value, gettext_lazy("Proposed corrections")


@dataclass(frozen=True)
class Waiting:
    """A record that awaits confirmation, and what its confirmation would do as things stand."""

    record: StudyRecord
    subject: Subject | None
    effect: Effect
    beyond: int
    is_own_proposal: bool

    @property
    def is_correction(self) -> bool:
        return self.record.source == Source.CORRECTION

    @property
    def in_words(self) -> str:
        if self.is_correction:
            before_and_after = {"before": length(self.effect.before), "after": length(self.effect.after)}
            return _("from %(before)s to %(after)s") % before_and_after
        return _("%(length)s would count") % {"length": length(self.effect.after)}

    @property
    def not_counted(self) -> list[str]:
        """What of it would not count, and why."""
        said = []
        if self.effect.elsewhere:
            said.append(
                _("%(length)s are counted elsewhere already.") % {"length": length(self.effect.elsewhere)}
            )
        if self.beyond:
            said.append(_("%(length)s lie beyond a limit.") % {"length": length(self.beyond)})
        return said

    @property
    def told(self) -> str:
        """What the record itself claims."""
        return length(claimed_seconds(self.record))

    @property
    def stretches(self) -> list[Stretch]:
        return spans(self.record.claimed)


@dataclass(frozen=True)
class Desk:
    """How much awaits somebody who leads branches."""

    records: int
    objections: int


def desk_of(leader: Member, *, on: date) -> Desk | None:
    """How much awaits this member; None for who leads nothing. One query beside the offices."""
    if not led_by(leader, on=on):
        return None
    records, objections = to_confirm(leader, on=on), Objection.objects.for_leader(leader, on=on).open()
    counts = Member.objects.filter(pk=leader.pk).values_list(_number(records), _number(objections))
    return Desk(*counts[0])


def _number(rows: QuerySet[Any]) -> Coalesce:
    """How many rows there are, as part of another statement."""
    together = rows.order_by().values(whole=Value(1)).annotate(number=Count("pk"))
    return Coalesce(Subquery(together.values("number")), 0)


def to_confirm(leader: Member, *, on: date, kind: str = "") -> StudyRecordQuerySet:
    """The records that await this leader, the earliest received first; of one kind, or of all."""
    rows = StudyRecord.objects.for_leader(leader, on=on).awaiting()
    return (rows.filter(source=kind) if kind in Kind.values else rows).order_by("received_at", "pk")


def with_names(rows: QuerySet[StudyRecord]) -> QuerySet[StudyRecord]:
    """The same with all that a line shows."""
    return rows.select_related("member", "recorded_in", "recorded_by", "corrects")


_WOULD = """
    select r.id, coalesce(e.seconds_before, 0),
            coalesce(e.seconds_after, study_seconds(w.counted) + coalesce((r.evidence->>'award')::int, 0)),
            coalesce(e.elsewhere, study_seconds(w.elsewhere)), coalesce(e.taken_over, 0),
            coalesce(study_seconds(w.beyond), 0)
        from hours_studyrecord r
            left join lateral ledger_effect(r.corrects_id, r.claimed, (r.evidence->>'award_to')::int) e
                on r.source = 'correction'
            left join lateral ledger_would(r.member_key, r.bucket, r.subject, r.claimed, r.evidence) w
                on r.source <> 'correction'
        where r.id = any(%s)
"""

_TOGETHER = """
    select coalesce(sum(study_seconds(w.counted)), 0)::int
        from (select r.member_key, r.bucket, range_agg(c) as claimed
                from hours_studyrecord r, unnest(r.claimed) c
                where r.id = any(%s) and r.source <> 'correction' group by 1, 2) t,
            lateral ledger_would(t.member_key, t.bucket, null, t.claimed, '{}') w
"""


def waiting_lines(records: Iterable[StudyRecord], *, viewer: Member) -> list[Waiting]:
    """Each record with what would count of it now. Two queries, however many."""
    rows = list(records)
    with connection.cursor() as cursor:
        cursor.execute(_WOULD, [[row.pk for row in rows]])
        would = {pk: (Effect(*numbers), beyond) for pk, *numbers, beyond in cursor.fetchall()}
    titles = subjects(row.subject for row in rows if row.subject)
    return [
        Waiting(
            record=row,
            subject=titles.get(row.subject) if row.subject else None,
            effect=would[row.pk][0],
            beyond=would[row.pk][1],
            is_own_proposal=row.source == Source.CORRECTION and row.recorded_by_id == viewer.pk,
        )
        for row in rows
    ]


def seconds_together(keys: list[int]) -> int:
    """What these records would count at most, each minute of a member once; corrections aside. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TOGETHER, [keys])
        (seconds,) = cursor.fetchone()
    return seconds
