"""
Who would change if a rule of the year were in force: how many, by kind and by branch, and who, for those who
may see hours. Reckoned with what has been studied this year, against the rules that would hold on that day
without it. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _

from hours.models import Bucket
from hours.requirement import ASKED_MORE
from hours.rules import RuleName, RuleProposal
from hours.ruling import ruling_offices
from hours.totals import YearRules, bounds, rules_on
from people.counting import LEAST_COUNTED, may_be_told
from people.models import Member, Organisation, Sight

ROWS_A_PAGE = 20


class Changes(NamedTuple):
    """Of so many members, how many hours or requirements change, and how many have what is asked."""

    members: int = 0
    changed: int = 0
    done_now: int = 0
    done_then: int = 0
    gained: int = 0
    lost: int = 0

    def plus(self, other: Changes) -> Changes:
        return Changes(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclass(frozen=True)
class BranchChanges:
    """A branch in which something changes. `counts`: None where its members are too few for a number."""

    place: Organisation
    counts: Changes | None


@dataclass(frozen=True)
class MemberChange:
    """One member's year: study hours and what is asked, now and then. Nothing is asked of home study."""

    member: Member
    hours_now: Decimal
    hours_then: Decimal
    asked_now: Decimal
    asked_then: Decimal
    is_home_study: bool

    @property
    def words(self) -> str:
        """From what to what, in the reader's language."""
        numbers = {
            "now": floatformat(self.hours_now, -1),
            "then": floatformat(self.hours_then, -1),
            "asked": floatformat(self.asked_now, -1),
            "asked_then": floatformat(self.asked_then, -1),
        }
        if self.is_home_study:
            words = _("%(now)s study hours, then %(then)s; on home study nothing is asked")
        elif self.asked_now == self.asked_then:
            words = _("from %(now)s to %(then)s study hours of %(asked)s")
        else:
            words = _("%(now)s study hours of %(asked)s; then %(then)s of %(asked_then)s")
        return words % numbers


@dataclass
class YearPreview:
    """
    What a rule of the year would change in the organisations the viewer rules for.

    Home study is a kind of its own where it may be told how many that are; otherwise it is counted along, so
    that nobody is pointed at. `kinds` is empty when one of them is too small to be told.
    """

    year: int
    everybody: Changes
    kinds: dict[str, Changes] = field(default_factory=dict)
    home_study: int | None = None
    branches: list[BranchChanges] = field(default_factory=list)
    sees_hours: bool = False
    lines: list[MemberChange] = field(default_factory=list)
    has_more_lines: bool = False

    @property
    def tells_counts(self) -> bool:
        return self.sees_hours or self.everybody.members >= LEAST_COUNTED


MEMBERS, OFFICES = "members", "offices"

HERE = """
    select a.branch_id, m.id, m.key, m.name_latin,
            exists (select from people_homestudy h where h.member_id = m.id
                and h.since <= %(on)s and (h.until is null or h.until > %(on)s)) as at_home,
            exists (select from people_office o where o.member_id = m.id and o.kind = any(%(asked_more)s)
                and o.since <= %(on)s and (o.until is null or o.until >= %(on)s)) as leads
        from people_affiliation a
            join people_organisation b on b.id = a.branch_id
            join people_member m on m.id = a.member_id
        where b.path like any(%(below)s) and a.kind = 'home'
            and a.since <= %(on)s and (a.until is null or a.until > %(on)s) and m.erased_at is null
"""
"""Everybody at home below these organisations."""

_RECKONED = f"""
    with here as ({HERE}), pieces as (
        select member_key, bucket, seconds from hours_countedinterval
            where started_at >= %(begin)s and started_at < %(end)s
        union all
        select member_key, bucket, award from hours_studyrecord
            where award <> 0 and started_at >= %(begin)s and started_at < %(end)s
        union all
        select member_key, 'individual',
                study_seconds(pieces * tstzrange(%(begin)s, %(end)s)::tstzmultirange)
            from hours_studyclock where subject is not null
    ), totals as (
        select member_key as key,
                coalesce(sum(seconds) filter (where bucket = 'individual'), 0) as individual,
                coalesce(sum(seconds) filter (where bucket = 'collective'), 0) as collective,
                coalesce(sum(seconds) filter (where bucket = 'concentrated'), 0) as concentrated
            from pieces group by member_key
    ), reckoned as materialized (
        select here.*,
                floor((least(coalesce(individual, 0), %(individual_now)s)
                    + least(coalesce(collective, 0), %(collective_now)s)
                    + least(coalesce(concentrated, 0), %(concentrated_now)s)) * 2
                    / %(unit_now)s)::int as halves_now,
                floor((least(coalesce(individual, 0), %(individual_then)s)
                    + least(coalesce(collective, 0), %(collective_then)s)
                    + least(coalesce(concentrated, 0), %(concentrated_then)s)) * 2
                    / %(unit_then)s)::int as halves_then,
                case when leads then %(office_now)s else %(member_now)s end * 2 as asked_now,
                case when leads then %(office_then)s else %(member_then)s end * 2 as asked_then
            from here left join totals using (key)
    )
"""  # noqa: S608  # made of constants alone, here and below

_PREVIEW = f"""
    {_RECKONED}
    select branch_id, leads, at_home, null::uuid, count(*),
            count(*) filter (where halves_now <> halves_then or asked_now <> asked_then),
            count(*) filter (where halves_now >= asked_now),
            count(*) filter (where halves_then >= asked_then),
            count(*) filter (where halves_then >= asked_then and halves_now < asked_now),
            count(*) filter (where halves_then < asked_then and halves_now >= asked_now)
        from reckoned group by branch_id, leads, at_home
"""  # noqa: S608

_WHO = """
    union all (
    select null, null, null, r.key, halves_now, halves_then, asked_now, asked_then, null, null
        from reckoned r join people_organisation b on b.id = r.branch_id
        where (halves_now <> halves_then or asked_now <> asked_then) and r.key in ({seen})
        order by b.path, r.name_latin, r.id limit %(rows)s offset %(skipped)s)
"""


def rows_of(sql: str, values: Mapping[str, Any]) -> list[tuple]:
    """Run a statement over everybody's year, with room enough to add up in memory."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local work_mem = '128MB'")
        cursor.execute(sql, values)
        return cursor.fetchall()


def with_value(rules: YearRules, name: str, value: Decimal) -> YearRules:
    """The rules of a year with one of them replaced."""
    fields: dict[str, dict[str, Any]] = {
        RuleName.MINUTES_PER_STUDY_HOUR: {"minutes_per_hour": value},
        RuleName.YEARLY_HOURS_MEMBER: {"member_hours": value},
        RuleName.YEARLY_HOURS_OFFICE: {"office_hours": value},
        RuleName.CONCENTRATED_CAP_HOURS: {"caps": rules.caps | {Bucket.CONCENTRATED: value}},
        RuleName.COLLECTIVE_CAP_HOURS: {"caps": rules.caps | {Bucket.COLLECTIVE: value}},
        RuleName.INDIVIDUAL_CAP_HOURS: {"caps": rules.caps | {Bucket.INDIVIDUAL: value}},
    }
    return replace(rules, **fields[name])


def ruled(viewer: Member, *, on: date) -> list[str]:
    """The paths of the organisations for which the viewer proposes or approves rules."""
    return sorted({office.organisation.path for office in ruling_offices(viewer, on=on)})


def sees_hours(viewer: Member, *, on: date) -> bool:
    """True for those whose office shows hours at the top; the others are told counts alone."""
    return any(Sight.HOURS in office.sights for office in ruling_offices(viewer, on=on))


def scope(viewer: Member, *, on: date) -> dict[str, Any]:
    """The values that a statement over the members of these organisations asks for."""
    begin, end = bounds(on.year)
    below = [f"{path}%" for path in ruled(viewer, on=on)]
    return {"below": below, "on": on, "begin": begin, "end": end, "asked_more": sorted(ASKED_MORE)}


def year_preview(proposal: RuleProposal, *, viewer: Member, on: date, page: int = 1) -> YearPreview:
    """
    Count who would change, and name a page of those whose hours the viewer may see.

    Everybody's year is added up once. Four queries beside the offices, however many members.
    """
    sql, values = _PREVIEW, scope(viewer, on=on) | _compared(proposal)
    exact = sees_hours(viewer, on=on)
    if exact:
        seen, seen_values = _seen(viewer, on=on)
        sql += _WHO.format(seen=seen)
        values |= seen_values | {"rows": ROWS_A_PAGE + 1, "skipped": (page - 1) * ROWS_A_PAGE}
    rows = rows_of(sql, values)
    groups = [
        (branch, leads, home, Changes(*(int(number) for number in row)))
        for branch, leads, home, key, *row in rows
        if not key
    ]
    preview = _counted(groups, YearPreview(on.year, _sum(groups), sees_hours=exact))
    named = [(key, row[:4]) for _branch, _leads, _home, key, *row in rows if key]
    preview.lines = _lines(named[:ROWS_A_PAGE], viewer, on)
    preview.has_more_lines = len(named) > ROWS_A_PAGE
    return preview


Group = tuple[int, bool, bool, Changes]


def _counted(groups: Sequence[Group], preview: YearPreview) -> YearPreview:
    """Fill in the counts by kind and by branch, as far as they may be told."""
    at_home = sum(counts.members for _branch, _leads, home, counts in groups if home)
    outside = may_be_told(at_home, of=preview.everybody.members)
    if outside:
        preview.home_study = at_home
    asked = [group for group in groups if not (outside and group[2])]
    kinds = {MEMBERS: _sum(g for g in asked if not g[1]), OFFICES: _sum(g for g in asked if g[1])}
    if preview.sees_hours or all(_large_enough(counts.members) for counts in kinds.values()):
        preview.kinds = kinds
    preview.branches = _by_branch(groups, sees_hours=preview.sees_hours)
    return preview


def _lines(named: Sequence[tuple[UUID, Sequence[Decimal]]], viewer: Member, on: date) -> list[MemberChange]:
    people = {
        member.key: member
        for member in Member.objects.visible_to(viewer, sight=Sight.HOURS, on=on)
        .filter(key__in=[key for key, _halves in named])
        .with_arrangements(on=on)
        .with_sights(viewer, Sight.ARRANGEMENT, on=on)
    }
    return [_change(people[key], halves) for key, halves in named if key in people]


def _change(member: Member, halves: Sequence[Decimal]) -> MemberChange:
    knows: Any = member
    now, then, asked_now, asked_then = (Decimal(number) / 2 for number in halves)
    known_at_home = knows.shows_arrangement and knows.is_home_study
    return MemberChange(member, now, then, asked_now, asked_then, known_at_home)


def _seen(viewer: Member, *, on: date) -> tuple[str, dict[str, Any]]:
    """The statement of `visible_to` for hours, with values that have names."""
    found = Member.objects.visible_to(viewer, sight=Sight.HOURS, on=on).order_by().values("key")
    sql, values = found.query.sql_with_params()
    names = [f"seen{number}" for number in range(len(values))]
    named = sql % tuple(f"%({name})s" for name in names)
    return named, dict(zip(names, values, strict=True))


def _compared(proposal: RuleProposal) -> dict[str, Any]:
    """What holds on the day without the proposal and with it. One query."""
    now = rules_on(proposal.valid_from)
    then = with_value(now, proposal.name, proposal.value)
    return {**_values(now, "now"), **_values(then, "then")}


def _values(rules: YearRules, when: str) -> Mapping[str, Any]:
    return {
        f"unit_{when}": rules.minutes_per_hour * 60,
        f"member_{when}": rules.member_hours,
        f"office_{when}": rules.office_hours,
        **{f"{bucket}_{when}": rules.cap_seconds(bucket) for bucket in rules.caps},
    }


def _sum(groups: Any) -> Changes:
    whole = Changes()
    for *_place, counts in groups:
        whole = whole.plus(counts)
    return whole


def _large_enough(members: int) -> bool:
    return members == 0 or members >= LEAST_COUNTED


def _by_branch(groups: Sequence[tuple[int, bool, bool, Changes]], *, sees_hours: bool) -> list[BranchChanges]:
    """The branches in which something changes, in the order of the tree. Home study is counted along."""
    branches: dict[int, Changes] = {}
    for branch, _leads, _home, counts in groups:
        branches[branch] = branches.get(branch, Changes()).plus(counts)
    # Told beside the sum, what all small branches have together would be known.
    rest = sum(counts.members for counts in branches.values() if counts.members < LEAST_COUNTED)
    if not sees_hours and not _large_enough(rest):
        return []
    changed = {pk: counts for pk, counts in branches.items() if counts.changed}
    places = Organisation.objects.filter(pk__in=changed).order_by("path")
    return [
        BranchChanges(place, counts if sees_hours or counts.members >= LEAST_COUNTED else None)
        for place in places
        for counts in [changed[place.pk]]
    ]
