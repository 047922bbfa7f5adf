"""The pages where a reader keeps a lesson, writes a note, sees what has changed, reports an error."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import reading
from courses.editions import changes
from courses.models import LessonEdition
from courses.publishing import lesson_url
from courses.reading_forms import ChangedNoteForm, NoteForm, ReportForm
from courses.reading_records import Feedback
from people.leading import Refusal


def language() -> str:
    return get_language() or "zh-hans"


def _lesson(request: HttpRequest, lesson: UUID) -> LessonEdition:
    found = reading.readable_lesson(request.user, lesson, language=language())
    if found is None:
        raise Http404
    found.url = lesson_url(found)
    return found


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Bookmarks and notes, lessons that changed since they were read, and what was reported."""
    changed = reading.changed_since_read(request.user, language=language())
    for edition in changed:
        edition.url = lesson_url(edition)
    context = {
        "kept": reading.kept_by(request.user),
        "changed": changed,
        "reports": reading.reports_of(request.user),
    }
    return render(request, "courses/mine.html", context)


@login_required
def notes(request: HttpRequest, lesson: UUID) -> HttpResponse:
    """The member's bookmark and private notes on a lesson."""
    edition, at = _lesson(request, lesson), now()
    form = NoteForm(request.POST if request.POST.get("act") == "write" else None)
    if request.method == "POST":
        act = request.POST.get("act")
        if act == "write" and form.is_valid():
            data = form.cleaned_data
            try:
                reading.write_note(request.user, lesson, data["text"], key=data["key"], at=at)
            except Refusal as refusal:
                form.add_error(None, refusal.words)
            else:
                messages.success(request, _("Your note is kept."))
                return redirect("courses:notes", lesson=lesson)
        elif act != "write":
            return _act_on_note(request, lesson, act or "", at)
    context = {
        "edition": edition,
        "form": form,
        "notes": reading.notes_on(request.user, lesson),
        "is_bookmarked": reading.is_bookmarked(request.user, lesson),
    }
    return render(request, "courses/notes.html", context, status=200 if not form.errors else 422)


def _act_on_note(request: HttpRequest, lesson: UUID, act: str, at: datetime) -> HttpResponse:
    if act == "change":
        return _change(request, lesson, at)
    if act == "remove":
        try:
            reading.remove_note(request.user, UUID(request.POST.get("key", "")))
        except ValueError as error:
            raise Http404 from error
        messages.success(request, _("The note is removed."))
    return redirect("courses:notes", lesson=lesson)


def _change(request: HttpRequest, lesson: UUID, at: datetime) -> HttpResponse:
    form = ChangedNoteForm(request.POST)
    try:
        seen = datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError as error:
        raise Http404 from error
    if not form.is_valid():
        return _refused(request, lesson, form)
    data = form.cleaned_data
    try:
        replaced = reading.change_note(request.user, lesson, data["key"], data["text"], seen=seen, at=at)
    except Refusal as refusal:
        form.add_error("text", str(refusal.words))
        return _refused(request, lesson, form)
    if replaced:
        messages.success(request, _("Your note is kept."))
    else:
        messages.info(request, _("This note was changed on another device meanwhile. Both are kept."))
    return redirect("courses:notes", lesson=lesson)


def _refused(request: HttpRequest, lesson: UUID, form: ChangedNoteForm) -> HttpResponse:
    shown = {
        "edition": _lesson(request, lesson),
        "form": NoteForm(initial={"text": request.POST.get("text", "")}),
        "notes": reading.notes_on(request.user, lesson),
        "refused": form,
        "is_bookmarked": reading.is_bookmarked(request.user, lesson),
    }
    return render(request, "courses/notes.html", shown, status=422)


@login_required
@require_POST
def bookmark(request: HttpRequest, lesson: UUID) -> HttpResponse:
    """Keep the lesson among the bookmarks, or take it out. Goes back to where it was pressed."""
    edition = _lesson(request, lesson)
    if request.POST.get("act") == "remove":
        reading.remove_bookmark(request.user, lesson)
        messages.success(request, _("The bookmark is removed."))
        return redirect("courses:notes", lesson=lesson)
    reading.keep_bookmark(request.user, lesson, at=now())
    messages.success(request, _("The lesson is among your bookmarks, under “My lessons”."))
    return redirect(edition.url)


@login_required
def differences(request: HttpRequest, lesson: UUID) -> HttpResponse:
    """What has changed since the member read the lesson."""
    edition = _lesson(request, lesson)
    before = reading.read_before(request.user, edition)
    context = {
        "edition": edition,
        "before": before,
        "changes": changes(before.edition, edition) if before else [],
    }
    return render(request, "courses/differences.html", context)


@login_required
def report(request: HttpRequest, lesson: UUID) -> HttpResponse:
    """Tell the editors of an error."""
    edition = _lesson(request, lesson)
    form = ReportForm(request.POST or None, edition=edition)
    if request.method == "POST" and form.is_valid():
        try:
            reading.report_error(request.user, edition, **form.cleaned_data, at=now())
        except Refusal as refusal:
            form.add_error(None, refusal.words)
        else:
            messages.success(
                request, _("Thank you. The editors have it; their answer will stand under “My lessons”.")
            )
            return redirect(edition.url)
    return render(request, "courses/report.html", {"edition": edition, "form": form})


@login_required
def feedback(request: HttpRequest, lesson: UUID) -> HttpResponse:
    """Say how the lesson was. Editors see sums from five members on, and never who."""
    edition = _lesson(request, lesson)
    if request.method == "POST":
        verdict = request.POST.get("verdict", "")
        if verdict in Feedback.Verdict.values:
            reading.say_how_it_was(request.user, edition, verdict, at=now())
            messages.success(request, _("Thank you. Your opinion is kept."))
            return redirect(edition.url)
        messages.error(request, _("Please choose one of the four."))
    last = reading.last_feedback(request.user, lesson)
    context = {"edition": edition, "verdicts": Feedback.Verdict, "last": last.verdict if last else ""}
    return render(request, "courses/feedback.html", context)
