"""What the pages of study packs read: where one may have them made, how they stand, what to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from courses.outline import Course, outline
from outreach.packet_records import Packet, PacketQuerySet, PacketStep, PackRun, PackRunQuerySet, PackVolume
from outreach.packs import members_for, visited_places
from people.leading import led_by
from people.models import Member, Organisation

LIST_AT_MOST = 500
"""So many members are shown to choose from; of more, all are taken, or a branch below is chosen first."""

PLACES_AT_MOST = 200


def has_packs(viewer: Member, *, on: date) -> bool:
    """True for who leads an organisation or is a visitor. No query beside the offices."""
    return bool(led_by(viewer, on=on) or visited_places(viewer, on=on))


def places_for(viewer: Member, *, on: date) -> QuerySet[Organisation]:
    """Where the viewer may have packs made: what they lead and what stands below, and where they visit."""
    places = Q(pk__in=[place.pk for place in visited_places(viewer, on=on)])
    for place in led_by(viewer, on=on):
        places |= Q(path__startswith=place.path)
    rows = Organisation.objects.exclude(closed_on__lte=on).exclude(kind=Organisation.Kind.GROUP)
    return rows.filter(places).order_by("path")


def runs_for(viewer: Member, *, on: date) -> PackRunQuerySet:
    """What was asked for, the latest first, with how many packs are made and left out."""
    counted = PackRun.objects.visible_to(viewer, on=on).select_related("organisation", "asked_by")
    return counted.annotate(
        asked=Count("packets"),
        made=Count("packets", filter=Q(packets__made_at__isnull=False)),
        left=Count("packets", filter=~Q(packets__left_out="")),
    ).order_by("-asked_at", "-pk")


def packets_for(viewer: Member, *, on: date, state: str = "", run: PackRun | None = None) -> PacketQuerySet:
    """The packs in the viewer's care, the latest number first, all or those in one state."""
    rows = Packet.objects.cared_for_by(viewer, on=on).with_state()
    if run is not None:
        rows = rows.filter(run=run)
    if state == "waiting":
        rows = rows.waiting()
    elif state == "left_out":
        rows = rows.exclude(left_out="")
    elif state in PacketStep.State.values:
        rows = rows.filter(state=state)
    rows = rows.select_related("member", "branch", "run")
    return rows.order_by("number") if run is not None else rows.order_by("-number")


def volumes_for(viewer: Member, run: PackRun, *, on: date) -> QuerySet[PackVolume]:
    """The volumes with a file, of whose packs each is in the viewer's care: a volume shows every name."""
    cared = Packet.objects.cared_for_by(viewer, on=on).values("pk")
    others = Packet.objects.filter(volume=OuterRef("pk")).exclude(pk__in=cared)
    return run.volumes.exclude(file="").filter(~Exists(others)).order_by("number")


@dataclass(frozen=True)
class ToChoose:
    """What a pack can be made of and for whom."""

    organisation: Organisation
    courses: list[Course]
    members: list[Member]
    total: int

    @property
    def too_many(self) -> bool:
        return self.total > len(self.members)


def to_choose(viewer: Member, organisation: Organisation, *, on: date, language: str) -> ToChoose:
    """Lessons by course, and the members there. Four queries or so, however many."""
    members = members_for(viewer, organisation, on=on)
    total = members.count()
    shown = list(members.order_by("number", "pk")) if total <= LIST_AT_MOST else []
    return ToChoose(organisation, outline(language, reader=viewer), shown, total)
