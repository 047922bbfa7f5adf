"""The desk of mobile members: who of ours is where, who is here as a guest, and what is still to be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.enums import TextChoices
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import pgettext_lazy

from hours.rules import Rule, RuleName
from hours.totals import bounds
from outreach.reach import Reached, reached_of
from people.leading import committees_of, led_by
from people.mobility import MobileRegistration, RegistrationQuerySet
from people.models import Affiliation, Member, Organisation


class Only(TextChoices):
    """What the list of those who are away may be narrowed to."""

    DUE = "due", pgettext_lazy("mobile members", "To be contacted")
    NO_CONTACT = "no_contact", pgettext_lazy("mobile members", "No contact person")
    NOT_RECEIVED = "not_received", pgettext_lazy("mobile members", "No receiving branch yet")


@dataclass(frozen=True)
class Attended:
    """What the host branch recorded of a guest in the year: how often, and the seconds that count."""

    times: int = 0
    seconds: int = 0

    @property
    def minutes(self) -> int:
        return self.seconds // 60


@dataclass(frozen=True)
class Away:
    """A member of ours who is away. `host`: who has received them; without one nobody has."""

    registration: MobileRegistration
    host: Organisation | None
    has_contact: bool
    due_on: date
    is_due: bool
    attended: Attended
    reached: Reached | None
    knows_way: bool
    """The way of the last contact is for the committee that knows what is arranged for the member."""

    @property
    def member(self) -> Member:
        return self.registration.member


@dataclass(frozen=True)
class Guest:
    """A guest of a branch of ours. Of the home branch's contacts the host learns the day and no more."""

    member: Member
    branch: Organisation
    home: Organisation | None
    since: date
    last_contact: date | None
    attended: Attended


def opens_desk(viewer: Member, *, on: date) -> bool:
    """True for who leads an organisation. No query beside the offices."""
    return bool(led_by(viewer, on=on))


def who_leads(*, on: date) -> Rule:
    """The dated rule that says whether the home or the host branch leads."""
    return Rule.objects.at(RuleName.HOST_LEADS, on)


def away_from(viewer: Member, *, on: date) -> RegistrationQuerySet:
    """
    Those whom the viewer's branches sent out, the longest without a contact first.

    Annotated `has_contact`, `is_received`, `last_contact` and `counted_from`.
    """
    keeping = Affiliation.objects.of(OuterRef("contact"), on=on).home().filter(branch=OuterRef("branch"))
    received = Affiliation.objects.of(OuterRef("member"), on=on).host()
    here = _below("branch", led_by(viewer, on=on))
    rows = MobileRegistration.objects.on(on).filter(here, member__erased_at=None).with_last_contact()
    return rows.annotate(
        has_contact=Exists(keeping),
        host=Subquery(received.values("branch")[:1]),
        counted_from=Greatest("since", Coalesce("last_contact", F("since"))),
    ).order_by("counted_from", "pk")


def with_people(rows: RegistrationQuerySet) -> RegistrationQuerySet:
    """The same with all that a line shows."""
    return rows.select_related("member", "branch", "receiving", "contact")


def narrowed(rows: RegistrationQuerySet, only: str, *, on: date, every: int) -> RegistrationQuerySet:
    """Those of one kind, or all."""
    condition = _conditions(on, every).get(only)
    return rows.filter(condition) if condition is not None else rows


def numbers_away(rows: RegistrationQuerySet, *, on: date, every: int) -> dict[str, int]:
    """How many there are of each kind, and in all. One query."""
    counts = {name: Count("pk", filter=condition) for name, condition in _conditions(on, every).items()}
    return rows.order_by().aggregate(all=Count("pk"), **counts)


def _conditions(on: date, every: int) -> dict[str, Q]:
    return {
        Only.DUE: Q(counted_from__lte=date.fromordinal(on.toordinal() - every)),
        Only.NO_CONTACT: Q(has_contact=False),
        Only.NOT_RECEIVED: Q(host=None),
    }


def away_lines(viewer: Member, rows: Iterable[MobileRegistration], *, on: date, every: int) -> list[Away]:
    """The lines of a page. Three queries, however many."""
    page = list(rows)
    own = {branch.pk for branch in committees_of(viewer, on=on)}
    hosts = Organisation.objects.in_bulk({row.host for row in page if row.host})
    attended = attended_at({(row.member.key, row.host) for row in page if row.host}, year=on.year)
    reached = reached_of([row.member_id for row in page], on=on)
    return [
        Away(
            registration=row,
            host=hosts.get(row.host),
            has_contact=row.has_contact,
            due_on=row.due_on(every=every),
            is_due=row.due_on(every=every) <= on,
            attended=attended.get((row.member.key, row.host), Attended()),
            reached=reached.get(row.member_id),
            knows_way=row.branch_id in own,
        )
        for row in page
    ]


def guests_of(viewer: Member, *, on: date) -> QuerySet[Affiliation]:
    """Guests of branches the viewer leads, the longest there first; with `home` and `last_contact`."""
    home = Affiliation.objects.of(OuterRef("member"), on=on).home()
    registered = MobileRegistration.objects.on(on).filter(member=OuterRef("member")).with_last_contact()
    here = _below("branch", led_by(viewer, on=on))
    return (
        Affiliation.objects.on(on)
        .host()
        .filter(here, member__erased_at=None)
        .annotate(
            home=Subquery(home.values("branch")[:1]),
            last_contact=Subquery(registered.values("last_contact")[:1]),
        )
        .select_related("member", "branch")
        .order_by("since", "pk")
    )


def expected_by(viewer: Member, *, on: date) -> RegistrationQuerySet:
    """Those registered out to a branch the viewer leads, and who are not registered in yet."""
    received = Affiliation.objects.of(OuterRef("member"), on=on).host()
    here = _below("receiving", led_by(viewer, on=on))
    rows = MobileRegistration.objects.on(on).filter(here, ~Exists(received), member__erased_at=None)
    return rows.select_related("member", "branch", "receiving").order_by("since", "pk")


def guest_lines(rows: Iterable[Affiliation], *, on: date) -> list[Guest]:
    """The lines of a page. Two queries, however many."""
    page = list(rows)
    homes = Organisation.objects.in_bulk({row.home for row in page if row.home})
    attended = attended_at({(row.member.key, row.branch_id) for row in page}, year=on.year)
    return [
        Guest(
            member=row.member,
            branch=row.branch,
            home=homes.get(row.home),
            since=row.since,
            last_contact=row.last_contact,
            attended=attended.get((row.member.key, row.branch_id), Attended()),
        )
        for row in page
    ]


# A confirmation is a row of its own, so what awaits one is not counted beside it.
_ATTENDED = """
    select r.member_key, r.recorded_in_id,
            count(*) filter (where r.source in ('meeting', 'visit') and r.standing = 'counted'
                and r.seconds > 0 and not exists (select from hours_studyrecord c where c.corrects_id = r.id
                    and c.standing = 'counted' and (c.evidence->>'to')::int = 0))::int,
            sum(r.seconds)::int
        from hours_studyrecord r
            join unnest(%(members)s::uuid[], %(branches)s::bigint[]) t(member, branch)
                on r.member_key = t.member and r.recorded_in_id = t.branch
        where r.bucket <> 'individual' and r.started_at >= %(begin)s and r.started_at < %(end)s
        group by 1, 2
"""


def attended_at(pairs: set[tuple[UUID, int]], *, year: int) -> dict[tuple[UUID, int], Attended]:
    """What these branches recorded of these members in the year, each minute once. One query."""
    if not pairs:
        return {}
    begin, end = bounds(year)
    wanted: Sequence[tuple[UUID, int]] = sorted(pairs)
    values = {
        "members": [member for member, _branch in wanted],
        "branches": [branch for _member, branch in wanted],
        "begin": begin,
        "end": end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ATTENDED, values)
        return {(member, branch): Attended(times, seconds) for member, branch, times, seconds in cursor}


def _below(name: str, places: Iterable[Organisation]) -> Q:
    found = Q(pk__in=[])
    for place in places:
        found |= Q(**{f"{name}__path__startswith": place.path})
    return found
