"""How many pages a pack will have, and how much paper all of them take: seen before they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import override

from outreach.pack_contents import Composer, look_of
from outreach.pack_freezing import freezer
from outreach.packet_records import Packet, PackRun
from outreach.packs import Found, Wanted, checked_look, contents_of
from paper.packs import print_pack
from people.models import Member, Organisation


@dataclass(frozen=True)
class Budget:
    """Pages of one pack, and of all; a sheet is printed on both sides, and a pack begins a new one."""

    pages: int
    packs: int
    missing: str = ""

    @property
    def all_pages(self) -> int:
        return self.pages * self.packs

    @property
    def sheets(self) -> int:
        return -(-self.pages // 2) * self.packs


def budget_of(
    found: Found,
    wanted: Wanted,
    look: Mapping[str, Any],
    *,
    organisation: Organisation,
    viewer: Member,
    language: str,
    packs: int,
    at: datetime,
) -> Budget:
    """
    Lay one pack out, with the viewer's name on it, and count. Nothing of it is kept.

    :raises NotAPrintedSize, TooManyQuestions: as `ask_run` would.
    """
    run = PackRun(
        organisation=organisation,
        title=wanted.title,
        language=language,
        look=checked_look(look),
        contents=contents_of(wanted, found),
    )
    packet = Packet(run=run, member=viewer, branch=organisation, number=f"{localdate(at).year}-000000")
    with override(language):
        freezer(run, [organisation.pk], on=localdate(at), at=at).freeze(packet)
        printed = print_pack(Composer(run).pack(packet), look_of(run))
    return Budget(printed.pages[0], packs, printed.missing)
