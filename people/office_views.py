"""One's own offices on the site: who stands in for them, and whom a branch names: visitors, group leaders."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from people import delegation
from people.audit import note_look, visible_or_404
from people.authority import LOOKED, offices_to_give
from people.confirming import three_steps
from people.models import LEADING, Member, Office, Organisation
from people.office_acts import delegating, ending, giving, taking_back
from people.office_forms import NameForm
from people.offices import OfficeQuerySet

FORM = "people/office_act.html"

NAMES_ITS_OWN = frozenset({Organisation.Kind.BRANCH, Organisation.Kind.GENERAL_BRANCH})
"""Organisations whose leaders name visitors, and the leaders of their groups."""

NAMED = frozenset({Office.Kind.VISITOR, Office.Kind.GROUP_LEADER})


@login_required
def own_offices(request: HttpRequest) -> HttpResponse:
    """The offices one holds, who stands in, and those named by the branches one leads. Without one: 404."""
    today = localdate()
    held = request.user.held_offices(today)
    if not held:
        raise Http404
    places = _led_by(request.user)
    named = _named_by(request.user, places)
    if places:
        note_look(request, LOOKED, details={"offices": len(named)})
    context = {
        "held": held,
        "delegable": {office.pk for office in delegation.delegable(request.user, on=today)},
        "lent": delegation.lent_by(request.user, on=today),
        "places": places,
        "named": named,
    }
    return render(request, "people/offices.html", context)


@login_required
def name_at(request: HttpRequest, key: UUID) -> HttpResponse:
    """Name a visitor of the branch, or the leader of one of its groups."""
    place, today = _led_or_404(request, key), localdate()
    choices = {"visitor": (Office.Kind.VISITOR, place)}
    for group in Organisation.objects.filter(
        Q(closed_on=None) | Q(closed_on__gt=today), parent=place, kind=Organisation.Kind.GROUP
    ).order_by("path"):
        choices[str(group.key)] = (Office.Kind.GROUP_LEADER, group)
    form = NameForm(request.POST or None, places=choices, viewer=request.user, on=today)
    act = giving(request, form, place, reverse("people:offices"))
    return three_steps(request, act, FORM, {"title": _("Name a visitor or group leader"), "place": place})


@login_required
def end_at(request: HttpRequest, key: UUID, pk: int) -> HttpResponse:
    place = _led_or_404(request, key)
    office = get_object_or_404(_named_by(request.user, [place]), pk=pk)
    act = ending(request, office, reverse("people:offices"))
    return three_steps(
        request, act, FORM, {"title": _("End an office"), "place": office.organisation, "office": office}
    )


@login_required
def delegate_one(request: HttpRequest, pk: int) -> HttpResponse:
    office = next((o for o in delegation.delegable(request.user, on=localdate()) if o.pk == pk), None)
    if office is None:
        raise Http404
    act = delegating(request, office, reverse("people:offices"))
    return three_steps(request, act, FORM, {"title": _("Delegate an office"), "place": office})


@login_required
def take_back_one(request: HttpRequest, pk: int) -> HttpResponse:
    lent = get_object_or_404(delegation.lent_by(request.user, on=localdate()), pk=pk)
    act = taking_back(request, lent, reverse("people:offices"))
    context = {"title": _("Take an office back"), "place": lent.organisation, "office": lent}
    return three_steps(request, act, FORM, context)


def _led_by(member: Member) -> list[Organisation]:
    """The branches and general branches that the member leads today."""
    led = {
        office.organisation_id: office.organisation
        for office in member.held_offices(localdate())
        if office.kind in LEADING and office.organisation.kind in NAMES_ITS_OWN
    }
    return list(led.values())


def _led_or_404(request: HttpRequest, key: UUID) -> Organisation:
    led = [place.pk for place in _led_by(request.user)]
    everything = Organisation.objects.all()
    return visible_or_404(
        request, LOOKED, among=everything.filter(pk__in=led), everything=everything, key=key
    )


def _named_by(member: Member, places: list[Organisation]) -> OfficeQuerySet:
    """Visitors and group leaders, held or to be held, of these organisations and their own groups."""
    today = localdate()
    within = Q(organisation__in=places) | Q(organisation__parent__in=places)
    return (
        offices_to_give(member, on=today)
        .filter(within, Q(until=None) | Q(until__gte=today), kind__in=NAMED)
        .select_related("member", "organisation")
        .order_by("organisation__path", "kind", "since", "pk")
    )
