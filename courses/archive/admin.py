"""The pages of the administration where a course becomes an archive, and an archive a course of drafts."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from courses.archive.exporting import export_course
from courses.archive.forms import ExportForm, ImportForm
from courses.archive.reading import ArchiveRefused
from courses.archive.taking import TAKING, take_archive
from courses.models import CoursePage
from intake import limits
from jobs.models import Job
from people.admin.access import office_page
from people.admin.heading import headed
from people.models import Office

for_editors = office_page(Office.Kind.EDITOR, Office.Kind.REVIEWER)


@never_cache
@for_editors
def export(request: HttpRequest, page: int) -> HttpResponseBase:
    """Choose languages; then the archive comes."""
    course = get_object_or_404(CoursePage.objects.select_related("locale"), pk=page)
    everything = {"languages": [code for code, _name in settings.LANGUAGES]}
    form = ExportForm(request.POST or None, initial=everything)
    if request.method == "POST" and form.is_valid():
        target = TemporaryFile()  # noqa: SIM115  # the answer closes it
        export_course(course, target, languages=form.cleaned_data["languages"], by=request.user, at=now())
        target.seek(0)
        return FileResponse(target, as_attachment=True, filename=f"{course.slug}.zip")
    return render(
        request, "courses/admin/export.html", _headed(_("Export"), {"form": form, "course": course})
    )


@csrf_exempt  # the view within asks for the token, after the length was looked at
@never_cache
@for_editors
def take(request: HttpRequest) -> HttpResponse:
    """Send an archive."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and (not length.isdigit() or int(length) > limits.ARCHIVE_BYTES):
        words = _("The file is larger than %(most)s MB. Make it smaller or divide it.")
        refused = words % {"most": limits.ARCHIVE_BYTES // limits.MEGABYTE}
        return _taking(request, {"form": ImportForm(), "refused": refused})
    return _take(request)


@csrf_protect
def _take(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            language = get_language() or settings.LANGUAGE_CODE
            job = take_archive(form.cleaned_data["file"], by=request.user, at=now(), language=language)
        except ArchiveRefused as error:
            return _taking(request, {"form": form, "refused": error.words})
        return redirect("courses_taken", key=job.key)
    return _taking(request, {"form": form})


@never_cache
@for_editors
def taken(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far the import is, and what it did."""
    job = Job.objects.visible_to(request.user).filter(key=key, kind=TAKING).first()
    if job is None:
        raise Http404
    done = job.result if job.state == Job.State.DONE else {}
    failed = job.is_over and job.state != Job.State.DONE
    context = {"job": job, "running": not job.is_over, "failed": failed, "refused": done.get("refused")}
    return _taking(request, {**context, "report": done.get("report"), "form": ImportForm()})


def _taking(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "courses/admin/take.html", _headed(_("Import a course"), context))


def _headed(title: str, context: dict[str, Any]) -> dict[str, Any]:
    return headed(title, context, icon="folder-open-inverse")


def urls() -> list[URLPattern]:
    return [
        path("courses/import/", take, name="courses_take"),
        path("courses/import/<uuid:key>/", taken, name="courses_taken"),
        path("courses/<int:page>/export/", export, name="courses_export"),
    ]
