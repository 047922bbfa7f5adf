"""Who may see whom in a city of a million members and twenty counties: one function for each row."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import quantiles
from time import perf_counter

from django.db.models import QuerySet
from django.utils.timezone import localdate, now

from config.progress import step
from people.member_list import PAGE, first_rows, with_facts
from people.models import Affiliation, Member, Office
from reports.scale import Size, grow
from tests.bench.rows import Row

SIZE = Size(members=1_000_000, branches=45_000, records=0, counties=20)
ROUNDS = 200
MOST_ADDED = 2.0
"""Milliseconds."""

BIG = ("people_member", "people_affiliation", "people_organisation", "people_office")
"""Tables that no page may read from end to end."""


def measure() -> list[Row]:
    """Make the city, and measure as the secretary of its first county, who sees 50,000 of the members."""
    with step(f"Writing {SIZE.members:,} members"):
        grown = grow(SIZE, at=now(), password="not-used-here")
    secretary = Member.objects.get(number=grown.county_secretary)
    return [seeing_one(secretary), seeing_a_page(secretary), knowing_the_offices(secretary)]


def seeing_one(secretary: Member) -> Row:
    """`visible_to` for a county secretary who fetches one member by key."""
    on = localdate()
    (office,) = secretary.held_offices(on)
    below = Member.objects.belonging_to(office.organisation, on=on).order_by("-pk")
    key = below.values_list("key", flat=True).first()
    ours = Member.objects.visible_to(secretary, on=on).filter(key=key)
    return _added("visible_to, one member by key", ours, Member.objects.filter(key=key), rows=1)


def seeing_a_page(secretary: Member) -> Row:
    """The first page of the members below the county, beside as many lines of the same shape of anybody."""
    on = localdate()
    ours = first_rows(secretary, on=on)
    anybody = with_facts(Affiliation.objects.on(on).home(), on=on).order_by("pk")[: PAGE + 1]
    return _added("visible_to, first page of the member list", ours, anybody, rows=PAGE + 1)


def knowing_the_offices(secretary: Member) -> Row:
    """The offices that `visible_to` asks for, once in a request whatever is looked at."""
    offices = Office.objects.held_by(secretary, on=localdate()).select_related("organisation")
    figure = _quiet([_once(offices) for _round in range(ROUNDS)])
    return Row("people", "visible_to, the viewer's offices once a request", figure, "ms")


def _added(work: str, ours: QuerySet, plain: QuerySet, *, rows: int) -> Row:
    """What scoping adds to a statement, the two measured by turns; and how PostgreSQL goes about it."""
    plan = ours.explain(analyze=True)
    print(f"\n{work}:\n{plan}", flush=True)
    if len(ours) != rows or len(plain) != rows:
        raise LookupError(f"{work}: {len(ours)} and {len(plain)} rows instead of {rows}.")
    pairs = [(_once(ours), _once(plain)) for _round in range(ROUNDS)]
    mine, limit = (_quiet(times) for times in zip(*pairs, strict=True))
    read_whole = [table for table in BIG if f"Seq Scan on {table}" in plan]
    met = not read_whole and mine - limit <= MOST_ADDED
    target = f"≤ {MOST_ADDED:.0f} ms added, by index"
    print(f"\n  {work}: {mine:.2f} ms, without scope {limit:.2f} ms", flush=True)
    return Row("people", f"{work}: added", max(mine - limit, 0.0), "ms", limit, target=target, met=met)


def _quiet(times: Sequence[float]) -> float:
    """The quicker quarter's slowest: what other programs on the machine disturb least."""
    return quantiles(times, n=4)[0]


def _once(asked: QuerySet) -> float:
    """Milliseconds for a fresh statement: put into SQL, planned, run and read."""
    begun = perf_counter()
    list(asked.all())
    return (perf_counter() - begun) * 1000
