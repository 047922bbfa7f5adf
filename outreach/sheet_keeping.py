"""What this room holds of activity records, for the inventory, and when the words on them go."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from jobs.schedule import nightly
from outreach.sheets import SheetLine
from people.keeping import LAW, WITH_ACCOUNT, Held, Keeping, OnErasure, years_of_learning_events

RECKONING = _("to say who did what in an office")
AWAY = _("to count what a member did with a host branch, each hour once")
WHO = _("you; who leads your home branch and above; your contact person")
YEARS = Keeping(_("two years, then totals of a year for five; not dropped by itself yet"))

SHEETS = (
    Held(
        "outreach.ActivitySheet",
        _("Activity records issued for me"),
        (
            "key", "number", "member", "registration", "branch", "since", "expires_on", "issued_at",
            "cancelled_at",
        ),
        AWAY,
        LAW,
        WITH_ACCOUNT,
        WHO,
        shows=("number", "branch", "since", "expires_on", "issued_at", "cancelled_at"),
    ),
    Held(
        "outreach.ActivitySheet",
        _("Activity records I issued"),
        ("issued_by",),
        RECKONING,
        LAW,
        WITH_ACCOUNT,
        WHO,
        member="issued_by",
        shows=("number", "issued_at"),
    ),
    Held(
        "outreach.ActivitySheet",
        _("Activity records I cancelled"),
        ("cancelled_by",),
        RECKONING,
        LAW,
        WITH_ACCOUNT,
        WHO,
        member="cancelled_by",
        shows=("number", "cancelled_at"),
    ),
    Held(
        "outreach.SheetReturn",
        _("Returns of activity records I recorded"),
        ("key", "sheet", "recorded_by", "recorded_at"),
        RECKONING,
        LAW,
        YEARS,
        WHO,
        member="recorded_by",
        shows=("sheet", "recorded_at"),
    ),
    Held(
        "outreach.SheetLine",
        _("Lines of activity records"),
        ("sheet", "returned", "row", "started_at", "minutes", "kind", "about", "record"),
        AWAY,
        LAW,
        Keeping(_("as the study record; what it was about for two years")),
        WHO,
        member="sheet__member",
        on_erasure=OnErasure.EMPTY,
        shows=("sheet", "row", "started_at", "minutes", "kind", "about"),
    ),
)  # fmt: skip


@nightly("forget what activities of mobile members were about")
def forget_old_words(at: datetime) -> int:
    """Empty what stood on lines that were recorded so long ago; the lines stay."""
    over = SheetLine.objects.filter(returned__recorded_at__lt=at - years_of_learning_events())
    return over.filter(about__isnull=False).update(about=None)
