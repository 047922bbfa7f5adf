"""Whom a member can telephone when something is not clear."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from people.models import LEADING, Affiliation, Member, Office

_AREA = re.compile(r"1\d\d|010|02\d|0\d{3}")
"""What comes before the subscriber's own number: three digits of a mobile number, or the code of a town."""


@dataclass(frozen=True)
class Contact:
    """A person to ring: the secretary of the member's own branch, or the deputy."""

    name: str
    phone: str

    @property
    def phone_in_groups(self) -> str:
        """The number as people say it: 138 1234 5678, 0512 5550 1234, 010 5550 1234."""
        number = self.phone.removeprefix("+86")
        area = _AREA.match(number)
        rest = number[area.end() :] if area else ""
        if area is None or len(rest) not in {7, 8}:
            return self.phone
        return f"{area.group()} {rest[:-4]} {rest[-4:]}"


def contact_for(member: Member, *, on: date) -> Contact | None:
    """Return who of the member's home branch can be rung, the secretary first. One query."""
    home = Affiliation.objects.of(member, on=on).home().values("branch")
    office = (
        Office.objects.held_on(on)
        .filter(organisation__in=home, kind__in=LEADING, member__phone_index__isnull=False)
        .exclude(member=member)
        .select_related("member")
        .order_by("-kind", "pk")  # "secretary" sorts after "deputy"
        .first()
    )
    return Contact(office.member.local_name, office.member.phone) if office else None


def contact_on(key: UUID | None, *, on: date) -> Contact | None:
    """Whom the member with this key can ring; nobody when the key says nothing."""
    member = Member.objects.filter(key=key, is_active=True).first() if key else None
    return contact_for(member, on=on) if member else None
