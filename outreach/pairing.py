"""
Pairing helper and member with both consents, and what the secretary sees of it.

Assigning and ending are acts of `people.arranging`; here it is noted that both agreed. Helpers stand in the
order of their names with how much they carry: a workload, never a ranking.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from outreach.arranged import PairingConsent, PlannedVisit
from people import audit
from people.leading import NotThatDay, NotYourBranch, Refusal, home_of, leads_itself, lock_member, visitors_of
from people.models import Affiliation, HomeStudy, Member, MemberQuerySet, Organisation, Pairing, Sight

AGREED = audit.action("pairing.agreed", _("Noted that somebody agreed to a pairing"))
WITHDREW = audit.action("pairing.withdrawn", _("Noted that somebody no longer agrees to a pairing"))

AGREED_WITHIN = timedelta(days=366)
ELDERLY_FROM = 65
"""From this age on (by the year of birth) the page asks who comes to a member, who need not want it."""


class PairingEnded(Refusal):
    words = _("This pairing has ended.")


class AlreadyAgreed(Refusal):
    words = _("This is noted already.")


class NotAgreed(Refusal):
    words = _("No consent is noted that could be withdrawn.")


def current_pairing(visitor: Member, member: Member, *, on: date) -> Pairing | None:
    return Pairing.objects.on(on).filter(visitor=visitor, member=member).first()


@transaction.atomic
def note_consent(
    pairing: Pairing, *, side: str, way: str, given_on: date, by: Member, at: datetime
) -> PairingConsent:
    """
    Note that the visitor, or the member, agreed; by who leads the member's branch itself.

    :raises NotYourBranch, PairingEnded, NotThatDay, AlreadyAgreed: and nothing is changed.
    """
    on = _led_day(pairing, by, at)
    if not on - AGREED_WITHIN <= given_on <= on:
        raise NotThatDay
    if PairingConsent.objects.filter(pairing=pairing, side=side, withdrawn_on=None).exists():
        raise AlreadyAgreed
    consent = PairingConsent.objects.create(
        pairing=pairing, side=side, way=way, given_on=given_on, noted_by=by, noted_at=at
    )
    details = {"visitor": str(pairing.visitor.key), "side": side, "way": way}
    audit.note(AGREED, at=at, by=by, member=pairing.member, details=details)
    return consent


@transaction.atomic
def withdraw_consent(pairing: Pairing, *, side: str, by: Member, at: datetime) -> PairingConsent:
    """
    Note that the visitor, or the member, no longer agrees, from today on. The pairing itself is ended apart.

    :raises NotYourBranch, PairingEnded, NotAgreed: and nothing is changed.
    """
    on = _led_day(pairing, by, at)
    if side not in PairingConsent.Side.values:
        raise NotAgreed
    consent = PairingConsent.objects.filter(pairing=pairing, side=side, withdrawn_on=None).first()
    if consent is None:
        raise NotAgreed
    consent.withdrawn_on, consent.withdrawal_noted_by = max(on, consent.given_on), by
    consent.save(update_fields=["withdrawn_on", "withdrawal_noted_by"])
    details = {"visitor": str(pairing.visitor.key), "side": side}
    audit.note(WITHDREW, at=at, by=by, member=pairing.member, details=details)
    return consent


def _led_day(pairing: Pairing, by: Member, at: datetime) -> date:
    on = localdate(at)
    lock_member(pairing.member)
    if not leads_itself(by, home_of(pairing.member, on=on).branch, on=on):
        raise NotYourBranch
    if pairing.until is not None and pairing.until <= on:
        raise PairingEnded
    return on


def missing_consents(pairings: Iterable[Pairing]) -> dict[int, list[str]]:
    """By pairing, the sides who have not agreed, the visitor before the member. One query."""
    wanted = [pairing.pk for pairing in pairings]
    given = set(
        PairingConsent.objects.filter(pairing__in=wanted, withdrawn_on=None).values_list("pairing", "side")
    )
    return {pk: [side for side in PairingConsent.Side.values if (pk, side) not in given] for pk in wanted}


@dataclass(frozen=True)
class Paired:
    """A pairing with what is agreed, and what is missing in words."""

    pairing: Pairing
    agreed: list[PairingConsent]

    @property
    def missing(self) -> list[str]:
        given = {consent.side for consent in self.agreed}
        return [side for side in PairingConsent.Side.values if side not in given]

    @property
    def missing_in_words(self) -> str:
        """What is missing, for the warning; nothing when both have agreed."""
        words = {
            ("helper", "member"): _("Neither has agreed yet."),
            ("helper",): _("The visitor has not agreed yet."),
            ("member",): _("The member has not agreed yet."),
        }
        return str(words.get(tuple(self.missing), ""))


def pairings_of(visitor: Member, *, on: date) -> list[Paired]:
    """The visitor's pairings of that day, with what is agreed. Two queries."""
    return _with_consents(Pairing.objects.on(on).filter(visitor=visitor))


def _with_consents(pairings: models.QuerySet[Pairing]) -> list[Paired]:
    found = list(pairings.select_related("visitor", "member").order_by("pk"))
    consents: dict[int, list[PairingConsent]] = {}
    for consent in PairingConsent.objects.filter(pairing__in=found, withdrawn_on=None).order_by("pk"):
        consents.setdefault(consent.pairing_id, []).append(consent)
    return [Paired(pairing, consents.get(pairing.pk, [])) for pairing in found]


@dataclass(frozen=True)
class Helper:
    """A visitor with how much they carry."""

    member: Member
    members: int = 0
    planned: int = 0


@dataclass(frozen=True)
class CaredFor:
    """A member who studies at home or is elderly, or to whom somebody comes, with their pairings."""

    member: Member
    is_home_study: bool
    is_elderly: bool
    pairings: list[Paired] = field(default_factory=list)


@dataclass(frozen=True)
class PairingDesk:
    """The page of a branch: helpers, those cared for, and those with nobody yet."""

    branch: Organisation
    helpers: list[Helper]
    paired: list[CaredFor]
    unpaired: list[CaredFor]

    @property
    def open_consents(self) -> int:
        return sum(bool(paired.missing) for one in self.paired for paired in one.pairings)


def members_cared_for(viewer: Member, branch: Organisation, *, on: date) -> MemberQuerySet:
    """
    Members at home in the branch who study at home, are elderly, or have a visitor; by name.

    Of home study knows only whom the office lets know: the committee of the branch itself.
    """
    known = Member.objects.visible_to(viewer, sight=Sight.ARRANGEMENT, on=on).filter(pk=OuterRef("pk"))
    here = Affiliation.objects.of(OuterRef("pk"), on=on).home().filter(branch=branch)
    return (
        Member.objects.visible_to(viewer, on=on)
        .filter(Exists(here), is_active=True)
        .annotate(
            studies_at_home=Exists(HomeStudy.objects.on(on).filter(member=OuterRef("pk"))) & Exists(known),
            has_visitor=Exists(Pairing.objects.on(on).filter(member=OuterRef("pk"))),
        )
        .order_by("name_latin", "name", "pk")
    )


def pairing_desk(viewer: Member, branch: Organisation, *, on: date) -> PairingDesk:
    """Everything the page shows, in a fixed number of queries."""
    members = list(members_cared_for(viewer, branch, on=on))
    by_member: dict[int, list[Paired]] = {}
    for paired in _with_consents(Pairing.objects.on(on).filter(member__in=members)):
        by_member.setdefault(paired.pairing.member_id, []).append(paired)
    cared = [
        CaredFor(member, member.studies_at_home, _is_elderly(member, on), by_member.get(member.pk, []))
        for member in members
        if member.studies_at_home or member.has_visitor or _is_elderly(member, on)
    ]
    return PairingDesk(
        branch,
        helpers(branch, on=on),
        [one for one in cared if one.pairings],
        [one for one in cared if not one.pairings],
    )


def _is_elderly(member: Member, on: date) -> bool:
    return member.birth_year is not None and on.year - member.birth_year >= ELDERLY_FROM


def helpers(branch: Organisation, *, on: date) -> list[Helper]:
    """The visitors of the branch in the order of their names, with what they carry. Three queries."""
    offices = visitors_of(branch, on=on).filter(member__is_active=True)
    people = list({office.member: None for office in offices})
    carried: dict[int, set[int]] = {}
    for visitor, member in Pairing.objects.on(on).filter(visitor__in=people).values_list("visitor", "member"):
        carried.setdefault(visitor, set()).add(member)
    monday = on - timedelta(days=on.weekday())
    plans = PlannedVisit.objects.open().filter(visitor__in=people, day__gte=monday)
    planned: dict[int, int] = {}
    for visitor in plans.filter(day__lt=monday + timedelta(days=7)).values_list("visitor", flat=True):
        planned[visitor] = planned.get(visitor, 0) + 1
    people.sort(key=lambda person: (person.name_latin.casefold(), person.name, person.pk))
    return [Helper(person, len(carried.get(person.pk, ())), planned.get(person.pk, 0)) for person in people]
