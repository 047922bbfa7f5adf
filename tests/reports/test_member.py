"""One member's page: modules, results and record, each as far as the viewer's office goes."""

import re

import pytest

from people.models import Affiliation, Office, Organisation
from programmes.progress import mark_reached
from quizzes.attempts import begin, hand_in
from tests.cast import LONG_AGO, add_module, give_office, make_member, moment
from tests.courses.lessons import add_edition
from tests.hours.rows import add_record, this_year
from tests.quizzes.papers import add_question, add_quiz

pytestmark = pytest.mark.django_db

AT = moment("2026-06-01 09:00")


@pytest.fixture
def studious(member):
    """The member with 90 minutes of a lesson, reached, and a quiz handed in."""
    module = add_module()
    module.quiz = add_quiz(add_question("L1"))
    module.save_revision().publish()
    edition = add_edition(module)
    add_record(member, edition.translation_key, at=this_year(), seconds=90 * 60)
    mark_reached(member_id=member.pk, edition=edition, at=AT)
    attempt = begin(member=member, quiz=module.quiz, at=AT)
    hand_in(attempt_id=attempt.pk, member_id=member.pk, at=AT)
    return member


SHOWN = {
    # hours, scores
    Office.Kind.SECRETARY: (True, True),
    Office.Kind.DEPUTY: (True, True),
    Office.Kind.COMMITTEE_MEMBER: (True, False),
    Office.Kind.GROUP_LEADER: (False, False),
}


@pytest.mark.parametrize("kind", list(SHOWN))
@pytest.mark.parametrize("place", ["branch", "general_branch", "county"])
def test_each_office_sees_so_far_and_no_further(request, client, studious, kind, place) -> None:
    hours, scores = SHOWN[kind]
    holder = make_member("holder")
    give_office(holder, request.getfixturevalue(place), kind)
    client.force_login(holder)
    response = client.get(f"/members/{studious.key}/")
    shown, words = response.context, re.sub(r"<[^>]+>", " ", response.content.decode())

    assert (shown["detail"].shows_hours, shown["detail"].shows_scores) == (hours, scores)
    assert [course.done for course in shown["courses"]] == [1]
    assert ("lines" in shown) is hours
    assert ("attempts" in shown) is scores
    assert bool(re.search(r"\b90\b", words)) is hours
    assert ("专题测验" in words) is scores


def test_members_see_all_of_themselves(client, studious) -> None:
    client.force_login(studious)
    shown = client.get(f"/members/{studious.key}/").context

    assert (shown["detail"].shows_hours, shown["detail"].shows_scores) == (True, True)
    assert ([line.counted for line in shown["lines"]], len(shown["attempts"])) == (["90 分钟"], 1)


def test_a_group_leader_sees_the_members_of_the_group(client, studious, branch) -> None:
    group = Organisation.objects.found(kind="group", name="第一党小组", under=branch)
    Affiliation.objects.filter(member=studious).update(group=group)
    leader = make_member("leader")
    give_office(leader, group, Office.Kind.GROUP_LEADER)
    client.force_login(leader)
    shown = client.get(f"/members/{studious.key}/").context

    assert (shown["detail"].shows_hours, shown["detail"].shows_scores) == (False, False)


@pytest.mark.parametrize(("viewer", "linked"), [("secretary", True), ("member", False), ("stranger", False)])
def test_the_branch_is_a_link_for_those_who_may_open_it(
    request, client, member, branch, other_branch, viewer, linked
) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    client.force_login(request.getfixturevalue(viewer))
    body = client.get(f"/members/{member.key}/").content.decode()

    assert "柳溪社区支部" in body
    assert (f'href="/overview/{branch.key}/"' in body) is linked


def test_an_open_attempt_is_not_shown_to_the_secretary(client, member, secretary) -> None:
    module = add_module()
    module.quiz = add_quiz(add_question("L1"))
    module.save_revision().publish()
    add_edition(module)
    begin(member=member, quiz=module.quiz, at=AT)
    client.force_login(secretary)

    assert list(client.get(f"/members/{member.key}/").context["attempts"]) == []


def test_the_page_costs_the_same_however_much_was_studied(
    client, member, secretary, django_assert_num_queries
) -> None:
    module = add_module()
    module.quiz = add_quiz(add_question("L1"))
    module.save_revision().publish()
    for number in range(8):
        edition = add_edition(module, f"lesson-{number}")
        mark_reached(member_id=member.pk, edition=edition, at=AT)
        for row in range(5):
            add_record(member, edition.translation_key, at=this_year(10 * number + row))
        attempt = begin(member=member, quiz=module.quiz, at=AT)
        hand_in(attempt_id=attempt.pk, member_id=member.pk, at=AT)
    client.force_login(secretary)

    # session, viewer, offices, member, home, affiliations; outline, reached, studied;
    # rules, studied, the member's offices, home study; rows, families, titles, which may be
    # corrected, the year before; attempts
    with django_assert_num_queries(19):
        response = client.get(f"/members/{member.key}/")
    assert (len(response.context["lines"]), len(response.context["attempts"])) == (40, 8)
