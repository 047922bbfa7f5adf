"""One's own account: the password, the second step, the sessions."""

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from people import second_step as step
from people.audit import shortened_address
from people.entering import SECOND_STEP
from people.forms import EnrolForm, OwnPasswordForm, OwnWordForm
from people.middleware import SIGNED_IN
from people.passwords import choose_password
from people.requests_views import answers_requests
from people.sessions import end_all, end_others, end_session, rename_session, sessions_of


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Everything about one's own account on a page."""
    context = {
        "second_step_is_on": step.is_on(request.user),
        "answers_requests": answers_requests(request.user),
    }
    return render(request, "people/account.html", context)


@sensitive_post_parameters()
@never_cache
@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    form = OwnPasswordForm(request, now(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        at, before = now(), request.session.session_key
        address, password = shortened_address(request), form.cleaned_data["new_password1"]
        choose_password(request.user, password, at=at, address=address, keeps=before)
        update_session_auth_hash(request, request.user)
        rename_session(before, request.session.session_key)
        request.session[SIGNED_IN] = int(at.timestamp())
        messages.success(request, _("Your password is changed. On other devices you are signed out."))
        return redirect("people:account")
    return render(request, "people/password.html", {"form": form})


@never_cache
@login_required
def second_step(request: HttpRequest) -> HttpResponse:
    """Switch the second step on; when it is on: what there is to do with it."""
    if step.is_on(request.user):
        context = {"left": step.codes_left(request.user), "form": OwnWordForm(request, now())}
        context["is_required"] = step.is_required(request.user, on=localdate())
        return render(request, "people/second_step_on.html", context)
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            step.enrol(request, code=form.cleaned_data["code"], at=now(), address=shortened_address(request))
        except step.NotTheCode:
            form.add_error("code", _("This is not the code that the telephone shows now. Please try again."))
        else:
            end_others(request.user, but=request.session.session_key)  # they began with the password alone
            request.session[SECOND_STEP] = True
            messages.success(request, _("The second step is on. On other devices you are signed out."))
            return redirect("people:recovery_codes")
    secret = step.offered_secret(request)
    context = {"form": form, "secret": step.in_groups(secret), "qr": step.qr_of(request.user, secret)}
    context["is_required"] = step.is_required(request.user, on=localdate())
    return render(request, "people/second_step.html", context)


@sensitive_post_parameters("password")
@never_cache
@login_required
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show the recovery codes once; make new ones when the password is given."""
    if not step.is_on(request.user):
        return redirect("people:second_step")
    form = OwnWordForm(request, now(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        step.renew_codes(request.user, at=now(), address=shortened_address(request))
        return redirect("people:recovery_codes")
    context = {"form": form, "codes": step.codes_to_show(request.user), "left": step.codes_left(request.user)}
    return render(request, "people/recovery_codes.html", context)


@sensitive_post_parameters("password")
@never_cache
@login_required
def second_step_off(request: HttpRequest) -> HttpResponse:
    """Switch it off, when the office does not ask for it and the password is given."""
    if not step.is_on(request.user):
        return redirect("people:second_step")
    if step.is_required(request.user, on=localdate()):
        raise Http404
    form = OwnWordForm(request, now(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        step.switch_off(request.user, at=now(), address=shortened_address(request))
        end_others(request.user, but=request.session.session_key)
        request.session.pop(SECOND_STEP, None)
        messages.success(request, _("The second step is off. On other devices you are signed out."))
        return redirect("people:account")
    return render(request, "people/second_step_off.html", {"form": form})


@never_cache
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    here = request.session.session_key
    open_ones = sessions_of(request.user, at=now())
    return render(request, "people/sessions.html", {"sessions": open_ones, "here": here})


@require_POST
@login_required
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    end_session(request.user, pk, at=now(), address=shortened_address(request))
    messages.success(request, _("That device is signed out."))
    return redirect("people:sessions")


@require_POST
@login_required
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    end_all(request.user, at=now(), address=shortened_address(request))
    logout(request)
    messages.success(request, _("You are signed out on every device."))
    return redirect("people:sign_in")
