"""How many belong to organisations and all below them: a fixed number of queries for any number of rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from people.organisations import Organisation


@dataclass
class Counted:
    """
    An organisation with its counts, each member once, by the home branch; `mobile` are those with a host too.

    Arrangements are not counted here: beside the number of members a small one would point at somebody.
    """

    organisation: Organisation
    members: int = 0
    mobile: int = 0
    branches: int = 0
    below: int = 0


_MEMBERS = """
select top.path, count(*), count(*) filter (where exists (
    select from people_affiliation host where host.member_id = a.member_id and host.kind = 'host'
        and host.since <= %(on)s and (host.until is null or host.until > %(on)s)
))
from (select path collate "C" as path from unnest(%(paths)s::text[]) given (path)) top
join people_organisation place on place.path >= top.path and place.path < top.path || '~'
join people_affiliation a on {where} = place.id and a.kind = 'home'
    and a.since <= %(on)s and (a.until is null or a.until > %(on)s)
group by top.path
"""

_BELOW = """
select top.path, count(*) filter (where place.kind = 'branch'),
    count(*) filter (where length(place.path) = length(top.path) + 6)
from (select path collate "C" as path from unnest(%(paths)s::text[]) given (path)) top
join people_organisation place on place.path > top.path and place.path < top.path || '~'
    and (place.closed_on is null or place.closed_on > %(on)s)
group by top.path
"""


def counted(organisations: Iterable[Organisation], *, on: date) -> list[Counted]:
    """
    Return organisations with their counts on that day, in the given order. Two queries.

    They are all groups, or none of them is.
    """
    lines = {place.path: Counted(place) for place in organisations}
    are_groups = any(line.organisation.kind == Organisation.Kind.GROUP for line in lines.values())
    values = {"paths": list(lines), "on": on}
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS.format(where="a.group_id" if are_groups else "a.branch_id"), values)
        for path, members, mobile in cursor.fetchall():
            lines[path].members, lines[path].mobile = members, mobile
        cursor.execute(_BELOW, values)
        for path, branches, below in cursor.fetchall():
            lines[path].branches, lines[path].below = branches, below
    return list(lines.values())
