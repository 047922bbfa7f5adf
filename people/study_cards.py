"""
Study cards 学习卡: a printed card with a QR and a PIN of one's own, to sign in without a puzzle.

A card is good for reading, quizzes and the own record, never for office work. What the QR holds, the code for
the first use and the PIN are kept as hashes alone. The acts are in `people.cards`.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from people.models import Member

DIGITS = 9
"""Of a card's number: eight drawn, and one that shows a slip in typing before anything is looked up."""

ACTIVATED_WITHIN = timedelta(days=60)
"""So long the code for the first use holds: cards are handed over on visits."""

PAUSE_AFTER, PAUSE = 5, timedelta(minutes=15)
LOCK_AFTER = 10
"""After five wrong tries in a row a card rests, after ten it is locked until the branch opens it again."""


def check_digit(digits: str) -> str:
    """The last digit of a number (Luhn): a wrong or swapped digit is noticed."""
    doubled = (int(d) * 2 if place % 2 == 0 else int(d) for place, d in enumerate(reversed(digits)))
    return str(-sum(number // 10 + number % 10 for number in doubled) % 10)


def draw_number() -> str:
    """A number that says nothing: neither who has the card nor how many there are."""
    digits = str(secrets.randbelow(9 * 10 ** (DIGITS - 2)) + 10 ** (DIGITS - 2))
    return digits + check_digit(digits)


def is_card_number(typed: str) -> bool:
    return (
        len(typed) == DIGITS and typed.isascii() and typed.isdigit() and check_digit(typed[:-1]) == typed[-1]
    )


def digest_of(secret: str) -> str:
    """What is kept of the secret in a QR: it has 128 bits, so a plain digest cannot be turned round."""
    return hashlib.sha256(f"study card {secret}".encode()).hexdigest()


class StudyCardQuerySet(models.QuerySet["StudyCard"]):
    def of(self, member: Member) -> StudyCardQuerySet:
        return self.filter(member=member)

    def valid(self) -> StudyCardQuerySet:
        """Cards that were not cancelled; of each member one at most."""
        return self.filter(revoked_at=None)

    def in_use(self) -> StudyCardQuerySet:
        """Valid ones whose PIN has been chosen."""
        return self.valid().exclude(pin_set_at=None)


class StudyCard(models.Model):
    """One printed card. A lost one is cancelled, and another is printed."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="study_cards")
    number = models.CharField(_("card number"), max_length=DIGITS, unique=True)
    secret = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="study_cards_issued"
    )
    issued_at = models.DateTimeField(_("issued"))
    activation = models.CharField(max_length=128)
    activation_until = models.DateTimeField(_("first use until"))
    pin = models.CharField(max_length=128, blank=True)
    pin_set_at = models.DateTimeField(_("PIN chosen"), null=True)
    failed = models.PositiveSmallIntegerField(_("wrong tries in a row"), default=0)
    rests_until = models.DateTimeField(_("rests until"), null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="study_cards_revoked"
    )
    revoked_at = models.DateTimeField(_("cancelled"), null=True)

    objects = StudyCardQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("study card")
        verbose_name_plural = _("study cards")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(revoked_at=None),
                name="a_member_has_one_valid_study_card_at_most",
            ),
            models.CheckConstraint(
                condition=Q(pin="", pin_set_at=None) | (~Q(pin="") & Q(pin_set_at__isnull=False)),
                name="a_pin_has_the_moment_it_was_chosen",
            ),
            models.CheckConstraint(
                condition=Q(activation_until__gt=F("issued_at")), name="a_card_can_be_used_first_for_a_while"
            ),
            models.CheckConstraint(
                condition=Q(number__regex=rf"^[0-9]{{{DIGITS}}}$"), name="a_card_number_has_nine_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.number_in_groups

    @property
    def number_in_groups(self) -> str:
        """The number as it is printed and read out: 482 190 377."""
        return " ".join(self.number[start : start + 3] for start in range(0, DIGITS, 3))

    @property
    def is_activated(self) -> bool:
        return self.pin_set_at is not None

    @property
    def is_locked(self) -> bool:
        """After too many wrong tries: until the branch opens it again."""
        return self.failed >= LOCK_AFTER

    def rests_at(self, at: datetime) -> bool:
        return self.rests_until is not None and self.rests_until > at
