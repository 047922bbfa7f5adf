"""What this room holds of members, for the inventory, My data and erasure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from people.keeping import LAW, Held, Keeping

YEARS = Keeping(_("two years, then totals of a year for five; not dropped by itself yet"))
TAKING = _("to know who was at a meeting, and to count its hours")
RECKONING = _("to say who did what in an office")
WHO = _("you; who takes the roll of the meeting")


def _did(model: str, what: object, by: str, *shows: str) -> Held:
    """What somebody did in an office."""
    return Held(model, what, (by,), RECKONING, LAW, YEARS, WHO, member=by, shows=shows)


INVENTORY = (
    Held(
        "meetings.Attendance",
        _("Meetings whose roll names me"),
        ("key", "meeting", "member", "state", "arrived_at", "at"),
        TAKING,
        LAW,
        YEARS,
        WHO,
        shows=("meeting", "state", "arrived_at", "at"),
    ),
    _did("meetings.Attendance", _("Attendance I noted"), "by", "meeting", "at"),
    _did("meetings.Meeting", _("Meetings I chaired"), "chaired_by", "branch", "kind", "starts_at"),
    _did("meetings.Meeting", _("Lectures I gave"), "lecturer", "branch", "starts_at"),
    _did("meetings.Meeting", _("Meetings I entered"), "opened_by", "branch", "kind", "opened_at"),
    _did("meetings.Meeting", _("Meetings I closed"), "closed_by", "branch", "kind", "closed_at"),
    _did("meetings.Meeting", _("Meetings I called off"), "called_off_by", "branch", "kind", "called_off_at"),
)

CONTENT = ("meetings.Meeting",)
"""Its subject and place are about the meeting; the place is emptied when it is closed or called off."""
