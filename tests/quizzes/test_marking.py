"""The arithmetic of marking."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.marking import mark, passed, percentage

OPTIONS = "abcde"
PAPERS = st.lists(
    st.sets(st.sampled_from(OPTIONS), min_size=1).map(
        lambda key: {"kind": "multiple_choice", "correct": sorted(key)}
    ),
    max_size=12,
)
CHOICES = st.dictionaries(st.integers(0, 14), st.sets(st.sampled_from(OPTIONS)))


@pytest.mark.parametrize(
    ("case", "key", "chosen", "right"),
    [
        ("the right one", "b", "b", True),
        ("a wrong one", "b", "a", False),
        ("nothing", "b", "", False),
        ("all the right ones", "ac", "ca", True),
        ("one right one is missing", "ac", "a", False),
        ("one too many", "ac", "abc", False),
        ("a question without a key is never right", "", "", False),
    ],
)
def test_a_question_is_right_when_exactly_its_key_is_chosen(case, key, chosen, right):
    assert mark([{"kind": "multiple_choice", "correct": list(key)}], {0: list(chosen)}).right == (right,)


@pytest.mark.parametrize(
    ("points", "out_of", "percent"),
    [(0, 0, 0), (0, 3, 0), (1, 3, 33), (2, 3, 67), (1, 8, 13), (1, 200, 1), (199, 200, 100), (5, 5, 100)],
)
def test_a_percentage_is_whole_and_a_half_goes_up(points, out_of, percent):
    assert percentage(points, out_of) == percent


@pytest.mark.parametrize(("percent", "is_passed"), [(79, False), (80, True), (81, True)])
def test_reaching_the_pass_mark_is_passing(percent, is_passed):
    assert passed(percent, 80) is is_passed


@given(out_of=st.integers(1, 500), data=st.data())
def test_the_percentage_is_what_a_clerk_would_round(out_of, data):
    points = data.draw(st.integers(0, out_of))

    exact = (Decimal(100 * points) / out_of).quantize(Decimal(1), ROUND_HALF_UP)
    assert percentage(points, out_of) == exact


@given(paper=PAPERS, chosen=CHOICES)
def test_points_are_the_right_questions_and_nothing_else(paper, chosen):
    marking = mark(paper, chosen)

    assert marking.out_of == len(marking.right) == len(paper)
    assert marking.points == sum(marking.right)
    assert marking.percent == percentage(int(marking.points), int(marking.out_of))
    assert marking == mark(paper, {position: list(keys) * 2 for position, keys in chosen.items()})


@given(paper=PAPERS)
def test_who_chooses_the_key_everywhere_has_everything(paper):
    marking = mark(paper, {position: question["correct"] for position, question in enumerate(paper)})

    assert marking.points == len(paper)
    assert marking.percent == (100 if paper else 0)


@given(paper=PAPERS, chosen=CHOICES, data=st.data())
def test_each_question_stands_for_itself(paper, chosen, data):
    order = data.draw(st.permutations(range(len(paper))))

    turned = mark([paper[n] for n in order], {i: chosen[n] for i, n in enumerate(order) if n in chosen})
    assert turned.right == tuple(mark(paper, chosen).right[n] for n in order)
