"""The activity record on paper: its words and its code, handed to the press."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from outreach.sheets import LINES, ActivitySheet
from paper.press import press
from paper.qr import qr_svg
from people.contacts import contact_for


def sheet_pdf(sheet: ActivitySheet, *, address: str, on: date) -> bytes:
    """Return the sheet as a tagged PDF. `address`: where the code on it is checked."""
    return press("activity_sheet", sheet_data(sheet, address=address, on=on))


def sheet_data(sheet: ActivitySheet, *, address: str, on: date) -> dict[str, Any]:
    """What the template prints: values and words in the reader's language."""
    contact = contact_for(sheet.member, on=on)
    dates = {"since": date_format(sheet.since), "last": date_format(sheet.last_day())}
    return {
        "language": get_language() or "zh-hans",
        "title": _("Activity record of a mobile member"),
        "number": _("Number %(number)s") % {"number": sheet.number},
        "facts": [
            [_("Name"), sheet.member.local_name],
            [_("Home branch"), sheet.branch.local_name],
            [_("Valid"), _("%(since)s to %(last)s") % dates],
            [_("Issued"), date_format(sheet.issued_at.astimezone().date())],
        ],
        "intro": _(
            "To the receiving branch: please let this member take part, and fill in a line for each activity,"
            " with your signature or stamp. Only what is written here is needed."
        ),
        "head": [
            _("No."),
            _("Day"),
            _("Beginning"),
            _("Minutes"),
            _("Activity"),
            _("What it was about"),
            _("Signature or stamp of the receiving branch"),
        ],
        "kinds": _(
            "Activity: meeting of the branch, meeting of the group, Party lecture, theme Party day,"
            " studying together, other."
        ),
        "lines": LINES,
        "back": _(
            "Please give the sheet back to the member, who hands it or a copy to the home branch. The hours"
            " count when the home branch has recorded and confirmed them."
        ),
        "contact": _contact(contact.name, contact.phone_in_groups) if contact else "",
        "check": _("Check this sheet: scan the code, or open the address."),
        "address": address,
        "qr": qr_svg(address, "m"),
        "qr_words": _("Code that leads to the page on which this sheet is checked"),
        "foot": _("The page says whether the sheet was issued and still holds. It names nobody."),
    }


def _contact(name: str, phone: str) -> str:
    return _("Home branch, to be rung with questions: %(name)s, %(phone)s") % {"name": name, "phone": phone}
