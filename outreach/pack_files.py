"""The files of packs: kept for sixty days, then removed; what was frozen makes them again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from jobs.schedule import nightly
from outreach.packet_records import Packet, PacketQuerySet, PackRun, PackVolume

KEPT = timedelta(days=60)
"""How long files are kept."""


def keep_file(row: Packet | PackVolume, pdf: bytes) -> None:
    """Put the file where it belongs, in the place of one that a killed worker may have left there."""
    path = row.file.field.generate_filename(row, "pack.pdf")
    row.file.storage.delete(path)
    row.file.save("pack.pdf", ContentFile(pdf), save=False)


@nightly("remove old files of study packs")
def remove_old_files(at: datetime) -> int:
    """The files go after sixty days; the packs stay, and can be printed again from what was frozen."""
    removed = 0
    for run in PackRun.objects.filter(files_until__lt=localdate(at)).order_by("pk"):
        removed += remove_files(run)
    return removed


@transaction.atomic
def remove_files(run: PackRun) -> int:
    """Remove all files of a run and return how many there were."""
    rows = [*run.volumes.exclude(file=""), *run.packets.exclude(file="")]
    for row in rows:
        row.file.delete(save=False)
    run.volumes.update(file="")
    run.packets.exclude(file="").update(file="")
    PackRun.objects.filter(pk=run.pk).update(files_until=None)
    return len(rows)


def remove_files_of(packets: PacketQuerySet) -> None:
    """Remove the files in which these packs are: their own, and the volumes that hold them beside others."""
    rows = [
        *PackVolume.objects.filter(packets__in=packets).exclude(file="").distinct(),
        *packets.exclude(file=""),
    ]
    for row in rows:
        row.file.delete(save=False)
        row.save(update_fields=["file"])


def without_file(run: PackRun) -> PacketQuerySet:
    """Packs that were made and whose file has gone; those of erased members are not printed again."""
    no_file = Q(file="") if run.kind == PackRun.Kind.FILES else Q(volume=None) | Q(volume__file="")
    return run.packets.made().filter(no_file, cover__isnull=False)
