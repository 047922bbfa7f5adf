"""How much a member is asked to study in a year. Home study: nothing, by the Regulation's article 23."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hours.totals import YearRules
from people.models import LEADING, HomeStudy, Member, Office

ASKED_MORE = LEADING | {Office.Kind.COMMITTEE_MEMBER}
"""Offices for which the rule of secretaries and committee members holds."""


def required_hours(*, office_kinds: set[str], is_home_study: bool, rules: YearRules) -> Decimal | None:
    """Return the study hours asked in the year; None when nothing is asked."""
    if is_home_study:
        return None
    return rules.required(leads=not office_kinds.isdisjoint(ASKED_MORE))


def requirement_of(member: Member, *, on: date, rules: YearRules) -> Decimal | None:
    """The same for one member. One query beside the member's offices."""
    return required_hours(
        office_kinds={office.kind for office in member.offices_of_record(on)},
        is_home_study=HomeStudy.objects.on(on).filter(member=member).exists(),
        rules=rules,
    )
