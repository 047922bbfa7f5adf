"""One record of the ledger with all its minutes: by the clock, by rule, and what was said of it since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from hours.families import Family, pieces_of
from hours.ledger import responsible_for
from hours.models import Rule, StudyRecord
from hours.reasons import Stretch, quiet_stretches, spans, stretches
from hours.record import RecordLine, lines
from people import audit
from people.leading import leads
from people.models import Member

LOOKED = audit.action("hours.record_looked", _("Looked at a study record"))


@dataclass(frozen=True)
class OneRecord:
    """What the page shows: `now` counts today, `waiting` would count if it were confirmed."""

    line: RecordLine
    now: list[Stretch]
    waiting: list[Stretch]
    quiet: list[Stretch]
    rules: list[Rule]
    is_own: bool
    answers: bool

    @property
    def may_correct(self) -> bool:
        """Whether the viewer leads the branch that recorded, and nothing of it awaits confirmation."""
        return self.answers and not self.line.family.open_rows

    @property
    def record(self) -> StudyRecord:
        return self.line.record

    @property
    def may_object(self) -> bool:
        """Whether this is one's own, and no objection to it is still to be answered."""
        return self.is_own and all(hasattr(objection, "answer") for objection in self.line.objections)


def one_record(record: StudyRecord, *, viewer: Member, on: date) -> OneRecord:
    """
    Return all there is to say of a record, the first row of its family.

    The objections are for the member, and for who answers them.
    """
    is_own = record.member_id == viewer.key
    answers = not is_own and leads(viewer, responsible_for(record, on=on), on=on)
    (line,) = lines([record], viewer=viewer, objector=record.member if is_own or answers else None)
    family = line.family
    return OneRecord(
        line=line,
        now=stretches(pieces_of(family.rows)),
        waiting=spans(record.claimed) if family.is_awaiting else [],
        quiet=quiet_stretches(record),
        rules=rules_applied([family]),
        is_own=is_own,
        answers=answers,
    )


def rules_applied(found: Iterable[Family]) -> list[Rule]:
    """The dated rules by which these records were counted, as people read them. One query."""
    wanted: set[int] = set()
    for family in found:
        for row in family.rows:
            wanted.update(row.evidence.get("rules", {}).values())
            wanted.update([row.rule_id] if row.rule_id else [])
    order = {name: place for place, name in enumerate(Rule.Name)}
    return sorted(Rule.objects.filter(pk__in=wanted), key=lambda rule: (order[rule.name], rule.valid_from))


def found_or_404(
    request: HttpRequest, what: audit.Action, *, among: QuerySet[StudyRecord], pk: int
) -> StudyRecord:
    """
    Return the one of `among` (what the viewer may see or settle), or answer as if there were none.

    The audit keeps the look, and that somebody asked for what is not theirs.

    :raises Http404: when it is not there, or not for this viewer.
    """
    found = among.filter(pk=pk).first()
    if found is not None:
        audit.note_look(request, what, member=found.member, details={"record": pk})
        return found
    hidden = StudyRecord.objects.filter(pk=pk).first()
    if hidden is not None:
        audit.note(
            what,
            at=now(),
            by=request.user,
            member=hidden.member_id,
            address=audit.shortened_address(request),
            refused=True,
            details={"record": pk},
        )
    raise Http404


def record_or_404(request: HttpRequest, pk: int) -> StudyRecord:
    """
    Return a record that the viewer may see.

    :raises Http404: when it is not there, or not for this viewer.
    """
    rows = StudyRecord.objects.select_related("member", "home", "recorded_in", "recorded_by", "rule")
    return found_or_404(request, LOOKED, among=rows.visible_to(request.user, on=localdate()), pk=pk)


def own_record_or_404(request: HttpRequest, pk: int) -> StudyRecord:
    """
    Return a record of one's own; another's is not there for this, whoever asks.

    :raises Http404: otherwise.
    """
    found = record_or_404(request, pk)
    if found.member_id != request.user.key:
        raise Http404
    return found
