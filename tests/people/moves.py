"""What the tests of belonging share: the tables before and after, and days as text."""

from __future__ import annotations

from datetime import date
from typing import Any

from people.models import Affiliation, HomeStudy, Member, MobileRegistration, Pairing, Standing

Rows = list[tuple[Any, ...]]


def belonging(member: Member) -> Rows:
    """Every row of where the member belongs: kind, branch, group, since, until."""
    rows = member.affiliations.order_by("kind", "since")
    return list(rows.values_list("kind", "branch__name", "group__name", "since", "until"))


def everything_dated() -> Rows:
    """All rows that the acts here may change; equal before and after a refusal."""
    found: Rows = []
    for model in (Affiliation, MobileRegistration, Pairing, HomeStudy, Standing):
        names = [f.attname for f in model._meta.concrete_fields]
        found += [(model.__name__, *row) for row in model.objects.order_by("pk").values_list(*names)]
    return found


def day(text: str) -> date:
    return date.fromisoformat(text)
