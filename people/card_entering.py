"""Signing in with a study card, step by step: the card is read or its number typed, then the PIN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import entering, pins
from people.audit import Action, action, note, shortened_address
from people.card_sessions import login_by_card
from people.card_tries import WrongPin, try_activation, try_pin
from people.contacts import Contact, contact_for, contact_on
from people.devices import device_of
from people.middleware import SIGNED_IN
from people.models import Member, StudyCard
from people.sessions import end_all_by_cards, note_session
from people.signing_in import tidy_identifier
from people.study_cards import DIGITS, digest_of, is_card_number
from people.tries import Refused, Scope, counted, network_scope

SIGNED_IN_BY_CARD = action("card.signed_in", _("Signed in with a study card"))
ACTIVATED = action("card.activated", _("Chose the PIN of a study card"))
PIN_CHANGED = action("card.pin_changed", _("Changed the PIN of a study card"))
WRONG = action("card.wrong", _("Typed a wrong PIN, or a wrong code for the first use of a study card"))
NOT_A_CARD = action("card.unknown", _("Showed a study card that is not valid here"))

_IN_HAND = "card_in_hand"
PATIENCE = timedelta(minutes=30)
"""So long one may take with the PIN: nobody is hurried."""


class NotValid(Refused):
    """The QR is of no valid card of this site: cancelled, of another installation, or made up."""


class NotANumber(Exception):
    """What was typed has a slip: no card has such a number, and nothing was looked up."""


class NoCardInHand(Exception):
    """The card was cancelled meanwhile, or it took too long."""


@dataclass(frozen=True)
class InHand:
    """The card that somebody showed (`is_shown`) or whose number they typed; None when no card has it."""

    card: StudyCard | None
    number: str
    is_shown: bool

    @property
    def member(self) -> Member | None:
        """Who it belongs to, for the greeting: only when the card itself was shown."""
        return self.card.member if self.card and self.is_shown else None

    @property
    def is_new(self) -> bool:
        """True when the PIN is still to be chosen; told only to who shows the card."""
        return self.is_shown and self.card is not None and not self.card.is_activated


def typed_scope(network: str) -> Scope:
    """Numbers typed in one network: more closely counted than cards that were shown."""
    return Scope(
        f"card typed|{network}",
        allowed=20,
        window=timedelta(hours=1),
        longest=timedelta(minutes=30),
        is_cleared_by_success=False,
    )


def show_card(request: HttpRequest, secret: str, *, at: datetime) -> None:
    """
    Remember the card whose QR was read. Nobody is signed in yet.

    :raises NotValid: when it is none of ours, or was cancelled.
    :raises people.tries.WaitFirst: when this network has shown too many of those.
    """
    network = shortened_address(request)
    try:
        with counted([network_scope(network)], at=at):
            card = _usable().filter(secret=digest_of(secret.strip())).first()
            if card is None:
                raise NotValid
    except NotValid:
        note(NOT_A_CARD, at=at, by=None, address=network, refused=True)
        raise
    _remember(request, card.number, at=at, is_shown=True)


def type_number(request: HttpRequest, typed: str, *, at: datetime) -> None:
    """
    Remember the number that was typed, whether a card has it or not.

    :raises NotANumber: when a digit is wrong or missing, which the last digit shows.
    """
    number = tidy_identifier(typed)
    if not is_card_number(number):
        raise NotANumber
    _remember(request, number, at=at, is_shown=False)


def _remember(request: HttpRequest, number: str, *, at: datetime, is_shown: bool) -> None:
    request.session[_IN_HAND] = [number, is_shown, int(at.timestamp())]


def _usable() -> StudyCard:
    cards = StudyCard.objects.valid().filter(member__is_active=True, member__erased_at=None)
    return cards.select_related("member")


def card_in_hand(request: HttpRequest, *, at: datetime) -> InHand | None:
    """What was shown or typed here in the last half hour. One query."""
    number, is_shown, since = request.session.get(_IN_HAND, ("", False, 0))
    if len(number) != DIGITS or at.timestamp() - since > PATIENCE.total_seconds():
        return None
    card = _usable().filter(number=number).first()
    if is_shown and card is None:
        return None
    return InHand(card, number, is_shown)


def whom_to_ring(request: HttpRequest, hand: InHand | None, *, at: datetime) -> Contact | None:
    """The contact person: of who shows the card, or of the one member who uses this device."""
    day = localdate(at)
    if hand is not None and hand.member is not None:
        return contact_for(hand.member, on=day)
    return contact_on(device_of(request).only_member(), on=day)


def _scopes(request: HttpRequest, hand: InHand) -> list[Scope]:
    network = shortened_address(request)
    return [network_scope(network)] if hand.is_shown else [network_scope(network), typed_scope(network)]


def sign_in_by_card(request: HttpRequest, hand: InHand, pin: str, *, stays: bool, at: datetime) -> Member:
    """
    Sign in with the card in hand and its PIN.

    :raises people.card_tries.WrongPin, CardRests, CardLocked: nobody is signed in.
    :raises people.tries.WaitFirst: when this network has failed too often.
    :raises NoCardInHand: when the card was cancelled meanwhile.
    """
    try:
        with counted(_scopes(request, hand), at=at):
            card = try_pin(hand.card, pins.tidy_pin(pin), number=hand.number, at=at)
    except WrongPin as wrong:
        _note_wrong(request, WRONG, hand, wrong, at=at)
        raise
    return _begin_session(request, card, stays=stays, at=at)


def activate(
    request: HttpRequest, hand: InHand, code: str, pin: str, again: str, *, stays: bool, at: datetime
) -> Member:
    """
    Choose the PIN of a new card with the code for its first use, and sign in.

    What is wrong with the PIN itself is said before the code is looked at, and counts for nothing.

    :raises people.leading.Refusal: when the PIN is no good; nothing is changed.
    :raises people.card_tries.WrongPin, CardRests, CardLocked, people.tries.WaitFirst, NoCardInHand: the same.
    """
    member = hand.card.member if hand.card and hand.is_shown else Member()
    chosen = pins.tidy_pin(pin)
    pins.check_pin(chosen, member=member, card_number=hand.number)
    if chosen != pins.tidy_pin(again):
        raise pins.NotTheSame
    try:
        with counted(_scopes(request, hand), at=at):
            card = try_activation(hand.card, pins.tidy_pin(code), number=hand.number, at=at)
    except WrongPin as wrong:
        _note_wrong(request, WRONG, hand, wrong, at=at)
        raise
    pins.check_pin(chosen, member=card.member, card_number=card.number)
    with transaction.atomic():
        held = StudyCard.objects.valid().filter(pk=card.pk, pin_set_at=None)
        if not held.update(pin=make_password(chosen), pin_set_at=at):
            raise NoCardInHand
        note(
            ACTIVATED,
            at=at,
            by=card.member,
            member=card.member,
            address=shortened_address(request),
            details={"card": str(card.key)},
        )
    return _begin_session(request, card, stays=stays, at=at)


def change_pin(request: HttpRequest, card: StudyCard, pin: str, again: str, *, at: datetime) -> int:
    """
    Choose another PIN, for who is signed in and has said the old one or the password. Return ended sessions.

    :raises people.leading.Refusal: when the PIN is no good; nothing is changed.
    """
    chosen, member = pins.tidy_pin(pin), request.user
    pins.check_pin(chosen, member=member, card_number=card.number)
    if chosen != pins.tidy_pin(again):
        raise pins.NotTheSame
    with transaction.atomic():
        held = StudyCard.objects.in_use().of(member).filter(pk=card.pk)
        held.update(pin=make_password(chosen), pin_set_at=at, failed=0, rests_until=None)
        ended = end_all_by_cards([card], but=request.session.session_key)
        note(
            PIN_CHANGED,
            at=at,
            by=member,
            member=member,
            address=shortened_address(request),
            details={"card": str(card.key), "sessions": ended},
        )
    return ended


def _begin_session(request: HttpRequest, card: StudyCard, *, stays: bool, at: datetime) -> Member:
    if request.user.is_authenticated:
        entering.end_session(request, at=at)  # somebody else's on the same device, or one's own by password
    with transaction.atomic():
        # Who cancels the card meanwhile waits for this, and then finds the session to end.
        if not StudyCard.objects.in_use().select_for_update().filter(pk=card.pk).exists():
            raise NoCardInHand
        login_by_card(request, card, stays=stays)
        request.session[SIGNED_IN] = int(at.timestamp())
        note_session(request, card.member, at=at, card=card)
        note(
            SIGNED_IN_BY_CARD,
            at=at,
            by=card.member,
            member=card.member,
            address=shortened_address(request),
            details={"card": str(card.key), "stays": stays},
        )
    return card.member


def _note_wrong(request: HttpRequest, what: Action, hand: InHand, wrong: WrongPin, *, at: datetime) -> None:
    member = hand.card.member if hand.card else None
    details = {"left": wrong.left, "shown": hand.is_shown}
    note(
        what, at=at, by=None, member=member, address=shortened_address(request), refused=True, details=details
    )
