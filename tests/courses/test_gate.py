"""The one gate: who may read a lesson, by publication, restrictions and audience."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from wagtail.models import PageViewRestriction

from courses.gate import is_open, may_read, readable, readable_editions
from courses.models import Audience
from courses.outline import outline
from people.models import Affiliation, Member, Office, Organisation
from tests.cast import add_module
from tests.courses.lessons import add_edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return Organisation.objects.found(kind=Organisation.Kind.COMMITTEE, name="县委")


def add_branch(parent, name):
    return Organisation.objects.found(kind=Organisation.Kind.BRANCH, name=name, under=parent)


def add_reader(number, branch, today, kind=Affiliation.Kind.HOME):
    reader = Member.objects.create_user(number, name="读者")
    Affiliation.objects.create(member=reader, branch=branch, kind=kind, since=today - timedelta(days=9))
    return reader


@pytest.mark.parametrize("where", ["lesson", "module", "course"])
def test_an_audience_admits_those_below_its_organisation_and_nobody_else(county, today, where) -> None:
    east, west = add_branch(county, "东支部"), add_branch(county, "西支部")
    of_east, of_west = add_reader("e1", east, today), add_reader("w1", west, today)
    edition = add_edition(add_module())
    module = edition.page.get_parent()
    pages = {"lesson": edition.page, "module": module, "course": module.get_parent()}
    assert readable([of_east, of_west], [edition]) == {(of_east.pk, edition.pk), (of_west.pk, edition.pk)}

    Audience.objects.create(page=pages[where], organisation=east)

    assert readable([of_east, of_west], [edition]) == {(of_east.pk, edition.pk)}
    assert list(readable_editions(of_west)) == list(readable_editions(None)) == []
    assert outline("zh-hans", reader=of_west) == outline("zh-hans", reader=None) == []
    assert len(outline("zh-hans", reader=of_east)) == 1
    assert not is_open(edition.page, of_west)
    Audience.objects.create(page=pages[where], organisation=county)
    assert may_read(of_west, edition)


def test_a_guest_belongs_to_the_audience_of_the_host(county, today) -> None:
    home, host = add_branch(county, "老家"), add_branch(county, "厂里")
    mobile = add_reader("m1", home, today)
    edition = add_edition(add_module())
    Audience.objects.create(page=edition.page, organisation=host)
    assert not may_read(mobile, edition)
    Affiliation.objects.create(member=mobile, branch=host, kind="host", since=today)
    assert may_read(mobile, edition)


def test_a_lesson_for_leaders_opens_with_the_office_and_closes_with_it(county, today) -> None:
    branch = add_branch(county, "支部")
    reader = add_reader("s1", branch, today)
    edition = add_edition(add_module())
    Audience.objects.create(page=edition.page, leaders_only=True)
    assert not may_read(reader, edition)
    office = Office.objects.create(
        member=reader, organisation=branch, kind=Office.Kind.SECRETARY, since=today - timedelta(days=9)
    )
    assert may_read(reader, edition)
    office.until = today - timedelta(days=1)
    office.save()
    assert not may_read(reader, edition)


def test_every_audience_on_the_way_down_has_to_admit(county, today) -> None:
    branch = add_branch(county, "支部")
    reader = add_reader("r1", branch, today)
    edition = add_edition(add_module())
    Audience.objects.create(page=edition.page.get_parent(), organisation=branch)
    Audience.objects.create(page=edition.page, leaders_only=True)
    assert not may_read(reader, edition)


def test_editors_read_what_they_wrote_for_others(county, today) -> None:
    editor = add_reader("d1", add_branch(county, "编辑部"), today)
    Office.objects.create(member=editor, organisation=county, kind=Office.Kind.EDITOR, since=today)
    edition = add_edition(add_module())
    Audience.objects.create(page=edition.page, organisation=add_branch(county, "别处"))
    assert may_read(editor, edition)


def test_a_page_closed_to_a_group_opens_for_that_group_only(member, today) -> None:
    edition = add_edition(add_module())
    restriction = PageViewRestriction.objects.create(page=edition.page, restriction_type="groups")
    group = Group.objects.create(name="试读")
    restriction.groups.add(group)
    assert not may_read(member, edition)
    member.groups.add(group)
    assert may_read(member, edition)


def test_what_asks_for_signing_in_opens_to_every_member_and_to_no_visitor(member) -> None:
    edition = add_edition(add_module())
    PageViewRestriction.objects.create(page=edition.page, restriction_type="login")
    assert may_read(member, edition)
    assert list(readable_editions(None)) == []


def test_nobody_reads_below_an_unpublished_course_or_with_a_closed_account(member) -> None:
    edition = add_edition(add_module())
    course = edition.page.get_parent().get_parent().specific
    course.unpublish()
    assert not may_read(member, edition)
    course.save_revision().publish()
    assert may_read(member, edition)
    member.is_active = False
    member.save()
    assert not may_read(member, edition)
