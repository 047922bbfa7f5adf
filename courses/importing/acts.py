"""Bringing in a document: send it, have it read, arrange it, have drafts made of it. Nothing is published."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from courses.importing.document import Document
from courses.importing.plan import Plan, propose_plan
from courses.importing.preparing import prepare
from courses.importing.reading import read_document
from courses.importing.records import BroughtDocument
from courses.importing.word_package import NotReadable
from courses.importing.writing import write_drafts
from jobs.models import Job
from jobs.schedule import every_minute, nightly
from jobs.work import Cancelled, Running, WorkFailed, ask, ask_to_stop, work
from people.leading import KeyTaken, Refusal
from people.models import Member

KEPT = timedelta(days=30)
"""How long a document is kept after it was brought in."""

State = BroughtDocument.State


class NotAtThatStage(Refusal):
    words = _("This document is not at that stage (any more).")


class ArrangedElsewhere(Refusal):
    words = _(
        "This document was arranged in another window in the meantime. What you entered stands "
        "here and is not kept "
        "yet. Save it again if it is to count."
    )


def bring_in(file: File | None, *, by: Member, at: datetime, key: UUID, pasted: str = "") -> BroughtDocument:
    """
    Check what was sent, keep it where nobody else sees it, and have it read.

    The same key again brings the same document.

    :raises UploadRefused: when it is not taken; nothing is kept then.
    :raises KeyTaken: when the key stands for another's document.
    """
    before = BroughtDocument.objects.filter(key=key).first()
    if before is not None:
        return _own(before, by)
    prepared = prepare(file, pasted=pasted)
    brought = BroughtDocument(
        key=key,
        asked_by=by,
        asked_at=at,
        file_name=prepared.name or str(_("Pasted text")),
        kind=prepared.kind,
        document={"removed": prepared.removed},
    )
    brought.file.save("document", prepared.file, save=False)
    try:
        with transaction.atomic():
            brought.save()
            brought.job = ask("courses.import_read", by=by, at=at, brought=brought.pk)
            BroughtDocument.objects.filter(pk=brought.pk).update(job=brought.job)
    except IntegrityError:
        brought.file.delete(save=False)
        before = BroughtDocument.objects.filter(key=key).first()
        if before is None:
            raise
        return _own(before, by)
    return brought


def _own(brought: BroughtDocument, by: Member) -> BroughtDocument:
    if brought.asked_by_id != by.pk:
        raise KeyTaken
    return brought


@transaction.atomic
def arrange(brought: BroughtDocument, plan: Plan, *, by: Member, version: int) -> int:
    """
    Keep how the document is to become a course, and return the version that it has now.

    :raises ArrangedElsewhere: when another window was faster.
    :raises NotAtThatStage: when it has not been read, or is being written.
    """
    locked = _locked(brought, by)
    if locked.version != version:
        raise ArrangedElsewhere
    locked.plan, locked.version = plan.as_json(), version + 1
    locked.save(update_fields=["plan", "version"])
    return int(locked.version)


@transaction.atomic
def confirm(brought: BroughtDocument, *, by: Member, at: datetime) -> None:
    """
    Have drafts made of the document as it is arranged. A second time there is nothing to do.

    :raises NotAtThatStage: when it has not been read, is being written, or is written.
    """
    locked = _locked(brought, by)
    locked.state = State.WRITING
    locked.save(update_fields=["state"])
    locked.job = ask("courses.import_write", by=by, at=at, brought=locked.pk)
    BroughtDocument.objects.filter(pk=locked.pk).update(job=locked.job)


def _locked(brought: BroughtDocument, by: Member) -> BroughtDocument:
    mine = BroughtDocument.objects.visible_to(by).select_for_update()
    found = mine.filter(pk=brought.pk, state=State.READY).first()
    if found is None:
        raise NotAtThatStage
    return found


# The work itself


def _its_document(running: Running) -> BroughtDocument:
    found = BroughtDocument.objects.select_related("asked_by").filter(pk=running.asked["brought"]).first()
    if found is None:
        raise WorkFailed("gone")
    return found


@work("courses.import_read", _("Reading a document"))
def read(running: Running) -> dict[str, Any]:
    brought = _its_document(running)
    try:
        document = read_document(brought, running.tell)
    except NotReadable as error:
        _refuse(brought, error.code)
        return {"refused": error.code}
    except Cancelled:
        _refuse(brought, "stopped")
        raise
    except Exception:
        _refuse(brought, "not_read")
        raise
    if not document.blocks:
        _refuse(brought, "no_words")
        return {"refused": "no_words"}
    brought.document = document.as_json()
    brought.plan = propose_plan(document, brought.file_name).as_json()
    brought.state = State.READY
    brought.save(update_fields=["document", "plan", "state"])
    return {"blocks": len(document.blocks)}


def _refuse(brought: BroughtDocument, code: str) -> None:
    """Keep nothing of the file but why it is gone."""
    brought.file.delete(save=False)
    brought.file, brought.state, brought.document, brought.plan = "", State.REFUSED, {"refused": code}, {}
    brought.save(update_fields=["file", "state", "document", "plan"])


@work("courses.import_write", _("Making drafts of a document"))
def write(running: Running) -> dict[str, Any]:
    brought = _its_document(running)
    try:
        course, counts = write_drafts(
            brought,
            Document.from_json(brought.document),
            Plan.from_json(brought.plan),
            at=now(),
            tell=running.tell,
        )
    except BaseException:
        BroughtDocument.objects.filter(pk=brought.pk, state=State.WRITING).update(state=State.READY)
        raise
    return {"course": course.pk, **counts}


def free_interrupted(documents: Any, *, at: datetime) -> None:
    """Give back documents whose work was stopped before it began, or whose process was ended."""
    over = documents.filter(job__ended_at__isnull=False)
    over.filter(state=State.WRITING).update(state=State.READY)
    for brought in over.filter(state=State.READING):
        _refuse(brought, "stopped" if brought.job.state == Job.State.CANCELLED else "not_read")


@every_minute("give back interrupted documents")
def free_all_interrupted(at: datetime) -> None:
    free_interrupted(BroughtDocument.objects.select_related("job"), at=at)


def stop(brought: BroughtDocument, *, at: datetime) -> None:
    """Ask the work on a document to stop."""
    if brought.job is not None:
        ask_to_stop(brought.job, at=at)
        free_interrupted(BroughtDocument.objects.select_related("job").filter(pk=brought.pk), at=at)


def discard(brought: BroughtDocument) -> None:
    """Remove a document with everything that is known of it; the drafts made of it stay."""
    jobs = Job.objects.filter(kind__startswith="courses.import", pk=brought.job_id)
    brought.file.delete(save=False)
    brought.delete()
    jobs.delete()


@nightly("remove old documents that were brought in")
def remove_old(at: datetime) -> None:
    """After thirty days nothing is kept of a document."""
    old = BroughtDocument.objects.filter(asked_at__lt=at - KEPT).defer("document", "plan")
    for brought in old.exclude(state__in=[State.READING, State.WRITING]).iterator():
        discard(brought)
