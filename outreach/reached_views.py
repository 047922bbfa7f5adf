"""Reached by us: for a branch its members, those nobody reached first; above it counts."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from outreach.reach import THRESHOLDS, Way
from outreach.reach_counts import counts_below
from outreach.reached_pages import (
    chosen_days,
    entrances,
    everybody_in,
    knows_ways,
    lines_of,
    numbers_unreached,
    opens_counts,
    opens_names,
    reached_among,
)
from people.audit import action, note_look, visible_or_404
from people.leading import leads
from people.models import Organisation

LOOKED = action("reached.looked", _("Looked at who was reached, and who not"))

ROWS_A_PAGE = 50


@login_required
def entrance(request: HttpRequest) -> HttpResponse:
    """Go to the organisation of one's office; with several, choose."""
    places = entrances(request.user, on=localdate())
    if not places:
        raise Http404
    if len(places) == 1:
        return redirect("outreach:reached", key=places[0].key)
    return render(request, "outreach/reached_entrance.html", {"places": places})


@login_required
def reached(request: HttpRequest, key: UUID) -> HttpResponse:
    """A branch with its members; an organisation above branches with counts of its parts."""
    day = localdate()
    among = opens_counts(request.user, on=day)
    organisation = visible_or_404(request, LOOKED, among=among, everything=Organisation.objects, key=key)
    names = opens_names(request.user, organisation, on=day)
    is_branch = organisation.kind == Organisation.Kind.BRANCH
    if names and (is_branch or "own" in request.GET):
        return _names(request, organisation)
    counts = counts_below(organisation, names=names, on=day)
    note_look(request, LOOKED, organisation=organisation, details={"parts": len(counts.parts)})
    context = {
        "organisation": organisation,
        "counts": counts,
        "names": names,
        "is_branch": is_branch,
        "thresholds": THRESHOLDS,
    }
    return render(request, "outreach/reached_counts.html", context)


def _names(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    day = localdate()
    knows = knows_ways(request.user, organisation, on=day)
    days, way = chosen_days(request.GET.get("days", "")), request.GET.get("way", "")
    everybody = everybody_in(organisation, on=day)
    rows = reached_among(everybody, days=days, way=way, knows=knows, on=day)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    lines = lines_of(request.user, page, knows=knows, on=day)
    note_look(request, LOOKED, organisation=organisation, details={"members": len(lines)})
    asked = {"own": 1} if "own" in request.GET else {}
    context = {
        "organisation": organisation,
        "lines": lines,
        "page": page,
        "total": len(everybody),
        "numbers": numbers_unreached(everybody, on=day),
        "days": days,
        "way": way if knows and way in Way.values else "",
        "ways": Way.choices if knows else [],
        "asked": urlencode(asked | ({"days": days} if days else {})),
        "for_pages": urlencode(asked | ({"days": days} if days else {}) | ({"way": way} if way else {})),
        "own": urlencode(asked),
        "leads": leads(request.user, organisation, on=day),
    }
    return render(request, "outreach/reached.html", context)
