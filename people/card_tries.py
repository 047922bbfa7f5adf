"""
Trying a PIN or the code for the first use: five wrong in a row, and the card rests; ten, and it is locked.

A try counts from before the PIN is looked at, under a lock on the card, and is taken back when it was right:
a hundred at once are no better than one by one. A number that no card has is answered the same way and in the
same time, so that nobody learns which numbers there are.
"""

from __future__ import annotations

import math
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction

from people.account_records import SignInTry
from people.models import StudyCard
from people.study_cards import LOCK_AFTER, PAUSE, PAUSE_AFTER
from people.tries import KEPT, Refused, Scope


class WrongPin(Refused):
    """The PIN or the code is not right. `left`: so many tries until the card rests, or is locked."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left


class CardRests(Exception):
    """After five wrong tries: the PIN is not looked at for a quarter of an hour."""

    def __init__(self, until: datetime, *, at: datetime) -> None:
        super().__init__()
        self.until = until
        self.minutes = max(1, math.ceil((until - at).total_seconds() / 60))


class CardLocked(Exception):
    """After ten wrong tries: the PIN is not looked at until the branch has opened the card again."""


def try_pin(card: StudyCard | None, pin: str, *, number: str, at: datetime) -> StudyCard:
    """
    Return the card when this is its PIN.

    :raises WrongPin, CardRests, CardLocked: when not; alike for a card that is not there or has no PIN yet.
    """
    return _try(card, pin, card.pin if card else "", number=number, at=at)


def try_activation(card: StudyCard | None, code: str, *, number: str, at: datetime) -> StudyCard:
    """
    Return the card when this is the code for its first use, which is still to come.

    :raises WrongPin, CardRests, CardLocked: as for the PIN.
    """
    is_open = card is not None and not card.is_activated and card.activation_until > at
    return _try(card, code, card.activation if card and is_open else "", number=number, at=at)


def _try(card: StudyCard | None, typed: str, hashed: str, *, number: str, at: datetime) -> StudyCard:
    left = _begin(card, at=at) if card else _begin_without(number, at=at)
    if not hashed:
        make_password(typed)
    if card is None or not hashed or not check_password(typed, hashed):
        raise WrongPin(left)
    StudyCard.objects.filter(pk=card.pk).update(failed=0, rests_until=None)
    return card


def tries_left(failed: int) -> int:
    """So many wrong tries are left until the next stop."""
    return (PAUSE_AFTER if failed < PAUSE_AFTER else LOCK_AFTER) - failed


@transaction.atomic
def _begin(card: StudyCard, *, at: datetime) -> int:
    held = StudyCard.objects.select_for_update().get(pk=card.pk)
    _check(held.failed, held.rests_until, at=at)
    failed = held.failed + 1
    rests_until = at + PAUSE if failed == PAUSE_AFTER else None
    StudyCard.objects.filter(pk=card.pk).update(failed=failed, rests_until=rests_until)
    return _left_after(failed)


@transaction.atomic
def _begin_without(number: str, *, at: datetime) -> int:
    key = Scope(f"card|{number}").key
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    seen = SignInTry.objects.filter(scope=key, at__gt=at - KEPT).order_by("at", "pk")
    moments = list(seen.values_list("at", flat=True)[:LOCK_AFTER])
    rests_until = moments[PAUSE_AFTER - 1] + PAUSE if len(moments) == PAUSE_AFTER else None
    _check(len(moments), rests_until, at=at)
    SignInTry.objects.bulk_create([SignInTry(scope=key, at=at)])
    return _left_after(len(moments) + 1)


def _check(failed: int, rests_until: datetime | None, *, at: datetime) -> None:
    if failed >= LOCK_AFTER:
        raise CardLocked
    if rests_until is not None and rests_until > at:
        raise CardRests(rests_until, at=at)


def _left_after(failed: int) -> int:
    """What is left once this try has failed: none when the card rests or is locked from now on."""
    return 0 if failed in {PAUSE_AFTER, LOCK_AFTER} else tries_left(failed)
