"""The pages of the exchange in the administration: send, see what would become of it, write; take out."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from intake import limits
from intake.uploads import UploadRefused
from jobs.progress import progress_of
from people.admin.access import office_page
from people.admin.heading import headed
from people.audit import shortened_address
from people.leading import KeyTaken, Refusal
from people.models import Office
from quizzes.exchange.carried import ERROR, Entry
from quizzes.exchange.exporting import TYPES, export, look_out
from quizzes.exchange.forms import ChoicesForm, ExportForm, SendForm
from quizzes.exchange.importing import KEPT, bring_in, confirm, discard, stop
from quizzes.exchange.reading import FILE_BYTES, MOST_QUESTIONS
from quizzes.exchange.records import QuestionFile
from quizzes.exchange.refusals import FileRefused
from quizzes.exchange.wording import (
    FAILURES,
    FORMATS,
    SAID,
    STEPS,
    in_words,
    place_in_words,
    refusal_in_words,
    refused_in_words,
)
from quizzes.exchange.workbook_writing import write_template
from quizzes.models import Question

for_writers = office_page(Office.Kind.EDITOR, Office.Kind.REVIEWER)

PAGE = 50
MOST_OWN = 30
MOST_UNHELD = 100
"""Questions that cannot go into a file, of which each is named."""

State = QuestionFile.State


@csrf_exempt  # the view within asks for the token, after the length was looked at
@never_cache
@for_writers
def imports(request: HttpRequest) -> HttpResponse:
    """Send a file of questions; one's own files."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and (not length.isdigit() or int(length) > FILE_BYTES + limits.MEGABYTE):
        told = refusal_in_words(FileRefused("too_large", most=FILE_BYTES // limits.MEGABYTE))
        messages.error(request, told)
        return redirect("quizzes_imports")
    return _imports(request)


@csrf_protect
def _imports(request: HttpRequest) -> HttpResponse:
    form = SendForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            sent = bring_in(given["file"], by=request.user, at=now(), key=given["key"])
        except (UploadRefused, KeyTaken) as refused:
            form.add_error("file", str(refused.words))
        except FileRefused as refused:
            form.add_error("file", refusal_in_words(refused))
        else:
            return redirect("quizzes_import", key=sent.key)
    mine = QuestionFile.objects.visible_to(request.user).defer("entries")
    context = {
        "form": form,
        "files": mine.order_by("-asked_at", "-pk")[:MOST_OWN],
        "days": KEPT.days,
        "most": MOST_QUESTIONS,
        "megabytes": FILE_BYTES // limits.MEGABYTE,
    }
    return render(request, "quizzes/admin/imports.html", _headed(_("Import questions"), context))


def _own(request: HttpRequest, key: UUID) -> QuestionFile:
    """One's own file; another's is not there."""
    found = QuestionFile.objects.visible_to(request.user).select_related("job").filter(key=key).first()
    if found is None:
        raise Http404
    return found


@never_cache
@for_writers
def imported(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far it is; or what would become of each question; or what was written."""
    sent = _own(request, key)
    form = ChoicesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sent = confirm(sent, form.choices(), by=request.user, at=now())
        except Refusal as refused:
            messages.warning(request, str(refused.words))
        else:
            return redirect("quizzes_import", key=key)
    job = sent.job
    context: dict[str, Any] = {
        "sent": sent,
        "form": form,
        "format": FORMATS.get(sent.form, ""),
        "job": job,
        "running": job is not None and not job.is_over,
        "step": STEPS.get(job.step, "") if job else "",
        "failure": FAILURES.get(job.result.get("failure", ""), "") if job else "",
        "refusal": refused_in_words(sent.counts) if sent.state == State.REFUSED else "",
        **_report(request, sent),
    }
    return render(request, "quizzes/admin/imported.html", _headed(sent.file_name, context, below="imports"))


def _report(request: HttpRequest, sent: QuestionFile) -> dict[str, Any]:
    """The questions of the file, those asked for: new, wrong, with something lost, already there."""
    standing = [_standing(found) for found in sent.entries]
    counts = Counter(standing)
    counts["warned"] = sum(_is_warned(found) for found in sent.entries)
    show = request.GET.get("show", "")
    listed = [
        found
        for found, state in zip(sent.entries, standing, strict=True)
        if show not in ("new", "wrong", "there", "warned")
        or state == show
        or (show == "warned" and _is_warned(found))
    ]
    page = Paginator(listed, PAGE).get_page(request.GET.get("p"))
    there = Question.objects.in_bulk([found["there"] for found in page if "there" in found])
    rows = [_row(found, there.get(found.get("there"))) for found in page]
    return {"counts": counts, "show": show, "page": page, "rows": rows, "total": len(sent.entries)}


def _standing(found: dict[str, Any]) -> str:
    if any(said[0] == ERROR for said in found["messages"]) or not found["question"]:
        return "wrong"
    return "there" if "there" in found else "new"


def _is_warned(found: dict[str, Any]) -> bool:
    return bool(found["messages"]) and _standing(found) != "wrong"


def _row(found: dict[str, Any], there: Question | None) -> dict[str, Any]:
    entry = Entry.from_json(found)
    question = entry.question
    kinds = dict(Question.Kind.choices)
    return {
        "number": entry.number,
        "place": place_in_words(entry.place),
        "standing": _standing(found),
        "kind": kinds.get(question.kind, "") if question else "",
        "question": question,
        "there": there,
        "messages": [(said.severity, in_words(said)) for said in entry.messages],
    }


@never_cache
@for_writers
@require_GET
def progress(request: HttpRequest, key: UUID) -> JsonResponse:
    """How far a job of one's own is, for the page that waits for it."""
    return progress_of(request.user, key, steps=STEPS)


@for_writers
@require_POST
def import_act(request: HttpRequest, key: UUID, name: str) -> HttpResponse:
    """Stop the work on a file, or remove what was read of it."""
    sent = _own(request, key)
    if name == "stop":
        stop(sent, at=now())
        return redirect("quizzes_import", key=key)
    if name != "discard" or sent.state in (State.READING, State.WRITING):
        raise Http404
    discard(sent)
    messages.success(request, _("The file was removed. Drafts that were made of it stay."))
    return redirect("quizzes_imports")


@never_cache
@for_writers
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook with examples and a guide in both languages."""
    return _file(write_template(), "questions-template.xlsx", TYPES["xlsx"][1])


@never_cache
@for_writers
def exports(request: HttpRequest) -> HttpResponse:
    """Choose questions and a format; see what cannot go; take the file."""
    form = ExportForm(request.POST if request.method == "POST" else request.GET or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            if request.method == "POST":
                return _exported(request, form)
            outlook = look_out(form.cleaned_data)
        except Refusal as refused:
            messages.warning(request, str(refused.words))
        else:
            unheld = [(question, SAID[reason]) for question, reason in outlook.unheld[:MOST_UNHELD]]
            left = [(SAID[code], number) for code, number in sorted(outlook.left.items())]
            context |= {"outlook": outlook, "unheld": unheld, "left": left}
    return render(
        request, "quizzes/admin/exports.html", _headed(_("Export questions"), context, below="bank")
    )


def _exported(request: HttpRequest, form: ExportForm) -> HttpResponse:
    given = form.cleaned_data
    title = str(given["quiz"] or _("Questions"))
    content = export(given, by=request.user, at=now(), address=shortened_address(request), title=title)
    ending, kind = TYPES[given["form"]]
    return _file(content, f"questions-{localdate():%Y%m%d}.{ending}", kind)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _headed(title: str, context: dict[str, Any], *, below: str = "bank") -> dict[str, Any]:
    above = [(reverse("wagtailsnippets_quizzes_question:list"), _("Questions"))]
    if below == "imports":
        above.append((reverse("quizzes_imports"), _("Import questions")))
    return headed(title, context, icon="upload", above=above)


def urls() -> list[URLPattern]:
    """Where these pages are in the administration."""
    return [
        path("quizzes/import/", imports, name="quizzes_imports"),
        path("quizzes/import/template/", template, name="quizzes_import_template"),
        path("quizzes/import/progress/<uuid:key>/", progress, name="quizzes_import_progress"),
        path("quizzes/import/<uuid:key>/", imported, name="quizzes_import"),
        path("quizzes/import/<uuid:key>/<slug:name>/", import_act, name="quizzes_import_act"),
        path("quizzes/export/", exports, name="quizzes_exports"),
    ]
