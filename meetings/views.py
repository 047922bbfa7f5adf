"""Pages of meetings: the list of an organisation, planning one, the roll, closing and correcting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hours.correcting import second_person_needed
from meetings import closing, forms, holding, lists
from meetings.models import Attendance, Meeting
from meetings.printing import attendance_list
from meetings.rolls import Line, Roll, quorum_of, roll_of, whom_to_call
from meetings.taking import NotMarks, Shown, marks_from, sent_with
from meetings.titles import lessons_of, title_of
from people import audit
from people.leading import Refusal
from people.models import Organisation

LOOKED_AT_LIST = audit.action("meetings.looked_at", gettext_lazy("Looked at the meetings of an organisation"))
LOOKED_AT_ROLL = audit.action("meetings.looked_at_roll", gettext_lazy("Looked at the roll of a meeting"))
PRINTED = audit.action("meetings.printed", gettext_lazy("Printed the attendance list of a meeting"))

MOST_BYTES = 400_000


@login_required
def entrance(request: HttpRequest) -> HttpResponse:
    """Go to the organisation whose meetings one holds; with several, choose."""
    places = lists.entrances(request.user, on=localdate())
    if not places:
        raise Http404
    if len(places) == 1:
        return redirect("meetings:of", key=places[0].key)
    return render(request, "meetings/entrance.html", {"places": places})


@login_required
def of(request: HttpRequest, key: UUID) -> HttpResponse:
    """The meetings of an organisation and of its groups: to be held, to be closed, closed."""
    place, at = _place(request, key), now()
    found = lists.meetings_of(place, request.user, at=at)
    page = Paginator(found.past, 20).get_page(request.GET.get("page"))
    audit.note_look(request, LOOKED_AT_LIST, organisation=place)
    came = lists.numbers_attended([*found.due, *page])
    context = {"place": place, "found": found, "page": page, "came": came}
    return render(request, "meetings/list.html", context)


@login_required
def new(request: HttpRequest, key: UUID) -> HttpResponse:
    """Enter a meeting, past or to come."""
    place, at = _place(request, key), now()
    initial = forms.usual(lists.last_of(place), on=localdate(at))
    members = lists.people_of(place, request.user, on=localdate(at))
    form = forms.PlanForm(
        request.POST or None, organisation=place, members=members, by=request.user, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        form_key = form.cleaned_data["key"]
        try:
            meeting = holding.open_meeting(place, form.plan(), key=form_key, by=request.user, at=at)
        except Refusal as refusal:
            form.add_error(None, refusal.words)
        else:
            return redirect("meetings:roll", key=meeting.key)
    return render(request, "meetings/plan.html", {"place": place, "form": form})


@login_required
def change(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say something else of a meeting that is open, or call it off."""
    meeting, at = _meeting(request, key), now()
    if not meeting.is_open:
        return redirect("meetings:roll", key=meeting.key)
    members = lists.people_of(meeting.branch, request.user, on=meeting.day)
    form = forms.PlanForm(
        request.POST or None,
        organisation=meeting.branch,
        members=members,
        by=request.user,
        initial=forms.said_of(meeting) | {"key": meeting.key},
    )
    if request.method == "POST":
        try:
            if request.POST.get("act") == "call_off":
                holding.call_off(meeting, by=request.user, at=at)
                messages.success(request, _("The meeting is called off."))
                return redirect("meetings:of", key=meeting.recording_branch.key)
            if form.is_valid():
                holding.change_meeting(meeting, form.plan(), by=request.user, at=at)
                return redirect("meetings:roll", key=meeting.key)
        except Refusal as refusal:
            form.add_error(None, refusal.words)
    return render(request, "meetings/plan.html", {"place": meeting.branch, "form": form, "meeting": meeting})


@login_required
def roll(request: HttpRequest, key: UUID) -> HttpResponse:
    """The roll of an open meeting; of another one, what came of it. Without JavaScript a plain form."""
    meeting, at = _meeting(request, key), now()
    if not meeting.is_open and request.method == "POST":
        closed = holding.WasCalledOff if meeting.is_called_off else holding.AlreadyClosed
        messages.error(request, closed.words)
    if not meeting.is_open:
        return _summary(request, meeting)
    if request.method == "POST":
        return _taken(request, meeting)
    found = roll_of(meeting, request.user, on=localdate(at))
    audit.note_look(request, LOOKED_AT_ROLL, organisation=meeting.branch, details=_key(meeting))
    return _show_roll(request, found, {})


def _taken(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Keep what the plain form says; what cannot be kept is shown again with the reason."""
    at = now()
    before = roll_of(meeting, request.user, on=localdate(at))
    sent = sent_with(request.POST.dict(), before)
    try:
        taken = holding.mark(meeting, sent.marks, by=request.user, at=at)
    except Refusal as refusal:
        messages.error(request, refusal.words)
        return redirect("meetings:roll", key=meeting.key)
    wrong = {
        one.member: (*sent.typed[one.member], taken.refused[one.key])
        for one in sent.marks
        if one.key in taken.refused
    }
    if not wrong:
        page = "meetings:close" if request.POST.get("act") == "close" else "meetings:roll"
        return redirect(page, key=meeting.key)
    return _show_roll(request, roll_of(meeting, request.user, on=localdate(at)), wrong)


def _show_roll(
    request: HttpRequest, found: Roll, wrong: dict[UUID, tuple[str, str, Refusal]]
) -> HttpResponse:
    def shown(line: Line) -> Shown:
        if line.member.key in wrong:
            state, arrived, refusal = wrong[line.member.key]
            return Shown(line, state, arrived, refusal.words)
        return Shown(line, line.state, line.arrived)

    meeting = found.meeting
    context = {
        "meeting": meeting,
        "title": title_of(meeting),
        "roll": found,
        "expected": [shown(line) for line in found.expected],
        "welcome": [shown(line) for line in found.welcome],
        "quorum": quorum_of(meeting),
        "lessons": lessons_of(meeting),
        "is_wrong": bool(wrong),
        "states": Attendance.State.choices[1:],
    }
    return render(request, "meetings/roll.html", context, status=422 if wrong else 200)


def _summary(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    at = now()
    found = roll_of(meeting, request.user, on=localdate(at))
    audit.note_look(request, LOOKED_AT_ROLL, organisation=meeting.branch, details=_key(meeting))
    context = {
        "meeting": meeting,
        "title": title_of(meeting),
        "roll": found,
        "quorum": quorum_of(meeting),
        "lessons": lessons_of(meeting),
        "corrects": meeting.is_closed and closing.may_correct(meeting, request.user, at=at),
    }
    return render(request, "meetings/summary.html", context)


@login_required
@require_POST
def marks(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take the marks that a device kept until there was a network."""
    meeting, at = _meeting(request, key), now()
    try:
        if len(request.body) > MOST_BYTES:
            raise NotMarks
        taken = holding.mark(meeting, marks_from(request.body, meeting), by=request.user, at=at)
    except NotMarks:
        return JsonResponse({"words": _("This could not be read. Please load the page again.")}, status=422)
    except Refusal as refusal:
        return JsonResponse({"words": str(refusal.words)}, status=409)
    refused = {f"{one}": str(refusal.words) for one, refusal in taken.refused.items()}
    return JsonResponse({"kept": [f"{one}" for one in taken.kept], "refused": refused})


@login_required
def close(request: HttpRequest, key: UUID) -> HttpResponse:
    """Look at what will be counted, with the times the meeting really had, and close it."""
    meeting, at = _meeting(request, key), now()
    if not meeting.is_open:
        return redirect("meetings:roll", key=meeting.key)
    ends = min(meeting.ends_at, at) if at > meeting.starts_at else meeting.ends_at
    form = forms.TimesForm(request.POST or None, initial=forms.clock_of(meeting.starts_at, ends))
    if request.method == "POST" and form.is_valid():
        try:
            closing.close_meeting(meeting, **form.times(), by=request.user, at=at)
        except Refusal as refusal:
            form.add_error(None, refusal.words)
        else:
            messages.success(request, _("The meeting is closed. Its hours are in the records of who came."))
            return redirect("meetings:roll", key=meeting.key)
    context = {
        "meeting": meeting,
        "title": title_of(meeting),
        "roll": roll_of(meeting, request.user, on=localdate(at)),
        "quorum": quorum_of(meeting),
        "form": form,
        "is_own_lecture": meeting.lecturer == request.user,
    }
    return render(request, "meetings/close.html", context)


@login_required
def correct(request: HttpRequest, key: UUID) -> HttpResponse:
    """Put right who was there, after closing: by the leaders of the branch, never of oneself."""
    meeting, at = _meeting(request, key), now()
    if not meeting.is_closed or not closing.may_correct(meeting, request.user, at=at):
        raise Http404
    members = whom_to_call(meeting, request.user, on=localdate(at)).exclude(pk=request.user.pk)
    form = forms.CorrectForm(request.POST or None, members=members)
    second = second_person_needed(at)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        arrived = forms.moment(meeting.day, said["arrived"]) if said["arrived"] else None
        who, what = {"by": request.user, "at": at}, {"key": said["key"], "reason": said["reason"]}
        try:
            closing.correct_attendance(
                meeting, said["member"], said["state"], arrived_at=arrived, **what, **who
            )
        except Refusal as refusal:
            form.add_error(None, refusal.words)
        else:
            messages.success(request, _("The roll is corrected."))
            return redirect("meetings:roll", key=meeting.key)
    context = {"meeting": meeting, "title": title_of(meeting), "form": form, "second_person": second}
    return render(request, "meetings/correct.html", context)


@login_required
def printed(request: HttpRequest, key: UUID) -> HttpResponse:
    """All names in one order with lines to sign on: for the table at the door."""
    meeting = _meeting(request, key)
    found = roll_of(meeting, request.user, on=localdate())
    details = _key(meeting) | {"members": len(found.lines)}
    audit.note_look(request, PRINTED, organisation=meeting.branch, details=details)
    response = HttpResponse(attendance_list(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="meeting-{meeting.day}.pdf"'
    return response


def _key(meeting: Meeting) -> dict[str, Any]:
    return {"meeting": f"{meeting.key}"}


def _place(request: HttpRequest, key: UUID) -> Organisation:
    among = lists.places_of(request.user, on=localdate())
    return audit.visible_or_404(
        request, LOOKED_AT_LIST, among=among, everything=Organisation.objects, key=key
    )


def _meeting(request: HttpRequest, key: UUID) -> Meeting:
    among = Meeting.objects.visible_to(request.user, on=localdate()).with_people()
    return audit.visible_or_404(request, LOOKED_AT_ROLL, among=among, everything=Meeting.objects, key=key)
