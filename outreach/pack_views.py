"""Pages of study packs for who leads a branch or visits members: the list, having packs made, one making."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outreach import pack_pages, packs
from outreach.pack_budget import budget_of
from outreach.pack_files import without_file
from outreach.pack_forms import PackForm, StepForm
from outreach.pack_lists import delivery_list
from outreach.packet_records import Packet, PacketStep, PackRun
from outreach.packet_steps import BY_HAND, take_steps
from people import audit
from people.leading import Refusal, leads
from people.models import Organisation

LOOKED = audit.action("packs.looked", gettext_lazy("Looked at study packs"))
FETCHED = audit.action("packs.fetched", gettext_lazy("Fetched files of study packs"))

A_PAGE = 50
STATES = [
    ("", gettext_lazy("All")),
    ("waiting", gettext_lazy("Being made")),
    *((state.value, state.label) for state in PacketStep.State),
    ("left_out", gettext_lazy("Left out")),
]


def _check_office(request: HttpRequest) -> None:
    if not pack_pages.has_packs(request.user, on=localdate()):
        raise Http404


@login_required
def packets(request: HttpRequest) -> HttpResponse:
    """The packs in one's care, by state, and what was asked for lately."""
    _check_office(request)
    on, state = localdate(), request.GET.get("state", "")
    state = state if state in dict(STATES) else ""
    rows = pack_pages.packets_for(request.user, on=on, state=state)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    audit.note_look(request, LOOKED, details={"packs": len(page)})
    context = {
        "page": page,
        "packets": list(page),
        "state": state,
        "states": STATES,
        "runs": pack_pages.runs_for(request.user, on=on)[:8],
    }
    return render(request, "outreach/packs.html", context)


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Choose lessons, quizzes, members and look; see how many pages that makes; have them made."""
    _check_office(request)
    organisation = _organisation(request)
    if organisation is None:
        places = pack_pages.places_for(request.user, on=localdate())[: pack_pages.PLACES_AT_MOST]
        return render(request, "outreach/pack_places.html", {"places": places})
    language = _language(request)
    if request.method != "POST":
        return _choosing(request, organisation, language, PackForm())
    form = PackForm(request.POST)
    act = request.POST.get("act")
    if act == "back" or not form.is_valid():
        return _choosing(request, organisation, language, form)
    try:
        if act == "make":
            run = packs.ask_run(
                organisation,
                form.wanted,
                members=form.chosen_members,
                look=form.look,
                language=language,
                kind=form.cleaned_data["kind"],
                pages=_pages(request),
                by=request.user,
                at=now(),
            )
            return redirect("outreach:pack_run", key=run.key)
        return _confirming(request, organisation, language, form)
    except Refusal as refusal:
        form.add_error(None, refusal.words)
        return _choosing(request, organisation, language, form)


def _pages(request: HttpRequest) -> int:
    """The pages of one pack, as the page before told them; 0 when what was sent is no such number."""
    said = request.POST.get("pages", "")
    return int(said) if re.fullmatch(r"[0-9]{1,3}", said) else 0


def _organisation(request: HttpRequest) -> Organisation | None:
    """Where packs are to be made: chosen by its key, or the only one there is."""
    places = pack_pages.places_for(request.user, on=localdate())
    try:
        key = UUID(request.GET.get("of", ""))
    except ValueError:
        few = list(places[:2])
        return few[0] if len(few) == 1 else None
    return audit.visible_or_404(request, LOOKED, among=places, everything=Organisation.objects, key=key)


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("in", "")
    return asked if asked in {"zh-hans", "en"} else get_language() or "zh-hans"


def _choosing(
    request: HttpRequest, organisation: Organisation, language: str, form: PackForm
) -> HttpResponse:
    found = pack_pages.to_choose(request.user, organisation, on=localdate(), language=language)
    whom = form.ticked("members") or set(request.GET.getlist("member"))
    context = {
        "form": form,
        "found": found,
        "language": language,
        "organisation": organisation,
        "lessons_ticked": form.ticked("lessons"),
        "quizzes_ticked": form.ticked("quizzes"),
        "members_ticked": whom,
        "who": form.data.get("who") or (PackForm.CHOSEN if whom else PackForm.ALL),
        "said": {name: value for name, value in form.data.items() if name.startswith("discussion-")},
    }
    return render(request, "outreach/pack_new.html", context)


def _confirming(
    request: HttpRequest, organisation: Organisation, language: str, form: PackForm
) -> HttpResponse:
    found = packs.found_for(request.user, form.wanted, language=language, at=now())
    number = packs.count_chosen(request.user, organisation, form.chosen_members, on=localdate())
    budget = budget_of(
        found,
        form.wanted,
        form.look,
        organisation=organisation,
        viewer=request.user,
        language=language,
        packs=number,
        at=now(),
    )
    context = {
        "form": form,
        "found": found,
        "organisation": organisation,
        "language": language,
        "budget": budget,
        "discussions": [
            (edition, "\n".join(form.wanted.discussion.get(edition.key, ()))) for edition in found.editions
        ],
        "hidden": [
            (name, value)
            for name in ("lessons", "quizzes", "members", "who", "title", "points", "size", "kind", "pinyin")
            for value in form.data.getlist(name)
        ],
    }
    return render(request, "outreach/pack_confirm.html", context)


@login_required
def run(request: HttpRequest, key: UUID) -> HttpResponse:
    """Packs asked for at once: how far their making is, their files, and where they have come to."""
    found, on, at = _run(request, key), localdate(), now()
    state = request.GET.get("state", "")
    rows = pack_pages.packets_for(
        request.user, on=on, run=found, state=state if state in dict(STATES) else ""
    )
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    job = packs.job_of(found)
    audit.note_look(request, LOOKED, organisation=found.organisation, details={"packs": len(page)})
    context = {
        "run": found,
        "page": page,
        "packets": list(page),
        "state": state,
        "states": STATES,
        "job": job,
        "at_work": packs.is_at_work(job, at=at),
        "failure": FAILURES.get(job.result.get("failure", "")) if job else None,
        "volumes": list(pack_pages.volumes_for(request.user, found, on=on)),
        "steps": [(step, step.label) for step in BY_HAND],
        "step_form": StepForm(initial={"on": on}),
        "may_manage": found.asked_by_id == request.user.pk or leads(request.user, found.organisation, on=on),
        "waiting": found.asked - found.made - found.left,
        "files_gone": without_file(found).exists(),
    }
    return render(request, "outreach/pack_run.html", context)


FAILURES: dict[str, Any] = {
    "not_published": gettext_lazy(
        "A lesson of these packs was withdrawn meanwhile; no more are made. Please choose again."
    ),
    "not_yours": gettext_lazy("Whoever asked for these packs does not lead this organisation any more."),
    "no_questions": gettext_lazy("A quiz of these packs has no question in use any more."),
    "silent": gettext_lazy("The making was interrupted. What was made is kept; please go on."),
    "unexpected": gettext_lazy("Something went wrong while making. What was made is kept; please go on."),
}


def _run(request: HttpRequest, key: UUID) -> Any:
    """What was asked for under this key, when it is for the viewer; the audit keeps a guessed address."""
    found = pack_pages.runs_for(request.user, on=localdate()).filter(key=key).first()
    if found is None:
        packs.note_guess(key, by=request.user, at=now(), what=LOOKED)
        raise Http404
    return found


@login_required
@require_POST
def run_act(request: HttpRequest, key: UUID) -> HttpResponse:
    """Go on, stop, or write down where all of these packs have come to."""
    found, at = _run(request, key), now()
    act = request.POST.get("act", "")
    try:
        if act == "stop":
            packs.stop(found, by=request.user, at=at)
            messages.info(request, _("It stops after those being made at this moment. What is made stays."))
        elif act == "go_on":
            packs.go_on(found, by=request.user, at=at)
        else:
            _step_all(request, found)
    except Refusal as refusal:
        messages.error(request, str(refusal.words))
    return redirect("outreach:pack_run", key=found.key)


def _step_all(request: HttpRequest, found: PackRun) -> None:
    form = StepForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please give the day."))
        return
    rows = Packet.objects.cared_for_by(request.user, on=localdate()).filter(run=found)
    number = take_steps(
        rows, form.cleaned_data["state"], on=form.cleaned_data["on"], by=request.user, at=now()
    )
    words = ngettext("Written down for %(number)d pack.", "Written down for %(number)d packs.", number)
    messages.success(request, words % {"number": number})


@login_required
def volume(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """A volume of a print run. Fetching it is kept in the audit."""
    found = _run(request, key)
    part = pack_pages.volumes_for(request.user, found, on=localdate()).filter(number=number).first()
    if part is None:
        raise Http404
    return _file(request, part, f"{found.asked_at:%Y%m%d}-{part.number}.pdf", organisation=found.organisation)


@login_required
def deliveries(request: HttpRequest, key: UUID) -> HttpResponse:
    """The delivery list of a making: names, pack numbers, a box to tick. No addresses."""
    found = _run(request, key)
    rows = Packet.objects.cared_for_by(request.user, on=localdate()).filter(run=found).made()
    listed = list(rows.select_related("member", "branch").order_by("number"))
    details = {"packs": len(listed), "list": True}
    audit.note(FETCHED, at=now(), by=request.user, organisation=found.organisation, details=details)
    response = HttpResponse(delivery_list(found, listed), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="deliveries-{found.asked_at:%Y%m%d}.pdf"'
    return response


@login_required
def packet_file(request: HttpRequest, key: UUID) -> HttpResponse:
    """A member's pack as a file. Fetching it is kept in the audit."""
    seen = Packet.objects.cared_for_by(request.user, on=localdate()).select_related("member")
    everything = Packet.objects.select_related("member")
    found = audit.visible_or_404(request, FETCHED, among=seen, everything=everything, key=key)
    if not found.file:
        raise Http404
    return _file(request, found, f"{found.number}.pdf", member=found.member)


def _file(request: HttpRequest, row: Any, name: str, **whose: Any) -> HttpResponse:
    audit.note(FETCHED, at=now(), by=request.user, details={"file": name}, **whose)
    return FileResponse(
        row.file.open("rb"), as_attachment=True, filename=name, content_type="application/pdf"
    )
