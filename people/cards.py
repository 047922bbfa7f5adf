"""Study cards: made by who leads the member's branch, cancelled when lost, opened again after wrong tries."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people.affiliations import Affiliation
from people.audit import action, note, note_each
from people.leading import Refusal, led_by
from people.models import Member, MemberQuerySet, Organisation, StudyCard
from people.sessions import end_all_by_cards
from people.study_cards import ACTIVATED_WITHIN, digest_of, draw_number

ISSUED = action("card.issued", _("Made a study card"))
REVOKED = action("card.revoked", _("Cancelled a study card"))
OPENED = action("card.opened", _("Opened a study card again after wrong tries"))

ACTIVATION_DIGITS = 6
ADDRESS = "/card/"
"""Where a card leads; its secret follows behind `#`, which a browser sends to nobody."""

AT_ONCE = 200
"""So many cards are made at a time."""


class NotYoursToIssue(Refusal):
    words = _(
        "A study card is made by who leads the member's own branch, or an organisation above it; "
        "nobody makes their own."
    )


class TooManyAtOnce(Refusal):
    words = _("Please choose fewer members: at most 200 cards are made at a time.")


class NoCard(Refusal):
    words = _("This member has no valid study card.")


class Issued(NamedTuple):
    """A new card with what is known of it this once: the code for the first use, and the QR's address."""

    card: StudyCard
    activation: str
    address: str


def members_given_cards(by: Member, *, on: date, branch: Organisation | None = None) -> MemberQuerySet:
    """Members for whom `by` makes and cancels cards: at home below what they lead (there), not themself."""
    places = led_by(by, on=on)
    if not places:
        return Member.objects.none()
    home = Affiliation.objects.of(OuterRef("pk"), on=on).home().within(*places)
    if branch is not None:
        home = home.filter(branch=branch)
    return Member.objects.filter(Exists(home), erased_at=None, is_active=True).exclude(pk=by.pk)


def may_issue(by: Member, member: Member, *, on: date) -> bool:
    return members_given_cards(by, on=on).filter(pk=member.pk).exists()


def issue_card(member: Member, *, by: Member | None, at: datetime, address: str = "") -> Issued:
    """
    Make a card for one member; an earlier one is cancelled. `by` is None at the console.

    :raises NotYoursToIssue: and nothing is changed.
    """
    return issue_cards([member], by=by, at=at, address=address)[0]


@transaction.atomic
def issue_cards(
    members: Sequence[Member], *, by: Member | None, at: datetime, address: str = ""
) -> list[Issued]:
    """
    Make a card for each member, all or none; their earlier ones are cancelled, and sessions with those end.

    :raises NotYoursToIssue, TooManyAtOnce: and nothing is changed.
    """
    chosen = {member.pk: member for member in members}
    if len(chosen) > AT_ONCE:
        raise TooManyAtOnce
    held = Member.objects.select_for_update(no_key=True).filter(pk__in=chosen).order_by("pk")
    list(held.values_list("pk"))
    if by is not None:
        allowed = members_given_cards(by, on=localdate(at)).filter(pk__in=chosen).count()
        if allowed != len(chosen):
            raise NotYoursToIssue
    _cancel(StudyCard.objects.valid().filter(member__in=chosen), by=by, at=at, address=address)
    numbers = _new_numbers(len(chosen))
    made = [
        _new_card(member, number, by=by, at=at)
        for member, number in zip(chosen.values(), numbers, strict=True)
    ]
    StudyCard.objects.bulk_create(issued.card for issued in made)
    subjects = [(issued.card.member, {"card": str(issued.card.key)}) for issued in made]
    note_each(ISSUED, at=at, by=by, subjects=subjects, address=address)
    return made


def _new_numbers(count: int) -> list[str]:
    """Numbers that no card has or had."""
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        drawn |= dict.fromkeys(draw_number() for _one in range(count - len(drawn)))
        for taken in StudyCard.objects.filter(number__in=drawn).values_list("number", flat=True):
            del drawn[taken]
    return list(drawn)


def _new_card(member: Member, number: str, *, by: Member | None, at: datetime) -> Issued:
    secret = secrets.token_urlsafe(16)
    activation = str(secrets.randbelow(10**ACTIVATION_DIGITS)).zfill(ACTIVATION_DIGITS)
    card = StudyCard(
        member=member,
        number=number,
        secret=digest_of(secret),
        issued_by=by,
        issued_at=at,
        activation=make_password(activation),
        activation_until=at + ACTIVATED_WITHIN,
    )
    return Issued(card, activation, f"{ADDRESS}#{secret}")


def card_of(member: Member) -> StudyCard | None:
    """The member's valid card, used already or not. One query."""
    return StudyCard.objects.valid().of(member).select_related("member", "issued_by").first()


def cards_of(members: Iterable[Member]) -> dict[int, StudyCard]:
    """The valid card of each member who has one, by the member's row. One query."""
    found = StudyCard.objects.valid().filter(member__in=[member.pk for member in members])
    return {card.member_id: card for card in found}


@transaction.atomic
def revoke_card(member: Member, *, by: Member, at: datetime, address: str = "") -> None:
    """
    Cancel the member's card: their own, or as who makes their cards. Every session with it ends.

    :raises NoCard, NotYoursToIssue: and nothing is changed.
    """
    if by != member and not may_issue(by, member, on=localdate(at)):
        raise NotYoursToIssue
    if not _cancel(StudyCard.objects.valid().of(member), by=by, at=at, address=address):
        raise NoCard


def _cancel(cards: Iterable[StudyCard], *, by: Member | None, at: datetime, address: str) -> int:
    """Part of an act that holds the rows and says who may."""
    found = list(cards.select_for_update(of=("self",)).select_related("member"))  # type: ignore[attr-defined]
    if found:
        StudyCard.objects.filter(pk__in=[c.pk for c in found]).update(revoked_at=at, revoked_by=by)
        ended = end_all_by_cards(found)
        subjects = [(card.member, {"card": str(card.key), "sessions": ended}) for card in found]
        note_each(REVOKED, at=at, by=by, subjects=subjects, address=address)
    return len(found)


@transaction.atomic
def open_again(member: Member, *, by: Member, at: datetime, address: str = "") -> None:
    """
    Let a card be tried again that rests or is locked after wrong tries; the PIN stays.

    :raises NoCard, NotYoursToIssue: and nothing is changed.
    """
    if not may_issue(by, member, on=localdate(at)):
        raise NotYoursToIssue
    if not StudyCard.objects.valid().of(member).update(failed=0, rests_until=None):
        raise NoCard
    note(OPENED, at=at, by=by, member=member, address=address)
