"""
How many members below an organisation nobody has reached: counts of its parts, and which of them may be told.

Who leads the organisation may open every list of names, so for them a part of fewer than five only has no
number of its own. Everybody else is told what gives nothing smaller away: of each organisation, from the top
of the tree down to this one, the parts with five people or more, where what is left beside them is nobody or
five people or more. So whatever is subtracted from whatever is told, five people remain, or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from outreach.reach import THRESHOLDS, unreached_by_part
from people.counting import LEAST_COUNTED
from people.models import Organisation
from people.organisations import STEP


@dataclass(frozen=True)
class Part:
    """An organisation directly below, or (`is_direct`) those who belong to the organisation itself."""

    organisation: Organisation
    is_direct: bool
    members: int
    unreached: tuple[int, ...]
    is_told: bool

    @property
    def by_days(self) -> list[tuple[int, int]]:
        return list(zip(THRESHOLDS, self.unreached, strict=True))


@dataclass(frozen=True)
class Counts:
    """The counts of an organisation and its parts. `members` is None when its own may not be told."""

    parts: list[Part]
    members: int | None
    unreached: tuple[int, ...]

    @property
    def by_days(self) -> list[tuple[int, int]]:
        return list(zip(THRESHOLDS, self.unreached, strict=True))


def counts_below(organisation: Organisation, *, names: bool, on: date) -> Counts:
    """
    Return the counts of what lies below. `names`: the viewer may open the lists of names there.

    Three queries, however many members.
    """
    numbers = unreached_by_part(organisation, on=on)
    members = sum(people for people, *_rest in numbers.values())
    unreached = tuple(sum(of_part[1 + n] for of_part in numbers.values()) for n in range(len(THRESHOLDS)))
    itself, below = (True, True) if names else _may_tell(organisation, on=on)
    places = Organisation.objects.filter(path__in=numbers)
    parts = [
        Part(
            place,
            place.pk == organisation.pk,
            numbers[place.path][0],
            numbers[place.path][1:],
            below and numbers[place.path][0] >= LEAST_COUNTED,
        )
        for place in sorted(places, key=lambda place: place.path)
    ]
    is_told = names or (itself and members >= LEAST_COUNTED)
    return Counts(parts, members if is_told else None, unreached)


_PEOPLE = """
    with branches as (
        select b.path, count(*) as people
            from people_affiliation a
                join people_organisation b on b.id = a.branch_id
                join people_member m on m.id = a.member_id
            where b.path like %(top)s and a.kind = 'home' and a.since <= %(on)s
                and (a.until is null or a.until > %(on)s) and m.erased_at is null
            group by b.path)
    select level.size, left(b.path, level.size + %(step)s), sum(b.people)::int
        from branches b join unnest(%(sizes)s) level(size)
            on left(b.path, level.size) = left(%(path)s, level.size)
        group by 1, 2
"""


def _may_tell(organisation: Organisation, *, on: date) -> tuple[bool, bool]:
    """Whether the count of `organisation`, and whether those of its parts, give nothing smaller away."""
    sizes = list(range(STEP, len(organisation.path) + 1, STEP))
    with connection.cursor() as cursor:
        cursor.execute(
            _PEOPLE,
            {
                "top": f"{organisation.path[:STEP]}%",
                "on": on,
                "path": organisation.path,
                "sizes": sizes,
                "step": STEP,
            },
        )
        rows = cursor.fetchall()
    is_safe = {
        size: _rest([people for level, _part, people in rows if level == size]) not in range(1, LEAST_COUNTED)
        for size in sizes
    }
    above = all(is_safe[size] for size in sizes[:-1])
    return above, above and is_safe[sizes[-1]]


def _rest(parts: list[int]) -> int:
    """How many people are in the parts that are too small to be told."""
    return sum(people for people in parts if people < LEAST_COUNTED)
