"""
Sessions that began with a study card: reading, quizzes, the own record, and nothing else.

The session is held by an authentication backend of its own. It hands out a member who holds no office and has
no permission, whatever stands in the tables; which addresses open at all says `config.by_card`.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import login
from django.contrib.auth.backends import BaseBackend
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest

from people.models import Member, StudyCard

BACKEND = "people.card_sessions.ByStudyCard"

CARD = "card"
"""Session key: the card that it began with."""

STAYS = "stays"
"""Session key: true when the member asked to stay signed in on this device."""

STAYS_FOR = timedelta(days=180)


class ByStudyCard(BaseBackend):
    """Who has signed in with a card. It signs nobody in: the PIN is asked in `people.card_entering`."""

    def authenticate(self, request: HttpRequest | None, **credentials: object) -> Member | None:
        return None

    def get_user(self, user_id: int) -> Member | None:
        """The member with their card of today, while they have one, in one query."""
        card = StudyCard.objects.in_use().filter(member=OuterRef("pk")).values("pk")
        found = Member.objects.annotate(card_in_use=Subquery(card[:1]))
        member = found.filter(pk=user_id, is_active=True, card_in_use__isnull=False).first()
        if member is not None:
            member.by_card = True
        return member


def login_by_card(request: HttpRequest, card: StudyCard, *, stays: bool) -> None:
    """Begin the session: until the browser is closed, or for half a year where the member asked for it."""
    request.session.flush()
    card.member.by_card = True
    login(request, card.member, backend=BACKEND)
    request.session[CARD] = card.pk
    if stays:
        request.session[STAYS] = True
        request.session.set_expiry(STAYS_FOR)
    else:
        request.session.set_expiry(0)


def is_by_card(request: HttpRequest) -> bool:
    """True while somebody is signed in with a study card."""
    return request.user.is_authenticated and request.user.by_card


def still_holds(request: HttpRequest) -> bool:
    """False when the card that this session began with is not the member's card any more."""
    return request.session.get(CARD) == request.user.card_in_use
