"""Giving and ending offices: who may, what fits, and that a refusal changes nothing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from django.utils.timezone import localdate, now

from people.appointments import (
    AnotherAdministrator,
    AppointmentRefused,
    DaysDoNotFit,
    HasEnded,
    HeldAlready,
    NamedTwice,
    NotAmongTheirPeople,
    NotForOneself,
    NotOneSecretary,
    NotTheirsToGive,
    OrganisationIsClosed,
    TermHasJustBegun,
    appoint,
    hand_over,
    relieve,
)
from people.authority import FITS, kinds_to_give, offices_to_give
from people.models import AuditEntry, Member, Office, Organisation
from tests.cast import LONG_AGO, give_office, make_member

pytestmark = pytest.mark.django_db

K = Office.Kind
COMMITTEE = {K.SECRETARY, K.DEPUTY, K.COMMITTEE_MEMBER}
BELOW = {K.OBSERVER, K.EDITOR, K.REVIEWER}
ADMINISTRATORS = {K.SYSTEM_ADMINISTRATOR, K.AUDIT_ADMINISTRATOR, K.SECURITY_ADMINISTRATOR}


@pytest.fixture
def township(county: Organisation) -> Organisation:
    """A committee below the county's."""
    return Organisation.objects.found(kind="committee", name="柳溪镇委", under=county)


@pytest.fixture
def group(branch: Organisation) -> Organisation:
    return Organisation.objects.found(kind="group", name="第一党小组", under=branch)


@pytest.fixture
def at() -> datetime:
    return now()


@pytest.fixture
def county_leader(county: Organisation) -> Member:
    leader = make_member("county")
    give_office(leader, county, K.SECRETARY)
    return leader


@pytest.fixture
def security(county: Organisation) -> Member:
    security = make_member("security")
    give_office(security, county, K.SECURITY_ADMINISTRATOR)
    return security


def rows() -> list[tuple]:
    """Everything that an act about offices may change."""
    offices = Office.objects.order_by("pk")
    return [*offices.values_list("pk", "member", "kind", "since", "until"), AuditEntry.objects.count()]


def refused(refusal: type[AppointmentRefused], act: Callable[[], object]) -> None:
    """The act is refused by that name, and nothing has changed."""
    before = rows()
    with pytest.raises(AppointmentRefused) as caught, transaction.atomic():
        act()
    assert type(caught.value) is refusal
    assert rows() == before


FROM_THE_COUNTY = [
    BELOW,
    COMMITTEE | BELOW,
    COMMITTEE | {K.VISITOR},
    COMMITTEE | {K.VISITOR},
    {K.GROUP_LEADER},
]
WHO_GIVES = {
    # holder of, at: what may be given in the county, township, general branch, branch, group
    (K.SECRETARY, "county"): FROM_THE_COUNTY,
    (K.DEPUTY, "county"): FROM_THE_COUNTY,
    (K.SECRETARY, "township"): [set(), BELOW, set(), set(), set()],
    (K.SECRETARY, "general_branch"): [set(), set(), {K.VISITOR}, COMMITTEE | {K.VISITOR}, {K.GROUP_LEADER}],
    (K.SECRETARY, "branch"): [set(), set(), set(), {K.VISITOR}, {K.GROUP_LEADER}],
    (K.DEPUTY, "branch"): [set(), set(), set(), {K.VISITOR}, {K.GROUP_LEADER}],
    (K.SECURITY_ADMINISTRATOR, "county"): [COMMITTEE | BELOW | ADMINISTRATORS, set(), set(), set(), set()],
    (K.SECURITY_ADMINISTRATOR, "township"): [set(), ADMINISTRATORS, set(), set(), set()],
}  # fmt: skip
NOTHING = [set()] * 5
GIVERS = [
    *WHO_GIVES,
    *((kind, "county") for kind in set(K) - {K.SECRETARY, K.DEPUTY, K.SECURITY_ADMINISTRATOR}),
]


@pytest.mark.parametrize(("kind", "place"), sorted(GIVERS))
def test_who_gives_which_office_where(
    request, county, township, general_branch, branch, group, today, at, kind, place
) -> None:
    giver = make_member("giver")
    give_office(giver, request.getfixturevalue(place), kind)
    places = [county, township, general_branch, branch, group]
    expected = WHO_GIVES.get((kind, place), NOTHING)

    assert [set(kinds_to_give(giver.held_offices(today), there)) for there in places] == expected

    holder = make_member("holder")
    held = {
        (there.pk, each): Office.objects.create(
            member=holder if each not in ADMINISTRATORS else make_member(f"h{each[:5]}{there.pk}"),
            organisation=there,
            kind=each,
            since=LONG_AGO,
        )
        for there in places
        for each in K
        if there.kind in FITS[each]
    }
    to_give = offices_to_give(Member.objects.get(pk=giver.pk), on=today).exclude(member=giver)
    assert {(o.organisation_id, o.kind) for o in to_give} == {
        (there.pk, each) for there, kinds in zip(places, expected, strict=True) for each in kinds
    }
    assert len(held) == 5 * 3 + 1 + 2 + 6 * 2 - 3  # three committees' kinds, one group leader, two visitors


def test_every_office_fits_some_kind_of_organisation() -> None:
    assert set(FITS) == set(K)
    assert FITS[K.GROUP_LEADER] == {"group"}
    assert FITS[K.VISITOR] == {"branch", "general_branch"}
    assert FITS[K.SECRETARY] == FITS[K.COMMITTEE_MEMBER] == {"committee", "general_branch", "branch"}
    assert FITS[K.EDITOR] == FITS[K.AUDIT_ADMINISTRATOR] == {"committee"}


def test_an_appointment_begins_on_its_day_and_is_in_the_audit(
    county_leader, branch, member, today, at
) -> None:
    office = appoint(member, K.DEPUTY, branch, since=today, by=county_leader, at=at, address="203.0.113.0/24")

    assert (office.member, office.kind, office.organisation) == (member, K.DEPUTY, branch)
    assert (office.since, office.until, office.given_by) == (today, None, county_leader)
    entry = AuditEntry.objects.get(action="office.given")
    assert (entry.actor, entry.subject, entry.organisation) == (county_leader.key, member.key, branch.key)
    assert (entry.address, entry.outcome) == ("203.0.113.0/24", "done")
    assert entry.details == {"office": "deputy", "since": today.isoformat(), "until": None}


def test_who_does_not_give_an_office_is_refused(
    secretary, stranger, branch, county, member, today, at
) -> None:
    for giver, kind, place in [
        (secretary, K.DEPUTY, branch),  # only from strictly above
        (stranger, K.VISITOR, branch),  # another branch
        (secretary, K.GROUP_LEADER, branch),  # a branch has no group leader
        (secretary, K.EDITOR, county),
        (member, K.VISITOR, branch),
    ]:
        refused(
            NotTheirsToGive,
            lambda giver=giver, kind=kind, place=place: appoint(
                member if giver != member else secretary, kind, place, since=today, by=giver, at=at
            ),
        )


def test_an_ended_office_gives_nothing(county_leader, branch, member, today, at) -> None:
    county_leader.offices.update(until=today - timedelta(days=1))
    refused(NotTheirsToGive, lambda: appoint(member, K.DEPUTY, branch, since=today, by=county_leader, at=at))


def test_only_members_one_sees_are_appointed(secretary, stranger, branch, today, at) -> None:
    refused(
        NotAmongTheirPeople, lambda: appoint(stranger, K.VISITOR, branch, since=today, by=secretary, at=at)
    )


def test_an_erased_member_is_appointed_to_nothing(secretary, member, branch, today, at) -> None:
    Member.objects.filter(pk=member.pk).update(erased_at=at)
    refused(NotAmongTheirPeople, lambda: appoint(member, K.VISITOR, branch, since=today, by=secretary, at=at))


def test_days_in_the_past_or_the_wrong_way_round_are_refused(secretary, member, branch, today, at) -> None:
    yesterday = today - timedelta(days=1)
    for since, until in [(yesterday, None), (today, yesterday)]:
        refused(
            DaysDoNotFit,
            lambda since=since, until=until: appoint(
                member, K.VISITOR, branch, since=since, until=until, by=secretary, at=at
            ),
        )


def test_a_closed_organisation_gets_no_office(secretary, member, branch, today, at) -> None:
    Organisation.objects.filter(pk=branch.pk).update(closed_on=today + timedelta(days=3))
    appoint(member, K.VISITOR, branch, since=today, until=today, by=secretary, at=at)
    refused(
        OrganisationIsClosed,
        lambda: appoint(member, K.VISITOR, branch, since=today + timedelta(days=3), by=secretary, at=at),
    )


def test_nobody_holds_an_office_twice(secretary, member, branch, today, at) -> None:
    appoint(member, K.VISITOR, branch, since=today, by=secretary, at=at)
    refused(HeldAlready, lambda: appoint(member, K.VISITOR, branch, since=today, by=secretary, at=at))


def test_nobody_gives_themself_an_office_except_visiting_and_leading_a_group(
    county_leader, secretary, branch, group, today, at
) -> None:
    refused(
        NotForOneself,
        lambda: appoint(county_leader, K.SECRETARY, branch, since=today, by=county_leader, at=at),
    )
    appoint(secretary, K.VISITOR, branch, since=today, by=secretary, at=at)
    appoint(secretary, K.GROUP_LEADER, group, since=today, by=secretary, at=at)
    assert sorted(secretary.offices.values_list("kind", flat=True)) == [
        "group_leader",
        "secretary",
        "visitor",
    ]


def test_the_security_administrator_names_the_others_and_never_themself(
    security, county, member, secretary, today, at
) -> None:
    refused(
        NotForOneself,
        lambda: appoint(security, K.AUDIT_ADMINISTRATOR, county, since=today, by=security, at=at),
    )
    appoint(member, K.SYSTEM_ADMINISTRATOR, county, since=today, by=security, at=at)
    refused(
        AnotherAdministrator,
        lambda: appoint(member, K.AUDIT_ADMINISTRATOR, county, since=today, by=security, at=at),
    )
    appoint(secretary, K.AUDIT_ADMINISTRATOR, county, since=today, by=security, at=at)
    assert list(member.offices.values_list("kind", flat=True)) == ["system_administrator"]


def test_nobody_else_names_an_administrator(county_leader, county, member, today, at) -> None:
    for kind in ADMINISTRATORS:
        refused(
            NotTheirsToGive,
            lambda kind=kind: appoint(member, kind, county, since=today, by=county_leader, at=at),
        )


def test_a_relieved_secretary_keeps_the_history_and_sees_nobody(
    county_leader, secretary, member, today, at
) -> None:
    yesterday = today - timedelta(days=1)
    relieve(secretary.offices.get(), last_day=yesterday, by=county_leader, at=at)

    office = secretary.offices.get()
    assert (office.since, office.until) == (LONG_AGO, yesterday)
    fresh = Member.objects.get(pk=secretary.pk)
    assert list(Member.objects.visible_to(fresh, on=today)) == [secretary]
    entry = AuditEntry.objects.get(action="office.ended")
    assert (entry.subject, entry.details["until"]) == (secretary.key, yesterday.isoformat())
    refused(HasEnded, lambda: relieve(office, last_day=today, by=county_leader, at=at))


def test_an_office_is_not_ended_before_yesterday_and_never_made_longer(
    county_leader, secretary, today, at
) -> None:
    office = secretary.offices.get()
    refused(
        DaysDoNotFit,
        lambda: relieve(office, last_day=today - timedelta(days=2), by=county_leader, at=at),
    )
    Office.objects.filter(pk=office.pk).update(until=today)
    refused(
        DaysDoNotFit,
        lambda: relieve(office, last_day=today + timedelta(days=1), by=county_leader, at=at),
    )


def test_who_did_not_give_an_office_does_not_end_it(secretary, stranger, county_leader, today, at) -> None:
    refused(NotTheirsToGive, lambda: relieve(secretary.offices.get(), last_day=today, by=stranger, at=at))
    refused(NotForOneself, lambda: relieve(secretary.offices.get(), last_day=today, by=secretary, at=at))


def test_an_office_that_has_not_begun_is_withdrawn(county_leader, member, branch, today, at) -> None:
    later = today + timedelta(days=10)
    office = appoint(member, K.DEPUTY, branch, since=later, by=county_leader, at=at)
    relieve(office, last_day=later, by=county_leader, at=at)

    assert member.offices.count() == 0
    entry = AuditEntry.objects.get(action="office.withdrawn")
    assert entry.details == {"office": "deputy", "since": later.isoformat(), "until": None}


def test_a_change_of_term_ends_all_and_begins_all_on_one_day(
    county_leader, secretary, member, branch, stranger, today, at, django_assert_max_num_queries
) -> None:
    deputy, third = make_member("deputy", branch), make_member("third", branch)
    give_office(deputy, branch, K.DEPUTY)
    give_office(third, branch, K.COMMITTEE_MEMBER)
    visitor = give_office(third, branch, K.VISITOR)
    ended_long_ago = Office.objects.create(
        member=member, organisation=branch, kind=K.SECRETARY, since=date(2010, 1, 1), until=date(2019, 1, 1)
    )
    on = today + timedelta(days=7)
    new = [(K.SECRETARY, deputy), (K.DEPUTY, member), (K.COMMITTEE_MEMBER, third)]

    with django_assert_max_num_queries(14):
        hand_over(branch, new, on=on, by=county_leader, at=at)

    before = Office.objects.filter(organisation=branch, until=on - timedelta(days=1))
    after = Office.objects.filter(organisation=branch, since=on)
    assert set(before.values_list("member__number", "kind")) == {
        ("zhangwei", "secretary"), ("deputy", "deputy"), ("third", "committee_member"),
    }  # fmt: skip
    assert set(after.values_list("member__number", "kind")) == {
        ("deputy", "secretary"), ("lihui", "deputy"), ("third", "committee_member"),
    }  # fmt: skip
    visitor.refresh_from_db()
    assert visitor.until is None
    ended_long_ago.refresh_from_db()
    assert ended_long_ago.until == date(2019, 1, 1)
    assert stranger.offices.get().until is None
    assert AuditEntry.objects.get(action="office.handed_over").details == {
        "since": on.isoformat(), "ended": 3, "given": 3,
    }  # fmt: skip
    assert set(AuditEntry.objects.filter(action="office.ended").values_list("subject", flat=True)) == {
        secretary.key, deputy.key, third.key,
    }  # fmt: skip
    assert AuditEntry.objects.filter(action="office.given").count() == 3
    sees = [Member.objects.get(number=number) for number in ("zhangwei", "deputy")]
    for day, leading in [(on - timedelta(days=1), sees[0]), (on, sees[1])]:
        assert Office.objects.held_on(day).get(organisation=branch, kind=K.SECRETARY).member == leading


def test_a_change_of_term_that_does_not_fit_changes_nothing(
    county_leader, secretary, stranger, member, branch, group, today, at
) -> None:
    for refusal, places in [
        (NotOneSecretary, [(K.DEPUTY, member)]),
        (NotOneSecretary, []),
        (NotOneSecretary, [(K.SECRETARY, member), (K.SECRETARY, secretary)]),
        (NamedTwice, [(K.SECRETARY, member), (K.DEPUTY, member)]),
        (NotTheirsToGive, [(K.SECRETARY, member), (K.VISITOR, secretary)]),
        (NotForOneself, [(K.SECRETARY, county_leader)]),
    ]:
        refused(refusal, lambda places=places: hand_over(branch, places, on=today, by=county_leader, at=at))
    refused(NotTheirsToGive, lambda: hand_over(branch, [(K.SECRETARY, member)], on=today, by=stranger, at=at))
    refused(
        NotTheirsToGive,
        lambda: hand_over(group, [(K.SECRETARY, member)], on=today, by=county_leader, at=at),
    )
    refused(
        DaysDoNotFit,
        lambda: hand_over(
            branch, [(K.SECRETARY, member)], on=today - timedelta(days=1), by=county_leader, at=at
        ),
    )
    outside = make_member("outside")
    refused(
        NotAmongTheirPeople,
        lambda: hand_over(branch, [(K.SECRETARY, outside)], on=today, by=county_leader, at=at),
    )


def test_a_second_change_of_term_on_the_same_day_is_refused(
    county_leader, secretary, member, branch, today, at
) -> None:
    hand_over(branch, [(K.SECRETARY, member)], on=today, by=county_leader, at=at)
    refused(
        TermHasJustBegun,
        lambda: hand_over(branch, [(K.SECRETARY, secretary)], on=today, by=county_leader, at=at),
    )


def test_the_first_committee_of_the_top_is_named_by_the_security_administrator(
    security, county, member, secretary, county_leader, today, at
) -> None:
    places = [(K.SECRETARY, member), (K.DEPUTY, secretary)]
    refused(NotTheirsToGive, lambda: hand_over(county, places, on=today, by=secretary_of(county), at=at))
    hand_over(county, places, on=today, by=security, at=at)

    assert county_leader.offices.get().until == today - timedelta(days=1)
    assert Office.objects.held_on(today).get(organisation=county, kind=K.SECRETARY).member == member


def secretary_of(organisation: Organisation) -> Member:
    return Office.objects.held_on(localdate()).get(organisation=organisation, kind=K.SECRETARY).member
