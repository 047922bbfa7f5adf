"""A member's own hours, and the rules by which they are counted."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from hours.models import Rule
from hours.record import chosen_year, earlier_year, lines, records_of_year, year_record

ROWS_A_PAGE = 50


@login_required
def my_record(request: HttpRequest) -> HttpResponse:
    day = localdate()
    record = year_record(request.user, on=day, year=chosen_year(request.GET.get("year", ""), on=day))
    records = request.user.study_records.all()
    pages = Paginator(records_of_year(records, record.year), ROWS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "record": record,
        "page": page,
        "lines": lines(page),
        "earlier_year": earlier_year(records, record.year),
        "this_year": day.year,
    }
    return render(request, "hours/record.html", context)


@login_required
def rules(request: HttpRequest) -> HttpResponse:
    in_force = Rule.objects.in_force(localdate())
    return render(
        request, "hours/rules.html", {"rules": [in_force[name] for name in Rule.Name if name in in_force]}
    )
