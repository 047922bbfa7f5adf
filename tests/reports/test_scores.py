"""Results of a branch by module: numbers of those one sees by name; nobody is ranked or chased."""

import io
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate
from openpyxl import load_workbook

from people.models import Affiliation, AuditEntry, Member, Office, Organisation
from quizzes.models import Attempt, Mark, Quiz
from quizzes.results import Best
from reports.scores import Scores, Sum, exact, scores_of, withheld
from tests.cast import LONG_AGO, add_module, give_office, make_member, moment
from tests.courses.lessons import add_edition
from tests.quizzes.papers import add_question, add_quiz

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 10:00")
OPEN, HIDDEN = HTTPStatus.OK, HTTPStatus.NOT_FOUND


@pytest.fixture
def quiz(db: None) -> Quiz:
    """The quiz of a published module."""
    quiz = add_quiz(add_question("L1"), title="第一专题测验")
    module = add_module()
    module.quiz = quiz
    module.save_revision().publish()
    add_edition(module, "first")
    return quiz


def result(member: Member, quiz: Quiz, percent: int, *, days: int = 0) -> Attempt:
    """An attempt handed in and marked."""
    at = AT + timedelta(days=days)
    attempt = Attempt.objects.create(
        member=member, quiz=quiz, paper=[], pass_mark=80, begun_at=at, handed_in_at=at, ended_by="member"
    )
    Mark.objects.create(
        attempt=attempt,
        points=percent,
        out_of=100,
        percent=percent,
        passed=percent >= 80,
        detail=[],
        marking_version=2,
        marked_at=at,
    )
    return attempt


def seen_by(viewer: Member, organisation: Organisation) -> Scores:
    return scores_of(viewer, organisation, language="zh-hans", on=localdate())


def sums(scores: Scores) -> list[Sum]:
    return [line.sum for module in scores.modules for line in module.lines]


def page(name: str, *args: object) -> str:
    return reverse(f"reports:{name}", args=args)


def test_the_secretary_sees_how_many_handed_in_and_passed(member, secretary, branch, quiz) -> None:
    other = make_member("q1", branch)
    result(member, quiz, 40)
    result(member, quiz, 90, days=1)
    result(other, quiz, 50)
    make_member("q2", branch)  # has not handed in, and is not named

    found = seen_by(secretary, branch)
    assert [module.title for module in found.modules] == ["第一专题"]
    assert sums(found) == [Sum(2, 1, 70)]


def test_a_member_who_is_with_a_host_is_not_counted_where_results_are_seen_by_name(
    member, secretary, branch, other_branch, quiz
) -> None:
    away = make_member("away", branch)
    Affiliation.objects.create(member=away, branch=other_branch, kind="host", since=LONG_AGO)
    result(member, quiz, 90)
    result(away, quiz, 10)

    assert sums(seen_by(secretary, branch)) == [Sum(1, 1, 90)]


def best(percent: int) -> Best:
    return Best(percent=percent, passed=percent >= 80, handed_in_at=AT, attempts=1)


@pytest.mark.parametrize(
    ("percents", "told"),
    [
        ([], Sum(0, None, None)),
        ([90] * 4, Sum(4, None, None)),
        ([90] * 5, Sum(5, None, 90)),
        ([100] * 9, Sum(9, None, 95)),
        ([0] * 5 + [3] * 2, Sum(7, None, 5)),
        ([91] * 5 + [42] * 4, Sum(9, None, 70)),
        ([91] * 5 + [42] * 5, Sum(10, 5, 65)),
    ],
)
def test_who_sees_no_results_is_told_of_five_people_or_more_and_roughly(percents, told) -> None:
    assert withheld([best(percent) for percent in percents]) == told


def test_who_sees_results_by_name_is_told_all() -> None:
    assert exact([best(91), best(42)]) == Sum(2, 1, 66)


WHO = {
    "secretary": ("branch", Office.Kind.SECRETARY, OPEN, OPEN, OPEN),
    "deputy": ("branch", Office.Kind.DEPUTY, OPEN, OPEN, OPEN),
    "committee member": ("branch", Office.Kind.COMMITTEE_MEMBER, OPEN, HIDDEN, HIDDEN),
    "group leader": ("group", Office.Kind.GROUP_LEADER, HIDDEN, HIDDEN, HIDDEN),
    "leader of the general branch": ("general_branch", Office.Kind.SECRETARY, OPEN, OPEN, OPEN),
    "observer": ("county", Office.Kind.OBSERVER, HIDDEN, HIDDEN, HIDDEN),
    "stranger": ("other_branch", Office.Kind.SECRETARY, HIDDEN, HIDDEN, HIDDEN),
    "visitor": ("branch", Office.Kind.VISITOR, HIDDEN, HIDDEN, HIDDEN),
    "editor": ("county", Office.Kind.EDITOR, HIDDEN, HIDDEN, HIDDEN),
    "security": ("county", Office.Kind.SECURITY_ADMINISTRATOR, HIDDEN, HIDDEN, HIDDEN),
}
"""Who: office, the branch in numbers, a quiz by name, the group."""


@pytest.mark.parametrize("who", WHO)
def test_who_may_look(who, client: Client, member, branch, quiz, request) -> None:
    place, kind, in_numbers, by_name, of_group = WHO[who]
    group = Organisation.objects.found(kind="group", name="第一小组", name_en="Group one", under=branch)
    where = group if place == "group" else request.getfixturevalue(place)
    viewer = make_member("looks", where if where.kind == "branch" else None)
    give_office(viewer, where, kind)
    result(member, quiz, 90)
    client.force_login(viewer)
    pages = [page("scores", branch.key), page("scores_at", branch.key, quiz.key), page("scores", group.key)]

    assert [client.get(url).status_code for url in pages] == [in_numbers, by_name, of_group]
    taken = client.post(page("take_scores", branch.key), {"reason": "报告"})
    assert taken.status_code == in_numbers


def test_members_without_office_and_strangers_to_the_site_see_nothing(client, member, branch, quiz) -> None:
    assert client.get(page("scores", branch.key)).status_code == HTTPStatus.FOUND
    client.force_login(member)
    assert client.get(page("scores", branch.key)).status_code == HIDDEN


def test_members_stand_by_name_and_only_those_who_have_handed_in(
    client, member, secretary, branch, quiz
) -> None:
    low = make_member("q1", branch, name="安静", name_latin="An Jing")
    make_member("q2", branch, name="白云", name_latin="Bai Yun")
    result(low, quiz, 10)
    first, last = result(member, quiz, 40), result(member, quiz, 100, days=1)
    client.force_login(secretary)

    shown = client.get(page("scores_at", branch.key, quiz.key))
    assert [str(line.member) for line in shown.context["lines"]] == ["安静", "李慧"]
    assert [line.attempts for line in shown.context["lines"]][1] == [last, first]
    words = shown.content.decode()
    assert "白云" not in words
    assert reverse("quizzes:result", args=[last.pk]) in words


def test_looks_and_workbooks_are_in_the_audit(client, member, secretary, branch, quiz) -> None:
    result(member, quiz, 90)
    client.force_login(secretary)
    client.get(page("scores", branch.key))
    client.get(page("scores_at", branch.key, quiz.key))
    assert client.post(page("take_scores", branch.key), {"reason": ""}).status_code == OPEN
    taken = client.post(page("take_scores", branch.key), {"reason": "季度小结"})

    entries = AuditEntry.objects.filter(action__startswith="scores.").order_by("pk")
    assert list(entries.values_list("action", "reason", "organisation")) == [
        *[("scores.looked", "", branch.key)] * 3,  # the page that asks for a reason shows them too
        ("scores.taken", "季度小结", branch.key),
    ]
    book = load_workbook(io.BytesIO(taken.content))
    numbers, by_name = ([[cell.value for cell in row] for row in sheet.rows] for sheet in book)
    assert numbers[1][2:] == ["第一专题测验", 1, 1, 90]
    assert by_name[1][1:3] == ["李慧", 90]


def test_the_workbook_of_the_committee_names_nobody(client, member, branch, quiz) -> None:
    viewer = make_member("zhiwei", branch)
    give_office(viewer, branch, Office.Kind.COMMITTEE_MEMBER)
    result(member, quiz, 90)
    client.force_login(viewer)

    book = load_workbook(io.BytesIO(client.post(page("take_scores", branch.key), {"reason": "x"}).content))
    assert len(book.sheetnames) == 1
    assert "李慧" not in str([[cell.value for cell in row] for row in book.worksheets[0].rows])


def test_as_many_queries_for_many_members_as_for_one(client, member, secretary, branch, quiz) -> None:
    result(member, quiz, 90)
    client.force_login(secretary)

    def queries(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(url).status_code == OPEN
        return len(captured)

    pages = [page("scores", branch.key), page("scores_at", branch.key, quiz.key)]
    for url in pages:
        client.get(url)
    few = [queries(url) for url in pages]
    for n in range(6):
        result(make_member(f"q{n}", branch), quiz, 50 + n)
    assert [queries(url) for url in pages] == few
    assert max(few) <= 16


def test_the_overview_leads_there_for_those_who_may(client, secretary, branch, quiz) -> None:
    client.force_login(secretary)

    assert page("scores", branch.key) in client.get(page("overview", branch.key)).content.decode()
    leader = make_member("zuzhang", branch)
    group = Organisation.objects.found(kind="group", name="第一小组", name_en="Group one", under=branch)
    give_office(leader, group, Office.Kind.GROUP_LEADER)
    client.force_login(leader)
    assert "/quizzes/" not in client.get(page("overview", group.key)).content.decode()
