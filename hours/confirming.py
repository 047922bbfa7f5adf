"""
Confirming and declining what awaits it: study without a network or on paper, and proposed corrections.

All of what was chosen or none. The members' ledgers are held meanwhile, so two leaders cannot settle the
same record, and the same form sent twice is one act.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from hours.ledger import lock_clocks, may_settle, reason_in_words
from hours.models import Source, Standing, StudyRecord
from people import audit
from people.leading import Refusal
from people.models import Member

CONFIRMED = audit.action("hours.confirmed", _("Confirmed a study record"))
DECLINED = audit.action("hours.declined", _("Did not confirm a study record"))


class AlreadySettled(Refusal):
    words = _("One of these records has been confirmed or declined meanwhile. Please look at the list again.")


class SecondPersonNeeded(Refusal):
    words = _("Whoever proposed a correction cannot confirm it. Please ask a second person.")


@transaction.atomic
def confirm(
    records: Iterable[StudyRecord], *, by: Member, reason: str = "", at: datetime
) -> list[StudyRecord]:
    """
    Count what awaits confirmation, and let proposed corrections take effect: all of them or none.

    Counts what no other record holds by now. Sent again by the same person it returns the same rows.

    :raises NotYourBranch, NotForYourself, AlreadySettled, SecondPersonNeeded, NoReason: and nothing is
        written.
    """
    words = reason_in_words(reason, needed=False)
    wanted, settled = _held(records, by, at, Standing.COUNTED)
    if settled:
        return settled
    if any(record.source == Source.CORRECTION and record.recorded_by_id == by.pk for record in wanted):
        raise SecondPersonNeeded
    return _settle(wanted, Standing.COUNTED, by=by, reason=words, at=at)


@transaction.atomic
def decline(records: Iterable[StudyRecord], *, by: Member, reason: str, at: datetime) -> list[StudyRecord]:
    """
    Say of records that await confirmation that they are not confirmed, and why. They stay, and count nothing.

    Whoever proposed a correction may take it back so. Sent again by the same person it returns the same rows.

    :raises NotYourBranch, NotForYourself, AlreadySettled, NoReason: and nothing is written.
    """
    words = reason_in_words(reason)
    wanted, settled = _held(records, by, at, Standing.DECLINED)
    return settled or _settle(wanted, Standing.DECLINED, by=by, reason=words, at=at)


def _held(
    records: Iterable[StudyRecord], by: Member, at: datetime, standing: str
) -> tuple[list[StudyRecord], list[StudyRecord]]:
    """The records as they stand once the ledgers are held; and the rows of this very act, if done before."""
    chosen = list(records)
    lock_clocks(record.member_id for record in chosen)
    rows = StudyRecord.objects.filter(pk__in=[record.pk for record in chosen])
    wanted = list(rows.select_related("recorded_in", "member", "settled_by").order_by("member_id", "pk"))
    for record in wanted:
        may_settle(record, by, at=at)
    settled = [record.settled_by for record in wanted if hasattr(record, "settled_by")]
    same = [row for row in settled if row.recorded_by_id == by.pk and row.standing == standing]
    if wanted and len(same) == len(wanted):
        return wanted, same
    if settled or any(record.standing != Standing.AWAITING for record in wanted):
        raise AlreadySettled
    return wanted, []


_WRITE = """
    select case
        when %(standing)s = 'counted' and r.source = 'correction' then ledger_correct(r.corrects_id,
            'settled:' || r.id, r.claimed, (r.evidence->>'award_to')::int, r.id, %(by)s,
            coalesce(nullif(%(reason)s, ''), r.reason), r.evidence, %(at)s)
        else ledger_add(r.member_key, r.bucket, r.source, 'settled:' || r.id, r.subject, r.edition,
            r.started_at, r.ended_at, case when %(standing)s = 'counted' then r.claimed else '{}' end, '{}',
            case when %(standing)s = 'counted' then coalesce((r.evidence->>'award')::int, 0) else 0 end,
            %(standing)s, r.recorded_in_id, %(by)s, r.corrects_id, r.id,
            coalesce((select name from hours_rule where id = r.rule_id), ''), %(reason)s, r.evidence, %(at)s)
        end
        from (select * from hours_studyrecord where id = any(%(records)s) order by member_key, id) r
"""


def _settle(
    records: list[StudyRecord], standing: str, *, by: Member, reason: str, at: datetime
) -> list[StudyRecord]:
    values = {
        "standing": standing,
        "by": by.pk,
        "reason": reason,
        "at": at,
        "records": [record.pk for record in records],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        written = [pk for (pk,) in cursor.fetchall()]
    audit.note_each(
        CONFIRMED if standing == Standing.COUNTED else DECLINED,
        at=at,
        by=by,
        subjects=[(record.member_id, {"record": record.pk}) for record in records],
        reason=reason,
    )
    return list(StudyRecord.objects.filter(pk__in=written).order_by("pk"))
