"""What the page of rules shows: those in force, to come and before, and who stands behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.utils.timezone import localdate

from hours.rules import Rule, RuleName
from hours.ruling import APPROVERS, PROPOSERS
from people.models import Member, Office


@dataclass
class Stood:
    """A rule and who stands behind it: an office for everybody, the name for those who make rules."""

    rule: Rule
    proposed_as: Office | None = None
    approved_as: Office | None = None


@dataclass
class RuleCard:
    """Everything there is about a rule of one name on a day."""

    name: RuleName
    now: Stood | None = None
    coming: list[Stood] = field(default_factory=list)
    earlier: list[Stood] = field(default_factory=list)


def rule_cards(*, on: date) -> list[RuleCard]:
    """Return a card for every rule, in the order in which people read them. Two queries."""
    rules = list(
        Rule.objects.select_related("author", "approver", "proposal").order_by("name", "valid_from", "pk")
    )
    offices = _offices_of(rules)
    cards = {name: RuleCard(name) for name in RuleName}
    for name, those in groupby(rules, key=lambda rule: rule.name):
        card = cards[RuleName(name)]
        for rule in those:
            stood = _stood(rule, offices)
            if rule.valid_from > on:
                card.coming.append(stood)
                continue
            if card.now:
                card.earlier.insert(0, card.now)
            card.now = stood
    return [card for card in cards.values() if card.now or card.coming]


def _offices_of(rules: Iterable[Rule]) -> list[Office]:
    people = {pk for rule in rules for pk in (rule.author_id, rule.approver_id) if pk}
    held = Office.objects.filter(member__in=people, organisation__parent=None, kind__in=PROPOSERS | APPROVERS)
    return list(held.select_related("organisation").order_by("kind", "pk")) if people else []


def _stood(rule: Rule, offices: Iterable[Office]) -> Stood:
    proposal = getattr(rule, "proposal", None)
    if proposal is None:
        return Stood(rule)
    return Stood(
        rule,
        _held(offices, rule.author, localdate(proposal.proposed_at), PROPOSERS),
        _held(offices, rule.approver, localdate(proposal.settled_at), APPROVERS),
    )


def _held(offices: Iterable[Office], member: Member | None, day: date, kinds: Iterable[str]) -> Office | None:
    """The office by which that member could do it on that day."""
    wanted = set(kinds)
    for office in offices:
        held = office.since <= day and (office.until is None or office.until >= day)
        if member and office.member_id == member.pk and office.kind in wanted and held:
            return office
    return None
