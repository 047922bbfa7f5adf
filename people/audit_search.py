"""Looking into the audit: what was asked for, a page of what was found, and what is shown of it."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.schedule import SHANGHAI
from people.audit import ACTIONS, AuditEntry, action, note
from people.audit_seals import AuditSeal, waiting
from people.audit_verifying import VERIFIED
from people.audit_words import details_in_words
from people.models import Member, Office, Organisation

SEARCHED = action("audit.searched", gettext_lazy("Looked into the audit"))
EXPORTED = action("audit.exported", gettext_lazy("Exported a part of the audit"))

PAGE = 50
MOST_EXPORTED = 50_000

SHORT = 8
"""Characters of an opaque key that are shown: enough to tell the few of a page apart."""


class TooMuchToExport(Exception):
    """More entries than one file may hold."""


@dataclass(frozen=True)
class AuditSearch:
    """What is looked for; what is None is not asked."""

    since: date | None = None
    until: date | None = None
    action: str | None = None
    actor: UUID | None = None
    subject: UUID | None = None
    organisations: Collection[UUID] | None = None
    outcome: str | None = None

    def as_details(self) -> dict[str, object]:
        """What the audit keeps of a search: days, kinds and keys."""
        kept = {name: value for name, value in self.__dict__.items() if value is not None}
        return {
            name: [str(each) for each in value] if isinstance(value, tuple) else str(value)
            for name, value in kept.items()
        }


@dataclass(frozen=True)
class Mark:
    """The last entry of a page: the next page begins below it."""

    at: datetime
    id: int

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """Read what an address carries; None when it is not one of ours."""
        moment, _dash, number = text.partition("-")
        try:
            microseconds, pk = int(moment), int(number)
            at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)
        except (ValueError, OverflowError):
            return None
        return cls(at, pk) if 0 <= pk < 2**63 else None

    def __str__(self) -> str:
        return f"{(self.at - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)}-{self.id}"


@dataclass(frozen=True)
class Line:
    """An entry as it is shown: nobody is named."""

    entry: AuditEntry
    office_kinds: Sequence[str]
    place: str

    @property
    def action(self) -> str:
        known = ACTIONS.get(self.entry.action)
        return str(known.label) if known else self.entry.action

    @property
    def actor(self) -> str:
        return shortened(self.entry.actor)

    @property
    def subject(self) -> str:
        return shortened(self.entry.subject)

    @property
    def offices(self) -> str:
        return _(", ").join(str(Office.Kind(kind).label) for kind in self.office_kinds)

    @property
    def details(self) -> str:
        return details_in_words(self.entry.details)


@dataclass(frozen=True)
class Page:
    """The entries of a page, the newest first, and where the next one begins."""

    lines: list[Line] = field(default_factory=list)
    next: Mark | None = None


@dataclass(frozen=True)
class ChainState:
    """How far the audit is sealed, and what the last verification said."""

    last: AuditSeal | None
    verified: AuditEntry | None
    waiting: int


def shortened(key: UUID | None) -> str:
    return str(key)[:SHORT] if key else ""


def entries(search: AuditSearch) -> QuerySet[AuditEntry]:
    """The entries that were asked for, the newest first."""
    wanted = Q()
    if search.since:
        wanted &= Q(at__gte=_midnight(search.since))
    if search.until and search.until < date.max:
        wanted &= Q(at__lt=_midnight(search.until + timedelta(days=1)))
    if search.organisations is not None:
        wanted &= Q(organisation__in=search.organisations)
    for name in ("action", "actor", "subject", "outcome"):
        value = getattr(search, name)
        if value is not None:
            wanted &= Q(**{name: value})
    return AuditEntry.objects.filter(wanted).order_by("-at", "-id")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def page_of(search: AuditSearch, *, after: Mark | None) -> Page:
    """Return a page of the search. Three queries, however many entries there are."""
    rows = entries(search)
    if after:
        rows = rows.filter(Q(at__lt=after.at) | Q(at=after.at, id__lt=after.id), at__lte=after.at)
    found = list(rows[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    return Page(list(_lines(found)), Mark(found[-1].at, found[-1].id) if more else None)


def _lines(found: Sequence[AuditEntry]) -> Iterator[Line]:
    offices = _offices_of({entry.actor for entry in found if entry.actor})
    keys = {entry.organisation for entry in found if entry.organisation}
    places = {place.key: place.local_name for place in Organisation.objects.filter(key__in=keys)}
    for entry in found:
        yield Line(entry, _kinds_on(localdate(entry.at), offices.get(entry.actor, [])), _place(entry, places))


def _place(entry: AuditEntry, places: dict[UUID, str]) -> str:
    return places.get(entry.organisation, shortened(entry.organisation)) if entry.organisation else ""


def _offices_of(keys: set[UUID]) -> dict[UUID, list[tuple[str, date, date | None]]]:
    offices: dict[UUID, list[tuple[str, date, date | None]]] = {}
    held = Office.objects.filter(member__key__in=keys).order_by("kind", "pk")
    for key, *office in held.values_list("member__key", "kind", "since", "until"):
        offices.setdefault(key, []).append((office[0], office[1], office[2]))
    return offices


def _kinds_on(day: date, offices: Iterable[tuple[str, date, date | None]]) -> list[str]:
    held = [kind for kind, since, until in offices if since <= day and (until is None or day <= until)]
    return list(dict.fromkeys(held))


def key_named(text: str) -> UUID | None:
    """Return the opaque key for a member number, or the key typed itself; None when nobody has it."""
    try:
        return UUID(text)
    except ValueError:
        return Member.objects.filter(number=text.strip().lower()).values_list("key", flat=True).first()


def organisations_named(text: str) -> tuple[UUID, ...]:
    """Return the keys of organisations with this key, external code or exact name."""
    try:
        return (UUID(text),)
    except ValueError:
        text = text.strip()
        named = Q(name=text) | Q(name_en__iexact=text) | Q(external_code=text)
        return tuple(Organisation.objects.filter(named).order_by("pk").values_list("key", flat=True)[:100])


def state_of_chain() -> ChainState:
    """Three queries."""
    return ChainState(
        last=AuditSeal.objects.order_by("-number").defer("entries", "marks").first(),
        verified=AuditEntry.objects.filter(action=VERIFIED.code).order_by("-at", "-id").first(),
        waiting=waiting(),
    )


def note_search(search: AuditSearch, *, by: Member, at: datetime, address: str) -> None:
    """Looking into the audit is in the audit too."""
    note(SEARCHED, at=at, by=by, member=search.subject, address=address, details=search.as_details())


@transaction.atomic
def export(
    search: AuditSearch, *, by: Member, reason: str, at: datetime, address: str
) -> QuerySet[AuditEntry]:
    """
    Return the entries to write into a file, the newest first, and note who took them and why.

    :raises TooMuchToExport: when they do not fit in one file.
    """
    found = entries(search).filter(at__lte=at)
    number = found[: MOST_EXPORTED + 1].count()
    if number > MOST_EXPORTED:
        raise TooMuchToExport
    details = {**search.as_details(), "entries": number}
    note(EXPORTED, at=at, by=by, member=search.subject, address=address, reason=reason, details=details)
    return found


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_lines(found: QuerySet[AuditEntry]) -> Iterator[str]:
    """Write the entries as CSV that a spreadsheet opens and never computes: with BOM, formulas defused."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(
        ["id", "at", "action", "actor", "subject", "organisation", "address", "outcome", "reason", "details"]
    )
    for e in found.iterator(chunk_size=2_000):
        cells = [e.id, localtime(e.at).isoformat(), e.action, e.actor, e.subject, e.organisation]
        cells += [e.address, e.outcome, e.reason, "; ".join(f"{k}: {v}" for k, v in e.details.items())]
        yield writer.writerow([defused(cell) for cell in cells])


def defused(value: object) -> str:
    """Return a cell as text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
