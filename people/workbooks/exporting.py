"""Taking people out as a workbook: with a reason, in the columns they come in by, and never evaluated."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import IO, Any

from django.core.files.base import File
from django.db import transaction
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from jobs.models import Job
from jobs.schedule import nightly
from jobs.work import Running, WorkFailed, ask, work
from people.audit import action, note
from people.models import Member, Organisation, WorkbookExport
from people.workbooks.columns import KINDS, Column, Kind
from people.workbooks.importing import teller
from people.workbooks.shown_rows import Shown
from people.workbooks.values import escaped, plain

EXPORTED = action("export.people", _("People were exported"))
FETCHED = action("export.fetched", _("An export of people was fetched"))

KEPT = timedelta(days=7)
EVERY = 500
"""Rows between two signs of progress."""

_LOOKS_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class NotTheirsToExport(Exception):
    """The organisation is not below any the member leads."""


@transaction.atomic
def ask_for_export(
    organisation: Organisation, *, by: Member, at: datetime, form: str, reason: str, language: str
) -> WorkbookExport:
    """
    Have an organisation's people written into a workbook.

    :raises NotTheirsToExport: when `by` does not lead it or what is above it.
    """
    if not Organisation.objects.led_by(by, on=localdate(at)).filter(pk=organisation.pk).exists():
        raise NotTheirsToExport
    export = WorkbookExport.objects.create(
        asked_by=by, organisation=organisation, form=form, reason=reason, asked_at=at
    )
    job = ask("people.export", by=by, at=at, export=export.pk, language=language)
    WorkbookExport.objects.filter(pk=export.pk).update(job=job)
    export.refresh_from_db()
    return export


@work("people.export", _("Writing an export"))
def make(running: Running) -> dict[str, Any]:
    export = (
        WorkbookExport.objects.select_related("asked_by", "organisation")
        .filter(pk=running.asked["export"])
        .first()
    )
    if export is None:
        raise WorkFailed("gone")
    on = localdate()
    if not Organisation.objects.led_by(export.asked_by, on=on).filter(pk=export.organisation_id).exists():
        raise WorkFailed("not_yours")
    shown = Shown(export.organisation, viewer=export.asked_by, on=on)
    with override(running.asked["language"]), tempfile.TemporaryFile() as file:
        counts = write_export(file, shown, export.form, teller(running))
        file.seek(0)
        with transaction.atomic():
            export.file.save("export", File(file), save=False)
            export.save(update_fields=["file"])
            note(
                EXPORTED,
                at=now(),
                by=export.asked_by,
                organisation=export.organisation,
                reason=export.reason,
                details={"form": export.form, **counts},
            )
    return dict(counts)


def write_export(
    file: IO[bytes], shown: Shown, form: str, tell: Callable[[str, int, int], None]
) -> Counter[str]:
    """Write what is shown, in the language that is active; return how many rows of each kind."""
    counts: Counter[str] = Counter()

    def counted(kind: Kind) -> Iterator[list[Any]]:
        for row in shown.rows(kind.code):
            counts[kind.code] += 1
            if counts[kind.code] % EVERY == 0:
                tell(kind.code, counts[kind.code], 0)
            yield [cell_of(column, row.get(column.name)) for column in kind.columns]

    if form == WorkbookExport.Form.XLSX:
        write_xlsx(file, [(kind, counted(kind)) for kind in KINDS.values()])
    else:
        write_csv(file, KINDS[form], counted(KINDS[form]))
    return counts


def cell_of(column: Column, value: Any) -> Any:
    """A value as a cell: words in the reader's language, and nothing that a spreadsheet evaluates."""
    shown = column.show(value)
    return escaped(plain(shown)) if isinstance(shown, str) else shown


def write_xlsx(file: IO[bytes], sheets: Iterable[tuple[Kind, Iterator[list[Any]]]]) -> None:
    book = Workbook(write_only=True)
    for kind, rows in sheets:
        sheet = book.create_sheet(str(kind.title))
        sheet.freeze_panes = "A2"
        for number, column in enumerate(kind.columns, 1):
            sheet.column_dimensions[get_column_letter(number)].width = column.width
        sheet.append([_heading(sheet, column) for column in kind.columns])
        for row in rows:
            sheet.append([_LOOKS_LIKE_AN_ESCAPE.sub("_x005F_", v) if isinstance(v, str) else v for v in row])
    book.save(file)


def _heading(sheet: Any, column: Column) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, str(column.heading))
    cell.font = Font(bold=True)
    return cell


def write_csv(file: IO[bytes], kind: Kind, rows: Iterator[list[Any]]) -> None:
    """UTF-8 with the mark by which Excel knows it."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([str(column.heading) for column in kind.columns])
    for row in rows:
        writer.writerow([value.isoformat() if isinstance(value, date) else value for value in row])
    text.flush()
    text.detach()


@nightly("remove old exports of people")
def remove_old(at: datetime) -> None:
    for export in WorkbookExport.objects.filter(asked_at__lt=at - KEPT).iterator():
        discard(export)


def discard(export: WorkbookExport) -> None:
    """Remove an export and its file."""
    export.file.delete(save=False)
    job = export.job_id
    export.delete()
    Job.objects.filter(pk=job).delete()
