"""The pages of how questions do, for editors and reviewers."""

import io
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from jobs.models import Job
from people.models import AuditEntry, Member, Office
from quizzes.bank import freeze
from quizzes.models import ItemStatistic, Question
from tests.cast import give_office, make_member, moment
from tests.quizzes.papers import add_question, take_into_use

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 10:00")


def count(question: Question, **figures: object) -> ItemStatistic:
    """Figures of the version that is asked: the first option right for most, the second for some."""
    keys = [str(option.key) for option in question.options.order_by("position")]
    options = [
        {"given": [keys[0]], "count": 30, "high": 0.9, "low": 0.4},
        {"given": [keys[1]], "count": 10, "high": 0.1, "low": 0.6},
    ]
    facts = {"answers": 40, "facility": 0.75, "discrimination": 0.42, "median_seconds": 18, **figures}
    return ItemStatistic.objects.create(
        version=question.version, options=options, computed_at=AT, **{"suspects": [], **facts}
    )


@pytest.fixture
def signed_in(client: Client, editor: Member) -> Client:
    client.force_login(editor)
    return client


def listed(client: Client, **asked: str) -> list[str]:
    page = client.get(reverse("quiz_items"), asked)
    return [line.version.question.reference for line in page.context["lines"]]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Office.Kind.EDITOR, HTTPStatus.OK),
        (Office.Kind.REVIEWER, HTTPStatus.OK),
        (Office.Kind.SYSTEM_ADMINISTRATOR, HTTPStatus.NOT_FOUND),
        (Office.Kind.SECRETARY, HTTPStatus.NOT_FOUND),
    ],
)
def test_who_may_look(kind, status, client, county) -> None:
    question = add_question("S1")
    viewer = make_member("looks", None)
    give_office(viewer, county, kind)
    client.force_login(viewer)
    pages = [
        reverse("quiz_items"),
        reverse("quiz_item", args=[question.pk]),
        reverse("quiz_items_workbook"),
    ]

    assert [client.get(page).status_code for page in pages] == [status] * 3
    asked = client.post(reverse("quiz_items_count")).status_code
    assert asked == (HTTPStatus.FOUND if status == HTTPStatus.OK else HTTPStatus.NOT_FOUND)


def test_the_list_is_searched_and_ordered(signed_in) -> None:
    count(add_question("S1"), facility=0.97, suspects=["too_easy"])
    count(add_question("S2"), facility=0.5, discrimination=-0.1, suspects=["key_may_be_wrong", "two_keys"])
    count(add_question("S3"), facility=0.6, discrimination=None, median_seconds=90)

    assert listed(signed_in) == ["S2", "S1", "S3"]
    assert listed(signed_in, order="hard") == ["S2", "S3", "S1"]
    assert listed(signed_in, order="slow")[0] == "S3"
    assert listed(signed_in, suspect="any", order="easy") == ["S1", "S2"]
    assert listed(signed_in, suspect="two_keys") == ["S2"]
    assert listed(signed_in, words="Stem of S3") == ["S3"]
    assert listed(signed_in, kind="fill_in") == []
    assert listed(signed_in, suspect="nonsense") == ["S2", "S1", "S3"]


def test_a_question_shows_each_version_with_what_was_given_drawn(signed_in) -> None:
    question = add_question("S1")
    count(question, discrimination=-0.2, suspects=["key_may_be_wrong"])
    question.stem = "换过的题目"
    question.save()
    take_into_use(question)

    page = signed_in.get(reverse("quiz_item", args=[question.pk]), headers={"accept-language": "en"})
    first, second = page.context["versions"]
    assert (first.is_asked, first.statistic, second.is_asked) == (True, None, False)
    assert [(row.is_right, row.count, row.share, row.high) for row in second.given] == [
        (True, 30, 75, 90),
        (False, 10, 25, 10),
    ]
    words = page.content.decode()
    assert 'aria-label="高分组（前三分之一）的 90%，低分组（后三分之一）的 40%"' in words
    assert 'aria-label="在 -1 到 +1 之间，为 -0.20"' in words
    assert "答案可能有误" in words


def test_the_workbook_holds_what_the_list_shows_and_is_in_the_audit(signed_in) -> None:
    count(add_question("S1"), suspects=["too_easy"])
    count(add_question("S2"))

    taken = signed_in.get(reverse("quiz_items_workbook"), {"suspect": "any"})
    questions, given = load_workbook(io.BytesIO(taken.content)).worksheets
    assert [(row[0].value, row[4].value, row[5].value) for row in questions.rows][1:] == [("S1", 40, 0.75)]
    assert [[cell.value for cell in row][3:] for row in given.rows][1:] == [[30, 0.9, 0.4], [10, 0.1, 0.6]]
    (entry,) = AuditEntry.objects.filter(action="statistics.taken")
    assert entry.details == {"questions": 1}


def test_counting_anew_is_asked_for_once_at_a_time(signed_in) -> None:
    Job.objects.create(kind="quizzes.statistics", asked_at=AT, state=Job.State.RUNNING)
    signed_in.post(reverse("quiz_items_count"))

    assert Job.objects.count() == 1
    assert signed_in.get(reverse("quiz_items")).context["is_counting"]
    Job.objects.all().delete()
    signed_in.post(reverse("quiz_items_count"))
    assert Job.objects.get().kind == "quizzes.statistics"


def test_as_many_queries_for_many_questions_as_for_one(signed_in) -> None:
    question = add_question("S0")
    count(question)

    def queries() -> list[int]:
        counts = []
        for url in (reverse("quiz_items"), reverse("quiz_item", args=[question.pk])):
            signed_in.get(url)
            with CaptureQueriesContext(connection) as captured:
                signed_in.get(url)
            counts.append(len(captured))
        return counts

    few = queries()
    for n in range(1, 6):
        count(add_question(f"S{n}"))
    for n in range(3):
        question.stem = f"第{n}稿"
        question.save()
        freeze([question], at=AT)
        count(question)
    assert queries() == few
