"""
New cards to be printed: what is known of them this once can be read for an hour, where they were made.

It lies encrypted in the session, and the key of it in a cookie that ends after an hour: neither the database
nor a copy of it can print a card. Later no card is printed again: another is made, and the first is void.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from people.affiliations import Affiliation
from people.cards import Issued
from people.contacts import Contact
from people.models import LEADING, Member, Office, StudyCard

_NEW = "new_cards"
KEY = "print_key"
"""The cookie."""

KEPT = timedelta(hours=1)


@dataclass(frozen=True)
class NewCard:
    """A card to be printed, the code for its first use, and whom its member can ring."""

    card: StudyCard
    activation: str
    address: str
    branch: str
    contact: Contact | None

    @property
    def code_in_groups(self) -> str:
        """The code as it is read out: 482 193."""
        return f"{self.activation[:3]} {self.activation[3:]}"


def keep_for_printing(
    request: HttpRequest, response: HttpResponse, issued: Iterable[Issued], *, at: datetime
) -> None:
    """Keep what was just made; what was kept before is forgotten."""
    rows = [[one.card.pk, one.activation, one.address] for one in issued]
    key = Fernet.generate_key()
    request.session[_NEW] = [int(at.timestamp()), Fernet(key).encrypt(json.dumps(rows).encode()).decode()]
    response.set_cookie(
        KEY,
        key.decode(),
        max_age=int(KEPT.total_seconds()),
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _kept(request: HttpRequest, *, at: datetime) -> dict[int, tuple[str, str]]:
    """Code and address of each new card; nothing when the hour is over, or without the key."""
    since, sealed = request.session.get(_NEW, (0, ""))
    if at.timestamp() - since > KEPT.total_seconds():
        request.session.pop(_NEW, None)
        return {}
    try:
        rows = json.loads(Fernet(request.COOKIES.get(KEY, "").encode()).decrypt(sealed.encode()))
    except (ValueError, InvalidToken):
        return {}
    return {pk: (activation, address) for pk, activation, address in rows}


def to_print(request: HttpRequest, *, at: datetime, on: date) -> list[NewCard]:
    """The cards that were made here in the last hour and are still valid. Three queries."""
    rows = _kept(request, at=at)
    cards = StudyCard.objects.valid().filter(pk__in=rows, issued_by=request.user).select_related("member")
    found = {card.pk: card for card in cards}
    homes, contacts = _homes([card.member for card in found.values()], on=on)
    return [
        NewCard(found[pk], *rows[pk], homes.get(found[pk].member_id, ""), contacts.get(found[pk].member_id))
        for pk in rows
        if pk in found
    ]


def _homes(members: list[Member], *, on: date) -> tuple[dict[int, str], dict[int, Contact]]:
    """The home branch's name and whom to ring there, for each: the secretary first, never themself."""
    rows = Affiliation.objects.on(on).home().filter(member__in=members).select_related("branch")
    branch_of = {row.member_id: row.branch for row in rows}
    leaders = (
        Office.objects.held_on(on)
        .filter(organisation__in=branch_of.values(), kind__in=LEADING, member__phone_index__isnull=False)
        .select_related("member")
        .order_by("-kind", "pk")  # "secretary" sorts after "deputy"
    )
    at_place: dict[int, list[Member]] = {}
    for office in leaders:
        at_place.setdefault(office.organisation_id, []).append(office.member)
    contacts = {}
    for member_id, branch in branch_of.items():
        for leader in at_place.get(branch.pk, []):
            if leader.pk != member_id:
                contacts[member_id] = Contact(leader.local_name, leader.phone)
                break
    return {pk: branch.local_name for pk, branch in branch_of.items()}, contacts
