"""Fill in, look at what would happen, confirm: the three steps of an act about offices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from people import appointments, delegation

REFUSALS: dict[type[appointments.AppointmentRefused], Any] = {
    appointments.NotTheirsToGive: _("This office is not given here, or not by you."),
    appointments.NotForOneself: _(
        "Nobody gives themself an office or ends their own. Please ask somebody above."
    ),
    appointments.NotAmongTheirPeople: _("Somebody named here is not among the members you see."),
    appointments.OrganisationIsClosed: _("The organisation is closed on that day."),
    appointments.HeldAlready: _("The member holds this office there at that time already."),
    appointments.AnotherAdministrator: _(
        "The member is another of the three administrators at that time. Nobody is two of them."
    ),
    appointments.DaysDoNotFit: _(
        "These days do not fit: in the past, the last before the first, or after the office itself ends."
    ),
    appointments.HasEnded: _("This has ended already."),
    appointments.NotOneSecretary: _("A committee has one secretary."),
    appointments.NamedTwice: _("Somebody is named twice. Each member has one place."),
    appointments.TermHasJustBegun: _(
        "An office of this committee begins on that day or later. End it first, or choose a later day."
    ),
    delegation.NotToBeDelegated: _("This office cannot be delegated."),
}
"""What a person reads when an act is refused."""


@dataclass(frozen=True)
class Act:
    """An act with its form: what it does, and what is said when it is done."""

    form: forms.Form
    do: Callable[[], Any]
    done: Any
    onward: str


def three_steps(request: HttpRequest, act: Act, template: str, context: dict[str, Any]) -> HttpResponse:
    """
    Show the form; then the same, as words, with what is refused found out by trying; then do it.

    Trying is the act itself in a transaction that is put back, so the preview promises nothing untrue.
    """
    shown = context | {"form": act.form, "preview": False}
    if request.method == "POST" and "change" not in request.POST and act.form.is_valid():
        sure = "confirm" in request.POST
        if _went_through(act, keep=sure):
            if sure:
                messages.success(request, act.done)
                return HttpResponseRedirect(act.onward)
            shown["preview"] = True
    return render(request, template, shown)


def _went_through(act: Act, *, keep: bool) -> bool:
    try:
        with transaction.atomic():
            act.do()
            if not keep:
                transaction.set_rollback(True)
    except appointments.AppointmentRefused as refusal:
        act.form.add_error(None, REFUSALS[type(refusal)])
        return False
    return True
