"""What secretaries, committees and observers see of the people below them."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import get_language

from courses.outline import outline, with_progress
from hours.record import chosen_year, earlier_year, lines, records_of, year_record
from people.models import OVERVIEW_OFFICES, Member, Organisation, Sight
from quizzes.models import Attempt
from reports.cells import table
from reports.overview import branch_overview, opens_overview, sights_over
from reports.tree import branch_lines

BRANCH_LIKE = {Organisation.Kind.BRANCH, Organisation.Kind.GROUP}


@login_required
def entrance(request: HttpRequest) -> HttpResponse:
    """Go to the organisation of one's office; with several, choose."""
    day = localdate()
    offices = [office for office in request.user.held_offices(day) if office.kind in OVERVIEW_OFFICES]
    if not offices:
        raise Http404
    if len({office.organisation_id for office in offices}) == 1:
        return redirect("reports:overview", key=offices[0].organisation.key)
    return render(request, "reports/entrance.html", {"offices": offices})


@login_required
def overview(request: HttpRequest, key: str) -> HttpResponse:
    day, at = localdate(), now()
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user, on=day), key=key)
    if organisation.kind in BRANCH_LIKE:
        language = get_language() or "zh-hans"
        found = branch_overview(request.user, organisation, language=language, at=at, on=day)
        return render(request, "reports/branch.html", {"overview": found, "table": table(found, language)})
    context = {"organisation": organisation, "lines": branch_lines(organisation, on=day), "at": at}
    return render(request, "reports/tree.html", context)


@login_required
def member_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One member's modules, results and record, each as far as the viewer's office goes."""
    day = localdate()
    year = chosen_year(request.GET.get("year", ""), on=day)
    member = get_object_or_404(
        Member.objects.visible_to(request.user, sight=Sight.COMPLETION, on=day), key=key
    )
    home = member.home(day)
    sights = frozenset(Sight) if member == request.user else _sights_of(request.user, member, day)
    context = {
        "member": member,
        "home": home,
        "opens_home": home is not None and opens_overview(request.user, home.branch, on=day),
        "shows_hours": Sight.HOURS in sights,
        "shows_scores": Sight.SCORES in sights,
        "courses": with_progress(outline(get_language() or "zh-hans"), member),
        "record": year_record(member, on=day, year=year),
    }
    if Sight.HOURS in sights:
        page = Paginator(records_of(member, year), 50).get_page(request.GET.get("page"))
        context |= {"page": page, "lines": lines(page)}
        context |= {"earlier_year": earlier_year(member, year), "this_year": day.year}
    if Sight.SCORES in sights:
        attempts = Attempt.objects.visible_to(request.user, on=day).filter(member=member).handed_in()
        context["attempts"] = attempts.with_marks().order_by("-handed_in_at")[:50]
    return render(request, "reports/member.html", context)


def _sights_of(viewer: Member, member: Member, day: date) -> frozenset[Sight]:
    found: frozenset[Sight] = frozenset()
    for affiliation in member.affiliations.on(day).select_related("branch", "group"):
        found |= sights_over(viewer, affiliation.group or affiliation.branch, on=day)
    return found
