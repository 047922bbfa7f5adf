"""Whatever is asked, accepted, undone and registered: one home, one host, and a whole history."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people import mobility, transfers
from people.leading import Refusal
from people.models import Member, Office, Organisation, Transfer
from tests.cast import LONG_AGO, give_office, make_member, moment

pytestmark = pytest.mark.django_db

BEGIN = moment("2026-01-10 09:00")

PLACE, WHO = st.integers(0, 2), st.sampled_from([3, 3, 3, 0, 1, 2])

STEP = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 35)),
    st.tuples(st.just("ask"), PLACE, WHO),
    st.tuples(st.just("move"), PLACE),
    st.tuples(st.just("accept"), WHO),
    st.tuples(st.just("go away"), PLACE, st.integers(0, 40)),
    st.tuples(st.just("return"), WHO),
    st.tuples(st.just("undo"), WHO),
    st.tuples(st.just("register out"), PLACE, st.integers(0, 60)),
    st.tuples(st.just("register in"), PLACE, st.integers(0, 30)),
    st.tuples(st.just("withdraw"), WHO),
)


class World:
    """Three branches, their leaders and one above them, and a member who wanders."""

    def __init__(self) -> None:
        county = Organisation.objects.found(kind="committee", name="县委")
        found = Organisation.objects.found
        self.places = [found(kind="branch", name=f"第{n}支部", under=county) for n in range(3)]
        self.leaders = [make_member(f"leader{n}", place) for n, place in enumerate(self.places)]
        for leader, place in zip(self.leaders, self.places, strict=True):
            give_office(leader, place, Office.Kind.SECRETARY)
        self.leaders.append(make_member("above"))
        give_office(self.leaders[3], county, Office.Kind.SECRETARY)
        self.member = make_member("wanderer", self.places[0])
        self.at = BEGIN

    @property
    def today(self) -> date:
        return self.at.date()

    def latest(self, *states: str) -> Transfer:
        found = (
            Transfer.objects.filter(member=self.member, state__in=states).order_by("-asked_at", "-pk").first()
        )
        if found is None:
            raise Refusal
        return found

    def contact(self) -> Member:
        home = self.member.home(self.today)
        return self.leaders[self.places.index(home.branch)]

    def take(self, step: tuple[Any, ...]) -> None:
        """One step; what is refused changes nothing, and that is fine."""
        who: dict[str, Any] = {"by": self.leaders[min(step[-1], 3)], "at": self.at}
        match step:
            case ("wait", days):
                self.at += timedelta(days=days)
            case ("ask", place, _):
                transfers.ask(self.member, target=self.places[place], **who)
            case ("move", place):
                above = {"by": self.leaders[3], "at": self.at}
                transfers.ask_and_accept(self.member, target=self.places[place], **above)
            case ("accept", _):
                transfers.accept(self.latest("asked"), **who)
            case ("withdraw", _):
                transfers.withdraw(self.latest("asked"), **who)
            case ("undo", _):
                transfers.undo(self.latest("accepted"), **who)
            case ("register out", place, days):
                self.register_out(days, self.places[place])
            case ("register in", place, days):
                self.register_in(days, self.places[place])
            case ("go away", place, days):
                self.register_out(days, None)
                self.register_in(days // 2, self.places[place])
            case ("return", _):
                active = mobility.active_registration(self.member, on=self.today)
                if active is not None:
                    mobility.end_registration(active, **who)

    def register_out(self, days: int, receiving: Organisation | None) -> None:
        facts = {"since": self.today - timedelta(days=days), "months": 8, "contact": self.contact()}
        by = self.leaders[3]
        mobility.register_out(self.member, **facts, receiving=receiving, by=by, at=self.at)

    def register_in(self, days: int, place: Organisation) -> None:
        since, by = self.today - timedelta(days=days), self.leaders[self.places.index(place)]
        mobility.register_in(self.member, branch=place, since=since, by=by, at=self.at)

    def days(self, until: datetime) -> dict[date, dict[str, list[int]]]:
        """Where the member belonged, day by day, from before the beginning to after the end."""
        first = BEGIN.date() - timedelta(days=70)
        span = [first + timedelta(days=n) for n in range((until.date() - first).days + 2)]
        rows = list(self.member.affiliations.values_list("kind", "branch", "since", "until"))
        return {
            day: {
                kind: [
                    b for k, b, since, end in rows if k == kind and since <= day and (not end or day < end)
                ]
                for kind in ("home", "host")
            }
            for day in span
        }


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=5, max_size=16))
def test_never_two_homes_never_two_hosts_and_the_history_never_shrinks(steps) -> None:
    with transaction.atomic():
        world = World()
        known = world.days(world.at)
        for step in steps:
            try:
                with transaction.atomic():
                    world.take(step)
            except Refusal:
                assert world.days(world.at) == {**world.days(world.at), **known}
            found = world.days(world.at)
            for day, places in found.items():
                assert len(places["home"]) == 1
                assert len(places["host"]) <= 1
                assert places["home"] != places["host"]
                if day < world.today and day in known:
                    assert places["home"] == known[day]["home"]
                    assert set(places["host"]) >= set(known[day]["host"])
            assert Transfer.objects.filter(state="asked").count() <= 1
            assert world.member.registrations.filter(until=None).count() <= 1
            known = found
        transaction.set_rollback(True)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, max_size=8), place=PLACE)
def test_a_transfer_undone_on_its_day_leaves_the_days_as_they_were(steps, place) -> None:
    with transaction.atomic():
        world = World()
        for step in steps:
            try:
                with transaction.atomic():
                    world.take(step)
            except Refusal:
                continue
        before = world.days(world.at), _registrations(world.member)
        try:
            with transaction.atomic():
                world.take(("move", place))
        except Refusal:
            assert (world.days(world.at), _registrations(world.member)) == before
        else:
            world.take(("undo", 3))
            assert (world.days(world.at), _registrations(world.member)) == before
        transaction.set_rollback(True)


def _registrations(member: Member) -> list[tuple[Any, ...]]:
    rows = member.registrations.order_by("since", "until")
    return list(rows.values_list("branch", "receiving", "contact", "since", "until", "months"))


def test_the_world_begins_at_home() -> None:
    world = World()

    assert world.member.affiliations.get().since == LONG_AGO
