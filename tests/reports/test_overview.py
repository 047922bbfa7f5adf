"""The branch at a glance: members against modules, as far as the viewer's office goes."""

import re
from datetime import date
from http import HTTPStatus

import pytest
from django.urls import reverse

from people.models import Affiliation, HomeStudy, Member, Office, Organisation, Sight
from programmes.progress import mark_reached
from quizzes.attempts import begin, hand_in, save_answer
from quizzes.models import Quiz
from reports.overview import Overview, branch_overview
from tests.cast import LONG_AGO, add_module, give_office, make_member, moment
from tests.courses.lessons import add_edition
from tests.hours.rows import add_record, this_year
from tests.quizzes.papers import add_question, add_quiz, right_options

pytestmark = pytest.mark.django_db

AT = moment("2026-06-01 09:00")
DAY = date(2026, 6, 1)
HOUR = 45 * 60


def overview(viewer: Member, organisation: Organisation) -> Overview:
    return branch_overview(viewer, organisation, language="zh-hans", at=AT, on=DAY)


def row_of(found: Overview, member: Member):
    (row,) = [row for row in found.rows if row.member == member]
    return row


def take_quiz(member: Member, quiz: Quiz, *, right: bool) -> None:
    attempt = begin(member=member, quiz=quiz, at=AT)
    if right:
        given = right_options(attempt, 0)
        save_answer(attempt_id=attempt.pk, member_id=member.pk, position=0, given=given, at=AT)
    hand_in(attempt_id=attempt.pk, member_id=member.pk, at=AT)


@pytest.fixture
def quiz(db) -> Quiz:
    return add_quiz(add_question("L1"))


@pytest.fixture
def editions(quiz) -> list:
    """Two lessons of a module that ends with a quiz."""
    module = add_module()
    module.quiz = quiz
    module.save_revision().publish()
    return [add_edition(module, "first"), add_edition(module, "second")]


def test_a_row_says_hours_minutes_results_and_what_is_done(member, secretary, branch, editions, quiz) -> None:
    first, second = editions
    add_record(member, first.translation_key, at=moment("2026-03-01 09:00"), seconds=HOUR * 2 + 30)
    add_record(member, second.translation_key, at=moment("2026-03-02 09:00"), seconds=119)
    add_record(member, first.translation_key, at=moment("2025-03-02 09:00"), seconds=HOUR)
    for edition in editions:
        mark_reached(member_id=member.pk, edition=edition, at=AT)
    take_quiz(member, quiz, right=False)
    take_quiz(member, quiz, right=True)
    row = row_of(overview(secretary, branch), member)

    assert (row.hours, row.required, row.is_on_track) == (2, 32, False)
    assert row.last_at == moment("2026-03-02 09:01").replace(second=59)
    (cell,) = row.cells
    assert (cell.minutes, cell.percent, cell.passed) == (92, 100, True)
    assert (cell.done, cell.lessons, cell.is_done, cell.is_begun) == (2, 2, True, True)


def test_a_module_half_done_is_begun_and_an_untouched_one_is_not(member, secretary, branch, editions) -> None:
    mark_reached(member_id=member.pk, edition=editions[0], at=AT)
    found = overview(secretary, branch)

    (cell,) = row_of(found, member).cells
    assert (cell.done, cell.lessons, cell.is_done, cell.is_begun) == (1, 2, False, True)
    (cell,) = row_of(found, secretary).cells
    assert (cell.minutes, cell.percent, cell.is_done, cell.is_begun) == (0, None, False, False)


def test_what_was_studied_of_a_lesson_in_english_counts_in_the_chinese_overview(
    member, secretary, branch, editions
) -> None:
    english = add_edition(add_module("en"), "first", translation_key=editions[0].translation_key)
    mark_reached(member_id=member.pk, edition=english, at=AT)
    (cell,) = row_of(overview(secretary, branch), member).cells

    assert cell.done == 1


def test_home_study_is_outside_the_denominator(member, secretary, branch) -> None:
    elder = make_member("elder", branch)
    HomeStudy.objects.create(member=elder, since=date(2026, 1, 1), review_on=date(2027, 1, 1))
    add_record(member, at=moment("2026-03-01 09:00"), seconds=HOUR * 32, bucket="collective")
    found = overview(secretary, branch)

    assert (len(found.rows), len(found.counted), found.home_study, found.complete) == (3, 2, 1, 1)
    row = row_of(found, elder)
    assert (row.shows_required, row.required, row.is_on_track, row.is_home_study) == (True, None, False, True)


def test_an_elder_on_home_study_who_studies_is_shown_with_the_hours(member, secretary, branch) -> None:
    HomeStudy.objects.create(member=member, since=date(2026, 1, 1), review_on=date(2027, 1, 1))
    add_record(member, at=moment("2026-03-01 09:00"), seconds=HOUR * 40, bucket="collective")
    found = overview(secretary, branch)

    assert (row_of(found, member).hours, row_of(found, member).required) == (40, None)
    assert (found.complete, len(found.counted), found.studying) == (0, 1, 1)


def test_members_of_other_branches_and_former_members_are_not_in_it(
    member, secretary, stranger, branch
) -> None:
    former = make_member("former")
    Affiliation.objects.create(
        member=former, branch=branch, kind="home", since=LONG_AGO, until=date(2026, 6, 1)
    )

    assert {row.member for row in overview(secretary, branch).rows} == {member, secretary}


SHOWN = {
    # names, hours, scores
    Office.Kind.SECRETARY: (True, True, True),
    Office.Kind.DEPUTY: (True, True, True),
    Office.Kind.COMMITTEE_MEMBER: (True, True, False),
    Office.Kind.GROUP_LEADER: (True, False, False),
    Office.Kind.OBSERVER: (False, False, False),
}


@pytest.fixture
def studied_branch(member, branch, editions, quiz) -> Organisation:
    """The member studied 90 minutes and has 100 % in the quiz; five more belong to the branch."""
    add_record(member, editions[0].translation_key, at=this_year(), seconds=90 * 60)
    mark_reached(member_id=member.pk, edition=editions[0], at=AT)
    take_quiz(member, quiz, right=True)
    for number in range(5):
        make_member(f"m{number}", branch, name=f"同志{number}")
    return branch


@pytest.mark.parametrize("kind", list(SHOWN))
@pytest.mark.parametrize("place", ["branch", "county"])
def test_what_each_office_sees(request, client, member, studied_branch, kind, place) -> None:
    names, hours, scores = SHOWN[kind]
    holder = make_member("holder")
    give_office(holder, request.getfixturevalue(place), kind)
    client.force_login(holder)
    response = client.get(f"/en/overview/{studied_branch.key}/")
    chinese = client.get(f"/overview/{studied_branch.key}/")
    body, words = response.content.decode(), re.sub(r"<[^>]+>", " ", main_of(chinese))

    found = chinese.context["overview"]
    assert (found.shows_names, found.shows_hours, found.shows_scores) == (names, hours, scores)
    assert ("Li Hui" in body) is names
    assert ("李慧" in words) is names
    assert (str(member.key) in body) is names
    assert bool(re.search(r"\b90\b", words)) is hours
    assert bool(re.search(r"\b100\b", words)) is scores


def main_of(response) -> str:
    text = response.content.decode()
    return text[text.index("<main") : text.index("</main>")]


def test_offices_add_up(member, branch, county) -> None:
    holder = make_member("holder")
    give_office(holder, county, Office.Kind.OBSERVER)
    give_office(holder, branch, Office.Kind.COMMITTEE_MEMBER)

    assert overview(holder, branch).sights == {Sight.IDENTITY, Sight.COMPLETION, Sight.HOURS}


@pytest.mark.parametrize(("members", "shown"), [(4, None), (5, 1)])
def test_counts_of_fewer_than_five_people_are_hidden(
    client, county, branch, editions, members, shown
) -> None:
    studious, *_others = [make_member(f"m{number}", branch) for number in range(members)]
    for edition in editions:
        mark_reached(member_id=studious.pk, edition=edition, at=AT)
    observer = make_member("observer")
    give_office(observer, county, Office.Kind.OBSERVER)
    client.force_login(observer)
    response = client.get(f"/overview/{branch.key}/")

    (count,) = response.context["overview"].count_by_module()
    assert (count.done, count.members) == (shown, members)
    assert (f"1 / {members}" in main_of(response)) is (shown == 1)


def test_a_group_leader_sees_the_group(client, member, branch) -> None:
    group = Organisation.objects.found(kind="group", name="第一党小组", under=branch)
    Affiliation.objects.filter(member=member).update(group=group)
    make_member("outside", branch)
    leader = make_member("leader")
    give_office(leader, group, Office.Kind.GROUP_LEADER)
    client.force_login(leader)
    found = client.get(f"/overview/{group.key}/").context["overview"]

    assert [row.member for row in found.rows] == [member]
    assert (found.shows_names, found.shows_hours, found.shows_scores) == (True, False, False)


def test_an_empty_branch_says_so(client, county, other_branch) -> None:
    leader = make_member("leader")
    give_office(leader, county, Office.Kind.SECRETARY)
    client.force_login(leader)
    response = client.get(f"/overview/{other_branch.key}/")

    assert (response.status_code, response.context["overview"].rows) == (HTTPStatus.OK, [])


def test_the_page_says_as_of_when_it_is(client, secretary, branch) -> None:
    client.force_login(secretary)
    response = client.get(f"/en/overview/{branch.key}/")

    assert response.context["overview"].at.strftime("%M") in main_of(response)


@pytest.mark.parametrize("members", [5, 100])
def test_the_overview_is_eleven_statements_however_many_members(
    client, secretary, branch, editions, quiz, django_assert_num_queries, members
) -> None:
    for number in range(members):
        one = make_member(f"m{number}", branch)
        add_record(one, editions[number % 2].translation_key, at=this_year(number))
        mark_reached(member_id=one.pk, edition=editions[0], at=AT)
        take_quiz(one, quiz, right=number % 3 == 0)
    client.force_login(secretary)

    # session, member, offices, organisation; outline, members, time studied, rules, results; the audit; what
    # awaits who leads the branch
    with django_assert_num_queries(11):
        response = client.get(f"/overview/{branch.key}/")
    assert len(response.context["overview"].rows) == members + 1
    assert sum(row.cells[0].percent == 100 for row in response.context["overview"].rows) == -(-members // 3)


@pytest.mark.parametrize(
    ("offices", "arrives"),
    [
        (["branch"], "branch"),
        (["branch", "branch"], "branch"),
        (["branch", "county"], None),
    ],
)
def test_the_entrance_leads_on_or_asks_which(request, client, offices, arrives) -> None:
    holder = make_member("holder")
    for place, kind in zip(offices, [Office.Kind.SECRETARY, Office.Kind.COMMITTEE_MEMBER], strict=False):
        give_office(holder, request.getfixturevalue(place), kind)
    client.force_login(holder)
    response = client.get("/overview/")

    if arrives:
        key = request.getfixturevalue(arrives).key
        assert response.url == reverse("reports:overview", kwargs={"key": key})
    else:
        assert [office.organisation for office in response.context["offices"]] == [
            request.getfixturevalue(place) for place in offices
        ]
