"""
How a rule comes into force: somebody proposes it, a second person approves it. Each act is one transaction.

Rules hold for everybody, so they are made at the top: by the system administrator and by secretary and deputy
of the organisation above which there is none. The security administrator, or another of these leaders,
approves. A rule begins today or later; what was counted before keeps the rule it was counted by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from hours.rules import CHOICES, FACTORS, LIMITS, MINUTES, NO_LIMIT, Rule, RuleName, RuleProposal, plain
from people import audit
from people.leading import NotThatDay, Refusal
from people.models import LEADING, Member, Office

PROPOSED = audit.action("rule.proposed", _("Proposed a rule"))
APPROVED = audit.action("rule.approved", _("Put a rule in force"))
DECLINED = audit.action("rule.declined", _("Declined a proposed rule"))
WITHDRAWN = audit.action("rule.withdrawn", _("Withdrew a proposed rule"))
LOOKED = audit.action("rule.looked_at", _("Looked at a proposed rule and whom it would change"))

PROPOSERS = LEADING | {Office.Kind.SYSTEM_ADMINISTRATOR}
APPROVERS = LEADING | {Office.Kind.SECURITY_ADMINISTRATOR}


class NotYoursToPropose(Refusal):
    words = _("Rules are proposed by the system administrator or the leaders of the organisation at the top.")


class NotYoursToApprove(Refusal):
    words = _(
        "Rules are approved by the security administrator or the leaders of the organisation at the top."
    )


class SecondPersonNeeded(Refusal):
    words = _("Whoever proposed a rule does not decide about it. Please ask a second person.")


class OnlyTheAuthor(Refusal):
    words = _("A proposal is withdrawn by the one who made it.")


class NoSource(Refusal):
    words = _("Please say in Chinese where the rule comes from.")


class NoReason(Refusal):
    words = _("Please give a reason.")


class DayHasPassed(NotThatDay):
    words = _("A rule begins today or later: what has been counted keeps the rule it was counted by.")


class NothingChanges(Refusal):
    words = _("This is what the rule says on that day already.")


class AlreadyProposed(Refusal):
    words = _("This rule is proposed for that day already. Please decide about that proposal first.")


class AlreadyInForce(Refusal):
    words = _("A rule of this name begins on that day already. Please choose another day.")


class AlreadySettled(Refusal):
    words = _("This proposal has been decided or withdrawn already.")


class PaceTurnedAround(Refusal):
    words = _("The slowest pace must stay below the fastest, on that day and later.")


class OutOfBounds(Refusal):
    """A value that no rule of this name may have."""

    def __init__(self, bounds: Bounds) -> None:
        self.words = bounds.words
        super().__init__(self.words)


@dataclass(frozen=True)
class Bounds:
    """Between which values a rule may lie, in which steps."""

    least: Decimal
    most: Decimal
    step: Decimal

    def hold(self, value: Decimal) -> bool:
        return self.least <= value <= self.most and value % self.step == 0

    @property
    def words(self) -> str:
        return str(_("Please give a value from %(least)s to %(most)s, in steps of %(step)s.")) % {
            "least": plain(self.least),
            "most": plain(self.most),
            "step": plain(self.step),
        }


def _bounds(least: str, most: str, step: str) -> Bounds:
    return Bounds(Decimal(least), Decimal(most), Decimal(step))


_SPECIAL = {
    RuleName.MINUTES_PER_STUDY_HOUR: _bounds("30", "60", "1"),
    RuleName.INDIVIDUAL_DAY_HOURS: _bounds("0.5", "24", "0.5"),
    RuleName.PACE_SLOWEST: _bounds("0.2", "1", "0.01"),
    RuleName.PACE_FASTEST: _bounds("0.5", "2", "0.01"),
}


def bounds_of(name: str) -> Bounds | None:
    """Between which values the rule may lie; None for a choice."""
    if name in CHOICES:
        return None
    if name in _SPECIAL:
        return _SPECIAL[RuleName(name)]
    if name in FACTORS:
        return _bounds("0.5", "5", "0.01")
    return _bounds("0", "240", "1") if name in MINUTES else _bounds("0", "400", "0.5")


def _at_the_top(member: Member, kinds: Iterable[str], *, on: date) -> list[Office]:
    wanted = set(kinds)
    return [
        office
        for office in member.held_offices(on)
        if office.kind in wanted and office.organisation.parent_id is None
    ]


def may_propose(member: Member, *, on: date) -> bool:
    """No query beside the offices."""
    return bool(_at_the_top(member, PROPOSERS, on=on))


def may_approve(member: Member, *, on: date) -> bool:
    """True for the offices that approve; who proposed a rule does not approve it all the same."""
    return bool(_at_the_top(member, APPROVERS, on=on))


def ruling_offices(member: Member, *, on: date) -> list[Office]:
    """The offices by which the member proposes or approves rules, with their organisations."""
    return _at_the_top(member, PROPOSERS | APPROVERS, on=on)


def proposals_for(viewer: Member, *, on: date) -> models.QuerySet[RuleProposal]:
    """What has been proposed, the latest first: for those who propose and approve, and for nobody else."""
    if not ruling_offices(viewer, on=on):
        return RuleProposal.objects.none()
    return RuleProposal.objects.select_related("author", "settled_by").order_by("-proposed_at", "-pk")


def is_proposal(key: UUID) -> bool:
    """True when there is one of this key, whoever asks."""
    return RuleProposal.objects.filter(key=key).exists()


@transaction.atomic
def propose(
    name: str,
    *,
    value: Decimal,
    valid_from: date,
    source: str,
    source_en: str = "",
    is_confirmed: bool = False,
    by: Member,
    at: datetime,
) -> RuleProposal:
    """
    Propose what a rule says from a day on.

    :raises NotYoursToPropose, NoSource, DayHasPassed, OutOfBounds, PaceTurnedAround, AlreadyInForce,
        NothingChanges, AlreadyProposed: and nothing is written.
    """
    on = localdate(at)
    if not may_propose(by, on=on):
        raise NotYoursToPropose
    if not source.strip():
        raise NoSource
    proposal = RuleProposal(
        name=RuleName(name),
        value=value,
        valid_from=valid_from,
        source=source.strip(),
        source_en=source_en.strip(),
        is_confirmed=is_confirmed,
        author=by,
        proposed_at=at,
    )
    _check(proposal, on=on)
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError as error:
        if "one_open_proposal_for_a_rule_and_a_day" in str(error):
            raise AlreadyProposed from error
        raise
    audit.note(PROPOSED, at=at, by=by, details=_details(proposal))
    return proposal


@transaction.atomic
def approve(proposal: RuleProposal, *, by: Member, at: datetime) -> Rule:
    """
    Put a proposed rule in force from its day on.

    :raises NotYoursToApprove, SecondPersonNeeded, AlreadySettled, DayHasPassed, AlreadyInForce,
        OutOfBounds, PaceTurnedAround, NothingChanges: and nothing is written.
    """
    on = localdate(at)
    if not may_approve(by, on=on):
        raise NotYoursToApprove
    held = _locked(proposal)
    if held.author_id == by.pk:
        raise SecondPersonNeeded
    # Approvals follow one another, so that each sees the rules that the one before it made. Records may be
    # written meanwhile.
    list(Rule.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    _check(held, on=on)
    rule = Rule(
        name=held.name,
        value=held.value,
        valid_from=held.valid_from,
        source=held.source,
        source_en=held.source_en,
        is_confirmed=held.is_confirmed,
        author=held.author,
        approver=by,
    )
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError as error:
        if "one_rule_of_a_name_begins_on_a_day" in str(error):
            raise AlreadyInForce from error
        raise
    _settle(held, RuleProposal.Outcome.APPROVED, by=by, at=at, rule=rule)
    audit.note(APPROVED, at=at, by=by, details=_details(held))
    return rule


@transaction.atomic
def decline(proposal: RuleProposal, *, reason: str, by: Member, at: datetime) -> None:
    """
    Decline a proposed rule and say why.

    :raises NotYoursToApprove, SecondPersonNeeded, AlreadySettled, NoReason: and nothing is written.
    """
    if not may_approve(by, on=localdate(at)):
        raise NotYoursToApprove
    held = _locked(proposal)
    if held.author_id == by.pk:
        raise SecondPersonNeeded
    if not reason.strip():
        raise NoReason
    _settle(held, RuleProposal.Outcome.DECLINED, by=by, at=at, reason=reason.strip())
    audit.note(DECLINED, at=at, by=by, reason=reason.strip(), details=_details(held))


@transaction.atomic
def withdraw(proposal: RuleProposal, *, by: Member, at: datetime) -> None:
    """
    Take back what one proposed.

    :raises OnlyTheAuthor, AlreadySettled: and nothing is written.
    """
    held = _locked(proposal)
    if held.author_id != by.pk:
        raise OnlyTheAuthor
    _settle(held, RuleProposal.Outcome.WITHDRAWN, by=by, at=at)
    audit.note(WITHDRAWN, at=at, by=by, details=_details(held))


def _locked(proposal: RuleProposal) -> RuleProposal:
    held = RuleProposal.objects.select_for_update(no_key=True).get(pk=proposal.pk)
    if held.outcome:
        raise AlreadySettled
    return held


def _settle(held: RuleProposal, outcome: str, *, by: Member, at: datetime, **fields: Any) -> None:
    facts = {"outcome": outcome, "settled_by": by, "settled_at": at, **fields}
    for name, value in facts.items():
        setattr(held, name, value)
    held.save(update_fields=list(facts))


def _check(proposal: RuleProposal, *, on: date) -> None:
    """Whether the proposed rule could be in force, beside the rules there are. Two queries at most."""
    bounds = bounds_of(proposal.name)
    no_limit = proposal.name in LIMITS and proposal.value == NO_LIMIT
    if bounds is None:
        if proposal.value not in (0, 1):
            raise OutOfBounds(_bounds("0", "1", "1"))
    elif not no_limit and not bounds.hold(proposal.value):
        raise OutOfBounds(bounds)
    if proposal.valid_from < on:
        raise DayHasPassed
    own = list(Rule.objects.filter(name=proposal.name).order_by("valid_from"))
    if any(rule.valid_from == proposal.valid_from for rule in own):
        raise AlreadyInForce
    before = [rule for rule in own if rule.valid_from < proposal.valid_from]
    if before and _same(before[-1], proposal):
        raise NothingChanges
    until = next((rule.valid_from for rule in own if rule.valid_from > proposal.valid_from), None)
    _check_pace(proposal, until)


def _same(rule: Rule, proposal: RuleProposal) -> bool:
    compared = ("value", "source", "source_en", "is_confirmed")
    return all(getattr(rule, name) == getattr(proposal, name) for name in compared)


_OTHER_PACE = {
    RuleName.PACE_SLOWEST: RuleName.PACE_FASTEST,
    RuleName.PACE_FASTEST: RuleName.PACE_SLOWEST,
}


def _check_pace(proposal: RuleProposal, until: date | None) -> None:
    """As long as the proposed rule would hold, the slowest pace stays below the fastest."""
    other = _OTHER_PACE.get(RuleName(proposal.name))
    if other is None:
        return
    rules = list(Rule.objects.filter(name=other).order_by("valid_from"))
    held = [rule for rule in rules if rule.valid_from <= proposal.valid_from][-1:]
    coming = [r for r in rules if r.valid_from > proposal.valid_from and (not until or r.valid_from < until)]
    for rule in held + coming:
        slowest, fastest = (
            (proposal.value, rule.value) if other == RuleName.PACE_FASTEST else (rule.value, proposal.value)
        )
        if slowest >= fastest:
            raise PaceTurnedAround


def _details(proposal: RuleProposal) -> dict[str, Any]:
    return {
        "proposal": str(proposal.key),
        "rule": str(proposal.name),
        "value": str(proposal.value),
        "from": f"{proposal.valid_from}",
    }
