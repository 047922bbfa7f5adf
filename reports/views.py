"""What secretaries, committees, observers and visitors see of the people. Every look is audited."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from hours.awaiting import desk_of
from hours.models import StudyRecord
from hours.record import chosen_year, earlier_year, lines, records_of_year
from outreach.assigned import is_visitor
from people.audit import action, note_look, visible_or_404
from people.models import OVERVIEW_OFFICES, Member, Organisation, Sight
from people.organisations import on_sector_line
from reports.cells import table
from reports.detail import Detail, detail_of, members_with_sights
from reports.overview import branch_overview, sights_over
from reports.scores import opens_scores
from reports.tree import branch_lines

OVERVIEW_LOOKED = action("overview.looked", _("Looked at the overview of an organisation"))
MEMBER_LOOKED = action("member.looked", _("Looked at the page of a member"))

BRANCH_LIKE = {Organisation.Kind.BRANCH, Organisation.Kind.GROUP}


@login_required
def entrance(request: HttpRequest) -> HttpResponse:
    """Go to the organisation of one's office; with several, choose."""
    day = localdate()
    offices = [office for office in request.user.held_offices(day) if office.kind in OVERVIEW_OFFICES]
    visits = is_visitor(request.user, on=day)
    if not offices and not visits:
        raise Http404
    if not offices:
        return redirect("outreach:visits")
    if len({office.organisation_id for office in offices}) == 1 and not visits:
        return redirect("reports:overview", key=offices[0].organisation.key)
    return render(request, "reports/entrance.html", {"offices": offices, "visits": visits})


@login_required
def overview(request: HttpRequest, key: UUID) -> HttpResponse:
    """A branch or group with its members; a committee or general branch with its branches."""
    day, at = localdate(), now()
    organisation = _organisation_or_404(request, key)
    if organisation.kind in BRANCH_LIKE:
        return _members_of(request, organisation)
    sights = sights_over(request.user, organisation, on=day)
    watched = on_sector_line(request.user, organisation, on=day)
    found = branch_lines(organisation, on=day, sector_line=watched)
    note_look(request, OVERVIEW_LOOKED, organisation=organisation, details={"branches": len(found)})
    desk = desk_of(request.user, on=day)
    context = {"organisation": organisation, "lines": found, "at": at, "desk": desk}
    return render(request, "reports/tree.html", context | {"shows_names": Sight.IDENTITY in sights})


@login_required
def direct(request: HttpRequest, key: UUID) -> HttpResponse:
    """The members who belong to a committee or general branch itself, without a branch between."""
    return _members_of(request, _organisation_or_404(request, key), directly=True)


def _organisation_or_404(request: HttpRequest, key: UUID) -> Organisation:
    seen = Organisation.objects.visible_to(request.user, on=localdate())
    return visible_or_404(request, OVERVIEW_LOOKED, among=seen, everything=Organisation.objects, key=key)


def _members_of(request: HttpRequest, organisation: Organisation, *, directly: bool = False) -> HttpResponse:
    language = get_language() or "zh-hans"
    found = branch_overview(
        request.user, organisation, language=language, at=now(), on=localdate(), directly=directly
    )
    note_look(request, OVERVIEW_LOOKED, organisation=organisation, details={"members": len(found.rows)})
    context = {
        "overview": found,
        "table": table(found, language),
        "desk": desk_of(request.user, on=localdate()),
        "opens_scores": not directly and opens_scores(request.user, organisation, on=localdate()),
    }
    return render(request, "reports/branch.html", context)


@login_required
def member_detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """One member's modules, results and record, each as far as the viewer may see."""
    day = localdate()
    year = chosen_year(request.GET.get("year", ""), on=day)
    seen = members_with_sights(request.user, on=day)
    member = visible_or_404(request, MEMBER_LOOKED, among=seen, everything=Member.objects, key=key)
    found = detail_of(request.user, member, on=day, year=year, language=get_language() or "zh-hans")
    context = {"detail": found, "member": member, "record": found.record, "courses": found.courses}
    if found.shows_records:
        context |= _ledger(request, found)
    if found.shows_scores:
        context["attempts"] = found.attempts()
    note_look(request, MEMBER_LOOKED, member=member, details={"shown": found.shown})
    return render(request, "reports/member.html", context)


def _ledger(request: HttpRequest, detail: Detail) -> dict[str, Any]:
    page = Paginator(records_of_year(detail.records, detail.year), 50).get_page(request.GET.get("page"))
    shown = lines(page, viewer=request.user)
    settled = [line.record.pk for line in shown if not line.family.open_rows]
    mine = StudyRecord.objects.for_leader(request.user, on=detail.on).filter(pk__in=settled)
    return {
        "page": page,
        "lines": shown,
        "correctable": set(mine.values_list("pk", flat=True)),
        "earlier_year": earlier_year(detail.records, detail.year),
        "this_year": detail.on.year,
    }
