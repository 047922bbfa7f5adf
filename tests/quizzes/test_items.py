"""What each question of an attempt came to, as the statistics count it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command

from quizzes.attempts import hand_in, save_answer, versions_of
from quizzes.folding import Version
from quizzes.items import items_of, rebuild_items, seconds_taken, write_items
from quizzes.models import Attempt, ItemResult, Mark
from tests.cast import moment
from tests.quizzes.papers import right_options, wrong_option

BEGUN = moment("2026-03-10 10:00")


def saved(position: int, after: int, *, late: bool = False, serial: int = 0) -> Version:
    """An answer so many seconds after the beginning."""
    return Version(position, ["x"], None, 0, BEGUN + timedelta(seconds=after), serial, late)


def answer(attempt: Attempt, position: int, given: list[str], after: int) -> None:
    at = BEGUN + timedelta(seconds=after)
    save_answer(attempt_id=attempt.pk, member_id=attempt.member_id, position=position, given=given, at=at)


def rows() -> list[tuple]:
    items = ItemResult.objects.order_by("attempt_id", "position")
    return list(items.values_list("position", "score", "rest", "seconds"))


@pytest.fixture
def handed_in(attempt: Attempt) -> Attempt:
    """One right, one wrong, one not answered; the first thought over once more at the end."""
    answer(attempt, 0, [wrong_option(attempt, 0)], 20)
    answer(attempt, 1, right_options(attempt, 1), 50)
    answer(attempt, 0, right_options(attempt, 0), 55)
    hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=BEGUN + timedelta(seconds=90))
    ItemResult.objects.all().delete()
    attempt.refresh_from_db()
    return attempt


@pytest.mark.parametrize(
    ("answers", "seconds"),
    [
        ([saved(0, 20), saved(1, 50)], {0: 20, 1: 30}),
        ([saved(1, 50), saved(0, 20)], {0: 20, 1: 30}),
        ([saved(0, 20), saved(1, 50), saved(0, 55)], {0: 25, 1: 30}),
        ([saved(0, 60), saved(1, 60), saved(2, 70)], {2: 10}),
        ([saved(0, 20), saved(1, 90, late=True)], {0: 20}),
        ([saved(0, 20), saved(1, 20 + 9 * 3600)], {0: 20, 1: 1800}),
        ([], {}),
    ],
)
def test_seconds_are_those_before_each_answer(answers: list[Version], seconds: dict[int, int]) -> None:
    assert seconds_taken(answers, begun_at=BEGUN) == seconds


def test_an_attempt_leaves_a_row_for_each_question_in_one_statement(
    handed_in: Attempt, django_assert_num_queries
) -> None:
    mark, answers = handed_in.marks.get(), versions_of(handed_in)
    with django_assert_num_queries(1):
        write_items(handed_in, mark, answers)

    assert rows() == [(0, 1.0, 0.5, 25), (1, 1.0, 0.5, 30), (2, 0.0, 1.0, None)]
    first = ItemResult.objects.get(position=0)
    assert first.given == right_options(handed_in, 0)
    assert first.version_id == handed_in.paper[0]["version"]


def test_a_new_mark_takes_the_place_of_the_old_one_and_the_time_stays(handed_in: Attempt) -> None:
    write_items(handed_in, handed_in.marks.get(), versions_of(handed_in))
    mark = handed_in.marks.get()
    mark.detail[1] |= {"points": 0, "right": False}
    write_items(handed_in, mark)

    assert rows() == [(0, 1.0, 0.0, 25), (1, 0.0, 0.5, 30), (2, 0.0, 0.5, None)]


def test_a_look_back_leaves_nothing(handed_in: Attempt) -> None:
    handed_in.is_look_back = True
    write_items(handed_in, handed_in.marks.get(), versions_of(handed_in))

    assert rows() == []


def test_what_was_written_on_paper_took_nobody_knows_how_long(handed_in: Attempt) -> None:
    handed_in.ended_by = Attempt.EndedBy.PAPER
    write_items(handed_in, handed_in.marks.get(), versions_of(handed_in))

    assert [seconds for *_, seconds in rows()] == [None, None, None]


def test_what_a_person_has_yet_to_mark_is_left_out_and_words_are_never_kept() -> None:
    paper = [{"version": 1, "kind": "short_answer"}, {"version": 2, "kind": "short_answer"}]
    paper.append({"version": 3, "kind": "fill_in"})
    attempt = Attempt(id=uuid4(), paper=paper, begun_at=BEGUN)
    detail = [
        {"version": 1, "given": ["我以为"], "right": False, "points": 0.0, "out_of": 4, "awaiting": True},
        {"version": 2, "given": ["因为"], "right": False, "points": 1.0, "out_of": 4},
        {"version": 3, "given": ["三会一课"], "right": True, "points": 1.0, "out_of": 1},
    ]

    made = [(row["position"], row["given"], row["score"], row["rest"]) for row in items_of(attempt, detail)]
    assert made == [(1, [], 0.25, 1.0), (2, ["三会一课"], 1.0, 0.25)]


def test_a_question_that_stands_alone_has_no_rest() -> None:
    attempt = Attempt(id=uuid4(), paper=[{"version": 1, "kind": "fill_in"}], begun_at=BEGUN)
    detail = [{"version": 1, "given": ["1921"], "right": False, "points": 0.33, "out_of": 1}]

    (row,) = items_of(attempt, detail)
    assert (row["score"], row["rest"]) == (0.33, None)


def test_the_rows_can_be_made_anew_from_the_mark_that_holds(handed_in: Attempt) -> None:
    first = handed_in.marks.get()
    detail = [row | {"points": 0.0, "right": False} for row in first.detail]
    again = Mark(attempt=handed_in, points=0, out_of=3, percent=0, passed=False, detail=detail)
    again.marking_version, again.marked_at, again.reason = 2, BEGUN, "The key was wrong"
    again.save()
    call_command("rebuild_items", verbosity=0)

    assert rows() == [(0, 0.0, 0.0, 25), (1, 0.0, 0.0, 30), (2, 0.0, 0.0, None)]
    assert rebuild_items([handed_in.pk]) == 1
    assert rebuild_items([uuid4()]) == 0
