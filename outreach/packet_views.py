"""Pages of one study pack: where it has come to, and writing down what came back of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_POST

from outreach import slips
from outreach.pack_finding import find
from outreach.pack_forms import FindForm, StepForm
from outreach.pack_pages import has_packs, runs_for
from outreach.packet_records import Packet, PacketStep, Slip
from outreach.packet_steps import comes_next, leave_out_waiting, next_steps, take_step
from outreach.slip_forms import Sheet, SlipForm
from people import audit
from people.leading import Refusal
from quizzes.on_paper import contents_drawn

LOOKED = audit.action("packs.one_looked", gettext_lazy("Looked at a study pack"))


def _packet(request: HttpRequest, key: UUID) -> Any:
    seen = Packet.objects.cared_for_by(request.user, on=localdate()).with_state()
    seen = seen.select_related("member", "branch", "run")
    everything = Packet.objects.select_related("member")
    return audit.visible_or_404(request, LOOKED, among=seen, everything=everything, key=key)


@login_required
def packet(request: HttpRequest, key: UUID) -> HttpResponse:
    """One pack: its steps, its file, what is in it, and what came back."""
    found, on = _packet(request, key), localdate()
    audit.note_look(request, LOOKED, member=found.member)
    slip = Slip.objects.filter(packet=found).select_related("recorded_by").first()
    context = {
        "packet": found,
        "steps": list(found.steps.select_related("by").order_by("pk")),
        "next": [(state, PacketStep.State(state).label) for state in next_steps(found.state)],
        "may_cancel": comes_next(found.state, PacketStep.State.CANCELLED)
        or (found.made_at is None and not found.left_out),
        "may_record": found.made_at is not None
        and slip is None
        and found.state != PacketStep.State.CANCELLED
        and found.member_id != request.user.pk,
        "form": StepForm(initial={"on": on}),
        "opens_run": runs_for(request.user, on=on).filter(pk=found.run_id).exists(),
        "lessons": slips.lessons_of(found),
        "slip": slip,
        "attempts": slips.attempts_of(found) if slip else [],
    }
    return render(request, "outreach/packet.html", context)


@login_required
@require_POST
def step(request: HttpRequest, key: UUID) -> HttpResponse:
    """Write down where this pack has come to."""
    found = _packet(request, key)
    form = StepForm(request.POST)
    try:
        if not form.is_valid():
            messages.error(request, _("Please give the day."))
        elif found.made_at is None and form.cleaned_data["state"] == PacketStep.State.CANCELLED:
            leave_out_waiting([found], by=request.user, at=now())
        else:
            take_step(found, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, _("Written down."))
    except Refusal as refusal:
        messages.error(request, str(refusal.words))
    return redirect("outreach:packet", key=found.key)


@login_required
def record(request: HttpRequest, key: UUID) -> HttpResponse:
    """The form that looks like the sheet. Sent twice it is one slip; a refusal keeps what was typed."""
    found, on = _packet(request, key), localdate()
    if found.member_id == request.user.pk or found.made_at is None:
        raise Http404
    form = SlipForm(request.POST or None, packet=found, on=on)
    if request.method == "POST" and form.is_valid():
        try:
            slips.record_slip(found, form.told(), key=form.cleaned_data["key"], by=request.user, at=now())
        except slips.AlreadyRecorded as refusal:
            messages.info(request, str(refusal.words))
            return redirect("outreach:packet", key=found.key)
        except Refusal as refusal:
            form.add_error(None, refusal.words)
        else:
            messages.success(request, _("The slip is written down, and the answers are marked."))
            return redirect("outreach:packet", key=found.key)
    elif request.method != "POST" and Slip.objects.filter(packet=found).exists():
        return redirect("outreach:packet", key=found.key)
    audit.note_look(request, LOOKED, member=found.member)
    context = {"packet": found, "form": form, "sheets": _sheets(found, form)}
    return render(request, "outreach/slip.html", context)


def _sheets(packet: Packet, form: SlipForm) -> list[Sheet]:
    """The questions as they were printed, in the language of the pack. One query for each quiz."""
    contents = [contents_drawn(drawn) for drawn in packet.contents["quizzes"]]
    with override(packet.run.language):
        return form.sheets(contents)


@login_required
def find_packet(request: HttpRequest) -> HttpResponse:
    """Go to the pack whose number, or the code of a page, was typed."""
    if not has_packs(request.user, on=localdate()):
        raise Http404
    form = FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = find(form.cleaned_data["code"], by=request.user, at=now())
        except Refusal as refusal:
            form.add_error("code", refusal.words)
        else:
            return redirect("outreach:packet", key=found.key)
    return render(request, "outreach/pack_find.html", {"form": form})
