"""Is the audit what it was when it was sealed? Every seal is computed again, from the rows that are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.audit import action, note
from people.audit_seals import LINE, MARK, NOTHING, AuditSeal, Month, hold_the_chain, waiting

VERIFIED = action("audit.verified", gettext_lazy("The audit was verified"))

LEAST_DAYS = 180
"""No period is dropped earlier, whatever the settings say."""

MOST_FINDINGS = 100
"""Of one month: after a flood the first are enough."""

_OF_NOTHING = sha256(b"").hexdigest()

_BATCHES = f"""
select s.number, count(e.id), encode(sha256(convert_to(
    coalesce(string_agg({LINE}, E'\\n' order by u.place), ''), 'UTF8')), 'hex')
from people_auditseal as s
cross join lateral unnest(s.entries) with ordinality as u (id, place)
left join people_auditentry as e on e.id = u.id and e.at >= %(begin)s and e.at < %(end)s
where s.month = %(month)s and s.kind = 'entries' and s.number > %(after)s
group by s.number
"""  # noqa: S608  # of our own constants

_ROWS_OF_A_BATCH = f"""
select distinct u.id, e.id is not null
from people_auditseal as s
cross join lateral unnest(s.entries, s.marks) as u (id, mark)
left join people_auditentry as e on e.id = u.id and e.at >= %(begin)s and e.at < %(end)s
where s.number = %(number)s and ({MARK} = u.mark) is not true
order by u.id
limit %(most)s
"""  # noqa: S608

_UNKNOWN = """
select e.id
from people_auditentry as e
where e.at >= %(begin)s and e.at < %(end)s
  and not exists (select from people_auditpending as p where p.at = e.at and p.id = e.id)
  and not exists (
      select from (
          select unnest(s.entries) as id from people_auditseal as s
          where s.month = %(month)s and s.number > %(after)s) as u
      where u.id = e.id)
order by e.id
limit %(most)s
"""

_GONE_BEFORE = """
select p.at, p.id from people_auditpending as p
where not exists (select from people_auditentry as e where e.at = p.at and e.id = p.id)
order by p.at, p.id
limit %(most)s
"""

_MONTHS_WITH_ROWS = """
with recursive months as (
    select date_trunc('month', min(at) at time zone 'Asia/Shanghai')::date as month from people_auditentry
    union all
    select (select date_trunc('month', min(e.at) at time zone 'Asia/Shanghai')::date
            from people_auditentry as e
            where e.at >= ((months.month + interval '1 month')::timestamp at time zone 'Asia/Shanghai'))
    from months where months.month is not null
)
select month from months where month is not null
"""


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was sealed: in which month, at which seal or entry."""

    month: Month
    words: str
    seal: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        return f"{self.month}: {self.words}"


@dataclass
class Verification:
    """What was looked at, and what was found. `dropped`: the month, and the seal that tells of it."""

    findings: list[Finding] = field(default_factory=list)
    seals: int = 0
    sealed: int = 0
    dropped: dict[Month, int] = field(default_factory=dict)
    unsealed: int = 0
    last: AuditSeal | None = None

    @property
    def is_whole(self) -> bool:
        return not self.findings


@transaction.atomic
def verify(*, since: Month | None = None) -> Verification:
    """
    Compute all seals again and compare; `since` leaves out the rows of earlier months, never the chain.

    Sealing and dropping wait meanwhile; adding entries does not.
    """
    hold_the_chain()
    found = Verification()
    months = _check_chain(found)
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS_WITH_ROWS)
        months |= {Month(first) for (first,) in cursor.fetchall()}
    for month in sorted(months, key=lambda each: each.first):
        if since is None or month.first >= since.first:
            _check_month(month, found)
    _check_waiting(found)
    found.unsealed = waiting()
    return found


def _check_chain(found: Verification) -> set[Month]:
    """Every seal has its number, names the one before it, and its digest is that of what it holds."""
    before, number = NOTHING, 0
    months: dict[Month, int] = {}
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=200):
        number += 1
        month = Month(seal.month)
        if seal.number != number:
            words = _("seals %(first)d to %(last)d are missing from the chain") % {
                "first": number,
                "last": seal.number - 1,
            }
            found.findings.append(Finding(month, words, seal=number))
            number = seal.number
        elif seal.previous != before:
            words = _("seal %(number)d does not follow the one before it") % {"number": number}
            found.findings.append(Finding(month, words, seal=number))
        if seal.computed_digest() != seal.digest:
            words = _("seal %(number)d was altered") % {"number": number}
            found.findings.append(Finding(month, words, seal=number))
        if seal.kind == AuditSeal.Kind.DROPPED:
            _check_dropped(seal, months.get(month, 0), found)
        else:
            months[month] = months.get(month, 0) + seal.rows
        before, found.last = seal.digest, seal
        found.seals += 1
    return set(months)


def _check_dropped(seal: AuditSeal, sealed: int, found: Verification) -> None:
    """A month may be dropped when its time is over, and all its sealed entries with it."""
    month = Month(seal.month)
    found.dropped[month] = seal.number
    if seal.sealed_at < month.end + timedelta(days=LEAST_DAYS):
        words = _("the month was dropped before its time")
        found.findings.append(Finding(month, words, seal=seal.number))
    if seal.rows != sealed or seal.digest_of_rows != _OF_NOTHING:
        words = _("the month was dropped with another number of entries than were sealed")
        found.findings.append(Finding(month, words, seal=seal.number))


def _check_month(month: Month, found: Verification) -> None:
    """The rows of a month are those of its seals; what is in no seal waits for one."""
    bounds = {"begin": month.begin, "end": month.end, "month": month.first, "most": MOST_FINDINGS}
    with connection.cursor() as cursor:
        bounds["after"] = found.dropped.get(month, 0)
        cursor.execute(_BATCHES, bounds)
        there = {number: (rows, digest) for number, rows, digest in cursor.fetchall()}
        seals = AuditSeal.objects.filter(month=month.first, kind=AuditSeal.Kind.ENTRIES)
        for seal in seals.filter(number__gt=bounds["after"]).order_by("number").iterator(chunk_size=200):
            rows, digest = there.get(seal.number, (0, _OF_NOTHING))
            found.sealed += rows
            if (rows, digest) != (seal.rows, seal.digest_of_rows):
                cursor.execute(_ROWS_OF_A_BATCH, {**bounds, "number": seal.number})
                found.findings += _of_batch(month, seal, cursor.fetchall())
        cursor.execute(_UNKNOWN, bounds)
        for (entry,) in cursor.fetchall():
            words = _("entry %(entry)d was added behind the audit's back") % {"entry": entry}
            found.findings.append(Finding(month, words, entry=entry))


def _of_batch(month: Month, seal: AuditSeal, rows: list[tuple[int, bool]]) -> Iterator[Finding]:
    """Point at the rows that are not as they were when they were sealed."""
    for entry, is_there in rows:
        values = {"entry": entry, "number": seal.number}
        if is_there:
            words = _("entry %(entry)d is not as it was when seal %(number)d was set") % values
        else:
            words = _("entry %(entry)d of seal %(number)d is gone") % values
        yield Finding(month, words, seal=seal.number, entry=entry)
    if not rows:
        words = _("the entries of seal %(number)d are not as they were") % {"number": seal.number}
        yield Finding(month, words, seal=seal.number)


def _check_waiting(found: Verification) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_GONE_BEFORE, {"most": MOST_FINDINGS})
        for at, entry in cursor.fetchall():
            words = _("entry %(entry)d is gone and was not sealed yet") % {"entry": entry}
            found.findings.append(Finding(Month.of(at), words, entry=entry))


def note_verification(found: Verification, *, at: datetime) -> None:
    """Add to the audit that it was verified, and with what result."""
    last = {"seal": found.last.number, "digest": found.last.digest} if found.last else {}
    note(
        VERIFIED,
        at=at,
        by=None,
        refused=not found.is_whole,
        details={**last, "findings": len(found.findings), "unsealed": found.unsealed},
    )
