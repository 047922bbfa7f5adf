"""The desk of a branch secretary: the records that await confirmation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hours.awaiting import Kind, seconds_together, to_confirm, waiting_lines, with_names
from hours.confirming import confirm, decline
from hours.forms import SettleForm
from hours.models import Objection, Source, Standing, StudyRecord, StudyRecordQuerySet
from hours.one_record import found_or_404
from hours.reasons import length
from people import audit
from people.leading import Refusal, led_by

LOOKED = audit.action("hours.awaiting_looked", gettext_lazy("Looked at records that await confirmation"))

ROWS_A_PAGE = 50


@login_required
def awaiting(request: HttpRequest) -> HttpResponse:
    """The records that await somebody who leads branches; some or all of them confirmed or declined."""
    if not led_by(request.user, on=localdate()):
        raise Http404
    kind = request.GET.get("kind", "")
    found = to_confirm(request.user, on=localdate(), kind=kind)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _settle(request, _chosen(request, found), form.cleaned_data["reason"])
        return redirect(reverse("hours:awaiting") + (f"?{urlencode({'kind': kind})}" if kind else ""))
    keys = list(found.values_list("pk", flat=True))
    mine = set(found.filter(**_own_proposals(request)).values_list("pk", flat=True))
    page = Paginator(keys, ROWS_A_PAGE).get_page(request.GET.get("page"))
    lines = waiting_lines(with_names(found.filter(pk__in=list(page))), viewer=request.user)
    note_looks(request, LOOKED, [line.record for line in lines])
    context = {
        "lines": lines,
        "page": page,
        "total": len(keys),
        "choosable": len(keys) - len(mine),
        "together": length(seconds_together(keys)),
        "up_to": max(keys, default=0),
        "kinds": Kind.choices,
        "kind": kind,
        "form": form,
        "chosen": request.POST.getlist("record"),
    }
    return render(request, "hours/awaiting.html", context)


def _own_proposals(request: HttpRequest) -> dict[str, Any]:
    """A correction that one proposed oneself is for somebody else to confirm."""
    return {"source": Source.CORRECTION, "recorded_by": request.user}


def _chosen(request: HttpRequest, found: StudyRecordQuerySet) -> list[StudyRecord]:
    """
    The records that were ticked, or all that stood in the list when it was shown.

    :raises Http404: when one of them is not for this leader; the audit keeps that.
    """
    if "all" in request.POST:
        up_to = request.POST.get("up_to", "")
        rows = found.filter(pk__lte=int(up_to) if up_to.isdecimal() and len(up_to) < 19 else 0)
        return list(rows.exclude(**_own_proposals(request)))
    ticked = {int(pk) for pk in request.POST.getlist("record") if pk.isdecimal() and len(pk) < 19}
    mine = StudyRecord.objects.for_leader(request.user, on=localdate()).filter(standing=Standing.AWAITING)
    rows = list(mine.filter(pk__in=ticked))
    for pk in sorted(ticked - {row.pk for row in rows}):
        found_or_404(request, LOOKED, among=mine, pk=pk)
    return rows


def _settle(request: HttpRequest, records: list[StudyRecord], reason: str) -> None:
    """Confirm or decline, and say what came of it."""
    if not records:
        messages.warning(
            request, _("Nothing was chosen, or it is settled already. Please tick the records first.")
        )
        return
    try:
        if "decline" in request.POST:
            done = decline(records, by=request.user, reason=reason, at=now())
            words = ngettext("%(number)d record is not confirmed. The member can read why.",
                "%(number)d records are not confirmed. The members can read why.", len(done))  # fmt: skip
        else:
            done = confirm(records, by=request.user, reason=reason, at=now())
            words = ngettext(
                "%(number)d record is confirmed.", "%(number)d records are confirmed.", len(done)
            )
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, words % {"number": len(done)})


def note_looks(request: HttpRequest, what: audit.Action, rows: Iterable[StudyRecord | Objection]) -> None:
    """One row in the audit for each member whose records are shown."""
    members = {row.member_id for row in rows}
    if members:
        audit.note_each(
            what,
            at=now(),
            by=request.user,
            subjects=[(member, {}) for member in members],
            address=audit.shortened_address(request),
        )


@login_required
def awaiting_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One record that awaits confirmation, with all that it claims; confirmed or declined here."""
    mine = StudyRecord.objects.for_leader(request.user, on=localdate()).filter(standing=Standing.AWAITING)
    record = found_or_404(request, LOOKED, among=with_names(mine), pk=pk)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _settle(request, [record], form.cleaned_data["reason"])
        return redirect("hours:awaiting")
    if hasattr(record, "settled_by"):
        return redirect("hours:awaiting")
    (line,) = waiting_lines([record], viewer=request.user)
    return render(request, "hours/awaiting_one.html", {"line": line, "form": form})
