"""The PIN of a study card: four to six digits that nobody would try first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from people.leading import Refusal
from people.signing_in import tidy_identifier

if TYPE_CHECKING:
    from people.models import Member

SHORTEST, LONGEST = 4, 6

TRIED_FIRST = frozenset({"1314", "2580", "0852", "1921", "1949", "520520", "147258", "159357"})
"""Lines over the keys, and numbers that many people choose."""

_UP, _DOWN = "01234567890", "09876543210"


class NotAPin(Refusal):
    words = _("A PIN has four to six digits.")


class TooEasy(Refusal):
    words = _("Everybody would try this PIN first: the same digit or a row like 1234. Please choose another.")


class OwnYear(Refusal):
    words = _("The PIN must not be the year of birth. Please choose another.")


class OwnNumber(Refusal):
    words = _(
        "The PIN must not be part of the telephone number or of the card's number. Please choose another."
    )


class NotTheSame(Refusal):
    words = _("The two PINs are not the same. Please type the PIN again, twice.")


def tidy_pin(typed: str) -> str:
    """What was typed, without blanks, and full-width digits as plain ones."""
    return tidy_identifier(typed)


def is_pin(typed: str) -> bool:
    return re.fullmatch(rf"[0-9]{{{SHORTEST},{LONGEST}}}", typed) is not None


def is_easy(pin: str) -> bool:
    """One digit or pair over and over, a row up or down, twice the same, or what many people choose."""
    half = len(pin) // 2
    repeated = pin[:half] * 2 == pin or pin[:2] * 3 == pin
    return len(set(pin)) == 1 or repeated or pin in _UP or pin in _DOWN or pin in TRIED_FIRST


def check_pin(pin: str, *, member: Member, card_number: str) -> None:
    """
    Look at a PIN that the member has chosen.

    :raises NotAPin, TooEasy, OwnYear, OwnNumber: with words that say what to do.
    """
    if not is_pin(pin):
        raise NotAPin
    if is_easy(pin):
        raise TooEasy
    if member.birth_year and str(member.birth_year) in {pin, pin[:4], pin[-4:]}:
        raise OwnYear
    if pin in (member.phone or "") or pin in card_number:
        raise OwnNumber
