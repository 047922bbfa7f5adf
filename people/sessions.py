"""One's own sessions: what is open, ending one, ending all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs.schedule import nightly
from people.account_records import OpenSession
from people.audit import action, note, shortened_address
from people.devices import programme_of, system_of
from people.models import Member, StudyCard

ENDED = action("session.ended", _("Ended an own session"))
ALL_ENDED = action("session.all_ended", _("Signed out everywhere"))

NOTED_EVERY = 3600
"""Seconds. When a session was last seen is noted once an hour: roughly is enough, and costs little."""


def note_session(
    request: HttpRequest, member: Member, *, at: datetime, card: StudyCard | None = None
) -> None:
    """Keep what the member will be told of the session that has just begun; `card`: it began with one."""
    agent = request.headers.get("user-agent", "")
    OpenSession.objects.create(
        member=member,
        session_key=request.session.session_key,
        system=system_of(agent),
        programme=programme_of(agent),
        network=shortened_address(request),
        since=at,
        seen_at=at,
        card=card,
    )


def note_seen(session_key: str, *, at: datetime) -> None:
    OpenSession.objects.filter(session_key=session_key).update(seen_at=at)


def sessions_of(member: Member, *, at: datetime) -> list[OpenSession]:
    """The member's sessions that are open, the last seen first. One query."""
    alive = Session.objects.filter(expire_date__gt=at).values("session_key")
    mine = OpenSession.objects.filter(member=member, session_key__in=alive)
    return list(mine.order_by("-seen_at", "-pk"))


@transaction.atomic
def end_session(member: Member, pk: int, *, at: datetime, address: str) -> None:
    """End one of the member's own sessions. One that has ended, or is another's, changes nothing."""
    found = OpenSession.objects.filter(member=member, pk=pk)
    keys = list(found.values_list("session_key", flat=True))
    if keys:
        _end(keys)
        note(ENDED, at=at, by=member, member=member, address=address)


@transaction.atomic
def end_all(member: Member, *, at: datetime, address: str) -> None:
    """Sign the member out on every device, this one too."""
    ended = _end(list(OpenSession.objects.filter(member=member).values_list("session_key", flat=True)))
    note(ALL_ENDED, at=at, by=member, member=member, address=address, details={"sessions": ended})


def end_others(member: Member, *, but: str | None) -> int:
    """End the member's sessions except this one; part of an act that says why. Return how many."""
    others = OpenSession.objects.filter(member=member).exclude(session_key=but)
    return _end(list(others.values_list("session_key", flat=True)))


def end_all_of(members: Iterable[Member]) -> int:
    """End every session of these members; part of an act that says why. Return how many."""
    theirs = OpenSession.objects.filter(member__in=[member.pk for member in members])
    return _end(list(theirs.values_list("session_key", flat=True)))


def end_all_by_cards(cards: Iterable[StudyCard], *, but: str | None = None) -> int:
    """End every session that began with these study cards, on every device. Return how many."""
    begun = OpenSession.objects.filter(card__in=[card.pk for card in cards]).exclude(session_key=but)
    return _end(list(begun.values_list("session_key", flat=True)))


def rename_session(old: str | None, new: str | None) -> None:
    """Follow a session to its new key."""
    OpenSession.objects.filter(session_key=old).update(session_key=new)


def forget_session(session_key: str | None) -> None:
    """The session is over: nothing is kept of it."""
    OpenSession.objects.filter(session_key=session_key).delete()


def _end(keys: list[str]) -> int:
    ended, _rows = Session.objects.filter(session_key__in=keys).delete()
    OpenSession.objects.filter(session_key__in=keys).delete()
    return ended


@nightly("forget sessions that ended")
def forget_ended(at: datetime) -> None:
    """Remove what is kept of sessions that are over."""
    alive = Session.objects.filter(expire_date__gt=at).values("session_key")
    OpenSession.objects.exclude(session_key__in=alive).delete()
