"""The tree in the administration: one level at a time, an organisation with its past, and its changes."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.admin.access import leads_a_higher_organisation, office_page
from people.admin.tree_changes import CHANGES, Change
from people.admin.tree_forms import OnDay, PlaceSearch, TreeForm, named
from people.audit import action, note_look, visible_or_404
from people.models import Office, Organisation
from people.organisations import STEP, OrganisationQuerySet
from people.tree_counts import counted
from people.tree_past import chain_on, offices_on, past_of
from people.tree_rules import FITS_BELOW, Refusal

LOOKED = action("tree.looked", gettext_lazy("Looked at an organisation in the administration"))
ON_A_PAGE = 50
FOUND_SHOWN = 50

reader = office_page(Office.Kind.SECURITY_ADMINISTRATOR, leaders=True)
changer = office_page(leaders=True)


@reader
def tree(request: HttpRequest) -> HttpResponse:
    """The organisations one looks after, or those found by name or code."""
    today = localdate()
    mine = Organisation.objects.overseen_by(request.user, on=today)
    text = _typed(request)
    if text:
        found = mine.filter(named(text)).select_related("parent").order_by("path")
        context = {"q": text, "found": found[:FOUND_SHOWN], "search": PlaceSearch(initial={"q": text})}
        return render(request, "people/admin/tree.html", _headed(_("Organisations"), [], context))
    tops = list(mine.filter(pk__in=_own(request, today)).order_by("path"))
    tops = [top for top in tops if not any(_is_below(top, other) for other in tops)]
    context = {"lines": counted(tops, on=today), "search": PlaceSearch()}
    return render(request, "people/admin/tree.html", _headed(_("Organisations"), [], context))


def _typed(request: HttpRequest) -> str:
    """What is looked for; the database knows no NUL."""
    return request.GET.get("q", "").replace("\0", "").strip()


def _own(request: HttpRequest, today: date) -> list[int]:
    return [office.organisation_id for office in request.user.held_offices(today)]


def _is_below(place: Organisation, other: Organisation) -> bool:
    return place.pk != other.pk and place.path.startswith(other.path)


@reader
def tree_at(request: HttpRequest, key: UUID) -> HttpResponse:
    """What is directly below an organisation, with counts of all that is below each."""
    today = localdate()
    mine = Organisation.objects.overseen_by(request.user, on=today)
    this = visible_or_404(request, LOOKED, among=mine, everything=Organisation.objects, key=key)
    children = Organisation.objects.filter(parent=this)
    shows_closed = "closed" in request.GET
    children = children.exclude(closed_on=None) if shows_closed else children.existing_on(today)
    page = Paginator(children.order_by("path"), ON_A_PAGE).get_page(request.GET.get("p"))
    context = {
        "this": this,
        "page": page,
        "elided_page_range": page.paginator.get_elided_page_range(page.number),
        "lines": counted(page.object_list, on=today),
        "shows_closed": shows_closed,
        "changes": _open_changes(request, this, today),
    }
    return render(request, "people/admin/tree.html", _headed(str(this), _above(mine, this), context))


@reader
def tree_past(request: HttpRequest, key: UUID) -> HttpResponse:
    """An organisation: its names and parents over time, and its offices now or on a chosen day."""
    today = localdate()
    mine = Organisation.objects.overseen_by(request.user, on=today)
    seen = mine.select_related("parent", "sector_parent", "merged_into")
    this = visible_or_404(request, LOOKED, among=seen, everything=Organisation.objects, key=key)
    day = _chosen_day(request) or today
    offices = list(offices_on(this, day))
    note_look(request, LOOKED, organisation=this, details={"offices": len(offices), "on": day.isoformat()})
    context = {
        "this": this,
        "line": counted([this], on=day)[0],
        "states": past_of(this),
        "day": day,
        "day_form": OnDay(initial={"on": day}),
        "chain": chain_on(this, day),
        "offices": offices,
        "changes": _open_changes(request, this, today),
    }
    above = [*_above(mine, this), this]
    return render(request, "people/admin/tree_past.html", _headed(_("Past and offices"), above, context))


def _chosen_day(request: HttpRequest) -> date | None:
    try:
        return parse_date(request.GET.get("on", ""))
    except ValueError:
        return None


@changer
def tree_change(request: HttpRequest, key: UUID, change: str) -> HttpResponse:
    """Fill in, look at what it would do, confirm."""
    if change not in CHANGES:
        raise Http404
    chosen, today = CHANGES[change], localdate()
    objects = Organisation.objects
    among = (objects.managed_by if chosen.below_root else objects.led_by)(request.user, on=today)
    this = visible_or_404(request, LOOKED, among=among, everything=objects, key=key)
    text = _typed(request)
    form = chosen.form(request.POST or None, this=this, viewer=request.user, on=today, q=text)
    search = PlaceSearch(initial={"q": text}, auto_id="search_%s")
    context = {"this": this, "change": chosen, "form": form, "search": search}
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        if "confirm" in request.POST and (gone := _made(request, chosen, this, form)):
            messages.success(request, chosen.done)
            return redirect("people_tree_at", key=gone.key)
        context["preview"] = chosen.told(this, form)
    above = [*_above(objects.overseen_by(request.user, on=today), this), this]
    return render(request, "people/admin/tree_change.html", _headed(str(chosen.title), above, context))


def _made(request: HttpRequest, change: Change, this: Organisation, form: TreeForm) -> Organisation | None:
    try:
        return change.make(request, this, form)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None


def _open_changes(request: HttpRequest, this: Organisation, today: date) -> list[tuple[str, Change]]:
    """The changes this viewer may make here; none of a closed organisation. No query beside the offices."""
    if this.closed_on:
        return []
    leads = [
        office.organisation
        for office in request.user.held_offices(today)
        if leads_a_higher_organisation(office) and this.path.startswith(office.organisation.path)
    ]
    below_root = any(_is_below(this, root) for root in leads)
    return [
        (word, change)
        for word, change in CHANGES.items()
        if (below_root or (leads and not change.below_root)) and (word != "found" or FITS_BELOW[this.kind])
    ]


def _above(mine: OrganisationQuerySet, this: Organisation) -> list[Organisation]:
    """What stands above, as far as the viewer may read it; from the top down. One query."""
    paths = [this.path[:end] for end in range(STEP, len(this.path), STEP)]
    return list(mine.filter(path__in=paths).order_by("path"))


def _headed(title: str, above: list[Organisation], more: dict[str, Any]) -> dict[str, Any]:
    """What Wagtail's header shows: where one is, and how one came there."""
    steps = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("people_tree"), "label": _("Organisations")},
        *({"url": reverse("people_tree_at", args=[place.key]), "label": str(place)} for place in above),
    ]
    if "this" in more or more.get("found") is not None:
        steps.append({"url": "", "label": title})
    return {
        "breadcrumbs_items": steps,
        "header_title": title,
        "page_title": title,
        "header_icon": "list-ul",
        **more,
    }


def urls() -> list[URLPattern]:
    """Where these pages are in the administration."""
    return [
        path("people/tree/", tree, name="people_tree"),
        path("people/tree/<uuid:key>/", tree_at, name="people_tree_at"),
        path("people/tree/<uuid:key>/past/", tree_past, name="people_tree_past"),
        path("people/tree/<uuid:key>/<slug:change>/", tree_change, name="people_tree_change"),
    ]
