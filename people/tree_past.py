"""The tree as it was: names, parents and offices of an organisation on a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from people.offices import Office
from people.organisations import Organisation, OrganisationState


@dataclass(frozen=True)
class PlaceThen:
    """An organisation by the name it had."""

    pk: int
    name: str
    name_en: str

    @property
    def local_name(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


_CHAIN = """
with recursive chain as (
    select s.organisation_id, s.parent_id, s.name, s.name_en, 0 as up from people_organisationstate s
    where s.organisation_id = %(pk)s and s.since <= %(day)s and (s.until is null or s.until > %(day)s)
    union all
    select s.organisation_id, s.parent_id, s.name, s.name_en, chain.up + 1
    from chain join people_organisationstate s on s.organisation_id = chain.parent_id
    where s.since <= %(day)s and (s.until is null or s.until > %(day)s) and chain.up < 60
)
select organisation_id, name, name_en from chain order by up desc
"""


def chain_on(organisation: Organisation, day: date) -> list[PlaceThen]:
    """
    Return what stood above an organisation on that day, from the top down to itself, by the names of then.

    Empty when it did not exist. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, {"pk": organisation.pk, "day": day})
        return [PlaceThen(*row) for row in cursor.fetchall()]


def offices_on(organisation: Organisation, day: date) -> Any:
    """The offices held in an organisation on that day, with their holders."""
    held = Office.objects.held_on(day).filter(organisation=organisation)
    return held.select_related("member").order_by("since", "pk")


def past_of(organisation: Organisation) -> Any:
    """All its names and parents, the latest first."""
    states = OrganisationState.objects.filter(organisation=organisation).select_related("parent")
    return states.order_by("-since")
