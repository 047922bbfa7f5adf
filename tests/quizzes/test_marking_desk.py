"""Short answers are marked by persons: without a name, line by line, kept in rows, told to the member."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext

from hours.models import Rule, StudyRecord
from people.audit import AuditEntry
from people.leading import NotForYourself
from people.models import Member, Office
from quizzes import attempts
from quizzes.hand_marking import (
    CommentTooLong,
    MarkedMeanwhile,
    NothingToMark,
    OnlyMarkers,
    PointsDoNotFit,
    ToMark,
    give_points,
    waiting_answers,
    waiting_questions,
)
from quizzes.models import Attempt, GivenPoints, ItemResult, Mark, Question, Quiz, RubricLine
from quizzes.remarking import remark
from quizzes.slots import Place
from tests.cast import give_office, make_member, moment
from tests.courses.desk import reviewer, signed_in
from tests.quizzes.kinds import add_short_answer
from tests.quizzes.papers import add_question, add_quiz, right_options, take_into_use

AT = moment("2026-03-10 10:00")
LATER = moment("2026-03-12 09:00")

__all__ = ["reviewer"]


@pytest.fixture
def essay(db: None, standing: dict[Any, Any]) -> Quiz:
    """A short answer of two lines (3 and 2 points), and a question of one point; four of six pass."""
    question = add_short_answer(points=3)
    RubricLine.objects.create(question=question, position=1, text="举一个例子", points=2)
    take_into_use(Question.objects.get(pk=question.pk))
    quiz = add_quiz(Question.objects.get(pk=question.pk), add_question("S2"), pass_mark=60)
    standing[quiz.key] = Place("课", "/one/")
    return quiz


def write(quiz: Quiz, member: Member, words: str = "先听群众怎么说。", *, rightly: bool = True) -> Attempt:
    attempt = attempts.begin(member=member, quiz=quiz, at=AT)
    facts = {"attempt_id": attempt.pk, "member_id": member.pk, "at": AT}
    attempts.save_answer(position=0, given=[words], **facts)
    if rightly:
        attempts.save_answer(position=1, given=right_options(attempt, 1), **facts)
    attempts.hand_in(**facts)
    return attempt


def give(attempt: Attempt, by: Member, *lines: int, comment: str = "", **more: Any) -> Mark | None:
    facts = {"attempt": attempt.pk, "position": 0, "lines": lines, "comment": comment, "at": LATER}
    return give_points(by=by, **facts | more)


def only(quiz: Quiz, viewer: Member) -> ToMark:
    (answer,) = waiting_answers(quiz.entries.order_by("sort_order").first().question_id, viewer)
    return answer


def test_points_by_a_person_outlive_the_rows_of_their_marker(essay, member, editor, reviewer) -> None:
    attempt = write(essay, member)
    give(attempt, editor, 3, 1)
    GivenPoints.objects.all().delete()  # as keeping times do

    (again,) = remark([attempt.pk])

    assert (again.result.points, again.result.awaiting, again.is_other) == (5, 0, False)


def test_points_by_a_person_make_a_new_mark_and_a_pass_earns_its_time(essay, member, editor) -> None:
    Rule.objects.create(name="quiz_award_minutes", value=10, valid_from=date(2026, 1, 1), source="通知")
    attempt = write(essay, member)
    first = attempt.marks.get()
    assert (first.points, first.out_of, first.percent, first.passed, first.awaiting) == (1, 6, 17, False, 1)

    mark = give(attempt, editor, 3, 0, comment="例子在哪里？")
    assert mark is not None
    assert (mark.points, mark.percent, mark.passed, mark.awaiting) == (4, 67, True, 0)
    assert (mark.marker, mark.reason, mark.regrade, mark.marked_at) == (
        editor,
        gettext("Short answers marked by a person"),
        None,
        LATER,
    )
    assert attempt.marks.count() == 2
    record = StudyRecord.objects.get()
    assert (record.member, record.award, record.started_at) == (member, 600, AT)
    item = ItemResult.objects.get(attempt=attempt, position=0)
    assert (item.score, item.given) == (0.6, [])
    assert AuditEntry.objects.get(action="attempt.marked_by_hand").subject == member.key
    assert not waiting_questions(editor)


def test_the_mark_comes_with_the_last_answer_of_the_attempt(db, standing, member, editor) -> None:
    quiz = add_quiz(add_short_answer("简答一"), add_short_answer("简答二"))
    standing[quiz.key] = Place("课", "/one/")
    attempt = attempts.begin(member=member, quiz=quiz, at=AT)
    facts = {"attempt_id": attempt.pk, "member_id": member.pk, "at": AT}
    for position in (0, 1):
        attempts.save_answer(position=position, given=["写了"], **facts)
    attempts.hand_in(**facts)
    assert give(attempt, editor, 3) is None
    assert attempt.marks.count() == 1
    assert [one.count for one in waiting_questions(editor)] == [1]

    mark = give(attempt, editor, 2, position=1)
    assert mark is not None
    assert (mark.points, mark.out_of, mark.awaiting) == (5, 6, 0)


def test_a_second_marker_may_change_the_points_and_a_pass_stays_unless_they_say_so(
    essay, member, editor, reviewer
) -> None:
    attempt = write(essay, member)
    assert give(attempt, editor, 3, 2).passed
    seen = GivenPoints.objects.get().pk
    with pytest.raises(MarkedMeanwhile):
        give(attempt, reviewer, 0, 0)
    kept = give(attempt, reviewer, 0, 0, seen=seen)
    assert (kept.points, kept.passed, kept.detail[0]["pass_kept"]) == (1, True, True)
    last = GivenPoints.objects.latest("pk").pk
    fallen = give(attempt, reviewer, 1, 0, seen=last, lets_pass_fall=True)

    assert (fallen.points, fallen.passed) == (2, False)
    assert list(GivenPoints.objects.order_by("pk").values_list("points", flat=True)) == [5, 0, 1]
    assert attempt.marks.count() == 4


def test_the_same_points_sent_twice_are_given_once(essay, member, editor) -> None:
    attempt = write(essay, member)
    assert give(attempt, editor, 3, 2) is not None
    assert give(attempt, editor, 3, 2) is None

    assert GivenPoints.objects.count() == 1
    assert attempt.marks.count() == 2


def test_what_does_not_fit_is_refused_and_nothing_is_kept(essay, member, secretary, editor, branch) -> None:
    attempt = write(essay, member)
    own = write(essay, editor)
    blank = write(essay, secretary, "")
    refused: list[tuple[type[Exception], Attempt, Member, tuple[int, ...], dict[str, Any]]] = [
        (OnlyMarkers, attempt, secretary, (3, 2), {}),
        (NotForYourself, own, editor, (3, 2), {}),
        (PointsDoNotFit, attempt, editor, (4, 2), {}),
        (PointsDoNotFit, attempt, editor, (-1, 2), {}),
        (PointsDoNotFit, attempt, editor, (3,), {}),
        (CommentTooLong, attempt, editor, (3, 2), {"comment": "长" * 1001}),
        (NothingToMark, blank, editor, (3, 2), {}),
        (NothingToMark, attempt, editor, (3, 2), {"position": 1}),
        (NothingToMark, attempt, editor, (3, 2), {"position": 9}),
    ]
    for why, which, by, lines, more in refused:
        with pytest.raises(why):
            give(which, by, *lines, **more)

    assert not GivenPoints.objects.exists()
    assert Mark.objects.count() == 3


def test_a_marker_sees_no_name_and_not_their_own_answers(essay, member, secretary, editor, reviewer) -> None:
    for one in (member, secretary, editor):
        write(essay, one, f"写的是 {one.number} 的话" if one == editor else "先听群众怎么说。")
    question = essay.entries.order_by("sort_order").first().question_id
    mine, theirs = waiting_answers(question, editor), waiting_answers(question, reviewer)
    assert (len(mine), len(theirs)) == (2, 3)
    assert {one.key for one in mine}.isdisjoint(one.key for one in theirs)
    assert waiting_answers(question, editor) == mine

    client = signed_in(editor)
    for one in mine:
        page = client.get(reverse("marking_answer", args=[question, one.key])).content.decode()
        assert "先听群众怎么说。" in page
        for secret in (member.name, secretary.name, str(one.attempt), "柳溪"):
            assert secret not in page


def test_the_desk_leads_from_answer_to_answer(essay, member, secretary, editor) -> None:
    for one in (member, secretary):
        write(essay, one)
    question = essay.entries.order_by("sort_order").first().question_id
    first, second = waiting_answers(question, editor)
    client, next_one = signed_in(editor), reverse("marking_question", args=[question])
    pages = {one.key: reverse("marking_answer", args=[question, one.key]) for one in (first, second)}

    assert client.get(next_one).url == pages[first.key]
    assert client.get(next_one, {"after": first.key}).url == pages[second.key]
    assert client.get(next_one, {"after": second.key}).url == pages[first.key]
    points = {"line_0": "3", "line_1": "2", "comment": "很好", "seen": "0"}
    assert client.post(pages[first.key], points | {"line_0": "9"}).status_code == 200
    assert client.post(pages[first.key], points).url == f"{next_one}?after={first.key}"
    assert client.get(next_one, {"after": first.key}).url == pages[second.key]
    assert client.post(pages[second.key], points).status_code == 302
    assert client.get(next_one).url == reverse("marking")
    page = client.get(reverse("marking_marked", args=[question])).content.decode()
    assert page.count(pages[first.key]) == 1
    again = points | {"line_1": "0", "seen": str(GivenPoints.objects.earliest("pk").pk)}
    assert client.post(pages[first.key], again).url == reverse("marking_marked", args=[question])
    assert GivenPoints.objects.count() == 3
    assert {mark.points for mark in Mark.objects.filter(awaiting=0)} == {6, 4}


def test_the_member_reads_points_line_by_line_and_the_comment(essay, member, editor, client) -> None:
    attempt = write(essay, member)
    client.force_login(member)
    address = reverse("quizzes:result", args=[attempt.pk])
    assert "例子在哪里" not in client.get(address).content.decode()
    give(attempt, editor, 3, 0, comment="例子在哪里？")

    page = client.get(address).content.decode()
    assert "例子在哪里？" in page
    assert "举一个例子" in page
    assert editor.name not in page


@pytest.mark.parametrize(
    ("who", "is_open"),
    [("editor", True), ("reviewer", True), ("secretary", False), ("member", False), ("system", False)],
)
def test_who_may_open_the_desk(who, is_open, essay, member, secretary, editor, reviewer, county) -> None:
    system = make_member("xitong", None)
    give_office(system, county, Office.Kind.SYSTEM_ADMINISTRATOR)
    people = {
        "editor": editor,
        "reviewer": reviewer,
        "secretary": secretary,
        "member": member,
        "system": system,
    }
    write(essay, member)
    question = essay.entries.order_by("sort_order").first().question_id
    client = signed_in(people[who])
    answer = only(essay, people[who]).key if who != "member" else "0" * 24
    for address in (
        reverse("marking"),
        reverse("marking_answer", args=[question, answer]),
        reverse("marking_marked", args=[question]),
    ):
        assert (client.get(address).status_code == 200) is is_open


def test_the_pages_ask_the_same_however_many_wait(essay, branch, editor) -> None:
    question = essay.entries.order_by("sort_order").first().question_id
    client, counts = signed_in(editor), []
    client.get(reverse("marking"))
    for batch in range(2):
        for number in range(1 + 4 * batch):
            attempt = write(essay, make_member(f"n{batch}{number}", branch))
            give(write(essay, make_member(f"o{batch}{number}", branch)), editor, 1, 1)
        key = waiting_answers(question, editor)[0].key
        addresses = [
            reverse("marking"),
            reverse("marking_answer", args=[question, key]),
            reverse("marking_marked", args=[question]),
        ]
        for address in addresses:
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            counts.append(len(seen))
        assert attempt.marks.count() == 1

    assert counts[:3] == counts[3:]
