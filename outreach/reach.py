"""
Reached by us: when each member was last in contact with the branch, and how. It is the branch's duty.

A way is study on the platform, a meeting, a pack that was brought or came back, a visit, a call. A visit at
which nobody was home does not reach; it is told as tried. Nobody is ranked, and members who study at home are
here like everybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection
from django.db.models.enums import TextChoices
from django.utils.translation import pgettext_lazy

from people.models import Organisation
from people.organisations import STEP

THRESHOLDS = (30, 60, 90)
"""Days after which a member whom nobody has reached comes first."""


class Way(TextChoices):
    """How a member and the branch were in contact."""

    ONLINE = "online", pgettext_lazy("way of contact", "Online")
    MEETING = "meeting", pgettext_lazy("way of contact", "Meeting")
    PACK = "pack", pgettext_lazy("way of contact", "Study pack")
    VISIT = "visit", pgettext_lazy("way of contact", "Visit")
    CALL = "call", pgettext_lazy("way of contact", "Telephone call")


@dataclass(frozen=True)
class Reached:
    """When a member was last reached in each way, as far as ever; and when somebody last tried in vain."""

    member: int
    days: dict[str, date] = field(default_factory=dict)
    tried: date | None = None

    @property
    def last(self) -> date | None:
        return max(self.days.values(), default=None)

    @property
    def way(self) -> str:
        """The way of the last contact; of several on a day the one that took the most effort."""
        last = self.last
        return next((way for way in reversed(Way.values) if last and self.days.get(way) == last), "")

    @property
    def way_in_words(self) -> str:
        return str(Way(self.way).label) if self.way else ""

    @property
    def tried_since(self) -> date | None:
        """The day on which nobody was home, when nobody has been reached since."""
        return self.tried if self.tried and (self.last is None or self.tried > self.last) else None

    def is_unreached(self, days: int, *, on: date) -> bool:
        """True when the last contact is so many days ago or longer, or there was none at all."""
        return self.last is None or self.last <= on - timedelta(days=days)


_DAY = "(%s at time zone 'Asia/Shanghai')::date"

# What a correction has emptied did not happen.
_RECORDS = """
    from hours_studyrecord r
        where r.member_key = here.key and r.standing <> 'declined' and r.source = any(%(recorded)s)
            and r.started_at < %(until)s
            and not exists (select from hours_studyrecord c where c.corrects_id = r.id
                and c.standing = 'counted' and (c.evidence->>'to')::int = 0)
"""

_CLOCK = """
    select max(c.last_at) from hours_studyclock c where c.member_key = here.key and c.subject is not null
"""

_MEETING = """
    select max(t.starts_at) from meetings_attendance a join meetings_meeting t on t.id = a.meeting_id
        where a.member_id = here.id and a.state in ('present', 'late')
            and t.closed_at is not null and t.starts_at < %(until)s
            and not exists (select from meetings_attendance n where n.meeting_id = a.meeting_id
                and n.member_id = a.member_id and n.id > a.id)
"""

_PACK = """
    select max(s.on) from outreach_packet p join outreach_packetstep s on s.packet_id = p.id
        where p.member_id = here.id and s.state in ('delivered', 'returned', 'recorded') and s.on <= %(on)s
"""

_VISIT = """
    select max(v.started_at) from outreach_visitmember w join outreach_visit v on v.id = w.visit_id
        where w.member_id = here.id and v.way = 'visit' and v.outcome = 'held' and v.started_at < %(until)s
"""

_CALL = """
    select max(v.started_at) from outreach_visitmember w join outreach_visit v on v.id = w.visit_id
        where w.member_id = here.id and v.way = 'telephone' and v.outcome = 'held'
            and v.started_at < %(until)s
"""

_TRIED = """
    select max(v.started_at) from outreach_visitmember w join outreach_visit v on v.id = w.visit_id
        where w.member_id = here.id and v.outcome = 'nobody_home' and v.started_at < %(until)s
"""

_CONTACT = "select max(c.on) from people_contactmade c where c.member_id = here.id and c.on <= %(on)s"

_EACH_WAY = f"""
    select here.id,
            greatest({_DAY % "recorded.online"}, {_DAY % f"({_CLOCK})"}),
            greatest({_DAY % "recorded.meeting"}, {_DAY % f"({_MEETING})"}),
            greatest({_DAY % "recorded.pack"}, ({_PACK})),
            greatest({_DAY % "recorded.visit"}, {_DAY % f"({_VISIT})"}),
            greatest({_DAY % f"({_CALL})"}, ({_CONTACT})),
            {_DAY % f"({_TRIED})"}
        from here, lateral (
            select max(r.ended_at) filter (where r.source in ('online', 'offline', 'audio')) as online,
                    max(r.ended_at) filter (where r.source = 'meeting') as meeting,
                    max(r.ended_at) filter (where r.source = 'paper') as pack,
                    max(r.ended_at) filter (where r.source = 'visit') as visit
                {_RECORDS}) recorded
"""  # noqa: S608  # of our own constants

# What is longer ago than the longest threshold need not be read. Of the ledger the latest row alone is, from
# its index, and only where nothing else says that the member was reached lately.
_LAST = f"""
    others as materialized (
        select id, max(day) as day from (
            select here.id, {_DAY % "c.last_at"} as day from here
                join hours_studyclock c on c.member_key = here.key and c.subject is not null
            union all
            select here.id, {_DAY % "t.starts_at"} from here
                join meetings_attendance a on a.member_id = here.id and a.state in ('present', 'late')
                join meetings_meeting t on t.id = a.meeting_id and t.closed_at is not null
                    and t.starts_at >= %(horizon)s and t.starts_at < %(until)s
                where not exists (select from meetings_attendance n where n.meeting_id = a.meeting_id
                    and n.member_id = a.member_id and n.id > a.id)
            union all
            select here.id, s.on from here join outreach_packet p on p.member_id = here.id
                join outreach_packetstep s on s.packet_id = p.id and s.on <= %(on)s
                    and s.state in ('delivered', 'returned', 'recorded')
            union all
            select here.id, {_DAY % "v.started_at"} from here
                join outreach_visitmember w on w.member_id = here.id
                join outreach_visit v on v.id = w.visit_id and v.outcome = 'held'
                    and v.started_at >= %(horizon)s and v.started_at < %(until)s
            union all
            select here.id, c.on from here join people_contactmade c on c.member_id = here.id
                and c.on <= %(on)s) said group by id
    ), last as materialized (
        select here.part, greatest(others.day, case when others.day > %(on)s::date - {THRESHOLDS[0]} then null
                else {_DAY % f"(select r.ended_at {_RECORDS} order by r.started_at desc limit 1)"} end) as day
            from here left join others on others.id = here.id)
    select part, count(*), {
    ", ".join(f"count(*) filter (where day is null or day <= %(on)s::date - {days})" for days in THRESHOLDS)
} from last group by part
"""  # noqa: S608  # of our own constants

_AT_HOME = """
    from people_affiliation a
        join people_organisation b on b.id = a.branch_id
        join people_member m on m.id = a.member_id
    where a.kind = 'home' and a.since <= %(on)s and (a.until is null or a.until > %(on)s)
        and m.erased_at is null
"""


def _values(on: date) -> dict[str, object]:
    return {
        "on": on,
        "until": f"{on + timedelta(days=1)} 00:00+08",
        "horizon": f"{on - timedelta(days=THRESHOLDS[-1])} 00:00+08",
        "recorded": ["online", "offline", "audio", "meeting", "paper", "visit"],
    }


def reached_in(branch: Organisation, *, on: date) -> list[Reached]:
    """
    Those at home in this very organisation, the longest unreached first. One query, however many.

    Of a branch these are all its members, whatever group they are in.
    """
    here = f"with here as (select m.id, m.key {_AT_HOME} and a.branch_id = %(branch)s)"
    return _read(here, {"branch": branch.pk}, on)


def reached_of(members: Sequence[int], *, on: date) -> dict[int, Reached]:
    """The same of these members, by their primary keys. One query."""
    here = "with here as (select m.id, m.key from people_member m where m.id = any(%(members)s))"
    return {one.member: one for one in _read(here, {"members": list(members)}, on)}


def _read(here: str, values: dict[str, object], on: date) -> list[Reached]:
    with connection.cursor() as cursor:
        cursor.execute(here + _EACH_WAY, _values(on) | values)
        rows = cursor.fetchall()
    found = [
        Reached(
            member,
            {way: day for way, day in zip(Way.values, days, strict=True) if day is not None},
            tried,
        )
        for member, *days, tried in rows
    ]
    return sorted(found, key=lambda one: (one.last or date.min, one.member))


def unreached_by_part(organisation: Organisation, *, on: date) -> dict[str, tuple[int, ...]]:
    """
    By the path of each organisation directly below: members, and those unreached for 30, 60 and 90 days.

    Those who belong to `organisation` itself stand under its own path. One query.
    """
    size = len(organisation.path)
    here = (
        "with here as (select m.id, m.key, left(b.path, %(size)s) as part"
        f" {_AT_HOME} and b.path like %(below)s), "
    )
    values = _values(on) | {"size": size + STEP, "below": f"{organisation.path}%"}
    with connection.cursor() as cursor:
        cursor.execute(here + _LAST, values)
        return {part: tuple(numbers) for part, *numbers in cursor.fetchall()}
