"""The audit's room: a partition made ahead for each month, and old months dropped whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import connection, transaction
from django.utils.timezone import now

from jobs.schedule import every_minute, nightly
from people.audit_seals import AuditSeal, Month, add_seal, hold_the_chain, seal_waiting
from people.audit_verifying import LEAST_DAYS, note_verification, verify

MONTHS_AHEAD = 3

PATIENCE = "5s"
"""How long a night's work waits for others at the table; it is tried again the next night."""


class AuditAltered(Exception):
    """The audit is not what it was when it was sealed; `manage.py verify_audit` says where."""


@register
def keeps_the_audit_long_enough(**options: object) -> list[CheckMessage]:
    """The law asks for half a year."""
    if settings.AUDIT_DAYS < LEAST_DAYS:
        return [Error(f"AUDIT_DAYS must be {LEAST_DAYS} or more.", id="people.E001")]
    return []


def make_room(month: Month) -> bool:
    """Make the partition of that month; False when it is there."""
    with connection.cursor() as cursor:
        cursor.execute("select audit_month(%s)", [month.first])
        return cursor.fetchone()[0]


@nightly("make room in the audit for the coming months")
@transaction.atomic
def make_room_ahead(at: datetime) -> None:
    """Also for months whose entries came before their partition: they lie in the one for the rest."""
    _be_patient()
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct date_trunc('month', at at time zone 'Asia/Shanghai')::date"
            " from people_auditentry_rest order by 1"
        )
        for (first,) in cursor.fetchall():
            make_room(Month(first))
    month = Month.of(at)
    for _number in range(MONTHS_AHEAD + 1):
        make_room(month)
        month = month.next


@every_minute("seal the audit")
def seal_the_audit(at: datetime) -> None:
    seal_waiting(at=at)


@nightly("drop the audit's oldest months")
def drop_old_months(at: datetime) -> None:
    drop_months(days=settings.AUDIT_DAYS, at=at)


@nightly("verify the audit of this month and the last")
def verify_lately(at: datetime) -> None:
    """
    :raises AuditAltered: with what was found, so that the scheduler keeps it and the log tells it.
    """
    this = Month.of(at)
    found = verify(since=Month.of(this.begin - timedelta(days=1)))
    note_verification(found, at=now())
    if not found.is_whole:
        raise AuditAltered("; ".join(str(finding) for finding in found.findings[:10]))


def drop_months(*, days: int, at: datetime) -> list[Month]:
    """Drop the months that ended more than `days` ago (never fewer than 180), and return them. Seals stay."""
    over = at - timedelta(days=max(days, LEAST_DAYS))
    with connection.cursor() as cursor:
        cursor.execute(
            "select substring(c.relname from '\\d{4}_\\d{2}$') from pg_inherits as i"
            " join pg_class as c on c.oid = i.inhrelid"
            " where i.inhparent = 'people_auditentry'::regclass and c.relname ~ '\\d{4}_\\d{2}$' order by 1"
        )
        months = [Month(date(int(name[:4]), int(name[5:]), 1)) for (name,) in cursor.fetchall()]
    return [
        month for month in months if month.end <= over and _drop(month, days=max(days, LEAST_DAYS), at=at)
    ]


@transaction.atomic
def _drop(month: Month, *, days: int, at: datetime) -> bool:
    """Drop one month if all of it is sealed and as it was, and note it in the chain."""
    _be_patient()
    hold_the_chain()
    with connection.cursor() as cursor:
        cursor.execute(f"lock table {month.table} in share mode")
        cursor.execute(
            "select exists (select from people_auditpending where at >= %s and at < %s)",
            [month.begin, month.end],
        )
        if cursor.fetchone()[0]:
            return False
        sealed = sum(
            AuditSeal.objects.filter(month=month.first, kind=AuditSeal.Kind.ENTRIES).values_list(
                "rows", flat=True
            )
        )
        cursor.execute(f"select count(*) from {month.table}")  # noqa: S608  # a name of our own making
        if cursor.fetchone()[0] != sealed:
            return False
        if sealed:
            add_seal(
                AuditSeal(
                    kind=AuditSeal.Kind.DROPPED,
                    month=month.first,
                    sealed_at=at,
                    rows=sealed,
                    digest_of_rows=sha256(b"").hexdigest(),
                    kept_days=days,
                )
            )
        cursor.execute(f"drop table {month.table}")
    return True


def _be_patient() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"set local lock_timeout = '{PATIENCE}'")
