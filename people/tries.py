"""
How often one may try. Whoever fails too often waits, and nobody can make another wait.

Tries are counted for the number that was typed *in the network it came from*, and for that network as a
whole. A device on which the member has signed in before is counted by itself instead (see `people.devices`):
a stranger's failures, wherever they come from, never keep the owner out. A try counts from before the
password is looked at, and is taken back when it was right: a hundred at once are no better than one by one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Max

from jobs.schedule import nightly
from people.account_records import SignInTry
from people.ciphers import blind_index


class WaitFirst(Exception):
    """There were too many failures: the next try is for later."""

    def __init__(self, until: datetime, *, at: datetime) -> None:
        self.until = until
        self.minutes = max(1, math.ceil((until - at).total_seconds() / 60))


class Refused(Exception):
    """What was tried is not right. `starts_to_wait`: from now on there is a wait."""

    starts_to_wait = False


@dataclass(frozen=True)
class Scope:
    """What failures are counted for: after `allowed` of them within `window` one waits, each time longer."""

    name: str
    allowed: int = 5
    window: timedelta = timedelta(hours=24)
    longest: timedelta = timedelta(minutes=60)
    is_cleared_by_success: bool = True

    @property
    def key(self) -> str:
        return blind_index(f"tries|{self.name}")

    def wait(self, failures: int) -> timedelta:
        """5, 10, 20, 40, 60 minutes after the last failure allowed and each one further."""
        if failures < self.allowed:
            return timedelta(0)
        return min(timedelta(minutes=5) * 2 ** min(failures - self.allowed, 10), self.longest)


def network_scope(network: str) -> Scope:
    """All that comes from one network: many people share it, so many failures, and short waits."""
    return Scope(
        f"network|{network}",
        allowed=60,
        window=timedelta(hours=1),
        longest=timedelta(minutes=10),
        is_cleared_by_success=False,
    )


KEPT = timedelta(days=1)
"""After this time a failure is forgotten: no window is longer."""


@contextmanager
def counted(scopes: Sequence[Scope], *, at: datetime) -> Iterator[None]:
    """
    Try something: a `Refused` that leaves the block counts as a failure, success forgives the earlier ones.

    :raises WaitFirst: when there have been too many; then the block is not entered.
    """
    rows = _begin(scopes, at=at)
    try:
        yield
    except Refused as refused:
        refused.starts_to_wait = until_when(scopes, at=at) is not None
        raise
    except BaseException:
        SignInTry.objects.filter(pk__in=rows).delete()
        raise
    forgiven = [scope.key for scope in scopes if scope.is_cleared_by_success]
    SignInTry.objects.filter(scope__in=forgiven).delete()
    SignInTry.objects.filter(pk__in=rows).delete()


@transaction.atomic
def _begin(scopes: Sequence[Scope], *, at: datetime) -> list[int]:
    with connection.cursor() as cursor:
        for key in sorted(scope.key for scope in scopes):
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    until = until_when(scopes, at=at)
    if until is not None:
        raise WaitFirst(until, at=at)
    rows = SignInTry.objects.bulk_create([SignInTry(scope=scope.key, at=at) for scope in scopes])
    return [row.pk for row in rows]


def until_when(scopes: Sequence[Scope], *, at: datetime) -> datetime | None:
    """Return until when one has to wait, or None. One query for each scope: two or three."""
    waits = []
    for scope in scopes:
        seen = SignInTry.objects.filter(scope=scope.key, at__gt=at - scope.window)
        found = seen.aggregate(failures=Count("pk"), last=Max("at"))
        if found["failures"]:
            waits.append(found["last"] + scope.wait(found["failures"]))
    return max((until for until in waits if until > at), default=None)


@nightly("forget failed sign-ins")
def forget(at: datetime) -> None:
    """Remove what no window reaches any more."""
    SignInTry.objects.filter(at__lt=at - KEPT).delete()
