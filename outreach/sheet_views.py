"""Activity records: issued and printed here, recorded by hand when they come back, checked by anybody."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from outreach import sheet_acts
from outreach.sheet_checking import check
from outreach.sheet_forms import ReturnForm, filled_in, line_forms
from outreach.sheet_paper import sheet_pdf
from outreach.sheets import ActivitySheet
from people import audit
from people.leading import Refusal, led_by
from people.mobility import MobileRegistration, RegistrationQuerySet
from people.tries import WaitFirst

SHOWN_AT_ONCE = 3
"""Lines to fill in that stand open; the others are a touch away."""

LOOKED = audit.action("sheet.looked", gettext_lazy("Looked at an activity record"))


def _away(request: HttpRequest) -> RegistrationQuerySet:
    """Those for whom the viewer may issue a sheet: leaders of the home branch, and the contact person."""
    day = localdate()
    kept = MobileRegistration.objects.kept_by(request.user, on=day).values("pk")
    theirs = Q(pk__in=kept)
    for place in led_by(request.user, on=day):
        theirs |= Q(branch__path__startswith=place.path)
    rows = MobileRegistration.objects.on(day).filter(theirs, member__erased_at=None)
    return rows.exclude(member=request.user).select_related("member", "branch", "receiving")


@login_required
def away(request: HttpRequest, key: UUID) -> HttpResponse:
    """The activity records of one member who is away; another one is issued here."""
    everything = MobileRegistration.objects.select_related("member")
    found = audit.visible_or_404(request, LOOKED, among=_away(request), everything=everything, key=key)
    if request.method == "POST":
        form = ReturnForm(request.POST)
        try:
            if not form.is_valid():
                raise Http404
            sheet = sheet_acts.issue(found, key=form.cleaned_data["key"], by=request.user, at=now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("outreach:away", key=found.key)
        messages.success(request, _("The activity record is issued. Please print it now."))
        return redirect("outreach:sheet", key=sheet.key)
    audit.note_look(request, LOOKED, member=found.member)
    sheets = ActivitySheet.objects.visible_to(request.user, on=localdate()).with_people()
    context = {
        "registration": found,
        "lines": list(sheets.filter(member=found.member).order_by("-issued_at", "-pk")),
        "form": ReturnForm(initial={"key": uuid.uuid4()}),
        "today": localdate(),
    }
    return render(request, "outreach/away.html", context)


def _sheet(request: HttpRequest, key: UUID) -> ActivitySheet:
    among = ActivitySheet.objects.visible_to(request.user, on=localdate()).with_people()
    everything = ActivitySheet.objects.select_related("member")
    return audit.visible_or_404(request, LOOKED, among=among, everything=everything, key=key)


@login_required
def sheet(request: HttpRequest, key: UUID) -> HttpResponse:
    """One sheet: print it, cancel it, or copy the lines that came back."""
    found = _sheet(request, key)
    if request.method == "POST" and request.POST.get("act") == "cancel":
        try:
            sheet_acts.cancel(found, by=request.user, at=now())
            messages.success(request, _("The activity record is cancelled. Whoever checks it is told so."))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("outreach:sheet", key=found.key)
    recorded = list(found.lines.order_by("row").select_related("record__settled_by"))
    data = request.POST if request.method == "POST" else None
    forms = line_forms(data, recorded={line.row for line in recorded})
    faults: list[str] = []
    if data is not None:
        answer, faults = _record(request, found, forms)
        if answer is not None:
            return answer
    else:
        audit.note_look(request, LOOKED, member=found.member, details={"sheet": found.number})
    context: dict[str, Any] = {
        "sheet": found,
        "state": found.state_on(localdate()),
        "recorded": recorded,
        "forms": forms,
        "first": forms[:SHOWN_AT_ONCE],
        "rest": forms[SHOWN_AT_ONCE:],
        "rest_is_used": any(form.is_used for form in forms[SHOWN_AT_ONCE:]),
        "faults": faults,
        "return_form": ReturnForm(initial={"key": (data or {}).get("key") or uuid.uuid4()}),
        "check_address": _address(request, found),
    }
    return render(request, "outreach/sheet.html", context)


def _record(
    request: HttpRequest, found: ActivitySheet, forms: list[Any]
) -> tuple[HttpResponse | None, list[str]]:
    """Record what was typed; or say what is wrong, and keep it typed."""
    form, lines = ReturnForm(request.POST), filled_in(forms)
    if not form.is_valid():
        return None, [_("Please send the form once more.")]
    if lines is None:
        return None, [_("Some lines are not complete. Nothing is recorded yet; please look through them.")]
    try:
        sheet_acts.record_return(found, lines, key=form.cleaned_data["key"], by=request.user, at=now())
    except sheet_acts.LinesRefused as refused:
        return None, refused.faults
    except Refusal as refusal:
        return None, [str(refusal)]
    messages.success(
        request, _("The lines are recorded. They count when the home branch has confirmed them.")
    )
    return redirect("outreach:sheet", key=found.key), []


@login_required
def sheet_print(request: HttpRequest, key: UUID) -> HttpResponse:
    """The sheet as a PDF."""
    found = _sheet(request, key)
    pdf = sheet_pdf(found, address=_address(request, found), on=localdate())
    details = {"sheet": found.number}
    audit.note_look(request, sheet_acts.PRINTED, member=found.member, details=details)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return answer


def _address(request: HttpRequest, found: ActivitySheet) -> str:
    return request.build_absolute_uri(reverse("outreach:sheet_check", kwargs={"code": found.code}))


@never_cache
def sheet_check(request: HttpRequest, code: str) -> HttpResponse:
    """Open to all: whether this sheet was issued here, and whether it still holds. It names nobody."""
    at = now()
    try:
        found = check(code, network=audit.shortened_address(request), at=at)
    except WaitFirst as wait:
        too_many = HTTPStatus.TOO_MANY_REQUESTS
        return render(request, "outreach/sheet_check.html", {"wait": wait.minutes}, status=too_many)
    context = {"sheet": found, "state": found.state_on(localdate(at)) if found else ""}
    status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
    return render(request, "outreach/sheet_check.html", context, status=status)
