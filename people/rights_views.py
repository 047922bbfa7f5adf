"""A member's own data and rights: see, take along, correct, agree, be erased; and the privacy notice."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.timezone import localdate, now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from people import audit, consents, corrections, erasure
from people.forms import please_wait
from people.holdings import everything_held
from people.leading import Refusal
from people.models import Consent, CorrectionRequest, Erasure, Member
from people.own_data import TAKEN, as_json, in_words, own_data
from people.privacy_notice import in_force, notice
from people.rights_forms import CorrectionForm, OwnErasureForm, TelephoneForm
from people.tries import WaitFirst

SHOWN = 20
"""Rows of a section on the page; the printed page and the download have all of them."""


@never_cache
@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    """Everything held about oneself, on one page."""
    sections = own_data(request.user)
    context = {
        "sections": in_words(sections, at_most=SHOWN),
        "empty": [section.title for section in sections if not section.rows],
        "requests": corrections_of(request.user),
        "today": localdate(),
    }
    return render(request, "people/my_data.html", context)


def corrections_of(member: Member) -> list[CorrectionRequest]:
    """One's own requests with their answers, the latest first. One query."""
    return list(CorrectionRequest.objects.of(member).select_related("answer").order_by("-pk"))


@never_cache
@login_required
def my_data_print(request: HttpRequest) -> HttpResponse:
    """The same with every row, for printing."""
    sections = own_data(request.user)
    _note_taken(request, "print")
    context = {
        "sections": in_words(sections),
        "empty": [section.title for section in sections if not section.rows],
    }
    return render(request, "people/my_data_print.html", context)


@never_cache
@login_required
def my_data_download(request: HttpRequest) -> HttpResponse:
    """The same as JSON."""
    at = now()
    content = as_json(own_data(request.user), member=request.user, at=at)
    _note_taken(request, "json")
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = f'attachment; filename="my-data-{localdate(at)}.json"'
    return response


def _note_taken(request: HttpRequest, form: str) -> None:
    audit.note(
        TAKEN,
        at=now(),
        by=request.user,
        member=request.user,
        address=audit.shortened_address(request),
        details={"form": form},
    )


@login_required
def ask_correction(request: HttpRequest) -> HttpResponse:
    """Say what is wrong and what it should be."""
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = corrections.ask(member=request.user, at=now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            day = asked.due_on.isoformat()
            messages.success(request, _("Your request is kept. It is answered by %(day)s.") % {"day": day})
            return redirect("people:my_data")
    return render(request, "people/correction.html", {"form": form, "days": corrections.WORKING_DAYS})


@login_required
def telephone(request: HttpRequest) -> HttpResponse:
    """Leave one's telephone number, or not; and take it back at any time."""
    form = TelephoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            consents.keep_telephone(member=request.user, phone=form.cleaned_data["phone"], at=now())
        except WaitFirst as wait:
            form.add_error("phone", please_wait(wait))
        except Refusal as refusal:
            form.add_error("phone", str(refusal))
        else:
            messages.success(request, _("Your telephone number is kept. You may take it back at any time."))
            return redirect("people:telephone")
    said = consents.consent_of(request.user, Consent.Purpose.TELEPHONE)
    return render(request, "people/telephone.html", {"form": form, "said": said})


@login_required
@require_POST
def telephone_withdraw(request: HttpRequest) -> HttpResponse:
    consents.withdraw(member=request.user, purpose=Consent.Purpose.TELEPHONE, at=now())
    messages.success(request, _("Your telephone number is removed."))
    return redirect("people:telephone")


@login_required
def own_erasure(request: HttpRequest) -> HttpResponse:
    """Ask for one's data to be erased, or take the request back; and what came of earlier ones."""
    form = OwnErasureForm(request.POST or None)
    mine = Erasure.objects.of(request.user).select_related("decision").order_by("-pk")
    if request.method == "POST" and form.is_valid():
        try:
            own = Erasure.Reason.OWN_REQUEST
            erasure.ask(member=request.user, reason=own, by=request.user, at=now())
        except Refusal as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Your request is kept. A second person decides."))
        return redirect("people:own_erasure")
    context = {"form": form, "mine": mine, "open": mine.open().first(), "days": corrections.WORKING_DAYS}
    return render(request, "people/own_erasure.html", context)


@login_required
@require_POST
def own_erasure_take_back(request: HttpRequest) -> HttpResponse:
    mine = Erasure.objects.of(request.user).open().filter(asked_by=request.user).first()
    if mine is not None:
        try:
            erasure.take_back(mine, by=request.user, at=now())
        except Refusal as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Your request is taken back. Nothing is erased."))
    return redirect("people:own_erasure")


def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy notice in force, for everybody; a member to whom it is new finds the button below."""
    at = now()
    version = in_force(localdate(at))
    unread = request.user.is_authenticated and not consents.has_read_notice(request.user, at=at)
    context = {
        "notice": notice(version, "en" if get_language() == "en" else "zh-hans"),
        "held": everything_held(),
        "unread": unread,
        "next": request.GET.get("next", ""),
    }
    return render(request, "people/privacy.html", context)


@login_required
@require_POST
def privacy_read(request: HttpRequest) -> HttpResponse:
    """Confirm having read the notice that is in force, and go on to where one was going."""
    at = now()
    consents.confirm_notice(member=request.user, version=in_force(localdate(at)), at=at)
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(wanted) if wanted and safe else redirect("people:my_data")


def notice_first(member: Member, then: str) -> str:
    """Return where a member who has just signed in goes: to the notice when it is new to them, else on."""
    if consents.has_read_notice(member, at=now()):
        return then
    return f"{reverse('people:privacy')}?{urlencode({'next': then})}"
