"""Workbooks of people in the administration: bringing in, the report, writing, taking back; taking out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate, now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from jobs.models import Job
from jobs.progress import progress_of
from jobs.work import ask_to_stop
from people.admin.access import office_page
from people.admin.heading import headed
from people.audit import note, shortened_address
from people.models import ImportBatch, Organisation, WorkbookExport
from people.workbooks import limits
from people.workbooks.exporting import FETCHED, NotTheirsToExport, ask_for_export
from people.workbooks.importing import (
    NobodyToImportFor,
    NotReady,
    bring_in,
    check_again,
    confirm,
    discard,
    rows_left_out,
    stop,
)
from people.workbooks.problems import ERROR, STOP, WARNING
from people.workbooks.template import write_template
from people.workbooks.undoing import take_back
from people.workbooks.wording import (
    FAILURES,
    KIND_TITLES,
    STATES,
    STEPS,
    WRITTEN,
    problem_in_words,
    refusal_in_words,
    what_depends_in_words,
)

open_to_leaders = office_page(leaders=True)

PAGE = 50
MOST_OWN = 30
"""Imports and exports that are listed."""

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    """The workbook."""

    file = forms.FileField(
        label=gettext_lazy("Workbook (.xlsx or .csv)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,text/csv"}),
    )


class ExportForm(forms.Form):
    """What is taken out, and why."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=gettext_lazy("Organisation"))
    form = forms.ChoiceField(label=gettext_lazy("Form"), choices=WorkbookExport.Form.choices)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("It is kept in the audit together with the numbers of rows."),
    )


@csrf_exempt  # first the length is looked at, then the inner view checks the token
@never_cache
@open_to_leaders
def workbooks(request: HttpRequest) -> HttpResponse:
    """Send a workbook; one's own imports and exports."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and (not length.isdigit() or int(length) > limits.FILE_BYTES):
        most = limits.FILE_BYTES // (1024 * 1024)
        messages.error(request, _("The file is larger than %(most)s MB. Divide it.") % {"most": most})
        return redirect("people_workbooks")
    return _workbooks(request)


@csrf_protect
def _workbooks(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = bring_in(form.cleaned_data["file"], by=request.user, at=now())
        except NobodyToImportFor:
            raise Http404 from None
        return redirect("people_workbook", key=batch.key)
    mine = ImportBatch.objects.visible_to(request.user).defer("report", "skip")
    taken = WorkbookExport.objects.visible_to(request.user).select_related("organisation", "job")
    context = {
        "form": form,
        "imports": mine.order_by("-asked_at")[:MOST_OWN],
        "exports": taken.order_by("-asked_at")[:MOST_OWN],
        "export_form": _export_form(request, None),
        "most": limits.FILE_BYTES // (1024 * 1024),
    }
    return render(request, "people/admin/workbooks.html", _headed(_("Workbooks"), context))


def _export_form(request: HttpRequest, data: Any) -> ExportForm:
    form = ExportForm(data)
    mine = Organisation.objects.led_by(request.user, on=localdate()).filter(closed_on=None)
    higher = mine.filter(kind__in=["committee", "general_branch"]).order_by("path")
    form.fields["organisation"].queryset = mine  # any of theirs may be sent
    first = [(place.pk, str(place)) for place in higher[:500]]
    form.fields["organisation"].widget.choices = first
    return form


def _own(request: HttpRequest, key: UUID) -> ImportBatch:
    """One's own workbook; another's is not there."""
    found = ImportBatch.objects.visible_to(request.user).select_related("job").filter(key=key).first()
    if found is None:
        raise Http404
    return found


def _was_taken_back(request: HttpRequest, key: UUID) -> bool:
    """True when the workbook is gone because the job of one's own that the address names took it back."""
    try:
        asked = UUID(request.GET.get("job", ""))
    except ValueError:
        return False
    undone = Job.objects.visible_to(request.user).filter(key=asked, kind="people.import_undo", state="done")
    return undone.exists() and not ImportBatch.objects.visible_to(request.user).filter(key=key).exists()


@never_cache
@open_to_leaders
@require_GET
def workbook(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far it is, or what the check found, or what was written."""
    if _was_taken_back(request, key):
        messages.success(request, _("The import was taken back."))
        return redirect("people_workbooks")
    batch = _own(request, key)
    report = batch.report
    context: dict[str, Any] = {"batch": batch, "job": batch.job, **_of_job(batch.job)}
    if report.get("refused"):
        context["refusal"] = refusal_in_words(report)
    if "counts" in report:
        context |= _of_report(report, request.GET)
    context["written"] = [(WRITTEN[k], n) for k, n in report.get("written", {}).items() if k in WRITTEN]
    context["depends"] = [what_depends_in_words(name, n) for name, n in report.get("depends", [])]
    return render(request, "people/admin/workbook.html", _headed(batch.file_name, context, below=True))


def _of_job(job: Job | None) -> dict[str, Any]:
    if job is None:
        return {}
    return {
        "running": not job.is_over,
        "step": STEPS.get(job.step, ""),
        "failure": FAILURES.get(job.result.get("failure", ""), ""),
        "cancelled": job.state == Job.State.CANCELLED,
    }


def _of_report(report: dict[str, Any], asked: Any) -> dict[str, Any]:
    severities = [WARNING] if asked.get("show") == "warnings" else [STOP, ERROR]
    found = [problem for problem in report["problems"] if problem[0] in severities]
    page = Paginator(found, PAGE).get_page(asked.get("p"))
    left_out = rows_left_out(report)
    states = [
        (KIND_TITLES[kind], [(STATES[state], counts[state]) for state in STATES if counts.get(state)])
        for kind, counts in report["counts"].items()
    ]
    samples = [
        (sheet, row, STATES[state], text)
        for lines in report.get("samples", {}).values()
        for sheet, row, state, text in lines
    ]
    return {
        "report": report,
        "counts": states,
        "samples": samples,
        "page": page,
        "problems": [problem_in_words(problem) for problem in page],
        "unkept": report["errors"] + report["stops"] - len(found) if STOP in severities else 0,
        "shows_warnings": severities == [WARNING],
        "left_out": [(sheet, _spans(rows)) for sheet, rows in left_out.items()],
        "waiting": [(sheet, _spans(rows)) for sheet, rows in report.get("waiting", {}).items()],
        "left_out_number": sum(len(rows) for rows in left_out.values()),
        "has_work": any(c.get("add") or c.get("change") for c in report["counts"].values()),
    }


def _spans(rows: list[int]) -> str:
    """3, 5–8, 12"""
    spans: list[list[int]] = []
    for row in rows:
        if spans and spans[-1][1] == row - 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in spans)


@never_cache
@open_to_leaders
@require_GET
def progress(request: HttpRequest, key: UUID) -> JsonResponse:
    """How far a job of one's own is, for the page that waits for it."""
    return progress_of(request.user, key, steps=STEPS)


@open_to_leaders
@require_POST
def workbook_act(request: HttpRequest, key: UUID, name: str) -> HttpResponse:
    """Write, check again, stop, take back, or throw away."""
    batch = _own(request, key)
    at = now()
    try:
        if name == "write":
            confirm(batch, by=request.user, at=at, leaving_out=request.POST.get("leave_out") == "1")
        elif name == "again":
            check_again(batch, by=request.user, at=at)
        elif name == "stop":
            stop(batch, at=at)
        elif name == "undo":
            take_back(batch, by=request.user, at=at)
        elif name == "discard" and batch.state in {"checked", "refused"}:
            discard(batch)
        else:
            raise Http404
    except NotReady:
        messages.warning(request, _("This workbook is not at that stage (any more)."))
    if not ImportBatch.objects.visible_to(request.user).filter(key=key).exists():
        done = _("The import was taken back.") if name == "undo" else _("The workbook was removed.")
        messages.success(request, done)
        return redirect("people_workbooks")
    return redirect("people_workbook", key=key)


@never_cache
@open_to_leaders
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook in the reader's language."""
    response = HttpResponse(content_type=SPREADSHEET)
    response["Content-Disposition"] = 'attachment; filename="people-template.xlsx"'
    write_template(response)
    return response


@open_to_leaders
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Ask for an export."""
    form = _export_form(request, request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
        return redirect("people_workbooks")
    given = form.cleaned_data
    try:
        made = ask_for_export(
            given["organisation"],
            by=request.user,
            at=now(),
            form=given["form"],
            reason=given["reason"],
            language=get_language() or "zh-hans",
        )
    except NotTheirsToExport:
        raise Http404 from None
    return redirect("people_export", key=made.key)


def _own_export(request: HttpRequest, key: UUID) -> WorkbookExport:
    mine = WorkbookExport.objects.visible_to(request.user).select_related("organisation", "job")
    found = mine.filter(key=key).first()
    if found is None:
        raise Http404
    return found


@never_cache
@open_to_leaders
@require_GET
def export_at(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far an export is, and where to fetch it."""
    made = _own_export(request, key)
    context = {"export": made, "job": made.job, **_of_job(made.job)}
    return render(request, "people/admin/workbook_export.html", _headed(_("Export"), context, below=True))


@never_cache
@open_to_leaders
@require_GET
def export_file(request: HttpRequest, key: UUID) -> FileResponse:
    made = _own_export(request, key)
    if not made.file:
        raise Http404
    note(
        FETCHED,
        at=now(),
        by=request.user,
        organisation=made.organisation,
        address=shortened_address(request),
    )
    ending = "xlsx" if made.form == WorkbookExport.Form.XLSX else f"{made.form}.csv"
    name = f"{made.organisation.name}-{localdate(made.asked_at):%Y%m%d}.{ending}"
    return FileResponse(made.file.open("rb"), as_attachment=True, filename=name)


@open_to_leaders
@require_POST
def export_stop(request: HttpRequest, key: UUID) -> HttpResponse:
    made = _own_export(request, key)
    if made.job is not None:
        ask_to_stop(made.job, at=now())
    return redirect("people_export", key=key)


def _headed(title: str, context: dict[str, Any], *, below: bool = False) -> dict[str, Any]:
    above = [(reverse("people_workbooks"), _("Workbooks"))] if below else []
    return headed(title, context, icon="table", above=above)


def urls() -> list[URLPattern]:
    """Where these pages are in the administration."""
    return [
        path("people/workbooks/", workbooks, name="people_workbooks"),
        path("people/workbooks/template/", template, name="people_workbook_template"),
        path("people/workbooks/export/", export, name="people_export_new"),
        path("people/workbooks/export/<uuid:key>/", export_at, name="people_export"),
        path("people/workbooks/export/<uuid:key>/file/", export_file, name="people_export_file"),
        path("people/workbooks/export/<uuid:key>/stop/", export_stop, name="people_export_stop"),
        path("people/workbooks/progress/<uuid:key>/", progress, name="people_workbook_progress"),
        path("people/workbooks/<uuid:key>/", workbook, name="people_workbook"),
        path("people/workbooks/<uuid:key>/<slug:name>/", workbook_act, name="people_workbook_act"),
    ]
