"""Whose record an office opens, and how far: the one place that says so. Asked by `visible_to`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from people.affiliations import Affiliation
from people.arrangements import Pairing
from people.offices import HOST_SIGHTS, VISITOR_SIGHTS, Office, Sight

if TYPE_CHECKING:
    from people.models import Member


def seen_by(viewer: Member, *, sight: Sight, on: date) -> Q:
    """
    Return the condition on members of whom `viewer` may see `sight` on that day.

    That is themself, those below an organisation where an office shows it (see `people.offices`), and those a
    visitor is assigned to, at home where they hold that office. A host branch is shown less than a home
    branch; a home branch is not shown the scores of a member who is with a host. One query for the offices,
    once per viewer.
    """
    offices = viewer.held_offices(on)
    mine = Affiliation.objects.of(OuterRef("pk"), on=on)
    seen = Q(pk=viewer.pk)
    at_home = [office.organisation for office in offices if sight in office.sights]
    if at_home and sight in HOST_SIGHTS:
        seen |= Q(Exists(mine.within(*at_home)))
    elif at_home:
        here = Q(Exists(mine.home().within(*at_home)))
        if sight is Sight.SCORES:
            here &= ~Q(Exists(mine.host()))
        seen |= here
    in_own_branch = [office.organisation for office in offices if sight in office.sights_in_own_branch]
    if in_own_branch:
        seen |= Q(Exists(mine.home().directly_in(*in_own_branch)))
    visits_in = [office.organisation for office in offices if office.kind == Office.Kind.VISITOR]
    if sight in VISITOR_SIGHTS and visits_in:
        assigned = Pairing.objects.on(on).filter(member=OuterRef("pk"), visitor=viewer)
        seen |= Q(Exists(assigned)) & Q(Exists(mine.home().within(*visits_in)))
    return seen
