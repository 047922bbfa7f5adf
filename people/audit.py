"""
Who did or looked at what, when, and on whom: rows that are only ever added.

Members are named by their opaque key alone, so that erasing a member leaves the audit whole and names nobody.
Sealing, verifying and dropping old periods are in `people.audit_seals`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models.enums import TextChoices
from django.http import Http404, HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from people.organisations import Organisation

if TYPE_CHECKING:
    from people.models import Member


@dataclass(frozen=True)
class Action:
    """Something the audit knows by name: `code` is stored, `label` is shown."""

    code: str
    label: Any

    def __str__(self) -> str:
        return self.code


ACTIONS: dict[str, Action] = {}


def action(code: str, label: Any) -> Action:
    """Declare what the audit can tell, once, beside the act: `ASKED = action("move.asked", _("…"))`."""
    ACTIONS[code] = Action(code, label)
    return ACTIONS[code]


class AuditEntry(models.Model):
    """One thing that was done, looked at or refused. Its table is made by migrations/sql/audit.sql."""

    class Outcome(TextChoices):
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"))
    actor = models.UUIDField(_("who"), null=True)
    action = models.CharField(_("what"), max_length=60)
    subject = models.UUIDField(_("on whom"), null=True)
    organisation = models.UUIDField(_("where"), null=True)
    address = models.CharField(_("from where"), max_length=45, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    details = models.JSONField(_("details"), default=dict)

    wagtail_reference_index_ignore = True

    class Meta:
        managed = False
        db_table = "people_auditentry"
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


def shortened_address(request: HttpRequest) -> str:
    """Return the network a request came from, without the machine: 203.0.113.0/24, 2001:db8:1::/48."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def note(
    what: Action,
    *,
    at: datetime,
    by: Member | None,
    member: Member | UUID | None = None,
    organisation: Organisation | None = None,
    address: str = "",
    reason: str = "",
    refused: bool = False,
    details: Mapping[str, Any] | None = None,
) -> None:
    """
    Add a row to the audit, in the transaction of the act it tells of. One statement.

    `details` hold counts, kinds and keys, never a name, a telephone or an answer.
    """
    AuditEntry(
        at=at,
        actor=by.key if by else None,
        action=what.code,
        subject=getattr(member, "key", member),
        organisation=organisation.key if organisation else None,
        address=address,
        outcome=AuditEntry.Outcome.REFUSED if refused else AuditEntry.Outcome.DONE,
        reason=reason,
        details=dict(details or {}),
    ).save(force_insert=True)  # no transaction of its own, as bulk_create would have


def note_each(
    what: Action,
    *,
    at: datetime,
    by: Member | None,
    subjects: Iterable[tuple[Member | UUID, Mapping[str, Any]]],
    organisation: Organisation | None = None,
    address: str = "",
    reason: str = "",
) -> None:
    """Add a row for each of several members, with its own details, in the transaction of the act."""
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                at=at,
                actor=by.key if by else None,
                action=what.code,
                subject=getattr(member, "key", member),
                organisation=organisation.key if organisation else None,
                address=address,
                outcome=AuditEntry.Outcome.DONE,
                reason=reason,
                details=dict(details),
            )
            for member, details in subjects
        ]
    )


def note_look(
    request: HttpRequest,
    what: Action,
    *,
    member: Member | None = None,
    organisation: Organisation | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add to the audit that somebody looked at another's record. One's own is nobody's business."""
    if member is None or member.pk != request.user.pk:
        note(
            what,
            at=now(),
            by=request.user,
            member=member,
            organisation=organisation,
            address=shortened_address(request),
            details=details,
        )


def visible_or_404(
    request: HttpRequest,
    what: Action,
    *,
    among: models.QuerySet,
    everything: models.QuerySet | models.Manager,
    key: UUID,
) -> Any:
    """
    Return the one of `among` (what the viewer may see) with this key, or answer as if there were none.

    When it is among `everything`, somebody asked for what is not theirs to see: the audit keeps that.

    :raises Http404: when it is not there, or not for this viewer.
    """
    found = among.filter(key=key).first()
    if found is not None:
        return found
    hidden = everything.filter(key=key).first()
    if hidden is not None:
        is_place = isinstance(hidden, Organisation)
        note(
            what,
            at=now(),
            by=request.user,
            member=None if is_place else getattr(hidden, "member", hidden),
            organisation=hidden if is_place else None,
            address=shortened_address(request),
            refused=True,
        )
    raise Http404
