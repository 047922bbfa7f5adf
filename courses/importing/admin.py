"""The pages of the import in the administration: send, arrange, see the report, have drafts made."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.base import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from courses.importing.acts import (
    KEPT,
    ArrangedElsewhere,
    NotAtThatStage,
    arrange,
    bring_in,
    confirm,
    discard,
    stop,
)
from courses.importing.document import Document, Picture
from courses.importing.forms import BringForm, CourseForm, form_of, plan_of
from courses.importing.guide import sample_document
from courses.importing.mapping import page_of_plan
from courses.importing.plan import Plan, arrange_by_levels
from courses.importing.reading import package_of, picture_in
from courses.importing.records import BroughtDocument
from courses.importing.words import FAILURES, REFUSED, STEPS
from intake import limits
from intake.uploads import UploadRefused
from jobs.models import Job
from jobs.progress import progress_of
from people.admin.access import office_page
from people.admin.heading import headed
from people.leading import KeyTaken
from people.models import Office

for_editors = office_page(Office.Kind.EDITOR, Office.Kind.REVIEWER)

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST_OWN = 30
State = BroughtDocument.State


@csrf_exempt  # the view within asks for the token, after the length was looked at
@never_cache
@for_editors
def imports(request: HttpRequest) -> HttpResponse:
    """Send a document; one's own imports."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and (not length.isdigit() or int(length) > limits.ARCHIVE_BYTES):
        most = limits.ARCHIVE_BYTES // limits.MEGABYTE
        messages.error(
            request, _("The file is larger than %(most)s MB. Make it smaller or divide it.") % {"most": most}
        )
        return redirect("courses_imports")
    return _imports(request)


@csrf_protect
def _imports(request: HttpRequest) -> HttpResponse:
    form = BringForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            brought = bring_in(
                given["file"], pasted=given["pasted"], by=request.user, at=now(), key=given["key"]
            )
        except (UploadRefused, KeyTaken) as refused:
            form.add_error("file" if given["file"] else "pasted", str(refused.words))
        else:
            return redirect("courses_import", key=brought.key)
    mine = BroughtDocument.objects.visible_to(request.user).defer("document", "plan")
    context = {
        "form": form,
        "imports": mine.order_by("-asked_at")[:MOST_OWN],
        "days": KEPT.days,
        "most": limits.DOCX_BYTES // limits.MEGABYTE,
    }
    return render(request, "courses/admin/imports.html", _headed(_("Import"), context))


def _own(request: HttpRequest, key: UUID) -> BroughtDocument:
    """One's own document; another's is not there."""
    mine = BroughtDocument.objects.visible_to(request.user).select_related("job", "course")
    found = mine.filter(key=key).first()
    if found is None:
        raise Http404
    return found


@never_cache
@for_editors
def imported(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far it is; or how it is to become a course, and what is not carried over; or what was made."""
    brought = _own(request, key)
    if brought.state == State.READY:
        return _arranging(request, brought)
    context: dict[str, Any] = {"brought": brought, "job": brought.job, **_of_job(brought.job)}
    context["refusal"] = REFUSED.get(brought.document.get("refused", ""), "")
    if brought.state == State.WRITTEN:
        document, plan = Document.from_json(brought.document), Plan.from_json(brought.plan)
        context |= page_of_plan(document, plan)
        context["made"] = brought.job.result if brought.job else {}
    return render(request, "courses/admin/import_state.html", _headed(brought.file_name, context, below=True))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _of_job(job: Job | None) -> dict[str, Any]:
    if job is None:
        return {}
    return {
        "running": not job.is_over,
        "step": STEPS.get(job.step, ""),
        "failure": FAILURES.get(job.result.get("failure", ""), ""),
        "cancelled": job.state == Job.State.CANCELLED,
    }


def _arranging(request: HttpRequest, brought: BroughtDocument) -> HttpResponse:
    document, plan = Document.from_json(brought.document), Plan.from_json(brought.plan)
    form = form_of(plan)
    if request.method == "POST":
        form = CourseForm(request.POST)
        plan = plan_of(form, request.POST, document, plan)
        if request.POST.get("act") == "levels":
            arrange_by_levels(document, plan)
        if form.is_valid() and (done := _keep(request, brought, plan)):
            return done
    context = {
        "brought": brought,
        "job": brought.job,
        "form": form,
        "days": KEPT.days,
        **_of_job(brought.job),
        **page_of_plan(document, plan),
    }
    return render(
        request, "courses/admin/import_arrange.html", _headed(brought.file_name, context, below=True)
    )


def _keep(request: HttpRequest, brought: BroughtDocument, plan: Plan) -> HttpResponse | None:
    """Keep the plan, and go on when it is to be written. None: another window was faster."""
    version = request.POST.get("version", "")
    try:
        arrange(brought, plan, by=request.user, version=_whole(version))
        if request.POST.get("act") == "write":
            confirm(brought, by=request.user, at=now())
        else:
            messages.success(request, _("The arrangement is kept."))
    except ArrangedElsewhere as refused:
        brought.refresh_from_db(fields=["version"])
        messages.warning(request, str(refused.words))
        return None
    except NotAtThatStage as refused:
        messages.warning(request, str(refused.words))
    return redirect("courses_import", key=brought.key)


@never_cache
@for_editors
@require_GET
def progress(request: HttpRequest, key: UUID) -> JsonResponse:
    """How far a job of one's own is, for the page that waits for it."""
    return progress_of(request.user, key, steps=STEPS)


@for_editors
@require_POST
def import_act(request: HttpRequest, key: UUID, name: str) -> HttpResponse:
    """Stop the work, or remove the document."""
    brought = _own(request, key)
    if name == "stop":
        stop(brought, at=now())
    elif name == "discard" and brought.state in {State.READY, State.REFUSED, State.WRITTEN}:
        discard(brought)
        messages.success(request, _("The document was removed. Drafts that were made of it stay."))
        return redirect("courses_imports")
    else:
        raise Http404
    return redirect("courses_import", key=key)


@never_cache
@for_editors
@require_GET
def picture(request: HttpRequest, key: UUID, number: int) -> FileResponse:
    """A picture of one's own document, so that it can be described."""
    brought = _own(request, key)
    blocks = brought.document.get("blocks", [])
    if number >= len(blocks) or blocks[number].get("kind") != "picture" or not brought.file:
        raise Http404
    with package_of(brought) as package:
        found = picture_in(package, Picture(blocks[number]["name"]).name)
    if found is None or found.name is None:
        raise Http404
    return _shown(found, found.name)


def _shown(file: File, name: str) -> FileResponse:
    response = FileResponse(file, filename=name)
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@never_cache
@for_editors
@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """How a document is to be written so that it comes over well."""
    return render(
        request, "courses/admin/import_guide.html", _headed(_("How to write a document"), {}, below=True)
    )


@never_cache
@for_editors
@require_GET
def sample(request: HttpRequest) -> HttpResponse:
    """A Word file that has everything once, in the reader's language."""
    response = HttpResponse(sample_document(get_language() or "zh-hans"), content_type=WORD)
    response["Content-Disposition"] = 'attachment; filename="sample.docx"'
    return response


def _headed(title: str, context: dict[str, Any], *, below: bool = False) -> dict[str, Any]:
    above = [(reverse("courses_imports"), _("Import"))] if below else []
    return headed(title, context, icon="upload", above=above)


def urls() -> list[URLPattern]:
    """Where these pages are in the administration."""
    return [
        path("import/", imports, name="courses_imports"),
        path("import/guide/", guide, name="courses_import_guide"),
        path("import/guide/sample/", sample, name="courses_import_sample"),
        path("import/progress/<uuid:key>/", progress, name="courses_import_progress"),
        path("import/<uuid:key>/", imported, name="courses_import"),
        path("import/<uuid:key>/picture/<int:number>/", picture, name="courses_import_picture"),
        path("import/<uuid:key>/<slug:name>/", import_act, name="courses_import_act"),
    ]
