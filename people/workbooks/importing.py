"""Bringing in a workbook: take it, check it, write it. Each is work by itself; see `jobs.work`."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import File
from django.db import DatabaseError, transaction
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from jobs.schedule import every_minute, nightly
from jobs.work import Running, WorkFailed, ask, ask_to_stop, work
from people.audit import action, note, note_each
from people.models import ImportBatch, Member, Organisation
from people.workbooks.checking import Findings, check_workbook
from people.workbooks.refusals import Refused
from people.workbooks.writing import Writer, lock_writing

BROUGHT = action("import.checked", _("A workbook of people was checked"))
WRITTEN = action("import.written", _("A workbook of people was written"))
CHANGED = action("import.member_changed", _("A member was changed by a workbook"))

KEPT = timedelta(days=30)
"""How long a workbook and the way back from it are kept."""


class NotReady(Exception):
    """The workbook is not at the stage for this: it was not checked, is written already, or is gone."""


class NobodyToImportFor(Exception):
    """The importer leads no committee and no general branch."""


@transaction.atomic
def bring_in(file: File, *, by: Member, at: datetime) -> ImportBatch:
    """
    Keep a workbook where nobody else sees it, and have it checked.

    :raises NobodyToImportFor: when there is nothing below the importer.
    """
    if not Organisation.objects.led_by(by, on=localdate(at)).exists():
        raise NobodyToImportFor
    batch = ImportBatch(asked_by=by, asked_at=at, file_name=(file.name or "")[-200:])
    batch.file.save("workbook", file, save=False)
    batch.save()
    batch.job = ask("people.import_check", by=by, at=at, batch=batch.pk)
    batch.save(update_fields=["job"])
    return batch


@transaction.atomic
def check_again(batch: ImportBatch, *, by: Member, at: datetime) -> None:
    """Check the same file once more: what stands may have changed in the meantime."""
    _locked(batch, by, ImportBatch.State.CHECKED)
    _go_on(batch, ImportBatch.State.CHECKING, "people.import_check", at=at)


@transaction.atomic
def confirm(batch: ImportBatch, *, by: Member, at: datetime, leaving_out: bool) -> None:
    """
    Have a checked workbook written. With `leaving_out`, the rows that the report names as wrong stay behind,
    and those that depend on them.

    :raises NotReady: when it has not been checked, or something is wrong and is not to be left out.
    """
    batch = _locked(batch, by, ImportBatch.State.CHECKED)
    report = batch.report
    left_out = rows_left_out(report)
    if report.get("stops") or (left_out and not leaving_out):
        raise NotReady
    batch.skip = [[sheet, row] for sheet, rows in left_out.items() for row in rows]
    batch.save(update_fields=["skip"])
    _go_on(batch, ImportBatch.State.WRITING, "people.import_write", at=at)


def rows_left_out(report: dict[str, Any]) -> dict[str, list[int]]:
    """By sheet, the rows that are wrong and those that depend on them."""
    sheets = {**report.get("bad", {}), **report.get("waiting", {})}
    return {
        sheet: sorted({*report.get("bad", {}).get(sheet, ()), *report.get("waiting", {}).get(sheet, ())})
        for sheet in sheets
    }


def _locked(batch: ImportBatch, by: Member, *states: str) -> ImportBatch:
    """Return the batch, with its row held until the end of the transaction."""
    found = (
        ImportBatch.objects.visible_to(by).select_for_update().filter(pk=batch.pk, state__in=states).first()
    )
    if found is None:
        raise NotReady
    return found


def _go_on(batch: ImportBatch, state: str, kind: str, *, at: datetime) -> None:
    batch.state = state
    batch.save(update_fields=["state"])
    batch.job = ask(kind, by=batch.asked_by, at=at, batch=batch.pk)
    ImportBatch.objects.filter(pk=batch.pk).update(job=batch.job)


# The work itself


def teller(running: Running) -> Callable[[str, int, int], None]:
    return lambda step, done, total: running.tell(step, done, total)


def its_batch(running: Running) -> ImportBatch:
    """The workbook a job is about; without it there is nothing to do."""
    batch = ImportBatch.objects.select_related("asked_by").filter(pk=running.asked["batch"]).first()
    if batch is None:
        raise WorkFailed("gone")
    return batch


@work("people.import_check", _("Checking a workbook"))
def check(running: Running) -> dict[str, Any]:
    batch = its_batch(running)
    try:
        with _keeping_everything():
            findings = _findings(batch, running)
    except Refused as refused:
        _refuse(batch, refused.code, refused.params)
        return {"refused": refused.code}
    except Exception:
        _refuse(batch, "not_checked", {}, keep=False)
        raise
    _keep_report(batch, findings)
    return {"errors": findings.check.book.problems.errors}


@contextmanager
def _keeping_everything() -> Iterator[None]:
    """Look for no garbage while hundreds of thousands of rows are made that all stay: it takes seconds."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _findings(batch: ImportBatch, running: Running, skip: dict[str, set[int]] | None = None) -> Findings:
    with batch.file.open("rb") as file:
        return check_workbook(
            file,
            batch.file_name,
            by=batch.asked_by,
            on=localdate(),
            tell=teller(running),
            skip=skip,
        )


def _keep_report(batch: ImportBatch, findings: Findings) -> None:
    report = findings.report()
    batch.report = report
    batch.state = ImportBatch.State.CHECKED
    if report["identity"]:  # identity numbers are never kept, not even in a file waiting to be corrected
        _refuse(batch, "identity", {})
        return
    batch.save(update_fields=["report", "state"])
    counts = {kind: dict(count) for kind, count in findings.counts.items()}
    note(BROUGHT, at=now(), by=batch.asked_by, details={"rows": counts, "errors": report["errors"]})


def _refuse(batch: ImportBatch, code: str, params: dict[str, Any], *, keep: bool = True) -> None:
    batch.file.delete(save=False)
    batch.file = ""
    batch.state = ImportBatch.State.REFUSED
    report = batch.report if keep else {}
    batch.report = {**report, "refused": code, "params": params, "samples": {}}
    batch.save(update_fields=["file", "state", "report"])


@work("people.import_write", _("Writing a workbook"))
def write(running: Running) -> dict[str, Any]:
    batch = its_batch(running)
    skip: dict[str, set[int]] = {}
    for sheet, row in batch.skip:
        skip.setdefault(sheet, set()).add(row)
    try:
        with _keeping_everything(), transaction.atomic():
            lock_writing()
            findings = _findings(batch, running, skip)
            if findings.has_faults:
                raise WorkFailed("changed_meanwhile")
            written = Writer(findings.check, batch).write()
            _note(findings, batch, written)
            _finish(batch, written)
            running.tell("finishing", 0, 0)
    except DatabaseError as error:
        _back_to_checked(batch)
        raise WorkFailed("changed_meanwhile") from error
    except BaseException:
        _back_to_checked(batch)
        raise
    return written


def _back_to_checked(batch: ImportBatch) -> None:
    ImportBatch.objects.filter(pk=batch.pk).update(state=ImportBatch.State.CHECKED)


def _note(findings: Findings, batch: ImportBatch, written: dict[str, int]) -> None:
    at = now()
    left_out = len(batch.skip)
    note(WRITTEN, at=at, by=batch.asked_by, details={**written, "rows_left_out": left_out})
    changed = {
        person.pk: sorted({"phone" if name == "phone_index" else name for name in person.changes})
        for person in findings.check.people.values()
        if person.changes and person.row is not None and person.row.state == "change" and not person.row.waits
    }
    keys = dict(Member.objects.filter(pk__in=list(changed)).values_list("pk", "key")) if changed else {}
    note_each(
        CHANGED,
        at=at,
        by=batch.asked_by,
        subjects=[(keys[pk], {"fields": fields}) for pk, fields in changed.items()],
    )


def _finish(batch: ImportBatch, written: dict[str, int]) -> None:
    batch.state, batch.written_at = ImportBatch.State.WRITTEN, now()
    batch.report = {**batch.report, "written": written, "samples": {}}
    batch.save(update_fields=["state", "written_at", "report"])


def free_interrupted(batches: Any, *, at: datetime) -> None:
    """Give back workbooks whose work was stopped before it began, or whose process was ended."""
    over = batches.filter(job__ended_at__isnull=False)
    over.filter(state=ImportBatch.State.WRITING).update(state=ImportBatch.State.CHECKED)
    over.filter(state=ImportBatch.State.UNDOING).update(state=ImportBatch.State.WRITTEN)
    for batch in over.filter(state=ImportBatch.State.CHECKING):
        _refuse(batch, "not_checked", {}, keep=False)


@every_minute("give back interrupted workbooks")
def free_all_interrupted(at: datetime) -> None:
    free_interrupted(ImportBatch.objects.all(), at=at)


def stop(batch: ImportBatch, *, at: datetime) -> None:
    """Ask the work on a workbook to stop."""
    if batch.job is not None:
        ask_to_stop(batch.job, at=at)
        free_interrupted(ImportBatch.objects.filter(pk=batch.pk), at=at)


def discard(batch: ImportBatch) -> None:
    """Remove a workbook with everything that is known of it; what it wrote stays."""
    jobs = Job.objects.filter(kind__startswith="people.import", pk=batch.job_id)
    batch.file.delete(save=False)
    batch.delete()
    jobs.delete()


@nightly("remove old workbooks of people")
def remove_old(at: datetime) -> None:
    """After thirty days nothing is kept of a workbook, and what it wrote can no longer be taken back."""
    for batch in ImportBatch.objects.filter(asked_at__lt=at - KEPT).defer("report").iterator():
        discard(batch)
