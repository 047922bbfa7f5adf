"""What the list of meetings reads: whose they are, those to come, to close, and those that were held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from meetings.holders import places_held
from meetings.models import Attendance, Meeting, MeetingQuerySet
from meetings.rolls import of_the_day
from people.models import Member, MemberQuerySet, Organisation

MOST_PLACES = 200


@dataclass(frozen=True)
class Found:
    """The meetings of an organisation. `due`: begun and not closed; `past`: closed or called off."""

    coming: list[Meeting]
    due: list[Meeting]
    past: MeetingQuerySet
    groups: list[Organisation]


def places_of(viewer: Member, *, on: date) -> QuerySet[Organisation]:
    """Organisations whose meetings the viewer holds."""
    return Organisation.objects.existing_on(on).filter(places_held(viewer, on=on)).select_related("parent")


def entrances(viewer: Member, *, on: date) -> list[Organisation]:
    """Where to begin: those of them that do not stand on the page of their branch already."""
    held = places_of(viewer, on=on)
    own_page = ~Q(kind=Organisation.Kind.GROUP, parent__in=held.values("pk"))
    return list(held.filter(own_page).order_by("path")[:MOST_PLACES])


def meetings_of(place: Organisation, viewer: Member, *, at: datetime) -> Found:
    """The meetings of the organisation and of its groups. Two queries, and two when the past is read."""
    groups = Organisation.objects.filter(parent=place, kind=Organisation.Kind.GROUP)
    here = Q(branch=place) | Q(branch__in=groups.values("pk"))
    rows = Meeting.objects.filter(here).with_people()
    open_ones = list(rows.open().order_by("starts_at", "pk"))
    return Found(
        coming=[meeting for meeting in open_ones if meeting.starts_at > at],
        due=[meeting for meeting in open_ones if meeting.starts_at <= at],
        past=rows.filter(~Q(closed_at=None) | ~Q(called_off_at=None)).order_by("-starts_at", "-pk"),
        groups=list(groups.exclude(closed_on__lte=localdate(at)).order_by("path")),
    )


def numbers_attended(meetings: Iterable[Meeting]) -> dict[int, int]:
    """How many came, by meeting. One query."""
    held = Attendance.objects.filter(meeting__in=[meeting.pk for meeting in meetings]).holding().attended()
    return dict(held.order_by().values_list("meeting").annotate(came=Count("pk")))


def last_of(place: Organisation) -> Meeting | None:
    """The meeting entered last: the next one is often at the same time of day."""
    return Meeting.objects.filter(branch=place).standing().order_by("-pk").first()


def people_of(place: Organisation, viewer: Member, *, on: date) -> MemberQuerySet:
    """Who may be in the chair or lecture: those who belong there on that day, and its committee."""
    here = of_the_day(place, "", on) | of_the_day(place, Meeting.Kind.COMMITTEE, on)
    return Member.objects.visible_to(viewer, on=on).filter(here).order_by("name_latin", "name", "pk")
