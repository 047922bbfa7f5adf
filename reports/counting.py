"""When a number may be told without pointing at somebody, where parts and a whole are told."""

from __future__ import annotations

from datetime import date

from django.db.models import Count

from people.counting import LEAST_COUNTED, may_be_told
from people.models import Affiliation, Organisation

__all__ = ["LEAST_COUNTED", "may_be_told", "parts_are_large_enough"]


def parts_are_large_enough(organisation: Organisation, *, on: date) -> bool:
    """
    True when the counts of `organisation` give nothing smaller away. One query for a group, else none.

    The groups of a branch and those in no group make up the branch. Of the groups with five people or more
    the counts are told; what the branch has beside them is the rest. With one to four people in the rest
    none of its groups' counts are told.
    """
    if organisation.kind != Organisation.Kind.GROUP:
        return True
    in_branch = (
        Affiliation.objects.on(on).home().filter(branch=organisation.parent_id, member__erased_at=None)
    )
    parts = dict(in_branch.order_by().values_list("group").annotate(Count("pk")))
    rest = parts.pop(None, 0) + sum(people for people in parts.values() if people < LEAST_COUNTED)
    return rest == 0 or rest >= LEAST_COUNTED
