"""A branch's study cards: made, printed, cancelled, opened again after wrong tries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from people import audit, belonging, cards
from people.card_handing import keep_for_printing, to_print
from people.card_printing import KINDS, cards_as_pdf
from people.leading import Refusal, leads, led_by
from people.models import Member, Organisation

LOOKED_AT_CARD = audit.action("card.looked_at", gettext_lazy("Looked at a member's study card"))
LOOKED_AT_CARDS = audit.action("card.list", gettext_lazy("Looked at the study cards of a branch"))
PRINTED = audit.action("card.printed", gettext_lazy("Printed a study card, or the code for its first use"))

LANGUAGES = ("zh-hans", "en")


class NobodyChosen(Refusal):
    words = gettext_lazy("Please choose at least one member.")


@never_cache
@login_required
def member_card(request: HttpRequest, key: UUID) -> HttpResponse:
    """A member's study card: make one, cancel it, open it again."""
    day, at = localdate(), now()
    among = cards.members_given_cards(request.user, on=day)
    member = audit.visible_or_404(request, LOOKED_AT_CARD, among=among, everything=Member.objects, key=key)
    if request.method == "POST":
        return _done(request, member, request.POST.get("act", ""))
    audit.note_look(request, LOOKED_AT_CARD, member=member)
    card = cards.card_of(member)
    context = {"member": member, "card": card, "resting": card is not None and card.rests_at(at)}
    return render(request, "people/member_card.html", context)


def _done(request: HttpRequest, member: Member, act: str) -> HttpResponse:
    by, at, address = request.user, now(), audit.shortened_address(request)
    try:
        if act == "issue":
            return _to_be_printed(request, [cards.issue_card(member, by=by, at=at, address=address)], at=at)
        if act == "revoke":
            cards.revoke_card(member, by=by, at=at, address=address)
            messages.success(request, _("The card is cancelled. Nobody can sign in with it any more."))
        elif act == "open":
            cards.open_again(member, by=by, at=at, address=address)
            messages.success(request, _("The card is open again; the PIN is the same."))
        else:
            raise Http404
    except Refusal as refusal:
        messages.error(request, refusal.words)
    return redirect("people:member_card", key=member.key)


def _to_be_printed(request: HttpRequest, issued: list[cards.Issued], *, at: datetime) -> HttpResponse:
    response = redirect("people:cards_to_print")
    keep_for_printing(request, response, issued, at=at)
    return response


@never_cache
@login_required
def branch_cards(request: HttpRequest, key: UUID) -> HttpResponse:
    """Who of the branch has a card; cards for several at once, in one print."""
    day, at = localdate(), now()
    branch = audit.visible_or_404(
        request,
        LOOKED_AT_CARDS,
        among=belonging.branches_in_care(request.user, on=day),
        everything=Organisation.objects.branches(),
        key=key,
    )
    if not leads(request.user, branch, on=day):
        raise Http404
    members = cards.members_given_cards(request.user, on=day, branch=branch).order_by("number", "pk")
    if request.method == "POST":
        chosen = list(members.filter(key__in=_keys(request.POST.getlist("member"))))
        try:
            if not chosen:
                raise NobodyChosen
            address = audit.shortened_address(request)
            issued = cards.issue_cards(chosen, by=request.user, at=at, address=address)
        except Refusal as refusal:
            messages.error(request, refusal.words)
            return redirect("people:branch_cards", key=branch.key)
        return _to_be_printed(request, issued, at=at)
    lines = list(members)
    audit.note_look(request, LOOKED_AT_CARDS, organisation=branch, details={"members": len(lines)})
    held = cards.cards_of(lines)
    context = {"branch": branch, "lines": [(member, held.get(member.pk)) for member in lines]}
    return render(request, "people/branch_cards.html", context)


def _keys(texts: Iterable[str]) -> list[UUID]:
    """The keys among what was sent."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@never_cache
@login_required
def cards_to_print(request: HttpRequest) -> HttpResponse:
    """The cards just made: to be printed now, and the codes for the first use."""
    if not led_by(request.user, on=localdate()):
        raise Http404
    new = to_print(request, at=now(), on=localdate())
    context = {"new": new, "one": new[0].card.member if len(new) == 1 else None, "languages": LANGUAGES}
    return render(request, "people/cards_to_print.html", context)


@never_cache
@login_required
def cards_pdf(request: HttpRequest, kind: str) -> HttpResponse:
    """One PDF of all cards just made, small or large, or of the codes."""
    at, language = now(), request.GET.get("language", request.LANGUAGE_CODE)
    if kind not in KINDS or language not in LANGUAGES or not led_by(request.user, on=localdate(at)):
        raise Http404
    new = to_print(request, at=at, on=localdate(at))
    if not new:
        messages.info(request, _("A card can be printed in the hour after it was made. Please make another."))
        return redirect("people:cards_to_print")
    site = request.build_absolute_uri("/").rstrip("/")
    pdf = cards_as_pdf(new, kind=kind, site=site, language=language)
    audit.note_each(
        PRINTED,
        at=at,
        by=request.user,
        subjects=[(one.card.member, {"card": str(one.card.key), "kind": kind}) for one in new],
        address=audit.shortened_address(request),
    )
    headers = {"Content-Disposition": f'inline; filename="study-cards-{kind}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
