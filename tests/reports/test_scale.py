"""A synthetic organisation: as large as asked, adding up, and pages that cost the same at any size."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Sum
from django.test import Client
from django.urls import reverse

from courses.models import LessonEdition
from courses.publishing import lesson_url
from hours.models import CountedInterval, StudyRecord
from people.models import Affiliation, Member, Office, Organisation
from reports.scale import AlreadyThere, NoRoom, Size, grow
from tests.cast import add_lesson, add_module, moment

AT = moment("2026-11-22 20:00")


def grow_now(members: int, branches: int, records: int = 3, seed: int = 1) -> None:
    grow(Size(members, branches, records, seed), at=AT, password="-")


def test_it_is_as_large_as_asked(db: None) -> None:
    grown = grow(Size(members=61, branches=12, records=4), at=AT, password="-")

    assert Member.objects.count() == Affiliation.objects.home().count() == 61
    assert Organisation.objects.filter(kind="committee").count() == 1
    assert Organisation.objects.filter(kind="general_branch").count() == 2
    assert Organisation.objects.branches().count() == 12
    assert Organisation.objects.filter(kind="group", parent__kind="branch").count() == 24
    assert Office.objects.filter(kind="secretary").values("organisation").distinct().count() == 12
    assert StudyRecord.objects.count() == 61 * 4
    assert grown.rows["study records"] == 61 * 4
    assert grown.rows["counted intervals"] == CountedInterval.objects.count()


def test_members_are_spread_evenly_and_belong_to_a_group_of_their_branch(db: None) -> None:
    grow_now(61, 12)

    sizes = (
        Affiliation.objects.values_list("branch").annotate(Count("pk")).values_list("pk__count", flat=True)
    )

    assert set(sizes) == {5, 6}
    assert Affiliation.objects.filter(group__parent=F("branch")).count() == 61


def test_every_path_is_the_path_of_the_parent_and_a_step(db: None) -> None:
    grow_now(20, 12)

    for place in Organisation.objects.exclude(parent=None).select_related("parent"):
        assert place.path[:-6] == place.parent.path


def test_counted_intervals_add_up_and_lie_in_the_year(db: None) -> None:
    grow_now(20, 2, records=40)

    records = StudyRecord.objects.annotate(pieces=Sum("intervals__seconds"))
    assert records.filter(pieces=F("seconds")).count() == 20 * 40
    assert not records.filter(started_at__lt=moment("2026-01-01 00:00")).exists()
    assert not records.filter(received_at__gt=AT).exists()


def test_records_name_live_lessons_where_there_are_any(lesson: LessonEdition) -> None:
    grow_now(4, 2, records=20)

    online = StudyRecord.objects.filter(source="online")
    assert online.exists()
    assert set(online.values_list("subject", "edition")) == {(lesson.translation_key, lesson.pk)}


def test_the_same_seed_makes_the_same_people_and_another_seed_others(db: None) -> None:
    def names(seed: int) -> list:
        with transaction.atomic():
            grow_now(8, 2, seed=seed)
            rows = list(Member.objects.order_by("number").values_list("key", "name", "birth_year"))
            transaction.set_rollback(True)
        return rows

    assert names(1) == names(1)
    assert set(names(1)).isdisjoint(names(2))


def test_a_second_county_stands_beside_the_first(db: None) -> None:
    grow_now(8, 2, seed=1)
    grow_now(6, 2, seed=2)

    assert Member.objects.count() == 14
    assert Organisation.objects.filter(parent=None).count() == 2


def test_the_same_seed_twice_adds_nothing(db: None) -> None:
    grow_now(8, 2)

    with pytest.raises(AlreadyThere):
        grow_now(9, 3)

    assert Member.objects.count() == 8


def test_more_records_than_the_year_has_room_for_are_refused(db: None) -> None:
    with pytest.raises(NoRoom):
        grow(Size(members=4, branches=1, records=40), at=moment("2026-01-02 00:00"), password="-")

    assert not Organisation.objects.exists()


# The command


def test_the_command_prints_two_who_can_sign_in(db: None, client: Client) -> None:
    out = StringIO()
    call_command("scale", members=6, branches=2, records_per_member=0, stdout=out)

    assert "6 members" in out.getvalue()
    assert "A secretary: s1m0000001. A member: s1m0000003." in out.getvalue()
    assert client.login(username="s1m0000001", password=project.DEMO_PASSWORD)
    assert client.login(username="s1m0000003", password=project.DEMO_PASSWORD)
    assert not client.login(username="s1m0000002", password=project.DEMO_PASSWORD)


def test_without_demo_nothing_is_made(settings: object, db: None) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO is off"):
        call_command("scale", members=6, branches=2)

    assert not Organisation.objects.exists()


@pytest.mark.parametrize(("members", "branches"), [(2, 2), (1, 5), (5, 0), (0, 0)])
def test_sizes_that_make_no_sense_are_refused(members: int, branches: int, db: None) -> None:
    with pytest.raises(CommandError, match="more members than branches"):
        call_command("scale", members=members, branches=branches)

    assert not Organisation.objects.exists()


# What pages cost


@pytest.fixture(params=[(6, 1), (120, 3)], ids=["small", "large"])
def grown(request: pytest.FixtureRequest, db: None) -> None:
    """Six lessons, and an organisation of two sizes, to be counted alike."""
    module = add_module()
    for slug in ("first", "second", "third", "fourth", "fifth", "sixth"):
        add_lesson(module, slug)
    members, branches = request.param
    grow_now(members, branches, records=20)


def test_the_overview_of_a_branch_costs_the_same_however_many_rows(
    grown: None, client: Client, django_assert_num_queries: Callable
) -> None:
    secretary = Member.objects.get(number="s1m0000001")
    client.force_login(secretary)
    page = reverse("reports:overview", args=[Office.objects.get(member=secretary).organisation.key])

    with django_assert_num_queries(11):
        answer = client.get(page)

    assert secretary.name in answer.content.decode()


def test_a_lesson_costs_the_same_however_many_rows(
    grown: None, client: Client, django_assert_num_queries: Callable
) -> None:
    client.force_login(Member.objects.order_by("number").last())
    edition = LessonEdition.objects.live().select_related("page").get(page__slug="third")

    client.get(lesson_url(edition))  # rules are read once a minute
    with django_assert_num_queries(2):  # by the lane: the session's member, the lesson with its states
        answer = client.get(lesson_url(edition))

    assert edition.title in answer.content.decode()


def test_several_counties_lie_below_a_city_and_each_has_a_secretary(db: None) -> None:
    grown = grow(Size(members=200, branches=60, records=0, counties=3), at=AT, password="-")

    city = Organisation.objects.get(parent=None)
    counties = list(Organisation.objects.filter(parent=city, kind="committee").order_by("path"))
    assert len(counties) == 3
    assert [Organisation.objects.within(county).branches().count() for county in counties] == [20, 20, 20]
    assert Office.objects.filter(organisation__in=counties, kind="secretary").count() == 3
    (office,) = Member.objects.get(number=grown.county_secretary).held_offices(AT.date())
    assert office.organisation == counties[0]
    assert Member.objects.belonging_to(counties[0], on=AT.date()).count() == 80


def test_more_counties_than_branches_are_refused(db: None) -> None:
    with pytest.raises(CommandError, match="more branches than counties"):
        call_command("scale", members=20, branches=3, counties=4)
    assert not Organisation.objects.exists()
