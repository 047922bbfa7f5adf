"""The table of data by office, cell by cell: each viewer opens every page, and each fact is looked for."""

import re

import pytest
from django.test import Client

from people.models import Affiliation, HomeStudy, Member, Organisation, Pairing, Sight
from programmes.progress import mark_reached
from quizzes.attempts import begin, hand_in, save_answer
from quizzes.models import Attempt
from tests.cast import LONG_AGO, add_module, give_office, make_member, moment
from tests.courses.lessons import add_edition
from tests.hours.rows import add_record, this_year
from tests.quizzes.papers import add_question, add_quiz, right_options
from tests.reports.data_by_office import (
    ANSWERS,
    ARRANGEMENT,
    COMPLETION,
    COUNTS,
    DATA,
    HOURS,
    IDENTITY,
    IN_THE_ADMINISTRATION,
    RECORDED_BY_HOST,
    SCORES,
    SEEN,
    TELEPHONE,
    VIEWERS,
    Viewer,
    as_markdown,
)

pytestmark = pytest.mark.django_db

AT = moment("2026-06-01 09:00")

SIGNS = {
    IDENTITY: r"李慧",
    TELEPHONE: r"13900000001",
    ARRANGEMENT: r'class="tag wait">居家学习<',
    COMPLETION: r"已学完 1 课，共 1 课",
    HOURS: r"\b83 分钟",
    RECORDED_BY_HOST: r"\b29 分钟",
    SCORES: r"(?<!\d)100\s*[%分]",
    ANSWERS: r"<h2>1\. ",
}
"""How each fact looks on a page."""


@pytest.fixture
def group(branch: Organisation, member: Member) -> Organisation:
    group = Organisation.objects.found(kind="group", name="第一党小组", under=branch)
    member.affiliations.update(group=group)
    return group


@pytest.fixture
def sector(branch: Organisation) -> Organisation:
    """A committee of another tree, on whose sector line the branch is."""
    sector = Organisation.objects.found(kind="committee", name="教育系统党委")
    Organisation.objects.filter(pk=branch.pk).update(sector_parent=sector)
    return sector


@pytest.fixture
def attempt(member: Member, branch: Organisation, other_branch: Organisation) -> Attempt:
    """
    The member studies at home, did the lesson, has all right in its quiz, 83 minutes from the home branch and
    29 from the other one. Four more belong to the branch: five may be counted.
    """
    module = add_module()
    module.quiz = add_quiz(add_question("L1"))
    module.save_revision().publish()
    edition = add_edition(module)
    HomeStudy.objects.create(member=member, since=LONG_AGO, review_on=moment("2030-01-01 00:00").date())
    add_record(member, at=this_year(), seconds=83 * 60, source="paper", recorded_in=branch)
    add_record(member, at=this_year(200), seconds=29 * 60, source="paper", recorded_in=other_branch)
    mark_reached(member_id=member.pk, edition=edition, at=AT)
    attempt = begin(member=member, quiz=module.quiz, at=AT)
    right = right_options(attempt, 0)
    save_answer(attempt_id=attempt.pk, member_id=member.pk, position=0, given=right, at=AT)
    hand_in(attempt_id=attempt.pk, member_id=member.pk, at=AT)
    for number in range(4):
        make_member(f"m{number}", branch)
    return attempt


@pytest.fixture
def pages(county, general_branch, branch, group, other_branch, member, attempt) -> dict[str, str]:
    places = {"county": county, "general": general_branch, "branch": branch, "group": group}
    addresses = {name: f"/overview/{place.key}/" for name, place in places.items()}
    return addresses | {
        "own": f"/overview/{general_branch.key}/own/",
        "host": f"/overview/{other_branch.key}/",
        "member": f"/members/{member.key}/",
        "attempt": f"/attempt/{attempt.pk}/",
        "visits": "/visits/",
        "home": "/",
        "record": "/record/",
        "rules": "/rules/",
    }


def person(request: pytest.FixtureRequest, viewer: Viewer, member: Member) -> Member:
    if viewer.mobile:
        host = request.getfixturevalue("other_branch")
        Affiliation.objects.create(member=member, branch=host, kind="host", since=LONG_AGO)
    if not viewer.place:
        return make_member("colleague", request.getfixturevalue("branch")) if viewer.kind else member
    holder = make_member("holder")
    give_office(holder, request.getfixturevalue(viewer.place), viewer.kind)
    if viewer.kind == "visitor":
        visited = member if viewer.assigned else make_member("another", request.getfixturevalue("branch"))
        Pairing.objects.create(visitor=holder, member=visited, since=LONG_AGO)
    return holder


def opened(viewer: Member, pages: dict[str, str]) -> dict[str, str]:
    """What stands on the pages the viewer may open."""
    client = Client()
    client.force_login(viewer)
    answers = {name: client.get(address) for name, address in pages.items()}
    assert {answer.status_code for answer in answers.values()} <= {200, 404}
    texts = {name: answer.content.decode() for name, answer in answers.items() if answer.status_code == 200}
    return {name: text[text.index("<main") : text.index("</main>")] for name, text in texts.items()}


def facts_in(texts: dict[str, str]) -> set[str]:
    found = {data for data, sign in SIGNS.items() if any(re.search(sign, text) for text in texts.values())}
    if texts.keys() & {"county", "general", "branch", "group"}:
        found.add(COUNTS)
    return found


def test_every_viewer_has_a_line_and_every_office_a_viewer() -> None:
    assert list(SEEN) == list(VIEWERS)
    assert set().union(*SEEN.values()) == set(DATA)
    assert set(SIGNS) == set(DATA) - {COUNTS}
    assert as_markdown().count("\n") == len(VIEWERS) + 2


@pytest.mark.parametrize("name", list(VIEWERS))
def test_each_viewer_sees_what_the_table_says_and_no_more(
    request, member, attempt, sector, pages, today, name
) -> None:
    viewer = person(request, VIEWERS[name], member)

    elsewhere = {data for who, data in IN_THE_ADMINISTRATION if who == name}
    assert facts_in(opened(viewer, pages)) == SEEN[name] - elsewhere
    if IDENTITY in elsewhere:
        assert Member.objects.visible_to(viewer, sight=Sight.IDENTITY, on=today).contains(member)
