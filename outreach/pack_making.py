"""
Making packs: long work, fifty at a time. Each fifty are one transaction, so a worker that was killed loses no
more than those it was at, and whoever asks again makes only what is missing.

The files lie in private storage for a while. When they have gone, what was frozen makes them again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from courses.gate import current_edition, readable
from jobs.work import Running, WorkFailed, work
from outreach.pack_contents import Composer, look_of
from outreach.pack_files import KEPT, keep_file, without_file
from outreach.pack_freezing import Freezer, editions_of, freezer
from outreach.packet_records import Packet, PacketStep, PackRun, PackVolume
from outreach.packs import NotTheirs, members_for
from paper.bulk import print_each, print_together
from people import audit
from people.models import Affiliation
from quizzes.attempts import NoQuestions

MADE = audit.action("packs.made", _("Study packs were made"))

AT_ONCE = 50
"""Packs in one transaction, and in one volume of a print run."""

_MISSING = 200
"""So many characters without a picture are told of a pack."""


@work("packets", _("Making study packs"))
def make(running: Running) -> Mapping[str, Any]:
    """Make what is not made yet, and again what has no file any more."""
    run = PackRun.objects.select_related("organisation").filter(pk=running.asked["run"]).first()
    if run is None:
        raise WorkFailed("gone")
    by = running.job.asked_by
    try:
        members_for(by, run.organisation, on=localdate())
    except NotTheirs as error:
        raise WorkFailed("not_yours") from error
    if any(current_edition(edition) is None for edition in editions_of(run)):
        raise WorkFailed("not_published")
    with override(run.language):
        made = _make_all(running, run)
    return {"packs": made, "left_out": run.packets.exclude(left_out="").count()}


def _make_all(running: Running, run: PackRun) -> int:
    composer, total, made = Composer(run), run.packets.count(), 0
    while True:
        missing = run.packets.waiting().count() + without_file(run).count()
        running.tell("packs", total - missing, total)
        if not missing:
            return made
        at = now()
        done = make_some(run, composer, on=localdate(at), at=at)
        if done is None:
            done = print_some(run, composer, at=at)
        if done is None:
            return made
        made += done


@transaction.atomic
def make_some(run: PackRun, composer: Composer, *, on: date, at: datetime) -> int | None:
    """
    Freeze and print the next fifty; those whose member has gone meanwhile are left out, with the reason.

    Returns how many were made; None when none waits. Who makes the same run beside us takes other packs.
    """
    held = run.packets.waiting().select_for_update(of=("self",), no_key=True, skip_locked=True)
    rows = list(held.select_related("member", "branch").order_by("number")[:AT_ONCE])
    if not rows:
        return None
    shared = freezer(run, {packet.branch_id for packet in rows}, on=on, at=at)
    ready = _without_those_gone(rows, shared, on=on)
    try:
        for packet in ready:
            shared.freeze(packet)
    except NoQuestions as error:
        raise WorkFailed("no_questions") from error
    Packet.objects.bulk_update(ready, ["contents", "cover", "made_at"], batch_size=AT_ONCE)
    by = run.asked_by_id
    PacketStep.objects.bulk_create(
        PacketStep(packet=packet, state=PacketStep.State.MADE, on=on, by_id=by, at=at) for packet in ready
    )
    _print(run, composer, ready, at=at)
    audit.note(
        MADE,
        at=at,
        by=run.asked_by,
        organisation=run.organisation,
        details={"packs": len(ready), "left_out": len(rows) - len(ready)},
    )
    return len(ready)


def _without_those_gone(rows: list[Packet], shared: Freezer, *, on: date) -> list[Packet]:
    homes = dict(
        Affiliation.objects.on(on)
        .home()
        .filter(member__in=[packet.member_id for packet in rows])
        .values_list("member_id", "branch_id")
    )
    current = [now_live for edition in shared.editions if (now_live := current_edition(edition))]
    open_to = readable([packet.member for packet in rows], current)
    reads_all = Counter(member for member, _edition in open_to)
    for packet in rows:
        packet.left_out = _why_left_out(packet, homes, reads_all[packet.member_id] == len(current))
    gone = [packet for packet in rows if packet.left_out]
    Packet.objects.bulk_update(gone, ["left_out"], batch_size=AT_ONCE)
    return [packet for packet in rows if not packet.left_out]


def _why_left_out(packet: Packet, homes: Mapping[int, int], may_read_all: bool) -> str:
    member, why = packet.member, Packet.LeftOut
    if member.erased_at is not None:
        return why.ERASED
    if not member.is_active:
        return why.CLOSED
    if homes.get(member.pk) != packet.branch_id:
        return why.MOVED
    if not may_read_all:
        return why.NOT_READABLE
    return ""


@transaction.atomic
def print_some(run: PackRun, composer: Composer, *, at: datetime) -> int | None:
    """Print the next fifty again whose file has gone, a volume as it was. None when there are none."""
    rows = without_file(run).select_for_update(of=("self",), no_key=True, skip_locked=True)
    if run.kind == PackRun.Kind.PRINT_RUN:
        first = rows.order_by("number").values_list("volume", flat=True).first()
        rows = rows.filter(volume=first)
    packets = list(rows.order_by("number")[:AT_ONCE])
    if not packets:
        return None
    _print(run, composer, packets, at=at)
    return len(packets)


def _print(run: PackRun, composer: Composer, packets: list[Packet], *, at: datetime) -> None:
    """Have these packs printed and keep the files, with their pages and what could not be shown."""
    if not packets:
        return

    packs, look = [composer.pack(packet) for packet in packets], look_of(run)
    if run.kind == PackRun.Kind.FILES:
        for packet, printed in zip(packets, print_each(packs, look), strict=True):
            packet.pages, packet.missing = printed.pages[0], printed.missing[:_MISSING]
            keep_file(packet, printed.pdf)
    else:
        printed = print_together(packs, look)
        volume = _volume(run, packets)
        volume.pages = sum(printed.pages)
        keep_file(volume, printed.pdf)
        volume.save()
        for packet, pages in zip(packets, printed.pages, strict=True):
            packet.pages, packet.missing, packet.volume = pages, printed.missing[:_MISSING], volume
    Packet.objects.bulk_update(packets, ["pages", "missing", "file", "volume"], batch_size=AT_ONCE)
    PackRun.objects.filter(pk=run.pk).update(files_until=localdate(at) + KEPT)


def _volume(run: PackRun, packets: list[Packet]) -> PackVolume:
    if packets[0].volume_id is not None:
        return PackVolume.objects.get(pk=packets[0].volume_id)
    last = run.volumes.order_by("-number").values_list("number", flat=True).first() or 0
    return PackVolume(run=run, number=last + 1)
