"""How the inventory says what is kept: which fields, what for, how long, who sees it, what erasing does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OnErasure(StrEnum):
    """What becomes of a row when the member it is about is erased."""

    BLANK = "blank"  # the row of the member itself: the account is emptied, the opaque key stays
    DROP = "drop"  # deleted
    EMPTY = "empty"  # stays under the opaque key, without what describes the person
    END = "end"  # ends on that day and stays under the opaque key
    KEEP = "keep"  # stays under the opaque key


ON_ERASURE_WORDS: dict[OnErasure, Any] = {
    OnErasure.BLANK: _("emptied"),
    OnErasure.DROP: _("deleted"),
    OnErasure.EMPTY: _("words and pace emptied; the row stays under an opaque key"),
    OnErasure.END: _("ends that day, stays under an opaque key"),
    OnErasure.KEEP: _("stays under an opaque key"),
}


@dataclass(frozen=True)
class Keeping:
    """
    How long rows are kept. With `since`, the nightly job drops those whose `since` is older than `length()`.

    `only` narrows down which rows: answered requests, say.
    """

    words: Any
    since: str = ""
    length: Callable[[], timedelta] | None = None
    only: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_ours(self) -> bool:
        """True when `people.retention` drops what is over; else an act or another job does."""
        return self.length is not None

    def over(self, model: type[models.Model], *, at: datetime) -> models.QuerySet:
        """The rows whose time is over."""
        if self.length is None:
            return model._base_manager.none()
        return model._base_manager.filter(**self.only, **{f"{self.since}__lt": at - self.length()})


@dataclass(frozen=True)
class Held:
    """
    One kind of personal data: fields of a model, with everything a member may want to know of them.

    `member`: the look-up from a row to the member it is about, empty when it names none. `shown`: whether the
    page My data lists the rows field by field; when not, `why_not_shown` says why (or where else).
    """

    model: str
    what: Any
    fields: tuple[str, ...]
    purpose: Any
    basis: str
    keeping: Keeping
    seen_by: Any
    member: str = "member"
    on_erasure: OnErasure = OnErasure.KEEP
    shows: tuple[str, ...] = ()
    why_not_shown: Any = ""

    @property
    def source(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def key(self) -> str:
        """The name of this section in the download."""
        return f"{self.model.lower()}.{self.member}" if self.member != "member" else self.model.lower()

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields that the page My data shows, in order."""
        return self.shows or tuple(name for name in self.fields if name != self.member)

    def rows_of(self, member: models.Model) -> models.QuerySet:
        """The rows about this member."""
        return self.source._base_manager.filter(**{self.member: member})


def years_of_learning_events() -> timedelta:
    return timedelta(days=365 * settings.LEARNING_EVENT_YEARS)


def years_of_requests() -> timedelta:
    return timedelta(days=365 * settings.REQUEST_YEARS)


WITH_ACCOUNT = Keeping(_("as long as the account"))
LAW = "PIPL 13 (3)"
CONSENT = "PIPL 13 (1), 15, 16"
SECURITY = "PIPL 51; GB/T 22239-2019"
RIGHTS = "PIPL 44–50"
"""The articles a purpose rests on; which basis holds for which duty is for counsel to confirm."""
