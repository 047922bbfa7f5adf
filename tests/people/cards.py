"""Study cards for tests: one that is in use, with a PIN that is known."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.test import Client

from people.cards import issue_card
from people.models import Member, StudyCard

PIN = "482716"
"""Six digits: four would stand in the random number of a card now and then, and be refused."""


def active_card(member: Member, *, by: Member | None = None, at: datetime) -> StudyCard:
    """A card whose PIN has been chosen."""
    card = issue_card(member, by=by, at=at).card
    card.pin, card.pin_set_at = make_password(PIN), at
    card.save(update_fields=["pin", "pin_set_at"])
    return card


def sign_in_by_card(client: Client, card: StudyCard, pin: str = PIN, **fields: str):
    """By typing the number and the PIN."""
    client.post("/card/", {"number": card.number})
    return client.post("/card/pin/", {"pin": pin, **fields})
