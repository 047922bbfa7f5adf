"""The rows of an export, sheet by sheet: what the one who asks may see of a subtree, in the columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from people.models import Affiliation, Member, Office, Organisation, Sight, Standing
from people.organisations import STEP
from people.workbooks.columns import BY_WORKBOOK

PIECE = 2_000


class Shown:
    """What `viewer` may take out of `organisation` on a day. A home-study arrangement is never among it."""

    def __init__(self, organisation: Organisation, *, viewer: Member, on: date) -> None:
        self.organisation, self.viewer, self.on = organisation, viewer, on
        self.within = list(
            Organisation.objects.within(organisation).filter(closed_on=None).order_by("path", "pk")
        )
        steps = range(STEP, len(organisation.path), STEP)
        over = Organisation.objects.filter(path__in=[organisation.path[:n] for n in steps])
        self.known = {place.pk: place for place in (*over, *self.within)}
        self.inside = {place.pk for place in self.within}
        self._full: dict[int, str] = {}

    def members(self) -> Any:
        visible = Member.objects.visible_to(self.viewer, sight=Sight.IDENTITY, on=self.on)
        return visible.present_in(self.organisation, on=self.on).filter(erased_at=None)

    def full_name(self, pk: int | None) -> str:
        place = self.known.get(pk) if pk else None
        if place is None:
            return ""
        if place.pk not in self._full:
            above = self.full_name(place.parent_id)
            self._full[place.pk] = f"{above}/{place.name}" if above else place.name
        return self._full[place.pk]

    def reference(self, pk: int | None) -> str:
        """How a cell names an organisation: by its code, or else by its full name."""
        place = self.known.get(pk) if pk else None
        if place is None:
            return ""
        return place.external_code if place.external_code and pk in self.inside else self.full_name(pk)

    def organisations(self) -> Iterator[dict[str, Any]]:
        for place in self.within:
            sector = place.sector_parent_id
            yield {
                "code": place.external_code,
                "parent": self.reference(place.parent_id),
                "name": place.name,
                "name_en": place.name_en,
                "kind": place.kind,
                "sector": place.sector,
                "level": place.level,
                "sector_parent": self.reference(sector) if sector in self.inside else "",
                "founded_on": place.founded_on,
            }

    def in_pieces(self) -> Iterator[Sequence[Member]]:
        piece: list[Member] = []
        for member in self.members().order_by("pk").iterator(chunk_size=PIECE):
            piece.append(member)
            if len(piece) == PIECE:
                yield piece
                piece = []
        if piece:
            yield piece

    def people(self) -> Iterator[dict[str, Any]]:
        for piece in self.in_pieces():
            keys = [member.pk for member in piece]
            reachable = Member.objects.visible_to(self.viewer, sight=Sight.CONTACT, on=self.on)
            telephones = set(reachable.filter(pk__in=keys).values_list("pk", flat=True))
            homes = {home.member_id: home for home in self._belonging(keys) if home.kind == "home"}
            standings = {
                (standing.member_id, standing.aspect): standing
                for standing in Standing.objects.filter(member__in=keys).order_by("since")
            }
            for member in piece:
                yield self._member(
                    member, homes.get(member.pk), standings, with_phone=member.pk in telephones
                )

    def _member(
        self, member: Member, home: Affiliation | None, standings: dict, *, with_phone: bool
    ) -> dict[str, Any]:
        row: dict[str, Any] = {
            "number": member.number,
            "name": member.name,
            "name_latin": member.name_latin,
            "phone": member.phone if with_phone else None,
            "birth_year": member.birth_year,
        }
        for aspect in ("membership", "work"):
            standing = standings.get((member.pk, aspect))
            row[aspect] = standing.value if standing else None
            row[f"{aspect}_since"] = standing.since if standing else None
        if home is not None and home.since <= self.on:
            row["branch"] = self.reference(home.branch_id)
            row["group"] = self.reference(home.group_id)
            row["since"] = home.since
        return row

    def _belonging(self, keys: Sequence[int]) -> Any:
        open_ones = Affiliation.objects.filter(Q(until=None) | Q(until__gt=self.on), member__in=keys)
        return open_ones.filter(branch__in=self.inside).order_by("-since", "pk")

    def affiliations(self) -> Iterator[dict[str, Any]]:
        for piece in self.in_pieces():
            named = {member.pk: member for member in piece}
            for row in self._belonging(list(named)):
                member = named[row.member_id]
                yield {
                    "number": member.number,
                    "name": member.name,
                    "kind": row.kind,
                    "branch": self.reference(row.branch_id),
                    "group": self.reference(row.group_id),
                    "since": row.since,
                    "until": row.until,
                }

    def offices(self) -> Iterator[dict[str, Any]]:
        visible = Member.objects.visible_to(self.viewer, sight=Sight.IDENTITY, on=self.on).filter(
            erased_at=None
        )
        held = (
            Office.objects.filter(Q(until=None) | Q(until__gte=self.on), organisation__in=self.inside)
            .filter(kind__in=BY_WORKBOOK, member__in=visible)
            .select_related("member")
            .order_by("organisation__path", "pk")
        )
        for office in held.iterator(chunk_size=PIECE):
            yield {
                "number": office.member.number,
                "name": office.member.name,
                "organisation": self.reference(office.organisation_id),
                "kind": office.kind,
                "since": office.since,
                "until": office.until,
            }

    def rows(self, kind: str) -> Iterator[dict[str, Any]]:
        return {
            "organisations": self.organisations,
            "members": self.people,
            "affiliations": self.affiliations,
            "offices": self.offices,
        }[kind]()
