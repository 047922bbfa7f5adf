"""Study cards on paper: small ones, large ones, and apart from them the codes for the first use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from paper.press import press
from paper.qr import qr_svg
from people.card_handing import NewCard

KINDS = ("small", "large", "codes")
"""Cards of a bank card's size, eight on A4; cards on A6 in large type; codes to be cut apart, on A4."""


def cards_as_pdf(cards: Sequence[NewCard], *, kind: str, site: str, language: str) -> bytes:
    """Return the PDF of these cards in one of the two languages. `site`: the address the QR begins with."""
    site = f"{site}/en" if language == "en" else site
    with override(language):
        data = {
            "kind": kind,
            "lang": "en" if language == "en" else "zh",
            "title": _("Codes for the first use") if kind == "codes" else _("Study cards"),
            "words": _words(site),
            "cards": [_card(card, site) for card in cards],
        }
    return press("study_cards", data)


def _words(site: str) -> dict[str, str]:
    return {
        "card": _("Study card"),
        "site": _("Xuecheng"),
        "number": _("Card number"),
        "ring": _("Questions, or card lost? Ring"),
        "alt": _("QR code: opens the page where the PIN is typed"),
        "how": _("How to use it"),
        "one": _("1. Point the telephone's camera at the square."),
        "two": _("2. Type your PIN."),
        "three": _("3. Read and study. Tell nobody the PIN."),
        "without": _("Without a camera: {address}, then the card number.").format(address=f"{site}/card/"),
        "code": _("Code for the first use"),
        "apart": _("Hand this over apart from the card, or read it out. It is used once."),
        "choose": _("With it the member chooses a PIN of their own, which nobody else learns."),
    }


def _card(new: NewCard, site: str) -> dict[str, Any]:
    card, contact = new.card, new.contact
    until = date_format(localdate(card.activation_until), "DATE_FORMAT")
    return {
        "name": card.member.local_name,
        "branch": new.branch,
        "number": card.number_in_groups,
        "qr": qr_svg(site + new.address, "m"),
        "contact": contact.name if contact else "",
        "phone": contact.phone_in_groups if contact else "",
        "code": new.code_in_groups,
        "until": _("until {day}").format(day=until),
    }
