"""A member's own hours, and every record of them."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from hours.days import calendar, days_of_year
from hours.families import first_of
from hours.objection_form import ObjectionForm
from hours.objections import raise_objection
from hours.one_record import one_record, own_record_or_404, record_or_404
from hours.pace import own_pace
from hours.reasons import length
from hours.record import (
    awaiting_seconds,
    chosen_year,
    day_named,
    earlier_year,
    lines,
    records_of_day,
    records_of_year,
    year_record,
)
from hours.statement import PRINTED, members_with_statements, statement_of
from people.audit import note_look, visible_or_404
from people.leading import Refusal
from people.models import Member

ROWS_A_PAGE = 50


@login_required
def my_record(request: HttpRequest) -> HttpResponse:
    """The year against what is asked, its days, and every record."""
    day = localdate()
    chosen = day_named(request.GET.get("day", ""), on=day)
    if chosen:
        return _my_day(request, chosen)
    record = year_record(request.user, on=day, year=chosen_year(request.GET.get("year", ""), on=day))
    records = request.user.study_records.all()
    pages = Paginator(records_of_year(records, record.year), ROWS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "record": record,
        "awaiting": awaiting_seconds(records, record.year) // 60,
        "months": calendar(days_of_year(request.user.key, record.year)),
        "pace": own_pace(request.user),
        "page": page,
        "lines": lines(page, viewer=request.user, objector=request.user),
        "earlier_year": earlier_year(records, record.year),
        "this_year": day.year,
    }
    return render(request, "hours/record.html", context)


def _my_day(request: HttpRequest, day: date) -> HttpResponse:
    found = lines(
        records_of_day(request.user.study_records.all(), day), viewer=request.user, objector=request.user
    )
    seconds = sum(line.family.seconds for line in found)
    back = f"{reverse('hours:record')}?{urlencode({'year': day.year})}"
    context = {"day": day, "lines": found, "length": length(max(0, seconds)), "back": back}
    return render(request, "hours/day.html", context)


@login_required
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One record with all its minutes; of a correction the record that it corrects."""
    row = record_or_404(request, pk)
    first = first_of(row)
    if first != row:
        return redirect("hours:one", pk=first.pk)
    return render(request, "hours/one.html", {"one": one_record(row, viewer=request.user, on=localdate())})


@login_required
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """Say of a record of one's own that it is not right."""
    row = first_of(own_record_or_404(request, pk))
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            raise_objection(row, by=request.user, text=form.cleaned_data["text"], at=now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. Your branch will answer; you see the answer here."))
            return redirect("hours:one", pk=row.pk)
    found = one_record(row, viewer=request.user, on=localdate())
    return render(request, "hours/objection.html", {"one": found, "form": form})


@login_required
def my_statement(request: HttpRequest) -> HttpResponse:
    """One's own year, for printing and signing."""
    day = localdate()
    year = chosen_year(request.GET.get("year", ""), on=day)
    return _statement(request, request.user, year, shows_required=True)


@login_required
def statement(request: HttpRequest, key: UUID) -> HttpResponse:
    """The same of a member whose hours an office shows. Every look is audited."""
    day = localdate()
    year = chosen_year(request.GET.get("year", ""), on=day)
    seen = members_with_statements(request.user, on=day)
    member = visible_or_404(request, PRINTED, among=seen, everything=Member.objects, key=key)
    note_look(request, PRINTED, member=member, details={"year": year})
    return _statement(request, member, year, shows_required=member.shows_arrangement)


def _statement(request: HttpRequest, member: Member, year: int, *, shows_required: bool) -> HttpResponse:
    found = statement_of(
        member, viewer=request.user, on=localdate(), year=year, shows_required=shows_required
    )
    context = {
        "statement": found,
        "record": found.record,
        "awaiting": found.awaiting,
        "lines": found.lines,
        "on_paper": True,
    }
    return render(request, "hours/statement.html", context)
