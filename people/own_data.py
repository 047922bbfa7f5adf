"""My data: everything that is held about a member, from the inventory and from what higher rooms tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from people import audit
from people.audit import ACTIONS, AuditEntry
from people.holdings import OWN, everything_held
from people.inventory import MEMBER
from people.keeping import Held
from people.models import Member, Office
from people.own_labels import label_of
from people.slots import Column, Said, Section, entries_told, own_data_providers

TAKEN = audit.action("own_data.taken", _("Took one's own data along"))

_ACCOUNT = MEMBER[0].key


def own_data(member: Member) -> list[Section]:
    """
    Everything held about the member, section by section; an empty section says that nothing is.

    One query for each kind of row, however many rows there are.
    """
    sections = [_identity(member)]
    sections += [_section(held, member) for held in OWN if _is_told_here(held)]
    for provider in own_data_providers():
        sections += provider(member)
    higher = everything_held()[len(OWN) :]
    sections += [_section(held, member) for held in higher if _is_told_here(held)]
    return [*sections, looks_at(member), acts_of(member)]


def _is_told_here(held: Held) -> bool:
    return not held.why_not_shown and held.key != _ACCOUNT and held.key not in entries_told()


def _identity(member: Member) -> Section:
    fields = [name for held in MEMBER if not held.why_not_shown for name in held.columns]
    return Section("people.member", _("Who I am"), _columns(Member, fields), [_values(member, fields)])


def _section(held: Held, member: Member) -> Section:
    fields = held.columns
    related = [name for name in fields if held.source._meta.get_field(name).is_relation]
    rows = held.rows_of(member).select_related(*related).order_by("-pk")
    return Section(held.key, held.what, _columns(held.source, fields), [_values(row, fields) for row in rows])


def _columns(model: type[models.Model], fields: Iterable[str]) -> tuple[Column, ...]:
    return tuple(Column(name, label_of(model, name)) for name in fields)


def _values(row: models.Model, fields: Iterable[str]) -> tuple[Any, ...]:
    return tuple(_value(row, name) for name in fields)


def _value(row: models.Model, name: str) -> Any:
    field = row._meta.get_field(name)
    value = getattr(row, name)
    if field.is_relation:
        return Said(str(getattr(value, "key", value.pk)), str(value)) if value is not None else None
    if field.choices and value:
        return Said(value, getattr(row, f"get_{name}_display")())
    return str(value) if isinstance(value, UUID | models.fields.files.FieldFile) else value


def looks_at(member: Member) -> Section:
    """Who looked at or changed the record: counts by day, office and action, no names. Two queries."""
    entries = AuditEntry.objects.filter(subject=member.key).exclude(actor=member.key)
    rows = list(_by_day(entries, "actor"))
    offices = _offices_of({row["actor"] for row in rows if row["actor"]})
    counts: Counter[tuple[date, str, str, str]] = Counter()
    for row in rows:
        kinds = _held(offices.get(row["actor"], []), row["day"]) if row["actor"] else "-"
        counts[row["day"], kinds, row["action"], row["outcome"]] += row["times"]
    columns = (
        Column("day", _("day")),
        Column("office", _("office")),
        Column("action", _("what")),
        Column("outcome", _("outcome")),
        Column("times", _("times")),
    )
    lines = [
        (day, Said(kinds, _office_words(kinds)), _action(what), _outcome(outcome), times)
        for (day, kinds, what, outcome), times in sorted(counts.items(), reverse=True)
    ]
    note = _("Who it was by name is known to the audit administrator, whom you may ask.")
    return Section("people.auditentry.subject", _("Who looked at my record"), columns, lines, note)


def acts_of(member: Member) -> Section:
    """What the audit holds of the member's own acts: counts by day and action. One query."""
    columns = (
        Column("day", _("day")),
        Column("action", _("what")),
        Column("outcome", _("outcome")),
        Column("times", _("times")),
    )
    lines = [
        (row["day"], _action(row["action"]), _outcome(row["outcome"]), row["times"])
        for row in _by_day(AuditEntry.objects.filter(actor=member.key))
    ]
    return Section("people.auditentry.actor", _("What I did, as the audit has it"), columns, lines)


def _by_day(entries: models.QuerySet, *more: str) -> models.QuerySet:
    grouped = entries.annotate(day=TruncDate("at")).values("day", "action", "outcome", *more)
    return grouped.annotate(times=Count("id")).order_by("-day", "action", "outcome", *more)


def _offices_of(actors: set[UUID]) -> dict[UUID, list[Office]]:
    found: dict[UUID, list[Office]] = {}
    for office in Office.objects.filter(member__key__in=actors).select_related("member"):
        found.setdefault(office.member.key, []).append(office)
    return found


def _held(offices: Iterable[Office], on: date) -> str:
    return ",".join(sorted({o.kind for o in offices if o.since <= on and (o.until is None or on <= o.until)}))


def _office_words(kinds: str) -> str:
    if kinds == "-":
        return str(_("by the clock, nobody"))
    if not kinds:
        return str(_("no office on that day"))
    return " · ".join(str(Office.Kind(kind).label) for kind in kinds.split(","))


def _action(code: str) -> Said:
    return Said(code, str(ACTIONS[code].label) if code in ACTIONS else code)


def _outcome(code: str) -> Said:
    return Said(code, str(AuditEntry.Outcome(code).label))


@dataclass(frozen=True)
class Shown:
    """A section in words: headings, lines of (heading, text), and how many rows are left out."""

    title: str
    note: str
    headings: list[str]
    lines: list[list[tuple[str, str]]]
    left_out: int


def in_words(sections: Iterable[Section], *, at_most: int | None = None) -> list[Shown]:
    """Put the sections that have rows into words, with at most so many rows each."""
    return [
        Shown(
            str(section.title),
            str(section.note),
            headings := [str(column.label) for column in section.columns],
            [list(zip(headings, map(_words, row), strict=True)) for row in section.rows[:at_most]],
            max(0, len(section.rows) - at_most) if at_most is not None else 0,
        )
        for section in sections
        if section.rows
    ]


def _words(value: Any) -> str:
    if isinstance(value, Said):
        return str(value.words)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, dict):
        return " · ".join(f"{name} {_words(each)}" for name, each in value.items()) or "–"
    if isinstance(value, list | tuple):
        return " · ".join(map(_words, value)) or "–"
    return "–" if value is None or value == "" else str(value)


def as_json(sections: Iterable[Section], *, member: Member, at: datetime) -> dict[str, Any]:
    """What can be taken along: plain values, moments with their offset, codes for choices."""
    return {
        "format": "xuecheng.own-data",
        "version": 1,
        "member": str(member.key),
        "made_at": localtime(at).isoformat(timespec="seconds"),
        "sections": [
            {
                "key": section.key,
                "title": str(section.title),
                "columns": {column.key: str(column.label) for column in section.columns},
                "rows": [
                    {c.key: _plain(value) for c, value in zip(section.columns, row, strict=True)}
                    for row in section.rows
                ],
            }
            for section in sections
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Said):
        return {"code": value.code, "words": str(value.words)}
    if isinstance(value, datetime):
        return localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float | str | dict) else str(value)
