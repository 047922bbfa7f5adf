"""Writing what was checked: one transaction, by sets of rows. A fault or a cancel leaves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import connection

from jobs.work import WorkFailed
from people.consents import withdrawn_by
from people.models import (
    Affiliation,
    Consent,
    ImportBatch,
    Member,
    Office,
    Organisation,
    OrganisationState,
    Standing,
)
from people.organisations import step_of
from people.workbooks.copying import PIECE, change_rows, copy_rows, next_keys, pieces, prepared_secrets
from people.workbooks.people_named import Belonging, Held, Person
from people.workbooks.places import Place
from people.workbooks.plan import Check
from people.workbooks.traces import keep_added, keep_after, keep_before

ONE_IMPORT = 7_120_310
"""The advisory lock that lets one import write at a time."""

KEYS_AT_ONCE = 20_000

Written = dict[str, int]
Item = TypeVar("Item")


def lock_writing() -> None:
    """Wait for other imports, and have references checked with each statement and not all at the end."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [ONE_IMPORT])
        cursor.execute("set constraints all immediate")


class Writer:
    """Writes the plan of one check, in an open transaction, and keeps the traces of it."""

    def __init__(self, check: Check, batch: ImportBatch) -> None:
        self.check, self.batch = check, batch
        self.written: Written = {}

    def write(self) -> Written:
        """Write everything that is neither wrong nor waiting; return counts for the audit."""
        self.change_organisations()
        self.add_organisations()
        self.add_members()
        self.change_members()
        self.write_standings()
        self.write_affiliations()
        self.write_offices()
        keep_after(self.batch)
        return {name: count for name, count in self.written.items() if count}

    def told(self, step: str) -> Callable[[int, int], None]:
        return lambda done, total: self.check.tell(step, done, total)

    def keys(self, model: type, count: int) -> list[int]:
        """Reserve primary keys, with a sign of progress between."""
        found: list[int] = []
        while len(found) < count:
            found += next_keys(model, min(KEYS_AT_ONCE, count - len(found)))
            self.check.tell("preparing", len(found), count)
        return found

    def each(self, items: Sequence[Item], step: str) -> Iterator[Item]:
        """One after the other, with a sign of progress between."""
        for n, item in enumerate(items):
            if n % PIECE == 0:
                self.check.tell(step, n, len(items))
            yield item

    def added(self, model: type, names: list[str], rows: list[tuple], step: str) -> None:
        """Copy rows (their keys come first) and keep the traces."""
        copy_rows(model, names, rows, self.told(step))
        keep_added(self.batch, model, [row[0] for row in rows], self.told(step))
        self.written[f"{step}_added"] = len(rows)

    # Organisations

    def add_organisations(self) -> None:
        places = [place for place in self.check.places.new if not place.lost]
        _lock_parents(places)
        for place, pk in zip(places, self.keys(Organisation, len(places)), strict=True):
            place.pk = pk
            place.path = place.parent.path + step_of(pk)  # parents come before their children
        names = ["id", "parent_id", "path", *_FIELDS]
        rows = [(p.pk, p.parent.pk, p.path, *(getattr(p, field) for field in _FIELDS)) for p in places]
        self.added(Organisation, names, rows, "organisations")
        states = [
            (key, p.pk, p.parent.pk, p.name, p.name_en, p.founded_on or self.check.on)
            for p, key in zip(places, self.keys(OrganisationState, len(places)), strict=True)
        ]
        names = ["id", "organisation_id", "parent_id", "name", "name_en", "since"]
        self.added(OrganisationState, names, states, "states")
        del self.written["states_added"]
        lines = [(place.pk, sector.pk) for place, sector in self.check.sector_lines if place in set(places)]
        change_rows(Organisation, {"sector_parent_id": "bigint"}, lines, self.told("organisations"))

    def change_organisations(self) -> None:
        changed = [p for p in self.check.places.standing() if p.changes and p.row and not p.row.bad]
        keep_before(self.batch, Organisation, [p.pk for p in changed])
        rows = []
        for place in changed:
            now = {field: place.changes.get(field, getattr(place, field)) for field in _FIELDS}
            sector = place.changes.get("sector_parent", place.sector_parent)
            rows.append((place.pk, *now.values(), sector.pk if isinstance(sector, Place) else sector))
        types = {**dict.fromkeys(_FIELDS, "text"), "founded_on": "date", "sector_parent_id": "bigint"}
        change_rows(Organisation, types, rows, self.told("organisations"))
        self.rename([p for p in changed if p.changes.keys() & {"name", "name_en"}])
        self.written["organisations_changed"] = len(changed)

    def rename(self, places: list[Place]) -> None:
        """Go on with the past of those that have another name from today on."""
        on = self.check.on
        standing = {
            state["organisation_id"]: state
            for state in OrganisationState.objects.filter(
                organisation__in=[p.pk for p in places], until=None
            ).values("pk", "organisation_id", "since")
        }
        keep_before(self.batch, OrganisationState, [state["pk"] for state in standing.values()])
        names = {p.pk: (p.changes.get("name", p.name), p.changes.get("name_en", p.name_en)) for p in places}
        since_today = {pk: state for pk, state in standing.items() if state["since"] >= on}
        same = [(state["pk"], *names[pk]) for pk, state in since_today.items()]
        change_rows(OrganisationState, {"name": "text", "name_en": "text"}, same, self.told("organisations"))
        ended = [(state["pk"], on) for pk, state in standing.items() if pk not in since_today]
        change_rows(OrganisationState, {"until": "date"}, ended, self.told("organisations"))
        later = [p for p in places if p.pk not in since_today]
        rows = [
            (key, p.pk, p.parent.pk if p.parent else None, *names[p.pk], on)
            for p, key in zip(later, self.keys(OrganisationState, len(later)), strict=True)
        ]
        self.added(
            OrganisationState,
            ["id", "organisation_id", "parent_id", "name", "name_en", "since"],
            rows,
            "renamed",
        )

    # Members

    def add_members(self) -> None:
        new = [p for p in self.check.people.values() if p.pk is None and not p.lost]
        for person, pk in zip(new, self.keys(Member, len(new)), strict=True):
            person.pk = pk
        unusable = make_password(None)
        rows = []
        for person in self.each(new, "members"):
            values = {"name_latin": "", **(person.changes or {})}
            rows.append((person.pk, person.number, unusable, *(values.get(name) for name in _PERSONAL)))
        names = ["id", "number", "password", *_PERSONAL]
        self.added(Member, names, rows, "members")
        self.new = {person.pk for person in new}

    def change_members(self) -> None:
        changed = [
            p
            for p in self.check.people.values()
            if p.changes and p.pk not in self.new and p.row and not _left(p.row)
        ]
        keep_before(self.batch, Member, [p.pk for p in changed])
        fields = {"name": "text", "name_latin": "text", "birth_year": "integer"}
        rows = [(p.pk, *(p.changes.get(name, getattr(p, name)) for name in fields)) for p in changed]
        change_rows(Member, fields, rows, self.told("members"))
        phoned = [p for p in changed if "phone_index" in p.changes]
        self.keep_out_unwanted(phoned)
        secrets = prepared_secrets([p.changes["phone"] for p in phoned])
        rows = [(p.pk, secret, p.changes["phone_index"]) for p, secret in zip(phoned, secrets, strict=True)]
        change_rows(Member, {"phone": "text", "phone_index": "text"}, rows, self.told("members"))
        self.written["members_changed"] = len(changed)
        self.written["telephones_changed"] = len(phoned)

    def keep_out_unwanted(self, phoned: list[Person]) -> None:
        """Hold the members of these telephones: none of them may have said no since the check."""
        given = [p.pk for p in phoned if p.changes["phone"] is not None]
        for piece in pieces(given):
            list(
                Member.objects.filter(pk__in=piece).order_by("pk").select_for_update(no_key=True).values("pk")
            )
            if withdrawn_by(piece, Consent.Purpose.TELEPHONE):
                raise WorkFailed("changed_meanwhile")
            self.check.tell("members", 0, 0)

    def write_standings(self) -> None:
        wanted = [entry for entry in self.check.standings if entry[0].row and not _left(entry[0].row)]
        changed = [(pk, value, since) for _, _, value, since, pk in wanted if pk is not None]
        keep_before(self.batch, Standing, [row[0] for row in changed])
        change_rows(Standing, {"value": "text", "since": "date"}, changed, self.told("standings"))
        fresh = [entry for entry in wanted if entry[4] is None]
        rows = [
            (key, person.pk, aspect, value, since)
            for (person, aspect, value, since, _), key in zip(
                self.each(fresh, "standings"), self.keys(Standing, len(fresh)), strict=True
            )
        ]
        self.added(Standing, ["id", "member_id", "aspect", "value", "since"], rows, "standings")
        self.written["standings_changed"] = len(changed)

    # Affiliations and offices

    def write_affiliations(self) -> None:
        entries = [(p, b) for p, b in self.check.belongings if b.row is not None and not _left(b.row)]
        changed = [(b.pk, _key(b.group), b.until) for _, b in entries if b.pk is not None]
        keep_before(self.batch, Affiliation, [row[0] for row in changed])
        change_rows(Affiliation, {"group_id": "bigint", "until": "date"}, changed, self.told("affiliations"))
        fresh: list[tuple[Person, Belonging]] = [(p, b) for p, b in entries if b.pk is None]
        fresh.sort(key=lambda entry: _key(entry[1].branch) or 0)  # those of a branch are checked together
        rows = [
            (key, p.pk, _key(b.branch), _key(b.group), b.kind, b.since, b.until)
            for (p, b), key in zip(
                self.each(fresh, "affiliations"), self.keys(Affiliation, len(fresh)), strict=True
            )
        ]
        names = ["id", "member_id", "branch_id", "group_id", "kind", "since", "until"]
        self.added(Affiliation, names, rows, "affiliations")
        self.written["affiliations_changed"] = len(changed)

    def write_offices(self) -> None:
        entries = [(p, h) for p, h in self.check.held if h.row is not None and not _left(h.row)]
        changed = [(h.pk, h.until) for _, h in entries if h.pk is not None]
        keep_before(self.batch, Office, [row[0] for row in changed])
        change_rows(Office, {"until": "date"}, changed, self.told("offices"))
        fresh: list[tuple[Person, Held]] = [(p, h) for p, h in entries if h.pk is None]
        giver = self.check.viewer.pk
        rows = [
            (key, p.pk, h.place.pk, h.kind, h.since, h.until, giver)
            for (p, h), key in zip(fresh, self.keys(Office, len(fresh)), strict=True)
        ]
        names = ["id", "member_id", "organisation_id", "kind", "since", "until", "given_by_id"]
        self.added(Office, names, rows, "offices")
        self.written["offices_changed"] = len(changed)


_FIELDS = ("name", "name_en", "kind", "sector", "level", "external_code", "founded_on")
_PERSONAL = ("name", "name_latin", "birth_year", "phone", "phone_index")


def _lock_parents(places: list[Place]) -> None:
    """Keep the parents where they are while children are placed; take their paths as they are now."""
    parents = {place.parent.pk: place.parent for place in places if place.parent.pk is not None}
    locked = Organisation.objects.filter(pk__in=list(parents)).order_by("pk").select_for_update(no_key=True)
    for pk, path in locked.values_list("pk", "path"):
        parents[pk].path = path


def _left(row: Any) -> bool:
    return row.bad or row.waits


def _key(place: Place | None) -> int | None:
    return place.pk if place is not None else None
