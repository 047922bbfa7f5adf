"""
What can be said before a rule of counting is in force. It holds for what is studied from its day on; nothing
that was counted before changes, so what is told here is what happened lately under the rule as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hours.models import Source
from hours.rule_preview import HERE, rows_of, scope, sees_hours
from hours.rules import Rule, RuleName, RuleProposal
from hours.slots import reading_times
from people.counting import LEAST_COUNTED
from people.models import Member

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Asked:
    """What a fact is asked for: the proposal, the rule it replaces, and the values of the statement."""

    proposal: RuleProposal
    before: Rule
    values: dict[str, Any]
    exact: bool

    def members(self, number: int) -> str:
        """So many members, in words; a few are not told to who sees nobody's hours."""
        if not self.exact and 0 < number < LEAST_COUNTED:
            return _("fewer than five members")
        return ngettext("%(count)d member", "%(count)d members", number) % {"count": number}

    def tells(self, members: int) -> bool:
        return self.exact or members == 0 or members >= LEAST_COUNTED

    def row(self, sql: str, **values: Any) -> tuple[int, ...]:
        (row,) = rows_of(f"with here as ({HERE}) {sql}", self.values | values)
        return tuple(int(value or 0) for value in row)


def counting_facts(proposal: RuleProposal, *, viewer: Member, on: date) -> list[str]:
    """Return sentences: what happened lately where the proposed rule would have counted otherwise."""
    tell = _FACTS.get(RuleName(proposal.name))
    if tell is None:
        return []
    before = Rule.objects.at(proposal.name, proposal.valid_from)
    values = scope(viewer, on=on) | {"lately": on - LATELY}
    return list(tell(Asked(proposal, before, values, exact=sees_hours(viewer, on=on))))


_REFUSED_LATELY = """
    select count(distinct r.member_key), coalesce(sum((r.refused->>%(why)s)::int), 0), count(*)
        from here join hours_studyrecord r on r.member_key = here.key
        where r.started_at >= %(lately)s and r.refused ? %(why)s
"""


def _refused(asked: Asked, why: str) -> tuple[int, ...]:
    return asked.row(_REFUSED_LATELY, why=why)


def _silence(asked: Asked) -> Iterable[str]:
    members, seconds, _records = _refused(asked, "quiet")
    if asked.tells(members):
        yield _(
            "In the last 30 days %(minutes)d minutes of %(members)s were not counted because nobody seemed "
            "to be there."
        ) % {"minutes": seconds // 60, "members": asked.members(members)}
    yield _(
        "How many of them another factor would have counted cannot be said: the record keeps when nobody "
        "seemed to be there, and not how long the words then shown take to read."
    )


_ON_DAYS = """
    , days as (
        select i.member_key, (i.started_at at time zone 'Asia/Shanghai')::date as day,
                sum(i.seconds) as seconds
            from hours_countedinterval i
            where i.bucket = 'individual' and i.started_at >= %(begin)s and i.started_at < %(end)s
            group by 1, 2)
    select count(distinct member_key), count(*)
        from days join here on here.key = days.member_key where seconds > %(most)s
"""


def _day_limit(asked: Asked) -> Iterable[str]:
    if asked.proposal.value >= asked.before.value:
        members, seconds, _records = _refused(asked, "day_limit")
        if asked.tells(members):
            yield _(
                "In the last 30 days %(minutes)d minutes of %(members)s were beyond the limit of a day. They "
                "stay not counted."
            ) % {"minutes": seconds // 60, "members": asked.members(members)}
        return
    unit = Rule.objects.at(RuleName.MINUTES_PER_STUDY_HOUR, asked.proposal.valid_from).value * 60
    members, days = asked.row(_ON_DAYS, most=int(asked.proposal.value * unit))
    if asked.tells(members):
        yield ngettext(
            "This year there was %(count)d day on which a member had more individual study than the new "
            "limit (%(members)s). It stays counted.",
            "This year there were %(count)d days on which a member had more individual study than the new "
            "limit (%(members)s). They stay counted.",
            days,
        ) % {"count": days, "members": asked.members(members)}


_SUBJECTS = """
    select s.subject, r.edition
        from (select subject, max(record_id) as record from hours_countedinterval
                where bucket = 'individual' and subject is not null
                    and started_at >= %(begin)s and started_at < %(end)s
                group by subject) s
            join hours_studyrecord r on r.id = s.record
        where r.edition is not null
"""

_LESSONS = """
    , lessons as (
        select i.member_key, i.subject, sum(i.seconds) as seconds
            from hours_countedinterval i
            where i.bucket = 'individual' and i.subject is not null
                and i.started_at >= %(begin)s and i.started_at < %(end)s
            group by 1, 2
    ), expected as (
        select * from unnest(%(subjects)s::uuid[], %(reading)s::float8[], %(media)s::int[])
            as e(subject, reading, media))
    select count(*), count(distinct l.member_key)
        from lessons l join expected e using (subject) join here on here.key = l.member_key
            join people_member m on m.id = here.id
            left join hours_studyclock c on c.member_key = l.member_key
        where l.seconds > round((e.reading * case when m.prefers_large_print then %(large_print)s else 1 end
            / least(greatest(coalesce(c.pace, 100) / 100.0, %(slowest)s), %(fastest)s) + e.media)
            * %(factor)s)
"""


def _lesson_limit(asked: Asked) -> Iterable[str]:
    if asked.proposal.value >= asked.before.value:
        members, seconds, _records = _refused(asked, "lesson_limit")
        if asked.tells(members):
            yield _(
                "In the last 30 days %(minutes)d minutes of %(members)s were beyond the limit of a lesson. "
                "They stay not counted; with a higher limit some of them would have counted."
            ) % {"minutes": seconds // 60, "members": asked.members(members)}
        return
    subjects, reading, media = _expected_times(asked)
    rules = Rule.objects.in_force(asked.proposal.valid_from)
    lessons, members = asked.row(
        _LESSONS,
        subjects=subjects,
        reading=reading,
        media=media,
        large_print=rules[RuleName.LARGE_PRINT].value,
        slowest=rules[RuleName.PACE_SLOWEST].value,
        fastest=rules[RuleName.PACE_FASTEST].value,
        factor=asked.proposal.value,
    )
    if asked.tells(members):
        yield _(
            "More time in a lesson than the new limit, this year until now: %(members)s, %(lessons)d times "
            "in all, with large print and own pace as they are set today. It stays counted."
        ) % {"members": asked.members(members), "lessons": lessons}


def _expected_times(asked: Asked) -> tuple[list[UUID], list[float], list[int]]:
    """What was studied this year, with its seconds of reading and media. An edition is asked for once."""
    rows = rows_of(_SUBJECTS, asked.values)
    found = [(subject, reading_times(edition)) for subject, edition in rows]
    known = [(subject, times) for subject, times in found if times.screens or times.media]
    return (
        [subject for subject, _times in known],
        [float(sum(times.screens)) for _subject, times in known],
        [times.media for _subject, times in known],
    )


_BROUGHT = """
    select count(distinct r.member_key) filter (where r.standing = 'awaiting' and d.id is null),
            count(*) filter (where r.standing = 'awaiting' and d.id is null),
            count(distinct r.member_key)
                filter (where r.standing = 'counted' and r.received_at >= %(lately)s),
            count(*) filter (where r.standing = 'counted' and r.received_at >= %(lately)s)
        from here join hours_studyrecord r on r.member_key = here.key
            left join hours_studyrecord d on d.settles_id = r.id
        where r.source = %(source)s and r.started_at >= %(begin)s
"""


def _brought_in(source: str) -> Callable[[Asked], Iterable[str]]:
    def tell(asked: Asked) -> Iterable[str]:
        waiting_members, waiting, counted_members, counted = asked.row(_BROUGHT, source=source)
        if asked.tells(waiting_members):
            yield ngettext(
                "%(count)d such record of this year awaits confirmation (%(members)s). It goes on waiting.",
                "%(count)d such records of this year await confirmation (%(members)s). They go on waiting.",
                waiting,
            ) % {"count": waiting, "members": asked.members(waiting_members)}
        if asked.tells(counted_members):
            yield ngettext(
                "%(count)d such record was counted in the last 30 days (%(members)s).",
                "%(count)d such records were counted in the last 30 days (%(members)s).",
                counted,
            ) % {"count": counted, "members": asked.members(counted_members)}

    return tell


_LARGE_PRINT = """
    select count(*) from here join people_member m on m.id = here.id where m.prefers_large_print
"""

_BEYOND_PACE = """
    select count(*) from here join hours_studyclock c on c.member_key = here.key
        where c.pace_lessons > 0 and (c.pace < %(slowest)s or c.pace > %(fastest)s)
"""

_MOBILE = """
    select count(*) from here where exists (select from people_affiliation a where a.member_id = here.id
        and a.kind = 'host' and a.since <= %(on)s and (a.until is null or a.until > %(on)s))
"""

_CORRECTIONS = """
    select count(distinct r.member_key), count(*)
        from here join hours_studyrecord r on r.member_key = here.key
        where r.source = 'correction' and r.standing = 'awaiting' and r.started_at >= %(begin)s
            and not exists (select from hours_studyrecord d where d.settles_id = r.id)
"""


def _large_print(asked: Asked) -> Iterable[str]:
    (members,) = asked.row(_LARGE_PRINT)
    yield _("Large print is set today for %(members)s.") % {"members": asked.members(members)}


def _pace(asked: Asked) -> Iterable[str]:
    slowest, fastest = Decimal(0), Decimal(10)
    if asked.proposal.name == RuleName.PACE_SLOWEST:
        slowest = asked.proposal.value
    else:
        fastest = asked.proposal.value
    (members,) = asked.row(_BEYOND_PACE, slowest=slowest * 100, fastest=fastest * 100)
    yield _("The pace learned until today lies beyond the new bound for %(members)s.") % {
        "members": asked.members(members)
    }


def _mobile(asked: Asked) -> Iterable[str]:
    (members,) = asked.row(_MOBILE)
    yield _(
        "With a host branch today: %(members)s. Their records from that day on are written by the branch "
        "that then leads."
    ) % {"members": asked.members(members)}


def _corrections(asked: Asked) -> Iterable[str]:
    members, waiting = asked.row(_CORRECTIONS)
    if asked.tells(members):
        yield ngettext(
            "%(count)d correction of this year awaits a second person (%(members)s). It goes on waiting.",
            "%(count)d corrections of this year await a second person (%(members)s). They go on waiting.",
            waiting,
        ) % {"count": waiting, "members": asked.members(members)}


_FACTS: dict[RuleName, Callable[[Asked], Iterable[str]]] = {
    RuleName.FAIR_PACE: _silence,
    RuleName.LARGE_PRINT: _large_print,
    RuleName.PACE_SLOWEST: _pace,
    RuleName.PACE_FASTEST: _pace,
    RuleName.LESSON_FACTOR: _lesson_limit,
    RuleName.INDIVIDUAL_DAY_HOURS: _day_limit,
    RuleName.OFFLINE_COUNTS: _brought_in(Source.OFFLINE),
    RuleName.PAPER_COUNTS: _brought_in(Source.PAPER),
    RuleName.HOST_LEADS: _mobile,
    RuleName.CORRECTION_SECOND_PERSON: _corrections,
}
