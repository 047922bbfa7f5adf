"""What is held of members with study packs and return slips, for the inventory, and what erasing does."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from jobs.schedule import nightly
from outreach.pack_files import remove_files_of
from outreach.packet_records import Packet, Slip
from people.keeping import LAW, WITH_ACCOUNT, Held, Keeping, OnErasure
from people.models import Member

BRINGING = _("to bring study to those who cannot come")
RECKONING = _("to say who did what in an office")
SEEN_BY = _("you; who leads your branch and above; your visitor")
LEADERS = _("you; who leads the branch")
WORDS_KEPT = timedelta(days=180)
"""How long the words of a slip are kept: who was there, questions, wishes."""

PACKS = Keeping(_("as long as the account; the file for 60 days"))
WORDS = Keeping(_("as long as the account; name, questions and wishes for 180 days"))

INVENTORY = (
    Held(
        "outreach.Packet",
        _("My study packs"),
        (
            "key", "number", "run", "member", "branch", "contents", "cover", "pages", "missing", "volume",
            "file", "left_out", "made_at",
        ),
        BRINGING,
        LAW,
        PACKS,
        SEEN_BY,
        on_erasure=OnErasure.EMPTY,
        shows=("number", "branch", "made_at", "pages"),
    ),
    Held(
        "outreach.PacketStep",
        _("Where my study packs have come to"),
        ("packet", "state", "on", "at"),
        BRINGING,
        LAW,
        WITH_ACCOUNT,
        SEEN_BY,
        member="packet__member",
        shows=("packet", "state", "on"),
    ),
    Held(
        "outreach.PacketStep",
        _("Steps of study packs I wrote down"),
        ("by",),
        RECKONING,
        LAW,
        WITH_ACCOUNT,
        LEADERS,
        member="by",
        shows=("state", "on", "at"),
    ),
    Held(
        "outreach.Slip",
        _("Return slips of my study packs"),
        (
            "key", "packet", "read_on", "minutes", "lessons", "signed_by", "companion", "questions", "wishes",
            "record", "recorded_at",
        ),
        BRINGING,
        LAW,
        WORDS,
        SEEN_BY,
        member="packet__member",
        on_erasure=OnErasure.EMPTY,
        shows=(
            "packet", "read_on", "minutes", "signed_by", "companion", "questions", "wishes", "recorded_at",
        ),
    ),
    Held(
        "outreach.Slip",
        _("Return slips I wrote down"),
        ("recorded_by",),
        RECKONING,
        LAW,
        WITH_ACCOUNT,
        LEADERS,
        member="recorded_by",
        shows=("recorded_at",),
    ),
    Held(
        "outreach.PackRun",
        _("Study packs I had made"),
        ("asked_by",),
        RECKONING,
        LAW,
        WITH_ACCOUNT,
        LEADERS,
        member="asked_by",
        shows=("organisation", "asked_at"),
    ),
)  # fmt: skip

CONTENT = ("outreach.PackRun", "outreach.PackVolume", "outreach.PackNumbers")


def forget_packs(member: Member, at: datetime) -> None:
    """
    Remove what stood about the member on packs and slips: covers, files with the name in them, words.

    A volume of a print run holds others' packs as well; it can be printed again, without this member's.
    """
    packets = Packet.objects.filter(member=member)
    remove_files_of(packets)
    packets.update(cover=None)
    packets.waiting().update(left_out=Packet.LeftOut.ERASED)
    _empty(Slip.objects.filter(packet__member=member))


@nightly("empty the words of old return slips")
def empty_old_words(at: datetime) -> int:
    """Who was there, questions and wishes go after half a year; that the slip was written down stays."""
    return _empty(Slip.objects.filter(recorded_at__lt=at - WORDS_KEPT))


def _empty(slips: object) -> int:
    return slips.update(companion=None, questions=None, wishes=None)  # type: ignore[attr-defined]
