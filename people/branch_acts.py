"""What can be done on a member's page of arrangements: each act with its form and the words after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from people import arranging, mobility, transfers
from people.belonging import MemberCare
from people.branch_forms import (
    CareForm,
    ContactForm,
    ContactPersonForm,
    EndVisitorForm,
    HomeStudyForm,
    RegisterOutForm,
    ReviewForm,
    StandingForm,
    TransferForm,
    VisitorForm,
)
from people.models import Member, MobileRegistration

Do = Callable[[MemberCare, dict[str, Any], Member, datetime], object]


@dataclass(frozen=True)
class Act:
    """`offered` says whether the page shows the form; whether the act is allowed, it says itself."""

    form: type[CareForm]
    do: Do
    said: Any
    offered: Callable[[MemberCare], bool]


def registration_of(care: MemberCare) -> MobileRegistration:
    """
    :raises NotRegisteredOut: when the member is not registered as mobile.
    """
    if care.registration is None:
        raise mobility.NotRegisteredOut
    return care.registration


def _arrange(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    return arranging.arrange_home_study(care.member, **given, by=by, at=at)


def _review(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    return arranging.review_home_study(care.member, **given, by=by, at=at)


def _end_home_study(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    return arranging.end_home_study(care.member, by=by, at=at)


def _set_standing(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    aspect, value = given["standing"]
    return arranging.set_standing(care.member, aspect=aspect, value=value, since=given["since"], by=by, at=at)


def _assign(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    return arranging.assign_visitor(care.member, **given, by=by, at=at)


def _take_off(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    return arranging.end_pairing(care.member, **given, by=by, at=at)


def _register_out(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    return mobility.register_out(care.member, **given, by=by, at=at)


def _name_contact(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    return mobility.name_contact(registration_of(care), **given, by=by, at=at)


def _note_contact(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    return mobility.note_contact(registration_of(care), **given, by=by, at=at)


def _return(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    return mobility.end_registration(registration_of(care), by=by, at=at)


def _ask(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    return transfers.ask(care.member, **given, by=by, at=at)


def _move(care: MemberCare, given: dict, by: Member, at: datetime) -> object:
    return transfers.ask_and_accept(care.member, **given, by=by, at=at)


def _arranges(care: MemberCare) -> bool:
    return care.is_of_committee and not care.is_self


def _leads(care: MemberCare) -> bool:
    return care.leads_home and not care.is_self


ACTS: dict[str, Act] = {
    "arrange": Act(
        HomeStudyForm, _arrange, _("Home study is arranged."), lambda c: _arranges(c) and not c.home_study
    ),
    "review": Act(
        ReviewForm, _review, _("The next review is set."), lambda c: _arranges(c) and bool(c.home_study)
    ),
    "end_home_study": Act(
        CareForm, _end_home_study, _("Home study has ended."), lambda c: _arranges(c) and bool(c.home_study)
    ),
    "standing": Act(StandingForm, _set_standing, _("The standing is set."), _leads),
    "assign": Act(VisitorForm, _assign, _("The visitor is assigned."), lambda c: c.leads_home_itself),
    "take_off": Act(
        EndVisitorForm,
        _take_off,
        _("The visitor no longer comes to this member."),
        lambda c: c.leads_home_itself and bool(c.pairings),
    ),
    "register_out": Act(
        RegisterOutForm,
        _register_out,
        _("The member is registered as mobile."),
        lambda c: _leads(c) and not c.registration,
    ),
    "contact_person": Act(
        ContactPersonForm,
        _name_contact,
        _("The contact person is named."),
        lambda c: c.leads_home and bool(c.registration),
    ),
    "contact": Act(
        ContactForm, _note_contact, _("The contact is noted."), lambda c: _leads(c) and bool(c.registration)
    ),
    "return": Act(
        CareForm,
        _return,
        _("The return is registered."),
        lambda c: (c.leads_home or c.leads_host) and not c.is_self and bool(c.registration),
    ),
    "ask": Act(
        TransferForm,
        _ask,
        _("The other branch has been asked."),
        lambda c: (c.leads_home or c.leads_host) and not c.transfer,
    ),
    "move": Act(
        TransferForm,
        _move,
        _("The study record has moved."),
        lambda c: c.leads_above and not c.is_self and not c.transfer,
    ),
}
