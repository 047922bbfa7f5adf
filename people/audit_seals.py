"""
The audit under seal: its entries in batches, each batch bound to the one before it by a digest.

An entry waits in `people_auditpending`, put there by the database in the transaction that made it. Sealing
takes what waits, whatever its number and however late it was committed, so adding an entry never waits for
the chain.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _

from jobs.schedule import SHANGHAI

BATCH = 5_000
"""Entries in one seal at most."""

ONE_CHAIN = 7_120_002
"""The advisory lock that lets one transaction at a time add to the chain."""

NOTHING = "0" * 64
"""What the first seal names as the one before it."""

LINE = (
    "json_build_array(e.id, extract(epoch from e.at)::text, e.actor, e.action, e.subject, e.organisation,"
    " e.address, e.outcome, e.reason, e.details::text)::text"
)
"""SQL: all stored fields of the entry `e` as one text, in which no two different rows look the same."""

MARK = f"('x' || left(encode(sha256(convert_to({LINE}, 'UTF8')), 'hex'), 16))::bit(64)::bigint"
"""SQL: the short digest of the entry `e`, by which an altered row is pointed out."""

_TAKE = f"""
with waiting as (
    select at, id from people_auditpending
    where at >= %(begin)s and at < %(end)s order by at, id limit %(most)s
), taken as (
    delete from people_auditpending as p using waiting as w
    where p.at = w.at and p.id = w.id
      and exists (select from people_auditentry as e
                  where e.at = w.at and e.id = w.id and e.at >= %(begin)s and e.at < %(end)s)
    returning p.at, p.id
), sealed as (
    select e.id, {LINE} as line, {MARK} as mark
    from taken join people_auditentry as e on e.at = taken.at and e.id = taken.id
    where e.at >= %(begin)s and e.at < %(end)s
)
select count(*), coalesce(array_agg(id order by id), '{{}}'), coalesce(array_agg(mark order by id), '{{}}'),
       encode(sha256(convert_to(coalesce(string_agg(line, E'\\n' order by id), ''), 'UTF8')), 'hex')
from sealed
"""  # noqa: S608  # of our own constants


class AuditSeal(models.Model):
    """A batch of entries of one month, or the note that a month was dropped; bound to the seal before it."""

    class Kind(TextChoices):
        ENTRIES = "entries", _("Entries sealed")
        DROPPED = "dropped", _("Month dropped by rule")

    number = models.PositiveBigIntegerField(_("number"), primary_key=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    month = models.DateField(_("month"))
    sealed_at = models.DateTimeField(_("sealed"))
    rows = models.PositiveBigIntegerField(_("entries"))
    digest_of_rows = models.CharField(max_length=64)
    entries = ArrayField(models.BigIntegerField(), default=list)
    marks = ArrayField(models.BigIntegerField(), default=list)
    kept_days = models.PositiveIntegerField(_("days kept"), null=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(_("digest"), max_length=64)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="entries", kept_days=None) | Q(kind="dropped", kept_days__gte=180),
                name="a_dropped_month_of_the_audit_says_how_long_it_was_kept",
            ),
        ]
        indexes = [models.Index(fields=["month", "number"], name="audit_seals_of_a_month")]

    def __str__(self) -> str:
        return f"{self.number} · {self.month:%Y-%m}"

    def computed_digest(self) -> str:
        """The digest of everything that is stored in this seal."""
        stored = [
            self.number,
            self.kind,
            self.month.isoformat(),
            self.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.rows,
            self.digest_of_rows,
            self.entries,
            self.marks,
            self.kept_days,
            self.previous,
        ]
        return sha256(json.dumps(stored).encode()).hexdigest()


@dataclass(frozen=True)
class Month:
    """A month of the audit, in Shanghai."""

    first: date

    @classmethod
    def of(cls, at: datetime) -> Month:
        return cls(at.astimezone(SHANGHAI).date().replace(day=1))

    @property
    def next(self) -> Month:
        return Month((self.first + timedelta(days=31)).replace(day=1))

    @property
    def begin(self) -> datetime:
        return datetime(self.first.year, self.first.month, 1, tzinfo=SHANGHAI)

    @property
    def end(self) -> datetime:
        return self.next.begin

    @property
    def table(self) -> str:
        """The partition that holds it."""
        return f"people_auditentry_{self.first:%Y_%m}"

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def hold_the_chain() -> None:
    """Until the end of this transaction nobody else adds to the chain; adding entries goes on."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [ONE_CHAIN])


def add_seal(seal: AuditSeal) -> AuditSeal:
    """Bind `seal` to the last one and add it. The caller holds the chain."""
    last = AuditSeal.objects.order_by("-number").values_list("number", "digest").first()
    before, seal.previous = last or (0, NOTHING)
    seal.number = before + 1
    seal.digest = seal.computed_digest()
    seal.save(force_insert=True)
    return seal


def seal_waiting(*, at: datetime, most: int = BATCH) -> int:
    """Seal all that waits, batch by batch, and return how many entries that were."""
    sealed = 0
    for month in _months_waiting():
        while seal := _seal_batch(month, at=at, most=most):
            sealed += seal.rows
    return sealed


def _months_waiting() -> list[Month]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct date_trunc('month', at at time zone 'Asia/Shanghai')::date"
            " from people_auditpending order by 1"
        )
        return [Month(first) for (first,) in cursor.fetchall()]


@transaction.atomic
def _seal_batch(month: Month, *, at: datetime, most: int) -> AuditSeal | None:
    """Seal some entries of that month, or None when none of them waits."""
    hold_the_chain()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"begin": month.begin, "end": month.end, "most": most})
        rows, entries, marks, digest = cursor.fetchone()
    if not rows:
        return None
    return add_seal(
        AuditSeal(
            kind=AuditSeal.Kind.ENTRIES,
            month=month.first,
            sealed_at=at,
            rows=rows,
            entries=entries,
            marks=marks,
            digest_of_rows=digest,
        )
    )


def waiting() -> int:
    """How many entries are not sealed yet."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from people_auditpending")
        return cursor.fetchone()[0]
