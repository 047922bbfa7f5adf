"""Reached by us: the counts of a county of 50,000 members, and the list of one of its branches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from time import perf_counter

from django.db import connection
from django.utils.timezone import localdate, now

from config.progress import step
from outreach.reach import reached_in
from outreach.reach_counts import counts_below
from people.models import Member, Organisation
from reports.scale import Size, grow
from tests.bench.rows import Row

SIZE = Size(members=50_000, branches=1_000, records=20, seed=5)
ROUNDS = 9
MOST = 1_000
"""Milliseconds."""

# Of every ten members one has been visited, one called, one brought a pack, and six were at meetings.
_CONTACTS = (
    """
    insert into outreach_visit (key, way, outcome, started_at, minutes, branch_id, recorded_by_id, counter,
            received_at)
        select m.key, case m.id %% 10 when 0 then 'visit' else 'telephone' end, 'held',
                %(at)s - m.id %% 120 * interval '1 day', 30, a.branch_id, m.id, 0, %(at)s
            from people_member m join people_affiliation a on a.member_id = m.id where m.id %% 10 < 2
    """,
    """
    insert into outreach_visitmember (visit_id, member_id, branch_id, confirmed)
        select v.id, m.id, v.branch_id, 'none' from outreach_visit v join people_member m on m.key = v.key
    """,
    """
    insert into people_contactmade (member_id, by_id, "on", noted_at)
        select id, id, %(on)s::date - (id %% 100)::int, %(at)s from people_member where id %% 10 = 2
    """,
    """
    insert into meetings_meeting (key, branch_id, kind, title, starts_at, ends_at, lessons, opened_by_id,
            opened_at, closed_by_id, closed_at)
        select gen_random_uuid(), o.id, 'general', '', %(at)s - n * interval '15 days',
                %(at)s - n * interval '15 days' + interval '1 hour', '{}', p.id, %(at)s,
                p.id, %(at)s + interval '1 hour'
            from people_organisation o, generate_series(1, 6) n, (select min(id) as id from people_member) p
            where o.kind = 'branch'
    """,
    """
    insert into meetings_attendance (key, meeting_id, member_id, state, by_id, at)
        select gen_random_uuid(), t.id, a.member_id, 'present', t.opened_by_id, %(at)s
            from meetings_meeting t join people_affiliation a on a.branch_id = t.branch_id
            where a.member_id %% 10 >= 4
    """,
    "analyze",
)


def measure() -> list[Row]:
    """Make the county with its contacts, and ask as its secretary, as its observer, and for one branch."""
    with step(f"Writing {SIZE.members:,} members and whom they met"):
        grown = grow(SIZE, at=now(), password="not-used-here")
        _meet()
    on = localdate()
    secretary = Member.objects.get(number=grown.secretary)
    (office,) = secretary.held_offices(on)
    branch = office.organisation
    county = Organisation.objects.get(path=branch.path[:6])
    many = f"{SIZE.members:,} members"
    return [
        _row(f"reached by us, counts of {many}, who leads", lambda: counts_below(county, names=True, on=on)),
        _row(f"reached by us, counts of {many}, observer", lambda: counts_below(county, names=False, on=on)),
        _row("reached by us, list of a branch of 50", lambda: _listed(branch, on)),
    ]


def _meet() -> None:
    at = now() - timedelta(days=1)
    with connection.cursor() as cursor:
        for statement in _CONTACTS:
            cursor.execute(statement, {"at": at, "on": localdate(at)})


def _listed(branch: Organisation, on: date) -> None:
    if len(reached_in(branch, on=on)) != SIZE.members // SIZE.branches:
        raise LookupError("The branch has another number of members.")


def _row(what: str, work: Callable[[], object]) -> Row:
    work()
    times = []
    for _round in range(ROUNDS):
        begun = perf_counter()
        work()
        times.append((perf_counter() - begun) * 1000)
    figure = median(times)
    return Row("outreach", what, figure, "ms", target=f"≤ {MOST} ms", met=figure <= MOST)
