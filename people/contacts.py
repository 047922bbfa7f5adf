"""Whom a member can telephone when something is not clear."""

from dataclasses import dataclass
from datetime import date

from people.models import LEADING, Member, Office


@dataclass(frozen=True)
class Contact:
    """A person to ring: the secretary of the member's own branch, or the deputy."""

    name: str
    phone: str


def contact_for(member: Member, *, on: date) -> Contact | None:
    """Return who of the member's home branch can be rung, the secretary first. Two queries."""
    home = member.home(on)
    if home is None:
        return None
    office = (
        Office.objects.held_on(on)
        .filter(organisation=home.branch, kind__in=LEADING, member__phone__isnull=False)
        .exclude(member=member)
        .select_related("member")
        .order_by("-kind", "pk")  # "secretary" sorts after "deputy"
        .first()
    )
    return Contact(office.member.local_name, office.member.phone) if office else None
