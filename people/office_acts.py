"""What a page about offices does with what was filled in: the same on the site and in the administration."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from people import delegation
from people.appointments import appoint, hand_over, relieve
from people.audit import shortened_address
from people.confirming import Act
from people.models import Office, Organisation
from people.office_forms import AppointForm, DelegateForm, EndForm, HandOverForm, NameForm, TakeBackForm


def giving(request: HttpRequest, form: AppointForm, place: Organisation, onward: str) -> Act:
    """Give an office at `place`; a form of a branch's own offices brings the place with the choice."""

    def do() -> None:
        given = form.cleaned_data
        kind, where = given["kind"], place
        if isinstance(form, NameForm):
            kind, where = form.places[kind]
        appoint(
            given["member"],
            kind,
            where,
            since=given["since"],
            until=given["until"],
            by=request.user,
            at=now(),
            address=shortened_address(request),
        )

    return Act(form, do, _("The office is given."), onward)


def handing_over(request: HttpRequest, place: Organisation, onward: str) -> Act:
    form = HandOverForm(request.POST or None, viewer=request.user, on=localdate())

    def do() -> None:
        day, address = form.cleaned_data["on"], shortened_address(request)
        hand_over(place, form.places, on=day, by=request.user, at=now(), address=address)

    return Act(form, do, _("The new term is entered."), onward)


def ending(request: HttpRequest, office: Office, onward: str) -> Act:
    form = EndForm(request.POST or None, viewer=request.user, on=localdate())

    def do() -> None:
        last_day = form.cleaned_data["last_day"]
        relieve(office, last_day=last_day, by=request.user, at=now(), address=shortened_address(request))

    return Act(form, do, _("The office has its last day."), onward)


def delegating(request: HttpRequest, office: Office, onward: str) -> Act:
    among = delegation.may_stand_in(office, request.user, on=localdate())
    form = DelegateForm(request.POST or None, among=among, viewer=request.user, on=localdate())

    def do() -> None:
        given = form.cleaned_data
        delegation.delegate(
            office,
            given["member"],
            since=given["since"],
            until=given["until"],
            by=request.user,
            at=now(),
            address=shortened_address(request),
        )

    return Act(form, do, _("The office is delegated."), onward)


def taking_back(request: HttpRequest, lent: Office, onward: str) -> Act:
    form = TakeBackForm(request.POST or None, viewer=request.user, on=localdate())

    def do() -> None:
        delegation.take_back(lent, by=request.user, at=now(), address=shortened_address(request))

    return Act(form, do, _("The office is taken back."), onward)
