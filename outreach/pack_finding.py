"""Finding a pack by what stands on its pages: its number, the square's text, or the short code beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from outreach.packet_records import Packet
from paper import codes
from people import audit
from people.leading import Refusal
from people.models import Member

FOUND = audit.action("packs.found", _("Looked for a study pack by its number or code"))

_NUMBER = re.compile(r"(\d{4})\D?(\d{1,6})", re.ASCII)
_WHOLE_CODE = 40
"""The text of a square is longer than this, the short code shorter."""


class NoSuchPack(Refusal):
    words = _("No pack of this number is among those you look after. Please look at the cover again.")


class Unreadable(Refusal):
    words = _("This is no pack number and no code of a page. Please compare it letter by letter.")


class OfAnotherPlace(Refusal):
    words = _(
        "This page was printed by another installation of the platform, or its pack is not kept here. "
        "Please ask the branch whose name stands on the cover."
    )


class Forged(Refusal):
    words = _(
        "This code says that it is ours, and its seal is not. Nothing was recorded. "
        "Please use the number on the cover, and tell the system administrator."
    )


def find(text: str, *, by: Member, at: datetime) -> Packet:
    """
    Return the pack that a number or the code of a page names, when it is in the care of `by`.

    :raises NoSuchPack, Unreadable, OfAnotherPlace, Forged: otherwise; the audit keeps that somebody asked for
        a pack that is not theirs.
    """
    number = _NUMBER.fullmatch(text.strip())
    if number:
        packets = Packet.objects.filter(number=f"{number[1]}-{int(number[2]):06}")
    else:
        packets = Packet.objects.filter(key=UUID(_key_of(text)))
    found = packets.cared_for_by(by, on=localdate(at)).first()
    if found is not None:
        return found
    hidden = packets.select_related("member").first()
    if hidden is not None:
        audit.note(FOUND, at=at, by=by, member=hidden.member, refused=True)
        raise NoSuchPack
    if number:
        raise NoSuchPack
    raise OfAnotherPlace


def _key_of(text: str) -> str:
    try:
        if len("".join(text.split())) > _WHOLE_CODE:
            return codes.read_page_code(text).pack
        return codes.read_typed_code(text, _keys_beginning).pack
    except codes.OtherInstallation as error:
        raise OfAnotherPlace from error
    except codes.Forged as error:
        raise Forged from error
    except codes.CodeRefused as error:
        raise Unreadable from error


def _keys_beginning(digits: str) -> Iterable[str]:
    """The keys of packs that begin with these hexadecimal digits. One query on the index."""
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    rows = Packet.objects.filter(key__range=(first, last)).values_list("key", flat=True)
    return [key.hex for key in rows[:20]]
