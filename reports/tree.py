"""What lies below a committee or general branch: its branches, and how many members have the hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from hours.requirement import ASKED_MORE
from hours.totals import YearRules, bounds, rules_on
from people.models import Organisation
from reports.counting import LEAST_COUNTED, may_be_told


@dataclass
class BranchLine:
    """
    A branch in a list. Counts go by the home branch, so nobody is counted twice.

    `complete` counts everybody who has the hours, home study or not: see `reports.overview`. `is_elsewhere`:
    told along on the sector line, so that no name stands behind it.
    """

    organisation: Organisation
    members: int = 0
    at_home_study: int = 0
    complete: int = 0
    is_elsewhere: bool = False

    @property
    def home_study(self) -> int | None:
        """How many are on home study; None when they or the others are fewer than five."""
        return self.at_home_study if may_be_told(self.at_home_study, of=self.members) else None

    @property
    def shows_counts(self) -> bool:
        return self.members >= LEAST_COUNTED


_COUNTS = """
    with here as (
        select a.branch_id, m.key,
                exists (select from people_homestudy h where h.member_id = m.id
                    and h.since <= %(on)s and (h.until is null or h.until > %(on)s)) as at_home_study,
                case when exists (select from people_office o where o.member_id = m.id
                        and o.kind = any(%(asked_more)s)
                        and o.since <= %(on)s and (o.until is null or o.until >= %(on)s))
                    then %(office_hours)s else %(member_hours)s end as asked
            from people_affiliation a
                join people_organisation b on b.id = a.branch_id
                join people_member m on m.id = a.member_id
            where b.path like any(%(below)s) and a.kind = 'home'
                and a.since <= %(on)s and (a.until is null or a.until > %(on)s) and m.erased_at is null
    ), pieces as (
        select member_key, bucket, seconds
            from hours_countedinterval join here on here.key = member_key
            where started_at >= %(begin)s and started_at < %(end)s
        union all
        select member_key, bucket, award
            from hours_studyrecord join here on here.key = member_key
            where award <> 0 and started_at >= %(begin)s and started_at < %(end)s
        union all
        select member_key, 'individual',
                study_seconds(pieces * tstzrange(%(begin)s, %(end)s)::tstzmultirange)
            from hours_studyclock join here on here.key = member_key
            where subject is not null
    ), totals as (
        select member_key as key,
                least(coalesce(sum(seconds) filter (where bucket = 'individual'), 0), %(individual)s)
                + least(coalesce(sum(seconds) filter (where bucket = 'collective'), 0), %(collective)s)
                + least(coalesce(sum(seconds) filter (where bucket = 'concentrated'), 0), %(concentrated)s)
                as seconds
            from pieces group by member_key
    )
    select branch_id, count(*), count(*) filter (where at_home_study),
            count(*) filter (where floor(coalesce(seconds, 0) * 2 / %(unit)s) >= asked * 2)
        from here left join totals using (key)
        group by branch_id
"""


def branch_lines(
    organisation: Organisation, *, on: date, sector_line: Sequence[Organisation] = ()
) -> list[BranchLine]:
    """
    Return the branches below, in the order of the tree. Three queries, however many branches and members.

    A general branch or committee to which members belong without a branch between has a line of its own.
    `sector_line`: organisations elsewhere that are told with them, with all below these.
    """
    paths = [organisation.path, *(place.path for place in sector_line)]
    counts = _counts(paths, rules_on(on), on)
    branches = Q(kind=Organisation.Kind.BRANCH, closed_on=None) | Q(pk__in=counts)
    places = Organisation.objects.at_or_below(*paths).filter(branches).order_by("path")
    return [
        BranchLine(
            place,
            *counts.get(place.pk, (0, 0, 0)),
            is_elsewhere=not place.path.startswith(organisation.path),
        )
        for place in places
    ]


def _counts(paths: Sequence[str], rules: YearRules, on: date) -> dict[int, tuple[int, int, int]]:
    """By organisation: members, those on home study, and those who have the hours of the year."""
    begin, end = bounds(on.year)
    unit = rules.minutes_per_hour * 60
    values = {
        "below": [f"{path}%" for path in paths],
        "on": on,
        "begin": begin,
        "end": end,
        "asked_more": sorted(ASKED_MORE),
        "office_hours": rules.office_hours,
        "member_hours": rules.member_hours,
        **{str(bucket): rules.cap_seconds(bucket) for bucket in rules.caps},
        "unit": unit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        return {
            branch: (members, at_home, complete) for branch, members, at_home, complete in cursor.fetchall()
        }
