"""What a study pack is called where a record names it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from hours.slots import Subject
from outreach.packet_records import Packet


def titles_of(keys: Iterable[UUID]) -> dict[UUID, Subject]:
    """Return the titles of those that are packs, by key. One query, and none when nothing is asked."""
    wanted = set(keys)
    if not wanted:
        return {}
    rows = Packet.objects.filter(key__in=wanted).values_list("key", "number")
    return {key: Subject(_("Study pack no. %(number)s") % {"number": number}) for key, number in rows}
