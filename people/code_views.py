"""One-time codes: made by who leads a member's branch, used by the member to choose a password."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from people import codes, entering
from people.audit import action, note, note_look, shortened_address, visible_or_404
from people.contacts import contact_on
from people.devices import device_of
from people.forms import FirstPasswordForm, HandCodeForm, OneTimeCodeForm
from people.models import Member
from people.views import let_in, redirect_home

ASKED = action("code.asked", _("Opened the page that makes a one-time code"))


def forgotten(request: HttpRequest) -> HttpResponse:
    """Whom to ring; by name and number only on a device that one member alone has signed in on."""
    contact = contact_on(device_of(request).only_member(), on=localdate())
    return render(request, "people/forgotten.html", {"contact": contact})


@sensitive_post_parameters("code")
@never_cache
def one_time_code(request: HttpRequest) -> HttpResponse:
    """Type the code one was given."""
    if request.user.is_authenticated:
        return redirect("people:account")
    form = OneTimeCodeForm(request, now(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("people:first_password")
    return render(request, "people/one_time_code.html", {"form": form})


@sensitive_post_parameters()
@never_cache
def first_password(request: HttpRequest) -> HttpResponse:
    """Choose a password; the code that was typed is used up, and one goes on signing in."""
    at = now()
    code = entering.code_being_used(request.session, at=at)
    if request.user.is_authenticated or code is None:
        return redirect("people:one_time_code")
    form = FirstPasswordForm(code.member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        password, address = form.cleaned_data["new_password1"], shortened_address(request)
        try:
            member = codes.use_code(code.pk, password, at=at, address=address)
        except codes.NotAGoodCode:
            return redirect("people:one_time_code")
        return let_in(request, member, then=redirect_home(request))
    return render(request, "people/first_password.html", {"form": form, "member": code.member})


@never_cache
@sensitive_variables("code")
@login_required
def hand_code(request: HttpRequest, key: UUID) -> HttpResponse:
    """Make a one-time code for a member, and show it once, ready to print."""
    day, at = localdate(), now()
    among = codes.people_one_looks_after(request.user, on=day)
    member = visible_or_404(request, ASKED, among=among, everything=Member.objects.all(), key=key)
    may = codes.may_hand_code(request.user, member, on=day)
    note_look(request, ASKED, member=member)
    form = HandCodeForm(request.POST or None)
    context = {"member": member, "form": form, "may": may}
    if request.method == "POST" and not may:
        address = shortened_address(request)
        note(codes.MADE, at=at, by=request.user, member=member, address=address, refused=True)
        raise Http404
    if request.method == "POST" and form.is_valid():
        context["code"] = codes.make_code(
            member,
            by=request.user,
            purpose=form.cleaned_data["purpose"],
            reason=form.cleaned_data["reason"],
            at=at,
            address=shortened_address(request),
        )
        context |= {"until": at + codes.VALID, "site": request.build_absolute_uri(redirect_home(request))}
        return render(request, "people/code_to_hand.html", context)
    return render(request, "people/hand_code.html", context)
