"""Who holds which office in the demonstration, and who held it before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from people.models import Office, Organisation
from reports.demo.chance import dice
from reports.demo.places import BRANCHES, GENERAL_BRANCHES, Places
from reports.demo.roster import ACCOUNTS, Person

Kind = Office.Kind

AT_THE_COUNTY = {
    "committee": Kind.SECRETARY,
    "observer": Kind.OBSERVER,
    "editor": Kind.EDITOR,
    "reviewer": Kind.REVIEWER,
    "sysadmin": Kind.SYSTEM_ADMINISTRATOR,
    "auditor": Kind.AUDIT_ADMINISTRATOR,
    "secadmin": Kind.SECURITY_ADMINISTRATOR,
}

CHANGED = ("bridge", "tea")
"""Branches that elected another secretary half a year ago."""


@dataclass
class Posts:
    """The offices of all, with who leads and who visits where on a given day."""

    rows: list[Office] = field(default_factory=list)
    secretaries: dict[str, list[tuple[date, Person]]] = field(default_factory=dict)
    visitors: dict[str, list[Person]] = field(default_factory=dict)

    def give(
        self,
        person: Person,
        kind: Office.Kind,
        organisation: Organisation,
        since: date,
        until: date | None = None,
    ) -> None:
        self.rows.append(
            Office(member=person.member, organisation=organisation, kind=kind, since=since, until=until)
        )
        if until is None:
            person.offices.add(kind)

    def secretary_of(self, code: str, day: date) -> Person:
        """The branch's secretary on that day."""
        return [person for since, person in self.secretaries[code] if since <= day][-1]


def fill_posts(people: list[Person], places: Places, *, on: date) -> Posts:
    """Give out the offices, as they stand on the day `on` and as some stood before."""
    posts = Posts()
    by_number = {person.number: person for person in people}
    elected = on - timedelta(days=520)
    for number, kind in AT_THE_COUNTY.items():
        posts.give(by_number[number], kind, places.county, elected - timedelta(days=40))
    for code in BRANCHES:
        _fill_branch(posts, code, people, places, on=on)
    for code in GENERAL_BRANCHES:
        below = [b for b, plan in BRANCHES.items() if plan.under == code]
        able = [p for p in people if p.code in below and _is_free(p, on)]
        chosen = max(able, key=lambda p: (p.since.year < 2015, dice("general", p.number).random()))
        posts.give(chosen, Kind.SECRETARY, places.general_branches[code], elected)
    if places.health:
        able = [p for p in people if p.code == "hospital" and _is_free(p, on)]
        posts.give(min(able, key=lambda p: p.number), Kind.OBSERVER, places.health, elected)
    Office.objects.bulk_create(posts.rows)
    return posts


def _is_free(person: Person, on: date) -> bool:
    return (
        person.number not in ACCOUNTS
        and not (person.home_study or person.host or person.moved_on or person.offices)
        and 30 <= on.year - person.member.birth_year <= 66
    )


def _fill_branch(posts: Posts, code: str, people: list[Person], places: Places, *, on: date) -> None:
    branch, rng = places.branches[code], dice("posts", code)
    elected = on - timedelta(days=rng.randint(420, 700))
    able = [p for p in people if p.code == code and _is_free(p, on)]
    rng.shuffle(able)
    account = next((p for p in people if p.number == "secretary" and p.code == code), None)
    secretary = account or able.pop()
    posts.secretaries[code] = [(date.min, secretary)]
    since = elected
    if code in CHANGED:
        since = on - timedelta(days=183)
        before = able.pop()
        posts.give(before, Kind.SECRETARY, branch, elected - timedelta(days=900), since - timedelta(days=1))
        posts.secretaries[code] = [(date.min, before), (since, secretary)]
    posts.give(secretary, Kind.SECRETARY, branch, since)
    posts.give(able.pop(), Kind.DEPUTY, branch, elected)
    posts.give(able.pop(), Kind.COMMITTEE_MEMBER, branch, elected)
    _give_groups(posts, code, able, places, elected)
    _give_visitors(posts, code, people, able, branch, on)
    if not secretary.member.phone:
        secretary.member.phone = f"05125550{2000 + rng.randint(0, 999)}"
        secretary.member.save(update_fields=["phone", "phone_index"])


def _give_groups(posts: Posts, code: str, able: list[Person], places: Places, elected: date) -> None:
    """A leader for each group from among its own; where the first one changed, the one before as well."""
    for group in places.groups[code]:
        own = [person for person in able if person.group == group]
        if not own:
            continue
        leader = own.pop()
        able.remove(leader)
        posts.give(leader, Kind.GROUP_LEADER, group, elected)
        if code in CHANGED and own:
            before = elected - timedelta(days=1)
            posts.give(own[-1], Kind.GROUP_LEADER, group, elected - timedelta(days=800), before)


def _give_visitors(
    posts: Posts, code: str, people: list[Person], able: list[Person], branch: Organisation, on: date
) -> None:
    """Two visitors where somebody studies at home; one gave it up a year ago."""
    if not BRANCHES[code].home_study:
        return
    visitors = [p for p in people if p.number == "visitor" and p.code == code]
    visitors += [able.pop() for _ in range(min(2 - len(visitors), len(able)))]
    posts.visitors[code] = visitors
    for person in visitors:
        posts.give(person, Kind.VISITOR, branch, on - timedelta(days=430))
    if able:
        posts.give(able[-1], Kind.VISITOR, branch, on - timedelta(days=900), on - timedelta(days=431))
