"""The members below one's offices, in the administration: the list, one of them, and acts for several."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from people.account_records import OneTimeCode
from people.admin.access import office_page
from people.admin.asked import asked, sealed_search
from people.admin.heading import headed
from people.admin.member_forms import CodesForm, MemberSearchForm, ReasonForm, StandingForm
from people.audit import action, note, note_look, shortened_address, visible_or_404
from people.codes import VALID, NotYoursToHand
from people.leading import Refusal, led_by
from people.member_acts import (
    NoSecondStep,
    NotAll,
    hand_codes,
    may_remove_second_step,
    not_theirs,
    remove_second_step,
    set_may_sign_in,
    set_standing_of_all,
)
from people.member_list import PAGE, page_of_members
from people.models import Member, Office, Sight
from people.second_step import REMOVED, is_on

LISTED = action("members.listed", gettext_lazy("Looked at the list of members"))
LOOKED = action("member.opened", gettext_lazy("Looked at a member in the administration"))
CHOSE = action("members.chosen", gettext_lazy("Chose members in the list"))

open_to_who_looks_after = office_page(Office.Kind.SECURITY_ADMINISTRATOR, leaders=True)


@open_to_who_looks_after
@sealed_search
@require_GET
def members(request: HttpRequest) -> HttpResponse:
    """The list, one page; each page that is looked at is noted, without what was typed."""
    form = MemberSearchForm(asked(request), viewer=request.user)
    context: dict[str, Any] = {"form": form, "acts": _acts(request)}
    if form.is_valid():
        search, after = form.search(), _number(request.GET.get("after", ""))
        page = page_of_members(request.user, search, after=after, on=localdate())
        note_look(request, LISTED, details={**search.as_details(), "members": len(page.lines)})
        query = request.GET.copy()
        query.pop("after", None)
        context |= {"page": page, "after": after, "query": query.urlencode()}
    return render(request, "people/admin/members.html", _headed(_("Members"), context))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@open_to_who_looks_after
@require_GET
def member(request: HttpRequest, key: UUID) -> HttpResponse:
    """One member: who they are, where they belong and belonged, offices, standing, account."""
    today, at = localdate(), now()
    among = Member.objects.visible_to(request.user, on=today)
    among = among.with_sights(request.user, Sight.CONTACT, on=today)
    found = visible_or_404(request, LOOKED, among=among, everything=Member.objects.all(), key=key)
    note_look(request, LOOKED, member=found)
    context = {
        "member": found,
        "shows_phone": found.shows_contact,
        "affiliations": found.affiliations.select_related("branch", "group").order_by("-since", "-pk"),
        "offices": found.offices.select_related("organisation").order_by("-since", "-pk"),
        "standings": found.standings.order_by("-since", "-pk"),
        "code": OneTimeCode.objects.open_at(at).filter(member=found).first(),
        "acts": [] if not_theirs(request.user, [found], on=today) else _acts_for(request, found),
        "guards": may_remove_second_step(request.user, found, on=today),
    }
    context["second_step_is_on"] = context["guards"] and is_on(found)
    return render(request, "people/admin/member.html", _headed(str(found), context, below=True))


@never_cache
@office_page(Office.Kind.SECURITY_ADMINISTRATOR)
def second_step(request: HttpRequest, key: UUID) -> HttpResponse:
    """Remove the second step of a member who lost telephone and recovery codes."""
    today, at = localdate(), now()
    among = Member.objects.visible_to(request.user, on=today)
    found = visible_or_404(request, REMOVED, among=among, everything=Member.objects.all(), key=key)
    address = shortened_address(request)
    if not may_remove_second_step(request.user, found, on=today):
        note(REMOVED, at=at, by=request.user, member=found, address=address, refused=True)
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            remove_second_step(found, by=request.user, reason=reason, at=at, address=address)
        except NoSecondStep as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("The second step is removed; the member is signed out everywhere."))
        return redirect("people_member", key=found.key)
    if request.method != "POST":
        note_look(request, LOOKED, member=found)
    context = {"member": found, "form": form, "is_on": is_on(found)}
    context = _headed(_("Remove the second step"), context, below=True)
    return render(request, "people/admin/member_second_step.html", context)


ACTS = {
    "block": gettext_lazy("Close the accounts"),
    "unblock": gettext_lazy("Open the accounts again"),
    "codes": gettext_lazy("Make one-time codes"),
    "standing": gettext_lazy("Set the standing"),
}
"""What can be done with several members at once."""

FORMS: dict[str, type[forms.Form]] = {
    "block": ReasonForm,
    "unblock": ReasonForm,
    "codes": CodesForm,
    "standing": StandingForm,
}


def _acts(request: HttpRequest) -> list[tuple[str, Any]]:
    """The acts that the viewer's offices have; standings are set by who leads."""
    leads = bool(led_by(request.user, on=localdate()))
    return [(name, words) for name, words in ACTS.items() if leads or name != "standing"]


def _acts_for(request: HttpRequest, member: Member) -> list[tuple[str, Any]]:
    """The acts that fit this member: an open account is closed, a closed one opened."""
    idle = {"unblock"} if member.is_active else {"block", "codes"}
    return [(name, words) for name, words in _acts(request) if name not in idle]


@never_cache
@open_to_who_looks_after
@require_POST
def act(request: HttpRequest, name: str) -> HttpResponse:
    """First the chosen and what is asked; then, confirmed, all of it or nothing."""
    words = dict(_acts(request)).get(name)
    if words is None:
        raise Http404
    chosen = _chosen(request)
    if not chosen:
        messages.warning(request, _("Nobody was chosen."))
        return redirect("people_members")
    form = FORMS[name](request.POST if "confirm" in request.POST else None)
    if form.is_valid():
        try:
            return _done(request, name, chosen, form.cleaned_data, form)
        except NotAll as refusal:
            form.add_error(None, f"{refusal.member} ({refusal.member.number}): {refusal}")
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        except NotYoursToHand:
            form.add_error(None, _("The codes of these members are made by somebody else."))
    context = {"name": name, "form": form, "chosen": chosen, "words": words}
    return render(request, "people/admin/members_act.html", _headed(str(words), context, below=True))


def _chosen(request: HttpRequest) -> list[Member]:
    """The members that were ticked, all of them visible; one who is not is 404, and in the audit."""
    keys = []
    for text in request.POST.getlist("member")[: PAGE + 1]:
        try:
            keys.append(UUID(text))
        except ValueError:
            raise Http404 from None
    if len(keys) > PAGE:
        raise Http404
    seen = Member.objects.visible_to(request.user, on=localdate()).filter(key__in=keys)
    found = list(seen.order_by("name_latin", "pk"))
    missing = set(keys) - {member.key for member in found}
    if missing:
        hidden = Member.objects.filter(key__in=missing).order_by("pk").first()
        if hidden is not None:
            address = shortened_address(request)
            note(CHOSE, at=now(), by=request.user, member=hidden, address=address, refused=True)
        raise Http404
    return found


def _done(request: HttpRequest, name: str, chosen: list[Member], given: dict, form: Any) -> HttpResponse:
    at, address = now(), shortened_address(request)
    if name == "codes":
        handed = hand_codes(chosen, by=request.user, reason=given["reason"], at=at, address=address)
        context = {"handed": handed, "until": at + VALID, "site": request.build_absolute_uri("/")}
        return render(request, "people/admin/members_codes.html", context)
    if name == "standing":
        value, since = given["value"], given["since"]
        set_standing_of_all(chosen, aspect=form.aspect, value=value, since=since, by=request.user, at=at)
        number = len(chosen)
    else:
        reason = given["reason"]
        number = set_may_sign_in(
            chosen, may=name == "unblock", by=request.user, reason=reason, at=at, address=address
        )
    done = ngettext("%(number)d member was changed.", "%(number)d members were changed.", number)
    messages.success(request, done % {"number": number})
    return redirect("people_members")


def _headed(title: str, context: dict[str, Any], *, below: bool = False) -> dict[str, Any]:
    above = [(reverse("people_members"), _("Members"))] if below else []
    return headed(title, context, icon="group", above=above)


def urls() -> list[URLPattern]:
    """Where these pages are in the administration."""
    return [
        path("people/members/", members, name="people_members"),
        path("people/members/<uuid:key>/", member, name="people_member"),
        path("people/members/<uuid:key>/second-step/", second_step, name="people_member_second_step"),
        path("people/members/act/<slug:name>/", act, name="people_members_act"),
    ]
