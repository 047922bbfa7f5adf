"""What lies below a committee or general branch: its branches, and how many of their members are on track."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from hours.requirement import required_hours
from hours.totals import YearTotal, rules_on, studied, year_totals
from people.models import Affiliation, Member, Organisation
from reports.overview import LEAST_COUNTED


@dataclass
class BranchLine:
    """A branch in a list. Counts go by the home branch, so nobody is counted twice."""

    organisation: Organisation
    members: int = 0
    asked: int = 0
    on_track: int = 0

    @property
    def home_study(self) -> int | None:
        """How many are on home study; None when fewer than five: that could point at one of them."""
        number = self.members - self.asked
        return number if number >= LEAST_COUNTED else None

    @property
    def shows_asked(self) -> bool:
        """Whether "of how many" may be told: with the members beside it, it tells who are on home study."""
        return self.shows_counts and (self.home_study is not None or self.asked == self.members)

    @property
    def shows_counts(self) -> bool:
        return self.asked >= LEAST_COUNTED


def branch_lines(organisation: Organisation, *, on: date) -> list[BranchLine]:
    """
    Return the branches below, in the order of the tree. Five queries, however many branches and members.

    A general branch or committee to which members belong without a branch between has a line of its own.
    """
    homes = Affiliation.objects.on(on).home()
    is_branch = Q(kind=Organisation.Kind.BRANCH)
    places = Organisation.objects.within(organisation).filter(
        is_branch | Exists(homes.filter(branch=OuterRef("pk")))
    )
    lines = {place.pk: BranchLine(place) for place in places.order_by("path")}
    branch_of = dict(homes.within(organisation).values_list("member_id", "branch_id"))
    members = list(
        Member.objects.belonging_to(organisation, on=on).with_arrangements(on=on).with_office_kinds(on=on)
    )
    rules = rules_on(on)
    totals = year_totals(studied([member.key for member in members], on.year))
    for member in members:
        line = lines[branch_of[member.pk]]
        line.members += 1
        required = required_hours(
            office_kinds=set(member.office_kinds), is_home_study=member.is_home_study, rules=rules
        )
        if required is not None:
            line.asked += 1
            line.on_track += totals.get(member.key, YearTotal()).hours(rules) >= required
    return list(lines.values())
