"""The sheet of organisations: which are new, which change, and where each belongs."""

from __future__ import annotations

from typing import Any

from people.models import Organisation
from people.organisations import STEP
from people.workbooks.people_named import in_pieces
from people.workbooks.places import BELOW, Place, path_key, place_of_row
from people.workbooks.plan import Check
from people.workbooks.reading import Row
from people.workbooks.refusals import Wrong
from people.workbooks.values import CLEAR, alike, plain

DEEPEST = 240 // STEP

CHANGING = ("name", "name_en", "sector", "level", "founded_on")


def check_organisations(check: Check) -> None:
    rows = [row for row in check.book.rows["organisations"] if not row.bad or row.get("name")]
    seen: dict[str, Row] = {}
    taken = _codes_elsewhere(check, rows)
    pending = []
    for row in rows:
        code = row.get("code")
        if code and code in taken:
            check.fault(row, "code", "code_elsewhere")
        elif code and alike(code) in seen:
            check.fault(row, "code", "code_twice", row=seen[alike(code)].number)
        if code:
            seen.setdefault(alike(code), row)
        pending.append(row)
    total = len(pending)
    while pending:
        left = [row for row in pending if not _place(check, row)]
        check.tell("organisations", total - len(left), total)
        if len(left) == len(pending):
            _nowhere(check, left)
            break
        pending = left
    for row in rows:
        _sector_line(check, row)


def _codes_elsewhere(check: Check, rows: list[Row]) -> set[str]:
    unknown = [
        row.get("code") for row in rows if row.get("code") and check.places.with_code(row.get("code")) is None
    ]
    found: set[str] = set()
    for piece in in_pieces(unknown):
        elsewhere = Organisation.objects.filter(external_code__in=piece, closed_on=None)
        found |= set(elsewhere.values_list("external_code", flat=True))
    return found


def _place(check: Check, row: Row) -> bool:
    """Find or make the organisation of a row; False when its parent is not known yet."""
    code, name, parent_text = row.get("code"), row.get("name") or "", row.get("parent")
    known = check.places.with_code(code) if code else None
    if known is None and code and not row.bad:
        nearly = check.places.nearly_with_code(code)
        if nearly is not None and nearly.external_code != code:
            check.remark(row, "code", "code_alike", value=nearly.external_code)
    parent = None
    if parent_text and (known is None or known.parent is None or known.parent.inside):
        try:
            parent = check.places.find(parent_text)
        except Wrong as wrong:
            known = known or check.places.with_full_name(f"{parent_text}/{name}")
            if known is None and wrong.code == "organisation_unknown":
                return False
            if known is None or known.parent is None or known.parent.inside:
                check.fault(row, "parent", wrong.code, **wrong.params)
                _lost(check, row)
                return True
    if known is None and parent is not None:
        known = check.places.child(parent, name)
    if known is None and not parent_text:
        known = _by_name_alone(check, name, code)
        if known is None:
            check.fault(row, "parent", "no_parent")
            _lost(check, row)
            return True
    if known is not None:
        _compare(check, row, known, parent)
    elif parent is not None:
        _new(check, row, parent, name)
    return True


def _by_name_alone(check: Check, name: str, code: str | None) -> Place | None:
    try:
        found = check.places.find(name)
    except Wrong:
        return None
    return None if found.row is not None and code and found.external_code != code else found


def _new(check: Check, row: Row, parent: Place, name: str) -> None:
    kind = row.get("kind")
    if not kind and not row.bad:
        check.fault(row, "kind", "missing")
    elif kind and kind not in BELOW[parent.kind]:
        check.fault(row, "kind", "kind_does_not_fit", below=parent.kind, kind=kind)
    elif len(parent.path) // STEP >= DEEPEST:
        check.fault(row, "parent", "too_deep")
    fields = {field: _kept(row.get(field)) for field in ("name_en", "sector", "level")}
    founded = row.get("founded_on")
    place = place_of_row(
        row,
        parent,
        {
            **fields,
            "name": name,
            "kind": kind or Organisation.Kind.BRANCH,
            "external_code": row.get("code") or "",
            "founded_on": None if founded is CLEAR else founded,
        },
    )
    row.state = "add"
    check.places.add(place)


def _kept(value: Any) -> str:
    return "" if value is None or value is CLEAR else value


def _compare(check: Check, row: Row, place: Place, parent: Place | None) -> None:
    if place.row is not None and place.row is not row:
        check.fault(row, "name", "organisation_twice", row=place.row.number)
        return
    place.row = row
    if parent is not None and place.parent is not parent:
        check.fault(row, "parent", "organisation_moves")
        return
    kind, code = row.get("kind"), row.get("code")
    if kind and kind != place.kind:
        check.fault(row, "kind", "kind_changes")
        return
    if code and code != plain(place.external_code):
        if place.external_code:
            check.fault(row, "code", "other_code", value=place.external_code)
            return
        place.changes["external_code"] = code
    for field in CHANGING:
        value = row.get(field)
        if value is None:
            continue
        before = getattr(place, field)
        wanted = (None if field == "founded_on" else "") if value is CLEAR else value
        if wanted == before or (isinstance(before, str) and plain(before) == wanted):
            continue
        if field == "name" and not row.get("code") and path_key(str(wanted)) == path_key(str(before)):
            check.remark(row, "name", "organisation_alike", value=before)
            continue
        place.changes[field] = wanted
    if not place.changes:
        return
    if not place.own:
        check.fault(row, "name", "organisation_not_yours")
        place.changes = {}
        return
    row.state = "change"
    if "name" in place.changes:
        old, place.name = place.name, place.changes["name"]
        check.places.index(place)
        place.name = old


def _nowhere(check: Check, left: list[Row]) -> None:
    """Say of rows whose parent was never found whether it does not exist, or is below them: a cycle."""
    called: dict[str, Row] = {}
    for row in left:
        for text in (row.get("code"), row.get("name")):
            if text:
                called.setdefault(path_key(text), row)
    for row in left:
        above: Row | None = row
        seen: set[int] = set()
        while above is not None and id(above) not in seen:
            seen.add(id(above))
            key = path_key(above.get("parent") or "")
            above = called.get(key) or called.get(key.rpartition("/")[2])
            if above is row:
                check.fault(row, "parent", "cycle", value=(row.get("parent") or "")[:80])
                break
        if row.bad:
            continue
        key = path_key(row.get("parent") or "")
        if (called.get(key) or called.get(key.rpartition("/")[2])) is None:
            check.fault(row, "parent", "organisation_unknown", value=(row.get("parent") or "")[:80])
        else:
            row.waits = True
    for row in left:
        _lost(check, row)


def _lost(check: Check, row: Row) -> None:
    """What names such an organisation is to wait as well, and is not to be told that it does not exist."""
    fields = {
        "name": row.get("name") or "",
        "kind": row.get("kind") or Organisation.Kind.BRANCH,
        "external_code": row.get("code") or "",
    }
    place = Place(row=row, path="", inside=True, own=True, **fields)
    row.state = "add"
    check.places.add(place)
    check.places.also(f"{row.get('parent') or ''}/{place.name}", place)


def _sector_line(check: Check, row: Row) -> None:
    text = row.get("sector_parent")
    place = _of_row(check, row)
    if text is None or place is None or row.bad:
        return
    if text is CLEAR:
        if place.sector_parent is not None and place.own:
            place.changes["sector_parent"] = None
            row.state = "change" if place.pk else row.state
        return
    sector = check.find(row, "sector_parent")
    if sector is None or (
        place.pk is not None and sector.pk is not None and sector.pk == place.sector_parent
    ):
        return
    if sector is place:
        check.fault(row, "sector_parent", "own_sector_line")
    elif not place.own:
        check.fault(row, "sector_parent", "organisation_not_yours")
    else:
        place.changes["sector_parent"] = sector
        check.sector_lines.append((place, sector))
        row.state = "change" if place.pk else row.state


def _of_row(check: Check, row: Row) -> Place | None:
    if not check.rows_places:
        for place in (*check.places.new, *check.places.standing()):
            if place.row is not None:
                check.rows_places[id(place.row)] = place
    return check.rows_places.get(id(row))
