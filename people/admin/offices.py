"""Offices in the administration: those one may give, an organisation's, and giving, ending, handing over."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from people import delegation
from people.admin.access import office_page
from people.admin.asked import asked, sealed_search
from people.audit import note_look, visible_or_404
from people.authority import LOOKED, kinds_to_give, offices_to_give, places_to_give
from people.confirming import three_steps
from people.models import Office, Organisation
from people.office_acts import delegating, ending, giving, handing_over, taking_back
from people.office_forms import AppointForm, OfficeFilter, When
from people.offices import COMMITTEE, OfficeQuerySet

FORM = "people/admin/office_act.html"
ON_A_PAGE = 50
PLACES_SHOWN = 20

open_to_who_gives = office_page(Office.Kind.SECURITY_ADMINISTRATOR, leaders=True)


@open_to_who_gives
@sealed_search
def offices(request: HttpRequest) -> HttpResponse:
    """The offices one may give or end, and the organisations where one may."""
    today = localdate()
    wanted = OfficeFilter(asked(request) or None)
    chosen = wanted.cleaned_data if wanted.is_bound and wanted.is_valid() else {}
    found = _filtered(offices_to_give(request.user, on=today), chosen, today)
    page = Paginator(_listed(found), ON_A_PAGE).get_page(request.GET.get("p"))
    places = _places_named(request, chosen.get("q", ""), today)
    note_look(request, LOOKED, details={"offices": len(page)})
    context = {
        "filter": wanted,
        "page": page,
        "elided_page_range": page.paginator.get_elided_page_range(page.number),
        "places": places,
        "delegable": delegation.delegable(request.user, on=today),
        "lent": delegation.lent_by(request.user, on=today),
    }
    return render(request, "people/admin/offices.html", _headed(_("Offices"), None, context))


@open_to_who_gives
def offices_at(request: HttpRequest, key: UUID) -> HttpResponse:
    """An organisation's offices: held, not begun, ended."""
    place, today = _place(request, key), localdate()
    page = Paginator(_listed(_given_at(request, place)), ON_A_PAGE).get_page(request.GET.get("p"))
    note_look(request, LOOKED, organisation=place, details={"offices": len(page)})
    kinds = kinds_to_give(request.user.held_offices(today), place)
    context = {
        "place": place,
        "page": page,
        "elided_page_range": page.paginator.get_elided_page_range(page.number),
        "may_appoint": bool(kinds),
        "may_hand_over": COMMITTEE.issubset(kinds),
        "today": today,
    }
    return render(request, "people/admin/offices_at.html", _headed(str(place), None, context))


@open_to_who_gives
def appoint_at(request: HttpRequest, key: UUID) -> HttpResponse:
    place, today = _place(request, key), localdate()
    kinds = kinds_to_give(request.user.held_offices(today), place)
    if not kinds:
        raise Http404
    form = AppointForm(request.POST or None, kinds=kinds, viewer=request.user, on=today)
    act = giving(request, form, place, reverse("people_offices_at", args=[key]))
    return three_steps(request, act, FORM, _headed(_("Give an office"), place))


@open_to_who_gives
def hand_over_at(request: HttpRequest, key: UUID) -> HttpResponse:
    place, today = _place(request, key), localdate()
    if not COMMITTEE.issubset(kinds_to_give(request.user.held_offices(today), place)):
        raise Http404
    act = handing_over(request, place, reverse("people_offices_at", args=[key]))
    present = Office.objects.held_on(today).filter(organisation=place, kind__in=COMMITTEE)
    context = {"ending": _listed(present), "ending_told": _("What all ends the day before:")}
    return three_steps(request, act, FORM, _headed(_("Change of term"), place, context))


@open_to_who_gives
def end_at(request: HttpRequest, key: UUID, pk: int) -> HttpResponse:
    place = _place(request, key)
    office = get_object_or_404(_given_at(request, place), pk=pk)
    act = ending(request, office, reverse("people_offices_at", args=[key]))
    context = {"ending": [office], "ending_told": _("What ends:")}
    return three_steps(request, act, FORM, _headed(_("End an office"), place, context))


@open_to_who_gives
def delegate_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody stand in for one's own office."""
    office = next((o for o in delegation.delegable(request.user, on=localdate()) if o.pk == pk), None)
    if office is None:
        raise Http404
    act = delegating(request, office, reverse("people_offices"))
    return three_steps(request, act, FORM, _headed(_("Delegate an office"), office.organisation))


@open_to_who_gives
def take_back_one(request: HttpRequest, pk: int) -> HttpResponse:
    lent = get_object_or_404(delegation.lent_by(request.user, on=localdate()), pk=pk)
    act = taking_back(request, lent, reverse("people_offices"))
    context = {"ending": [lent], "ending_told": _("What ends:")}
    return three_steps(request, act, FORM, _headed(_("Take an office back"), lent.organisation, context))


def _place(request: HttpRequest, key: UUID) -> Organisation:
    """The organisation of that key, where the viewer may give an office; a guess is 404 and in the audit."""
    among = Organisation.objects.filter(places_to_give(request.user, on=localdate()))
    return visible_or_404(request, LOOKED, among=among, everything=Organisation.objects.all(), key=key)


def _given_at(request: HttpRequest, place: Organisation) -> OfficeQuerySet:
    return offices_to_give(request.user, on=localdate()).filter(organisation=place).select_related("member")


def _places_named(request: HttpRequest, text: str, today: date) -> list[Organisation]:
    if not text:
        return []
    named = Q(name__icontains=text) | Q(name_en__icontains=text) | Q(external_code=text)
    return list(
        Organisation.objects.filter(places_to_give(request.user, on=today), named).order_by("path")[
            :PLACES_SHOWN
        ]
    )


def _filtered(found: OfficeQuerySet, chosen: dict[str, Any], today: date) -> OfficeQuerySet:
    text, when = chosen.get("q", ""), chosen.get("when") or When.NOW
    if text:
        place = Q(organisation__name__icontains=text) | Q(organisation__name_en__icontains=text)
        found = found.filter(place | Q(organisation__external_code=text) | Q(member__number=text.lower()))
    if chosen.get("kind"):
        found = found.filter(kind=chosen["kind"])
    if when == When.LATER:
        return found.filter(since__gt=today)
    return found.filter(until__lt=today) if when == When.ENDED else found.held_on(today)


def _listed(found: OfficeQuerySet) -> OfficeQuerySet:
    """With the names, the highest organisation first and the newest of its offices on top."""
    return found.select_related("member", "organisation").order_by("organisation__path", "-since", "pk")


def _headed(title: str, place: Organisation | None, more: dict[str, Any] | None = None) -> dict[str, Any]:
    """What Wagtail's header shows: where one is, and how one came there."""
    steps = [{"url": reverse("wagtailadmin_home"), "label": _("Home")}]
    if place is not None or title != _("Offices"):
        steps.append({"url": reverse("people_offices"), "label": _("Offices")})
    if place is not None:
        steps.append({"url": reverse("people_offices_at", args=[place.key]), "label": str(place)})
    steps.append({"url": "", "label": title})
    heading = {"breadcrumbs_items": steps, "header_title": title, "header_icon": "user", "title": title}
    return heading | {"place": place} | (more or {})


def urls() -> list[URLPattern]:
    """Where these pages are in the administration."""
    return [
        path("people/offices/", offices, name="people_offices"),
        path("people/offices/at/<uuid:key>/", offices_at, name="people_offices_at"),
        path("people/offices/at/<uuid:key>/appoint/", appoint_at, name="people_offices_appoint"),
        path("people/offices/at/<uuid:key>/hand-over/", hand_over_at, name="people_offices_hand_over"),
        path("people/offices/at/<uuid:key>/end/<int:pk>/", end_at, name="people_offices_end"),
        path("people/offices/<int:pk>/delegate/", delegate_one, name="people_offices_delegate"),
        path("people/offices/<int:pk>/take-back/", take_back_one, name="people_offices_take_back"),
    ]
