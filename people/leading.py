"""Who leads which organisation on a day, and the word an act says when it refuses."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from people.affiliations import Affiliation
from people.offices import COMMITTEE, LEADING, Office
from people.organisations import STEP, Organisation

if TYPE_CHECKING:
    from people.models import Member


class Refusal(Exception):
    """An act was refused and nothing was changed. `words` say to people why, and what to do."""

    words: Any = _("This could not be done.")

    def __str__(self) -> str:
        return str(self.words)


class NotYourBranch(Refusal):
    words = _("This is for the leaders of the branch itself, or of an organisation above it.")


class NotYourCommittee(Refusal):
    words = _("This is for the committee of the member's own branch.")


class KeyTaken(Refusal):
    """The key that a form or device made stands for something else already."""

    words = _("This form was used for something else already. Please open the page anew, and write it again.")


class NotForYourself(Refusal):
    words = _("Nobody decides this about themself. Please ask another member of the committee.")


class NoHomeBranch(Refusal):
    words = _("This member has no home branch today.")


class NotThatDay(Refusal):
    words = _("This day does not fit. Please check the dates.")


def led_by(member: Member, *, on: date) -> list[Organisation]:
    """The organisations that the member leads on that day; all below them are led as well."""
    return [office.organisation for office in member.held_offices(on) if office.kind in LEADING]


def leads(member: Member, organisation: Organisation | None, *, on: date) -> bool:
    """True for secretary and deputy of the organisation or of one above it."""
    return organisation is not None and any(
        organisation.path.startswith(place.path) for place in led_by(member, on=on)
    )


def leads_itself(member: Member, organisation: Organisation, *, on: date) -> bool:
    """True for secretary and deputy of this very organisation."""
    return organisation.pk in {place.pk for place in led_by(member, on=on)}


def sits_on_committee(member: Member, branch: Organisation, *, on: date) -> bool:
    """True for the committee of this very branch: secretary, deputy, committee members."""
    return any(
        office.kind in COMMITTEE and office.organisation_id == branch.pk for office in member.held_offices(on)
    )


def opens_branch_pages(office: Office) -> bool:
    """True for the committee of a branch, and for who leads an organisation above branches."""
    if office.organisation.kind == Organisation.Kind.BRANCH:
        return office.kind in COMMITTEE
    return office.kind in LEADING


def committees_of(member: Member, *, on: date) -> list[Organisation]:
    """The branches on whose committee the member sits."""
    return [
        office.organisation
        for office in member.held_offices(on)
        if office.kind in COMMITTEE and office.organisation.kind == Organisation.Kind.BRANCH
    ]


def is_open(organisation: Organisation, *, on: date) -> bool:
    """True while it exists."""
    return organisation.closed_on is None or organisation.closed_on > on


def open_branches(*, on: date) -> QuerySet[Organisation]:
    """Branches that exist on that day, with what stands above them."""
    return Organisation.objects.branches().exclude(closed_on__lte=on).select_related("parent")


def lock_member(member: Member) -> None:
    """Wait until no other act holds this member's belonging. In a transaction; locks the member's row."""
    rows = get_user_model()._default_manager.select_for_update(no_key=True)
    rows.values_list("pk").get(pk=member.pk)


def home_of(member: Member, *, on: date) -> Affiliation:
    """
    The home affiliation with its branch and group.

    :raises NoHomeBranch: when there is none that day.
    """
    home = member.home(on)
    if home is None:
        raise NoHomeBranch
    home.member = member
    return home


def visitors_of(branch: Organisation, *, on: date) -> QuerySet[Office]:
    """The offices of visitors that cover the branch: its own, and those of organisations above it."""
    steps = [branch.path[:end] for end in range(STEP, len(branch.path) + 1, STEP)]
    return (
        Office.objects.held_on(on)
        .filter(kind=Office.Kind.VISITOR, organisation__path__in=steps)
        .select_related("member", "organisation")
        .order_by("member__number", "pk")
    )
