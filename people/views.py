"""Signing in and out, and how the pages look."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from people import entering
from people.devices import device_of, remember_device
from people.forms import SecondStepForm, SignInForm
from people.looks import PageLook, keep_look, look_for, look_of, remember_look
from people.models import Member
from people.rights_views import notice_first


def _next_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else redirect_home(request)


def redirect_home(request: HttpRequest) -> str:
    return "/en/" if request.LANGUAGE_CODE == "en" else "/"


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next_page(request))
    at = now()
    form = SignInForm(request, at, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return let_in(request, form.member, then=_next_page(request))
    return render(request, "people/sign_in.html", {"form": form, "next": _next_page(request)})


def let_in(request: HttpRequest, member: Member, *, then: str) -> HttpResponse:
    """Go on after the password: to the second step, or to where the member was going."""
    if entering.go_on(request, member, then=then, at=now()):
        return redirect("people:sign_in_code")
    return welcomed(request, member, then)


@sensitive_post_parameters("code")
@never_cache
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step: a code from the telephone, or a recovery code."""
    at = now()
    waiting = entering.waiting_for_second_step(request, at=at)
    if request.user.is_authenticated or waiting is None:
        return redirect("people:sign_in")
    form = SecondStepForm(request, at, request.POST or None, member=waiting.member)
    if request.method == "POST" and form.is_valid():
        entering.begin_session(request, waiting.member, at=at, second=True)
        return welcomed(request, waiting.member, waiting.next)
    return render(request, "people/sign_in_code.html", {"form": form})


def welcomed(request: HttpRequest, member: Member, then: str) -> HttpResponse:
    """Lead who has just signed in to where they were going; the device remembers them and their look."""
    response = HttpResponseRedirect(notice_first(member, then))
    remember_device(response, device_of(request), member)
    look = look_for(member)
    if look is not None:
        remember_look(response, look)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    entering.end_session(request, at=now())
    return redirect(redirect_home(request))


def choose_look(request: HttpRequest) -> HttpResponse:
    """How pages look: everything there is to choose, for everybody; each button is kept at once."""
    if request.method != "POST":
        return render(request, "people/look.html")
    look = look_of(request).changed(request.POST)
    if request.user.is_authenticated and (look_for(request.user) or PageLook()) != look:
        keep_look(request.user, look)
    response = HttpResponseRedirect(_next_page(request))
    remember_look(response, look)
    return response
