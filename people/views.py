"""One's own account: signing in and out, password, and how the pages look."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from people.forms import OwnPasswordForm, SignInForm
from people.middleware import SIGNED_IN

LOOK = "look"
"""Cookie: `large` for elder mode. It is remembered on the device, and for the member when signed in."""


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
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        request.session[SIGNED_IN] = int(now().timestamp())
        response = HttpResponseRedirect(_next_page(request))
        if form.get_user().prefers_large_print:
            remember_look(response, large=True)
        return response
    return render(request, "people/sign_in.html", {"form": form, "next": _next_page(request)})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(redirect_home(request))


@sensitive_post_parameters()
@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        request.session[SIGNED_IN] = int(now().timestamp())
        messages.success(request, _("Your password is changed."))
        return redirect(redirect_home(request))
    return render(request, "people/password.html", {"form": form})


@require_POST
def choose_look(request: HttpRequest) -> HttpResponse:
    large = request.POST.get(LOOK) == "large"
    if request.user.is_authenticated and request.user.prefers_large_print != large:
        request.user.prefers_large_print = large
        request.user.save(update_fields=["prefers_large_print"])
    response = HttpResponseRedirect(_next_page(request))
    remember_look(response, large=large)
    return response


def remember_look(response: HttpResponse, *, large: bool) -> None:
    """Keep the choice of elder mode on the device for a year."""
    response.set_cookie(
        LOOK,
        "large" if large else "normal",
        max_age=365 * 24 * 3600,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
