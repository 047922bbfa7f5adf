"""Checking a sheet by its code, without saying whose it is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID

from outreach.sheets import ActivitySheet
from people.tries import Refused, Scope, counted

_CODE = re.compile(r"[0-9a-f]{32}")


def check(code: str, *, network: str, at: datetime) -> ActivitySheet | None:
    """
    Return the sheet with this code, or None when this installation issued none.

    :raises WaitFirst: when too many unknown codes came from that network.
    """
    try:
        with counted([_scope(network)], at=at):
            found = _issued(code)
            if found is None:
                raise Refused
            return found
    except Refused:
        return None


def _issued(code: str) -> ActivitySheet | None:
    tidy = "".join(code.split()).replace("-", "").lower()
    if not _CODE.fullmatch(tidy):
        return None
    return ActivitySheet.objects.filter(key=UUID(tidy)).first()


def _scope(network: str) -> Scope:
    """Unknown codes from one network: many people may share it, so many tries, and short waits."""
    return Scope(
        f"sheets|{network}",
        allowed=30,
        window=timedelta(hours=1),
        longest=timedelta(minutes=10),
        is_cleared_by_success=False,
    )
