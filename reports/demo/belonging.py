"""Who is away and who keeps in contact, who visits whom, who moved, and how everybody stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from hours.totals import SHANGHAI
from people.models import ContactMade, MobileRegistration, Office, Pairing, Standing, Transfer
from reports.demo.chance import dice, draw_key
from reports.demo.places import Places
from reports.demo.posts import Posts
from reports.demo.roster import Person

RETIRES_AT = 60

ASKS_TO_MOVE = ("hospital", "willow")
"""From where and to where somebody would move; the account `secretary` is asked."""

LATE = {"tea"}
"""Branches where a contact is due."""

State, Side = Transfer.State, Transfer.Side


def settle_belonging(people: list[Person], places: Places, posts: Posts, *, on: date) -> None:
    """Write what belongs to the members, as it stands on that day."""
    Standing.objects.bulk_create(row for person in people for row in _standings(person, on))
    Pairing.objects.bulk_create(_pairings(people, posts, on))
    Transfer.objects.bulk_create(_transfers(people, places, posts, on))
    away = [person for person in people if person.host]
    MobileRegistration.objects.bulk_create(_registration(person, people, places) for person in away)
    ContactMade.objects.bulk_create(row for person in away for row in _contacts(person, people, on))


def _standings(person: Person, on: date) -> Iterator[Standing]:
    """Full after a year on probation, and retired at sixty."""
    membership, work = Standing.Aspect.MEMBERSHIP, Standing.Aspect.WORK
    admitted = person.admitted_on or _years_before(person.since, 1)
    yield _standing(person, membership, Standing.Value.PROBATIONARY, admitted)
    if not person.admitted_on:
        yield _standing(person, membership, Standing.Value.FULL, person.since)
    retired_on = date(person.member.birth_year + RETIRES_AT, 7, 1)
    yield _standing(person, work, Standing.Value.ON_THE_JOB, date(person.member.birth_year + 20, 7, 1))
    if retired_on <= on:
        yield _standing(person, work, Standing.Value.RETIRED, retired_on)


def _standing(person: Person, aspect: str, value: str, since: date) -> Standing:
    return Standing(member=person.member, aspect=aspect, value=value, since=since)


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years)


def _pairings(people: list[Person], posts: Posts, on: date) -> Iterator[Pairing]:
    """Everyone on home study has a visitor of the branch: in turn; the account `elder` has the account."""
    turns: dict[str, int] = {}
    for person in people:
        if not person.home_study:
            continue
        visitors = posts.visitors[person.code]
        turn = turns.get(person.code, 0)
        visitor = visitors[0] if person.number == "elder" else visitors[turn % len(visitors)]
        turns[person.code] = turn + 1
        since = max(person.home_study.since, on - timedelta(days=430))
        yield Pairing(visitor=visitor.member, member=person.member, since=since)


def _transfers(people: list[Person], places: Places, posts: Posts, on: date) -> Iterator[Transfer]:
    """Those who moved were asked for and accepted; one more is asked for and waits."""
    for person in people:
        if person.moved_on:
            days = {"asked_on": person.moved_on - timedelta(days=5), "accepted_on": person.moved_on}
            yield _transfer(person, person.came_from, person.code, places, posts, **days)
    origin, target = ASKS_TO_MOVE
    able = [person for person in people if person.code == origin and _is_plain(person)]
    chosen = max(able, key=lambda p: (p.member.birth_year, p.number))
    yield _transfer(chosen, origin, target, places, posts, asked_on=on - timedelta(days=3))


def _is_plain(person: Person) -> bool:
    return not (
        person.offices or person.home_study or person.host or person.moved_on or person.admitted_on
    ) and person.number.startswith("lx")


def _transfer(
    person: Person,
    origin: str,
    target: str,
    places: Places,
    posts: Posts,
    *,
    asked_on: date,
    accepted_on: date | None = None,
) -> Transfer:
    rng = dice("transfer", person.number)
    row = Transfer(
        key=draw_key(rng),
        member=person.member,
        origin=places.branches[origin],
        target=places.branches[target],
        asked_from=Side.ORIGIN,
        asked_by=posts.secretary_of(origin, asked_on).member,
        asked_at=_at(asked_on, rng.randint(8, 17)),
    )
    if accepted_on:
        row.state, row.effective_on, row.group = State.ACCEPTED, accepted_on, person.group
        row.answered_by = posts.secretary_of(target, accepted_on).member
        row.answered_at = _at(accepted_on, rng.randint(8, 17))
        before: dict[str, Any] = {"member_id": person.member.pk, "branch_id": places.branches[origin].pk}
        before |= {"group_id": None, "kind": "home", "since": person.since}
        row.ended = {"home": {"facts": before, "row": None}, "pairings": []}
    return row


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour, 20), SHANGHAI)


def _registration(person: Person, people: list[Person], places: Places) -> MobileRegistration:
    rng = dice("registration", person.number)
    return MobileRegistration(
        key=draw_key(rng),
        member=person.member,
        branch=places.branches[person.code],
        receiving=places.branches[person.host],
        contact=_contact_person(person, people).member,
        since=max(person.since, person.host_since - timedelta(days=rng.randint(3, 20))),  # type: ignore[operator]
        months=rng.choice((12, 24, 36)),
    )


def _contact_person(person: Person, people: list[Person]) -> Person:
    """The account `visitor` in its branch; elsewhere the deputy."""
    here = [p for p in people if p.code == person.code]
    account = next((p for p in here if p.number == "visitor"), None)
    return account or next(p for p in here if Office.Kind.DEPUTY in p.offices)


def _contacts(person: Person, people: list[Person], on: date) -> Iterator[ContactMade]:
    """A call every two months or so; in some branches the last one is a while ago."""
    rng, contact = dice("contacts", person.number), _contact_person(person, people)
    last = on - timedelta(days=rng.randint(95, 120) if person.code in LATE else rng.randint(5, 60))
    day = last
    while person.host_since and day >= person.host_since:
        yield ContactMade(
            member=person.member, by=contact.member, on=day, noted_at=_at(day, rng.randint(9, 20))
        )
        day -= timedelta(days=rng.randint(45, 88))
