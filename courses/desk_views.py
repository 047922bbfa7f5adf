"""Pages of the editors' desk, for editors and reviewers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from courses.desk import SECTIONS, Asked
from courses.error_reports import AnsweredAlready, answer, report_with_key
from courses.links import is_used, looked
from courses.reading_records import MOST_CHARACTERS, ErrorAnswer
from people.admin.access import office_page
from people.admin.heading import headed
from people.leading import Refusal
from people.offices import Office

ON_A_PAGE = 50

open_to_who_writes = office_page(Office.Kind.EDITOR, Office.Kind.REVIEWER)


class AnswerForm(forms.Form):
    """How a report ends, with words for the reader."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("How it ends"), choices=ErrorAnswer.Outcome.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("Words for the reader"),
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea({"rows": 4}),
    )


@open_to_who_writes
def desk(request: HttpRequest) -> HttpResponse:
    """What waits, goes stale, is broken or lies about: ten rows of each."""
    asked = Asked(request.user, localdate())
    sections = [section.for_(asked) for section in SECTIONS]
    context = {
        "sections": [section for section in sections if section.count],
        "quiet": [section for section in sections if not section.count],
    }
    return render(request, "courses/admin/desk.html", _headed(_("Editors' desk"), context))


@open_to_who_writes
def section(request: HttpRequest, name: str) -> HttpResponse:
    """All rows of one section, fifty on a page."""
    wanted = next((each for each in SECTIONS if each.key == name), None)
    if wanted is None:
        raise Http404
    number = request.GET.get("p", "1")
    page = int(number) if number.isdecimal() and 0 < int(number) < 10_000 else 1
    found = wanted.for_(Asked(request.user, localdate(), (page - 1) * ON_A_PAGE, ON_A_PAGE))
    context = {
        "section": found,
        "before": page - 1 if page > 1 else None,
        "after": page + 1 if page * ON_A_PAGE < found.count else None,
    }
    return render(
        request, "courses/admin/desk_section.html", _headed(str(found.heading), context, below=True)
    )


@open_to_who_writes
def answer_report(request: HttpRequest, key: UUID) -> HttpResponse:
    """Answer what a reader reported."""
    report = report_with_key(key)
    if report is None:
        raise Http404
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer(report, by=request.user, at=now(), **form.cleaned_data)
        except AnsweredAlready as refusal:
            messages.warning(request, str(refusal))
            return redirect("desk_answer", key=key)
        except Refusal as refusal:
            form.add_error("words", str(refusal))
        else:
            messages.success(request, _("The reader finds your answer with their report."))
            return redirect("desk")
    context = {"report": report, "form": form, "given": getattr(report, "answer", None)}
    title = _("Error report")
    return render(request, "courses/admin/desk_answer.html", _headed(title, context, below=True))


@require_POST
@open_to_who_writes
def look(request: HttpRequest) -> HttpResponse:
    """Somebody has opened a link to another site, and says whether it works."""
    address = request.POST.get("address", "")
    if not is_used(address):
        raise Http404
    works = request.POST.get("works") == "1"
    looked(address, works=works, at=now())
    messages.success(
        request,
        _("It is kept that this link works.") if works else _("It is kept that this link does not work."),
    )
    return redirect("desk_section", name="outside")


def _headed(title: str, context: dict[str, Any], *, below: bool = False) -> dict[str, Any]:
    above = [(reverse("desk"), _("Editors' desk"))] if below else []
    return headed(title, context, icon="clipboard-list", above=above)


def urls() -> list[URLPattern]:
    return [
        path("desk/", desk, name="desk"),
        path("desk/link/", look, name="desk_look"),
        path("desk/errors/<uuid:key>/", answer_report, name="desk_answer"),
        path("desk/<slug:name>/", section, name="desk_section"),
    ]
