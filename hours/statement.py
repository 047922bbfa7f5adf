"""The statement of a year: what is printed, signed and kept on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from hours.models import Rule, StudyRecord
from hours.one_record import rules_applied
from hours.record import RecordLine, YearRecord, awaiting_seconds, lines, records_of_year, year_record
from hours.rules import RuleName
from people import audit
from people.models import Affiliation, Member, MemberQuerySet, Sight

PRINTED = audit.action("hours.statement_printed", _("Opened the statement of a member's study record"))

_ASKED = (
    RuleName.MINUTES_PER_STUDY_HOUR,
    RuleName.CONCENTRATED_CAP_HOURS,
    RuleName.COLLECTIVE_CAP_HOURS,
    RuleName.INDIVIDUAL_CAP_HOURS,
)


@dataclass(frozen=True)
class Statement:
    """
    A member's year on paper. `rules`: those by which the total comes about, and each record. `awaiting`:
    minutes that would count if the branch confirmed them.
    """

    member: Member
    home: Affiliation | None
    record: YearRecord
    lines: list[RecordLine]
    rules: list[Rule]
    shows_required: bool
    awaiting: int


def statement_of(
    member: Member, *, viewer: Member, on: date, year: int, shows_required: bool = True
) -> Statement:
    """
    Return the statement of a year as it stands on that day, by the rules in force then.

    What is asked would say whether the member studies at home: it is left out where that is not shown.
    """
    record = year_record(member, on=on, year=year)
    records = StudyRecord.objects.filter(member=member)
    found = lines(records_of_year(records, year), viewer=viewer)
    names = [*_ASKED, _requirement(record)] if shows_required and record.required is not None else _ASKED
    asked = {name: record.rules.rules[name] for name in names}
    applied = rules_applied(line.family for line in found)
    return Statement(
        member=member,
        home=member.home(on),
        record=record,
        lines=found[::-1],
        rules=[*asked.values(), *(rule for rule in applied if rule.name not in asked)],
        shows_required=shows_required,
        awaiting=awaiting_seconds(records, year) // 60,
    )


def _requirement(record: YearRecord) -> RuleName:
    """The rule that says how much is asked of this member."""
    by_office = record.required == record.rules.office_hours != record.rules.member_hours
    return RuleName.YEARLY_HOURS_OFFICE if by_office else RuleName.YEARLY_HOURS_MEMBER


def members_with_statements(viewer: Member, *, on: date) -> MemberQuerySet:
    """Members whose whole record an office of the viewer shows, each with whether home study may show."""
    seen = Member.objects.visible_to(viewer, sight=Sight.HOURS, on=on)
    return seen.with_sights(viewer, Sight.ARRANGEMENT, on=on)
