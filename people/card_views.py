"""Signing in with a study card, and one's own card."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from people import card_entering, cards
from people.audit import shortened_address
from people.card_forms import CardForm, CardNumberForm, FirstUseForm, NewPinForm, PinForm
from people.leading import Refusal
from people.sessions import sessions_of
from people.views import redirect_home, welcomed


@sensitive_post_parameters("secret", "number")
@never_cache
def card(request: HttpRequest) -> HttpResponse:
    """The beginning: the page reads the QR's secret behind `#` and sends it, or the number is typed."""
    at = now()
    form = CardNumberForm(request, at, request.POST or None)
    if request.method == "POST" and form.is_valid():
        hand = card_entering.card_in_hand(request, at=at)
        return redirect("people:card_first" if hand and hand.is_new else "people:card_pin")
    contact = card_entering.whom_to_ring(request, None, at=at)
    return render(request, "people/card.html", {"form": form, "contact": contact})


@sensitive_post_parameters()
@never_cache
def card_pin(request: HttpRequest) -> HttpResponse:
    """The PIN of the card in hand."""
    return _with_card(request, PinForm, "people/card_pin.html")


@sensitive_post_parameters()
@never_cache
def card_first(request: HttpRequest) -> HttpResponse:
    """The first use: the code that came apart from the card, and a PIN of one's own."""
    return _with_card(request, FirstUseForm, "people/card_first.html")


def _with_card(request: HttpRequest, kind: type[CardForm], template: str) -> HttpResponse:
    at = now()
    hand = card_entering.card_in_hand(request, at=at)
    if hand is None:
        return redirect("people:card")
    form = kind(request, at, request.POST or None, hand=hand)
    if request.method == "POST" and form.is_valid():
        return welcomed(request, form.member, redirect_home(request))
    contact = card_entering.whom_to_ring(request, hand, at=at)
    return render(request, template, {"form": form, "hand": hand, "contact": contact})


@sensitive_post_parameters()
@never_cache
@login_required
def own_card(request: HttpRequest) -> HttpResponse:
    """My study card: see it, change the PIN, cancel it."""
    at = now()
    found = cards.card_of(request.user)
    context: dict[str, Any] = {"card": found}
    if found is not None and request.POST.get("act") == "revoke":
        return _revoke_own(request)
    if found is not None and found.is_activated:
        is_change = request.POST.get("act") == "pin"
        form = NewPinForm(request, at, request.POST if is_change else None, card=found)
        if is_change and form.is_valid():
            messages.success(request, _("The new PIN holds from now on."))
            return redirect("people:own_card")
        context |= {"form": form, "resting": found.rests_at(at)}
        context["sessions"] = [one for one in sessions_of(request.user, at=at) if one.card_id == found.pk]
        context["here"] = request.session.session_key
    return render(request, "people/own_card.html", context)


def _revoke_own(request: HttpRequest) -> HttpResponse:
    by_card = request.user.by_card
    try:
        cards.revoke_card(request.user, by=request.user, at=now(), address=shortened_address(request))
    except Refusal as refusal:
        messages.error(request, refusal.words)
        return redirect("people:own_card")
    words = _("The card is cancelled. Nobody can sign in with it any more.")
    if by_card:
        logout(request)
        messages.success(request, words)
        return redirect("people:sign_in")
    messages.success(request, words)
    return redirect("people:own_card")
