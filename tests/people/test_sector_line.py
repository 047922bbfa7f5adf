"""The sector line: an observer of a vertical system sees the counts of what that system does not own."""

from __future__ import annotations

import pytest

from people.models import Member, Office, Organisation, Sight
from people.organisations import on_sector_line
from reports.overview import opens_overview, sights_over
from tests.cast import LONG_AGO, give_office, make_member

pytestmark = pytest.mark.django_db

K = Office.Kind


@pytest.fixture
def health(county: Organisation) -> Organisation:
    return Organisation.objects.found(kind="committee", name="卫生健康行业党委", under=county, on=LONG_AGO)


@pytest.fixture
def on_the_line(health: Organisation, general_branch: Organisation) -> Organisation:
    general_branch.sector_parent = health
    general_branch.save(update_fields=["sector_parent"])
    return general_branch


@pytest.mark.parametrize(
    ("kind", "opened"),
    [(K.OBSERVER, True), (K.SECRETARY, False), (K.COMMITTEE_MEMBER, False), (K.EDITOR, False)],
)
def test_only_observers_see_along_the_line(
    health, on_the_line, branch, other_branch, member, today, kind, opened
) -> None:
    holder = make_member("holder")
    give_office(holder, health, kind)

    seen = set(Organisation.objects.visible_to(holder, on=today))
    assert seen - {health} == ({on_the_line, branch} if opened else set())
    assert opens_overview(holder, branch, on=today) is opened
    assert not opens_overview(holder, other_branch, on=today)
    assert sights_over(holder, branch, on=today) == frozenset()
    assert [*on_sector_line(holder, health, on=today)] == ([on_the_line] if opened else [])
    for sight in Sight:
        assert set(Member.objects.visible_to(holder, sight=sight, on=today)) == {holder}


def test_an_observer_above_the_sector_committee_sees_along_its_line_too(
    county, health, on_the_line, today
) -> None:
    elsewhere = Organisation.objects.found(kind="branch", name="外地支部", on=LONG_AGO)
    elsewhere.sector_parent = health
    elsewhere.save(update_fields=["sector_parent"])
    observer = make_member("observer")
    give_office(observer, county, K.OBSERVER)

    assert opens_overview(observer, elsewhere, on=today)


def test_asking_costs_one_query_more_for_observers_only(
    county, health, on_the_line, branch, today, django_assert_num_queries
) -> None:
    for number, (kind, queries) in enumerate([(K.SECRETARY, 1), (K.OBSERVER, 2)]):
        holder = make_member(f"h{number}")
        give_office(holder, health, kind)
        with django_assert_num_queries(queries):
            opens_overview(holder, branch, on=today)
            opens_overview(holder, on_the_line, on=today)
        with django_assert_num_queries(1):
            list(Organisation.objects.visible_to(holder, on=today))


def test_leaders_manage_what_is_below_them_and_never_their_own(county, general_branch, branch, today) -> None:
    below = {}
    for kind in K:
        holder = make_member(f"holder{len(below)}")
        give_office(holder, general_branch, kind)
        below[kind] = (
            set(Organisation.objects.managed_by(holder, on=today)),
            set(Organisation.objects.overseen_by(holder, on=today)),
        )

    nothing: set[Organisation] = set()
    leads = ({branch}, {general_branch, branch})
    expected = dict.fromkeys(K, (nothing, nothing))
    expected |= {K.SECRETARY: leads, K.DEPUTY: leads}
    expected[K.SECURITY_ADMINISTRATOR] = (nothing, {general_branch, branch})
    assert below == expected
