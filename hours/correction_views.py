"""Correcting a record of a member, and answering what a member says is not right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hours.awaiting import with_names
from hours.correcting import (
    CorrectionAwaits,
    Effect,
    StillAwaits,
    Wanted,
    award_of,
    check_wanted,
    correct,
    effect_of,
    second_person_needed,
)
from hours.desk import note_looks
from hours.families import Family, family_of, first_of, pieces_of
from hours.forms import AnswerObjectionForm, CorrectForm, stretch_forms
from hours.ledger import Piece
from hours.models import Objection, Source, Standing, StudyRecord
from hours.objections import answer
from hours.one_record import found_or_404
from hours.reasons import length
from hours.record import lines
from hours.totals import studied, year_of
from people import audit
from people.leading import Refusal, led_by
from people.models import Member, Sight

LOOKED = audit.action("hours.correction_looked", gettext_lazy("Looked at a study record to correct it"))
OBJECTIONS_LOOKED = audit.action("hours.objections_looked", gettext_lazy("Looked at objections of members"))

OPEN_A_PAGE = 50
ANSWERED_SHOWN = 20


@login_required
def correct_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what should count of a record: filled in, looked at, and then proposed or put in force."""
    mine = StudyRecord.objects.for_leader(request.user, on=localdate())
    record = found_or_404(request, LOOKED, among=with_names(mine), pk=pk)
    first = first_of(record)
    if first != record:
        return redirect("hours:correct", pk=first.pk)
    family = family_of(first)
    pieces = pieces_of(family.rows)
    has_time = bool(pieces or first.ended_at != first.started_at)
    form = CorrectForm(request.POST or None, award=award_of(family), has_time=has_time)
    stretches = stretch_forms(pieces or _claimed(first), request.POST or None)
    if family.open_rows and request.method == "GET":
        messages.info(request, StillAwaits.words if first in family.open_rows else CorrectionAwaits.words)
        return redirect("hours:awaiting_one", pk=family.open_rows[0].pk)
    effect = None
    if request.method == "POST" and form.is_valid() and (not has_time or stretches.is_valid()):
        wanted = form.wanted(stretches.on_day(localdate(first.started_at)) if has_time else ())
        try:
            if "confirm" in request.POST:
                _write(request, first, form, wanted)
                return _onwards(request, first)
            if "preview" in request.POST:
                check_wanted(first, wanted, at=now())
                effect = effect_of(first, wanted)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    (line,) = lines([first], viewer=request.user)
    context = {"row": first, "form": form, "stretches": stretches, "has_time": has_time, "line": line}
    if effect:
        context |= {"effect": _told(request, first, effect), "second_person": second_person_needed(now())}
    return render(request, "hours/correct.html", context)


def _claimed(first: StudyRecord) -> list[Piece]:
    """What a record claimed that was not confirmed: a beginning for who sets it right."""
    return [(span.lower, span.upper) for span in first.claimed]


def _write(request: HttpRequest, first: StudyRecord, form: CorrectForm, wanted: Wanted) -> None:
    """Write the correction, and say what becomes of it."""
    data = form.cleaned_data
    row = correct(first, wanted, key=str(data["key"]), by=request.user, reason=data["reason"], at=now())
    if row.standing == Standing.AWAITING:
        words = _("The correction is proposed. It takes effect when a second person has confirmed it.")
    else:
        words = _("The record is corrected. The member can read why.")
    messages.success(request, words)


def _onwards(request: HttpRequest, first: StudyRecord) -> HttpResponse:
    """To the objection that is still to be answered, else to the record, or to the list."""
    on = localdate()
    asked = Objection.objects.for_leader(request.user, on=on).open().filter(record=first).first()
    if asked:
        return redirect("hours:answer_objection", key=asked.key)
    if StudyRecord.objects.visible_to(request.user, on=on).filter(pk=first.pk).exists():
        return redirect("hours:one", pk=first.pk)
    return redirect("hours:awaiting")


def _told(request: HttpRequest, first: StudyRecord, effect: Effect) -> dict[str, Any]:
    """The effect in words: of the record, and of the year as far as the viewer sees it."""
    on, year = localdate(), year_of(first.started_at)
    sees_all = Member.objects.visible_to(request.user, sight=Sight.HOURS, on=on).filter(key=first.member_id)
    if sees_all.exists():
        rows = studied([first.member_id], year)
    else:
        rows = studied([], year, guests=[first.member_id], recorded_in=led_by(request.user, on=on))
    total = sum(row.seconds for row in rows)
    return {
        "before": length(effect.before),
        "after": length(effect.after),
        "elsewhere": length(effect.elsewhere) if effect.elsewhere else "",
        "taken_over": length(effect.taken_over) if effect.taken_over else "",
        "year": year,
        "year_before": length(total),
        "year_after": length(total + effect.of_the_year),
    }


@login_required
def objections(request: HttpRequest) -> HttpResponse:
    """What members say is not right in records of the branches one leads, and what was answered lately."""
    on = localdate()
    if not led_by(request.user, on=on):
        raise Http404
    mine = Objection.objects.for_leader(request.user, on=on).select_related("member", "record", "answer")
    page = Paginator(mine.open().order_by("at", "pk"), OPEN_A_PAGE).get_page(request.GET.get("page"))
    still_open = list(page)
    answered = list(mine.exclude(answer=None).order_by("-answer__at", "-pk")[:ANSWERED_SHOWN])
    note_looks(request, OBJECTIONS_LOOKED, [*still_open, *answered])
    found = [(asked, (on - localdate(asked.at)).days) for asked in still_open]
    context = {"open": found, "page": page, "answered": answered}
    return render(request, "hours/objections_to_answer.html", context)


@login_required
def answer_objection(request: HttpRequest, key: UUID) -> HttpResponse:
    """One objection with its record; answered in words, or with the correction that was made for it."""
    everything = Objection.objects.select_related("member", "record__recorded_in", "answer")
    mine = everything.for_leader(request.user, on=localdate())
    asked = audit.visible_or_404(request, OBJECTIONS_LOOKED, among=mine, everything=everything, key=key)
    (line,) = lines([asked.record], viewer=request.user, objector=asked.member)
    correction = _correction_since(line.family, asked)
    form = AnswerObjectionForm(request.POST or None, has_correction=correction is not None)
    if request.method == "POST" and form.is_valid():
        with_it = correction if form.cleaned_data.get("corrected") else None
        try:
            answer(asked, form.cleaned_data["text"], with_it, by=request.user, at=now())
        except Refusal as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Your answer is kept, and the member can read it."))
        return redirect("hours:objections")
    audit.note_look(request, OBJECTIONS_LOOKED, member=asked.member, details={"record": asked.record_id})
    context = {"asked": asked, "line": line, "row": asked.record, "form": form, "correction": correction}
    return render(request, "hours/answer_objection.html", context)


def _correction_since(family: Family, asked: Objection) -> StudyRecord | None:
    """The latest correction that was made or proposed after the objection."""
    made = [
        row
        for row in (*family.corrections, *family.proposals)
        if row.source == Source.CORRECTION and row.received_at >= asked.at and "also" not in row.evidence
    ]
    return max(made, key=lambda row: row.pk, default=None)
