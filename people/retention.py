"""What is over goes, each night: as the inventory says."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jobs.schedule import nightly
from people import audit
from people.holdings import everything_held

DROPPED = audit.action("retention.dropped", _("Dropped what had been kept long enough"))


@nightly("drop personal data whose time is over")
def drop_what_is_over(at: datetime) -> dict[str, int]:
    """Delete the rows whose time is over, kind by kind; the audit keeps how many of which."""
    dropped: dict[str, int] = {}
    with transaction.atomic():
        for held in everything_held():
            if held.keeping.is_ours:
                _total, by_model = held.keeping.over(held.source, at=at).delete()
                for model, rows in by_model.items():
                    dropped[model] = dropped.get(model, 0) + rows
        if any(dropped.values()):
            audit.note(DROPPED, at=at, by=None, details={name: n for name, n in dropped.items() if n})
    return dropped
