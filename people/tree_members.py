"""Members go along when the tree changes: their affiliations end there and begin here on the same day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from people.affiliations import Affiliation
from people.mobility import MobileRegistration
from people.organisations import Organisation


def carry(
    affiliations: Any,
    *,
    branch: Organisation,
    keep: Collection[int] = (),
    group: Organisation | None = None,
    on: date,
) -> int:
    """
    End these affiliations and begin them anew in `branch` on that day; what began then or later is changed.

    A member stays in their group when it is among `keep`; otherwise they come into `group`. Nobody becomes
    a guest of their own branch: such a host affiliation ends. Returns how many affiliations there were.
    """
    rows = list(affiliations.select_for_update(of=("self",)).order_by("pk"))
    homes = {row.member_id for row in rows if row.kind == Affiliation.Kind.HOME}
    there = Affiliation.objects.filter(Q(until=None) | Q(until__gt=on), branch=branch)
    there = there.exclude(pk__in=[row.pk for row in rows])
    settled = homes | set(there.home().values_list("member_id", flat=True))
    ended = [row for row in rows if row.kind == Affiliation.Kind.HOST and row.member_id in settled]
    left_out = {row.pk for row in ended}
    going = [row for row in rows if row.pk not in left_out]
    _end([*ended, *there.host().filter(member__in=homes)], on=on)
    before_this = {row.branch_id for row in rows} - {branch.pk}
    guests = {row.member_id for row in rows if row.kind == Affiliation.Kind.HOST}
    _carry_registrations(homes, guests, before=before_this, to=branch, on=on)
    begun = [row for row in going if row.since >= on]
    kept = {row.pk for row in begun if row.group_id in keep}
    Affiliation.objects.filter(pk__in=kept).update(branch=branch)
    others = {row.pk for row in begun} - kept
    Affiliation.objects.filter(pk__in=others).update(branch=branch, group=group)
    before = [row for row in going if row.since < on]
    Affiliation.objects.filter(pk__in=[row.pk for row in before]).update(until=on)
    for row in before:
        row.pk, row.since, row.branch_id = None, on, branch.pk
        if row.group_id not in keep:
            row.group = group
    Affiliation.objects.bulk_create(before)
    return len(rows)


def _end(affiliations: Sequence[Affiliation], *, on: date) -> None:
    """End them on that day; what would only have begun then never was."""
    _end_all(Affiliation.objects.filter(pk__in=[row.pk for row in affiliations]), on=on)


def _end_all(rows: QuerySet, *, on: date) -> None:
    rows.filter(since__gte=on).delete()
    rows.filter(since__lt=on).update(until=on)


def _carry_registrations(
    homes: Collection[int], guests: Collection[int], *, before: Collection[int], to: Organisation, on: date
) -> None:
    """
    Let the registrations of mobile members follow: those at home here, and those received here as guests.

    A registration whose home and receiving branch become one ends: nobody is away at home.
    """
    lasting = MobileRegistration.objects.filter(Q(until=None) | Q(until__gt=on))
    away = lasting.filter(member__in=homes, branch__in=before)
    _end_all(away.filter(receiving=to), on=on)
    away.update(branch=to)
    received = lasting.filter(member__in=guests, receiving__in=before)
    _end_all(received.filter(branch=to), on=on)
    received.update(receiving=to)
