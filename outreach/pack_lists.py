"""The delivery list of packs on paper: by branch, names and numbers, a box to tick. It holds no addresses."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from outreach.packet_records import Packet, PackRun
from paper.press import press


def delivery_list(run: PackRun, packets: Iterable[Packet]) -> bytes:
    """Return the list as a PDF, in the reader's language; packs in the order of their numbers."""
    by_branch = groupby(packets, key=lambda packet: packet.branch)
    return press(
        "delivery_list",
        {
            "language": "en" if get_language() == "en" else "zh",
            "title": _("Delivery list"),
            "when": date_format(localtime(run.asked_at), "DATE_FORMAT"),
            "words": [_("No."), _("Name"), _("Pack number"), _("Delivered")],
            "places": [
                {
                    "name": branch.local_name,
                    "rows": [
                        {"name": packet.member.local_name, "number": packet.number} for packet in listed
                    ],
                }
                for branch, listed in by_branch
            ],
        },
    )
