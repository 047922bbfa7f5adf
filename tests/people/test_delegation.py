"""Standing in: for a period, no longer than the office, and not passed on."""

from datetime import datetime, timedelta

import pytest
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people.appointments import (
    DaysDoNotFit,
    HasEnded,
    HeldAlready,
    NotAmongTheirPeople,
    NotForOneself,
    NotTheirsToGive,
    hand_over,
    relieve,
)
from people.delegation import NotToBeDelegated, delegable, delegate, lent_by, take_back
from people.models import AuditEntry, Member, Office, Organisation, Sight
from tests.cast import give_office, make_member
from tests.people.test_appointments import refused

pytestmark = pytest.mark.django_db

K = Office.Kind


@pytest.fixture
def at() -> datetime:
    return now()


@pytest.fixture
def county_leader(county: Organisation) -> Member:
    leader = make_member("county")
    give_office(leader, county, K.SECRETARY)
    return leader


def test_who_stands_in_sees_what_the_office_sees_while_it_lasts(secretary, member, branch, today, at) -> None:
    colleague = make_member("colleague", branch)
    until = today + timedelta(days=6)
    stand_in = delegate(secretary.offices.get(), member, since=today, until=until, by=secretary, at=at)

    assert (stand_in.kind, stand_in.stands_in_for, stand_in.until) == (
        K.SECRETARY, secretary.offices.get(), until,
    )  # fmt: skip
    for day, seen in [(today, True), (until, True), (until + timedelta(days=1), False)]:
        looking = Member.objects.get(pk=member.pk)
        found = Member.objects.visible_to(looking, sight=Sight.SCORES, on=day)
        assert found.filter(pk=colleague.pk).exists() is seen
    entry = AuditEntry.objects.get(action="office.delegated")
    assert (entry.actor, entry.subject, entry.organisation) == (secretary.key, member.key, branch.key)
    assert entry.details == {"office": "secretary", "since": today.isoformat(), "until": until.isoformat()}
    assert list(lent_by(secretary, on=today)) == [stand_in]


def test_what_is_lent_is_not_lent_on(secretary, member, branch, today, at) -> None:
    colleague = make_member("colleague", branch)
    lent = delegate(secretary.offices.get(), member, since=today, until=today, by=secretary, at=at)

    assert delegable(member, on=today) == []
    refused(NotToBeDelegated, lambda: delegate(lent, colleague, since=today, until=today, by=member, at=at))


def test_a_delegation_that_does_not_fit_changes_nothing(
    secretary, member, stranger, branch, today, at
) -> None:
    office = secretary.offices.get()
    Office.objects.filter(pk=office.pk).update(until=today + timedelta(days=5))
    day = timedelta(days=1)
    for refusal, to, since, until, by in [
        (DaysDoNotFit, member, today - day, today, secretary),
        (DaysDoNotFit, member, today, today - day, secretary),
        (DaysDoNotFit, member, today, today + 6 * day, secretary),  # longer than the office
        (NotForOneself, secretary, today, today, secretary),
        (NotAmongTheirPeople, stranger, today, today, secretary),
        (NotTheirsToGive, member, today, today, stranger),
    ]:
        refused(
            refusal,
            lambda to=to, since=since, until=until, by=by: delegate(
                office, to, since=since, until=until, by=by, at=at
            ),
        )


LENT = {"secretary", "deputy", "committee_member", "group_leader", "reviewer"}


@pytest.mark.parametrize("kind", sorted(set(K) - LENT))
def test_other_offices_are_not_lent(member, county, today, at, kind) -> None:
    holder = make_member("holder")
    office = give_office(holder, county, kind)
    refused(NotToBeDelegated, lambda: delegate(office, member, since=today, until=today, by=holder, at=at))


def test_nobody_stands_in_twice_for_the_same_office_at_once(secretary, member, today, at) -> None:
    office = secretary.offices.get()
    delegate(office, member, since=today, until=today, by=secretary, at=at)
    refused(HeldAlready, lambda: delegate(office, member, since=today, until=today, by=secretary, at=at))


def test_a_delegated_office_is_taken_back_by_who_lent_it(secretary, stranger, member, today, at) -> None:
    lent = delegate(
        secretary.offices.get(), member, since=today, until=today + timedelta(days=9), by=secretary, at=at
    )
    refused(NotTheirsToGive, lambda: take_back(lent, by=stranger, at=at))
    refused(HasEnded, lambda: take_back(secretary.offices.get(), by=secretary, at=at))  # not lent at all
    take_back(lent, by=secretary, at=at)

    lent.refresh_from_db()
    assert lent.until == today  # it began today
    tomorrow = at + timedelta(days=1)
    refused(HasEnded, lambda: take_back(lent, by=secretary, at=tomorrow))


def test_taken_back_on_a_later_day_it_ends_at_once(secretary, member, today, at) -> None:
    lent = delegate(
        secretary.offices.get(), member, since=today, until=today + timedelta(days=9), by=secretary, at=at
    )
    take_back(lent, by=secretary, at=at + timedelta(days=3))

    lent.refresh_from_db()
    assert lent.until == today + timedelta(days=2)


def test_taken_back_before_it_began_it_never_was(secretary, member, today, at) -> None:
    later = today + timedelta(days=5)
    lent = delegate(secretary.offices.get(), member, since=later, until=later, by=secretary, at=at)
    take_back(lent, by=secretary, at=at)

    assert member.offices.count() == 0
    assert AuditEntry.objects.filter(action="office.taken_back").count() == 1


def test_standing_in_ends_with_the_office(secretary, county_leader, member, branch, today, at) -> None:
    office = secretary.offices.get()
    far = today + timedelta(days=60)
    now_on = delegate(office, member, since=today, until=far, by=secretary, at=at)
    later = make_member("later", branch)
    delegate(office, later, since=today + timedelta(days=30), until=far, by=secretary, at=at)
    relieve(office, last_day=today + timedelta(days=2), by=county_leader, at=at)

    now_on.refresh_from_db()
    assert now_on.until == today + timedelta(days=2)
    assert later.offices.count() == 0


def test_standing_in_ends_with_the_term(secretary, county_leader, member, branch, today, at) -> None:
    lent = delegate(
        secretary.offices.get(), member, since=today, until=today + timedelta(days=60), by=secretary, at=at
    )
    new = make_member("new", branch)
    on = today + timedelta(days=7)
    hand_over(branch, [(K.SECRETARY, new)], on=on, by=county_leader, at=at)

    lent.refresh_from_db()
    assert lent.until == on - timedelta(days=1)
    assert {o.member for o in Office.objects.held_on(on).filter(organisation=branch)} == {new}


@given(
    days=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.booleans()), min_size=1, max_size=5)
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_ever_stands_in_outside_the_office(transactional_scene, days) -> None:
    """Whatever is lent, and whenever the office is ended: no stand-in has a day that the office has not."""
    secretary, leader, others, at, today = transactional_scene()
    office = secretary.offices.get()
    for member, (first, length, _end) in zip(others, days, strict=False):
        since = today + timedelta(days=first)
        delegate(office, member, since=since, until=since + timedelta(days=length), by=secretary, at=at)
    last = today + timedelta(days=days[0][0])
    relieve(office, last_day=last, by=leader, at=at)

    stand_ins = Office.objects.filter(stands_in_for=office)
    assert all(office.since <= s.since <= s.until <= last for s in stand_ins)
    kept = [first for first, _length, _end in days if first <= days[0][0]]
    assert stand_ins.count() == len(kept)


@pytest.fixture
def transactional_scene(secretary, county_leader, branch, today, at):
    """The same scene for every example: what an earlier example did is put back."""
    others = [make_member(f"other{number}", branch) for number in range(5)]

    def begin() -> tuple:
        Office.objects.filter(stands_in_for__isnull=False).delete()
        Office.objects.filter(member=secretary).update(until=None)
        return secretary, county_leader, others, at, today

    return begin
