"""An archive that an editor sent: looked through at once, read by the worker, and gone afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.files.base import File
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from courses.archive.importing import import_course
from courses.archive.reading import ArchiveRefused, opened_archive
from courses.models import private_storage
from jobs.models import Job
from jobs.work import Running, ask, work
from people.models import Member

TAKING = "course.import"
FOLDER = "archives"


def take_archive(file: File, *, by: Member, at: datetime, language: str) -> Job:
    """
    Keep the archive until the worker has read it.

    :raises ArchiveRefused: when it is none; then nothing is kept.
    """
    with opened_archive(file):
        file.seek(0)
    name = private_storage().save(f"{FOLDER}/{uuid4()}.zip", file)
    try:
        with transaction.atomic():
            return ask(TAKING, by=by, at=at, name=name, language=language)
    except Exception:
        private_storage().delete(name)
        raise


@work(TAKING, _("Importing a course"))
def read_archive(running: Running) -> Mapping[str, Any]:
    """Read the archive. What came of it is told in the words of who sent it."""
    name = running.asked["name"]
    try:
        with override(running.asked["language"]), private_storage().open(name) as file:
            report = import_course(
                File(file, name="course.zip"),
                by=running.job.asked_by,
                at=now(),
                tell=lambda done, total: running.tell("writing", done, total),
            )
        return {"report": asdict(report)}
    except ArchiveRefused as error:
        return {"refused": str(error.words)}
    finally:
        private_storage().delete(name)
