"""The desk of mobile members, for who leads a branch or an organisation above it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from outreach.mobile_desk import (
    Only,
    away_from,
    away_lines,
    expected_by,
    guest_lines,
    guests_of,
    narrowed,
    numbers_away,
    opens_desk,
    who_leads,
    with_people,
)
from outreach.sheets import ActivitySheet
from people import audit
from people.models import Member
from people.slots import contact_days

LOOKED = audit.action("mobile.looked", _("Looked at mobile members"))

ROWS_A_PAGE = 50


@login_required
def mobile(request: HttpRequest) -> HttpResponse:
    """Who of ours is away; with `side=here` who is a guest here, with `side=sheets` activity records."""
    day = localdate()
    if not opens_desk(request.user, on=day):
        raise Http404
    side = request.GET.get("side", "")
    shown = {"here": _here, "sheets": _sheets}.get(side, _away)(request)
    members: list[tuple[Member, dict[str, Any]]] = [(line.member, {}) for line in shown["lines"]]
    if members:
        audit.note_each(
            LOOKED,
            at=now(),
            by=request.user,
            subjects=members,
            address=audit.shortened_address(request),
        )
    context = {"side": side if side in {"here", "sheets"} else "", "rule": who_leads(on=day)}
    return render(request, "outreach/mobile.html", context | shown)


def _away(request: HttpRequest) -> dict[str, Any]:
    day = localdate()
    every = contact_days(day)
    everybody = away_from(request.user, on=day)
    numbers = numbers_away(everybody, on=day, every=every)
    only = request.GET.get("only", "")
    only = only if only in Only.values else ""
    keys = narrowed(everybody, only, on=day, every=every)
    page = Paginator(with_people(keys), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "lines": away_lines(request.user, page, on=day, every=every),
        "every": every,
        "only": only,
        "kinds": [(value, label, numbers[value]) for value, label in Only.choices],
        "total": numbers["all"],
        "for_pages": urlencode({"only": only}) if only else "",
    }


def _here(request: HttpRequest) -> dict[str, Any]:
    day = localdate()
    page = Paginator(guests_of(request.user, on=day), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "lines": guest_lines(page, on=day),
        "expected": list(expected_by(request.user, on=day)[:ROWS_A_PAGE]),
        "for_pages": urlencode({"side": "here"}),
    }


def _sheets(request: HttpRequest) -> dict[str, Any]:
    day = localdate()
    sheets = ActivitySheet.objects.visible_to(request.user, on=day).with_people()
    page = Paginator(sheets.order_by("-issued_at", "-pk"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "lines": list(page),
        "today": day,
        "for_pages": urlencode({"side": "sheets"}),
    }
