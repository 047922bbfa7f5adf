"""Home study, standings and visitors: dated, audited, and arranged by whom it is for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from people import arranging, leading
from people.arranging import (
    arrange_home_study,
    assign_visitor,
    end_home_study,
    end_pairing,
    review_home_study,
    set_standing,
)
from people.models import AuditEntry, HomeStudy, Member, Office, Organisation, Pairing, Sight, Standing
from tests.cast import give_office, make_member, moment
from tests.people.moves import day, everything_dated

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 10:00")
LATER = moment("2026-07-01 09:00")
TODAY = AT.date()
DAYS = {"since": TODAY, "review_on": day("2026-09-01")}


@pytest.fixture
def committee_member(branch: Organisation) -> Member:
    holder = make_member("committeemember", branch)
    give_office(holder, branch, Office.Kind.COMMITTEE_MEMBER)
    return holder


@pytest.fixture
def visitor(branch: Organisation) -> Member:
    visitor = make_member("visitor", branch, name="郑晓燕")
    give_office(visitor, branch, Office.Kind.VISITOR)
    return visitor


def refused(error, act, *args, **facts) -> None:
    before, audited = everything_dated(), AuditEntry.objects.count()
    with pytest.raises(error):
        act(*args, **{"at": AT, **facts})
    assert everything_dated() == before
    assert AuditEntry.objects.count() == audited


def told(member: Member) -> list[tuple[str, dict]]:
    return list(AuditEntry.objects.filter(subject=member.key).order_by("id").values_list("action", "details"))


# Home study


def test_arranged_reviewed_and_ended(member, committee_member, secretary) -> None:
    arrange_home_study(member, **DAYS, by=committee_member, at=AT)
    review_home_study(member, review_on=day("2027-01-15"), by=secretary, at=LATER)
    end_home_study(member, by=secretary, at=moment("2026-12-01 08:00"))

    assert list(HomeStudy.objects.values_list("since", "review_on", "until")) == [
        (day("2026-03-10"), day("2027-01-15"), day("2026-12-01"))
    ]
    assert told(member) == [
        ("home_study.arranged", {"since": "2026-03-10", "review_on": "2026-09-01"}),
        ("home_study.reviewed", {"was": "2026-09-01", "review_on": "2027-01-15"}),
        ("home_study.ended", {}),
    ]


def test_there_is_no_place_for_a_reason() -> None:
    names = {field.name for field in HomeStudy._meta.get_fields()}

    assert names == {"id", "member", "since", "review_on", "until"}


def test_taken_back_on_its_day_it_leaves_no_row(member, secretary) -> None:
    arrange_home_study(member, **DAYS, by=secretary, at=AT)
    end_home_study(member, by=secretary, at=AT)

    assert HomeStudy.objects.count() == 0
    assert len(told(member)) == 2


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("general_branch", Office.Kind.SECRETARY),
        ("county", Office.Kind.SECRETARY),
        ("other_branch", Office.Kind.SECRETARY),
        ("branch", Office.Kind.VISITOR),
        ("branch", Office.Kind.OBSERVER),
        ("branch", Office.Kind.GROUP_LEADER),
    ],
)
def test_only_the_own_committee_arranges_home_study(request, member, secretary, place, kind) -> None:
    holder = make_member("holder")
    give_office(holder, request.getfixturevalue(place), kind)
    refused(leading.NotYourCommittee, arrange_home_study, member, **DAYS, by=holder)
    arrange_home_study(member, **DAYS, by=secretary, at=AT)

    refused(leading.NotYourCommittee, review_home_study, member, review_on=day("2026-10-01"), by=holder)
    refused(leading.NotYourCommittee, end_home_study, member, by=holder)


def test_a_host_branch_does_not_arrange_home_study(member, stranger, other_branch) -> None:
    member.affiliations.create(branch=other_branch, kind="host", since=TODAY)

    refused(leading.NotYourCommittee, arrange_home_study, member, **DAYS, by=stranger)


def test_nobody_arranges_it_for_themself_or_twice(member, secretary) -> None:
    refused(leading.NotForYourself, arrange_home_study, secretary, **DAYS, by=secretary)
    refused(arranging.NotArranged, review_home_study, member, review_on=day("2026-10-01"), by=secretary)
    refused(arranging.NotArranged, end_home_study, member, by=secretary)
    arrange_home_study(member, **DAYS, by=secretary, at=AT)
    refused(arranging.AlreadyArranged, arrange_home_study, member, **DAYS, by=secretary)


@pytest.mark.parametrize(
    ("since", "review_on"),
    [
        ("2026-03-11", "2026-09-01"),
        ("2025-03-08", "2026-09-01"),
        ("2026-03-10", "2026-03-10"),
        ("2026-03-10", "2027-03-12"),
    ],
)
def test_its_days_fit(member, secretary, since, review_on) -> None:
    refused(
        leading.NotThatDay,
        arrange_home_study,
        member,
        since=day(since),
        review_on=day(review_on),
        by=secretary,
    )


# Standings


def test_the_latest_standing_of_each_kind_holds(member, secretary) -> None:
    for aspect, value, since in [
        ("membership", "probationary", "2024-07-01"),
        ("membership", "full", "2025-07-01"),
        ("work", "on_the_job", "2020-01-01"),
    ]:
        set_standing(member, aspect=aspect, value=value, since=day(since), by=secretary, at=AT)

    def held(on: str) -> list[str]:
        return list(Standing.objects.filter(member=member).on(day(on)).values_list("value", flat=True))

    assert held("2025-06-30") == ["probationary", "on_the_job"]
    assert held("2025-07-01") == ["full", "on_the_job"]
    assert held("2019-01-01") == []
    assert told(member)[1] == ("standing.set", {"standing": "full", "since": "2025-07-01"})


def test_one_above_may_set_it_and_others_not(
    member, county, committee_member, stranger, general_branch
) -> None:
    facts = {"aspect": "work", "value": "retired", "since": TODAY}
    for by in (member, committee_member, stranger):
        refused(leading.NotYourBranch, set_standing, member, **facts, by=by)
    above = make_member("above")
    give_office(above, general_branch, Office.Kind.DEPUTY)

    assert set_standing(member, **facts, by=above, at=AT).value == "retired"


def test_a_standing_that_does_not_fit_is_refused(member, secretary) -> None:
    facts = {"aspect": "work", "value": "retired", "since": TODAY, "by": secretary}
    refused(leading.NotForYourself, set_standing, secretary, **facts)
    refused(arranging.NotThatKind, set_standing, member, **facts | {"value": "full"})
    refused(arranging.NotThatKind, set_standing, member, **facts | {"aspect": "health"})
    refused(leading.NotThatDay, set_standing, member, **facts | {"since": day("2026-03-11")})
    set_standing(member, **facts, at=AT)
    refused(arranging.StandingOfThatDay, set_standing, member, **facts | {"value": "on_the_job"})
    later = facts | {"since": day("2026-03-11")}
    refused(arranging.SameStanding, set_standing, member, **later, at=moment("2026-03-11 09:00"))


# Visitors


def test_a_visitor_sees_the_member_from_the_day_they_are_assigned(member, secretary, visitor) -> None:
    def sees(on) -> bool:
        fresh = Member.objects.get(pk=visitor.pk)
        seen = Member.objects.visible_to(fresh, sight=Sight.ARRANGEMENT, on=on)
        return seen.filter(pk=member.pk).exists()

    assert not sees(TODAY)
    assign_visitor(member, visitor=visitor, by=secretary, at=AT)
    assert sees(TODAY)
    end_pairing(member, visitor=visitor, by=secretary, at=LATER)
    assert [sees(LATER.date() - timedelta(days=1)), sees(LATER.date())] == [True, False]
    assert list(Pairing.objects.values_list("since", "until")) == [(TODAY, day("2026-07-01"))]
    assert told(member) == [
        ("visitor.assigned", {"visitor": f"{visitor.key}"}),
        ("visitor.taken_off", {"visitor": f"{visitor.key}"}),
    ]


def test_a_visitor_of_an_organisation_above_may_come(member, secretary, county) -> None:
    visitor = make_member("visitor")
    give_office(visitor, county, Office.Kind.VISITOR)

    assert assign_visitor(member, visitor=visitor, by=secretary, at=AT).since == TODAY


def test_only_who_holds_the_office_there_is_assigned(member, secretary, stranger, other_branch, visitor):
    elsewhere = make_member("elsewhere")
    give_office(elsewhere, other_branch, Office.Kind.VISITOR)
    for nobody in (stranger, secretary, elsewhere):
        refused(arranging.NotAVisitor, assign_visitor, member, visitor=nobody, by=secretary)
    visitor.offices.update(until=TODAY - timedelta(days=1))
    refused(arranging.NotAVisitor, assign_visitor, member, visitor=visitor, by=secretary)


def test_a_visitor_is_not_assigned_to_themself(secretary, visitor) -> None:
    refused(arranging.NotAVisitor, assign_visitor, visitor, visitor=visitor, by=secretary)


def test_visitors_are_assigned_by_the_branchs_own_leaders(
    member, visitor, committee_member, stranger, county, secretary
) -> None:
    above = make_member("above")
    give_office(above, county, Office.Kind.SECRETARY)
    for by in (above, committee_member, stranger, visitor, member):
        refused(leading.NotYourBranch, assign_visitor, member, visitor=visitor, by=by)
    assign_visitor(member, visitor=visitor, by=secretary, at=AT)
    refused(arranging.AlreadyAssigned, assign_visitor, member, visitor=visitor, by=secretary)
    for by in (above, committee_member, visitor):
        refused(leading.NotYourBranch, end_pairing, member, visitor=visitor, by=by)
    end_pairing(member, visitor=visitor, by=secretary, at=LATER)
    refused(arranging.NotAssigned, end_pairing, member, visitor=visitor, by=secretary, at=LATER)
