"""What each kind of question is worth: all or nothing, or parts by the rule that stands in the form."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.marking import Marked, mark, mark_question

KEYS = "abcdef"
GIVEN = st.lists(st.sampled_from([*KEYS, "x", ""]), max_size=8)


def choice(correct: str, *, kind: str = "multiple_choice", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "correct": list(correct)} | more


def blanks(*accepted: str, **more: Any) -> dict[str, Any]:
    rows = [{"kind": "text", "accepted": [word], "accepted_en": []} for word in accepted]
    return {"kind": "fill_in", "correct": [], "blanks": rows} | more


def worth(content: dict[str, Any], given_keys: Sequence[str]) -> Fraction:
    return mark_question(content, given_keys).points


@pytest.mark.parametrize(
    ("content", "given_keys", "points"),
    [
        (choice("ac", points=4), "ac", 4),
        (choice("ac", points=4), "a", 0),
        (choice("ac", points=4, partial=True), "a", 2),
        (choice("ac", points=4, partial=True), "ab", 0),
        (choice("abc", points=3, partial=True), "abd", 1),
        (choice("abc", points=3, partial=True), "def", 0),
        (choice("b", kind="single_choice", points=2), "b", 2),
        (choice("b", kind="single_choice", points=2), "a", 0),
        (choice("bc", kind="single_choice", points=2), "c", 2),
        (choice("bc", kind="single_choice", points=2), "bc", 0),
        (choice("b", kind="true_false"), "b", 1),
        (blanks("甲", "乙", points=4), ["甲", "乙"], 4),
        (blanks("甲", "乙", points=4), ["甲", "丙"], 0),
        (blanks("甲", "乙", points=4, partial=True), ["甲", "丙"], 2),
        (blanks("甲", "乙", "丙", points=1, partial=True), ["甲", "", "丙"], Fraction(2, 3)),
        (choice("abcd", kind="ordering", points=3), "abcd", 3),
        (choice("abcd", kind="ordering", points=3), "abdc", 0),
        (choice("abcd", kind="ordering", points=3, partial=True), "abdc", 1),
        (choice("abcd", kind="ordering", points=3, partial=True), "bcda", 2),
        (choice("abcd", kind="ordering", points=3, partial=True), "dcba", 0),
        (choice("ppq", kind="matching", points=3), "ppq", 3),
        (choice("ppq", kind="matching", points=3, partial=True), ["p", "q", ""], 1),
        (choice("ppq", kind="matching", points=3), ["p", "q", "q"], 0),
    ],
)
def test_an_answer_is_worth_what_the_rule_says(content, given_keys, points) -> None:
    found = mark_question(content, list(given_keys))

    assert (found.points, found.out_of) == (points, content.get("points", 1))
    assert found.right is (points == found.out_of)


def test_a_short_answer_awaits_a_person_and_then_has_their_points() -> None:
    content = {"kind": "short_answer", "correct": [], "points": 5}

    assert mark_question(content, ["因为……"]) == Marked(Fraction(), 5, right=False, awaiting=True)
    assert mark_question(content, ["  "]) == Marked(Fraction(), 5, right=False, awaiting=False)
    assert mark_question(content, ["因为……"], 3) == Marked(Fraction(3), 5, right=False)
    assert mark_question(content, ["因为……"], 9) == Marked(Fraction(5), 5, right=True)
    paper = [content, choice("a")]
    found = mark(paper, {0: ["因为……"], 1: ["a"]})
    assert (found.points, found.out_of, found.percent, found.awaiting) == (1, 6, 17, 1)
    found = mark(paper, {0: ["因为……"], 1: ["a"]}, {0: 5, 1: 100})
    assert (found.points, found.percent, found.awaiting, found.right) == (6, 100, 0, (True, True))


KEYED = st.sets(st.sampled_from(KEYS), min_size=1).map(sorted)
CONTENT = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(
            ["single_choice", "multiple_choice", "true_false", "ordering", "matching", "short_answer"]
        ),
        "correct": KEYED,
        "points": st.integers(1, 100),
        "partial": st.booleans(),
    }
) | st.lists(st.sampled_from(["甲", "1921", "x"]), min_size=1, max_size=4).map(lambda words: blanks(*words))


@given(content=CONTENT, given_keys=GIVEN)
def test_no_answer_is_worth_less_than_nothing_or_more_than_all(content, given_keys) -> None:
    found = mark_question(content, given_keys)

    assert 0 <= found.points <= found.out_of
    assert found.right is (found.points == found.out_of)
    if not content.get("partial"):
        assert found.points in {0, found.out_of}


@given(
    papers=st.lists(st.tuples(CONTENT, GIVEN), max_size=8),
    by_hand=st.dictionaries(st.integers(0, 8), st.integers(-5, 200)),
)
def test_a_paper_is_the_sum_of_its_questions_and_its_per_cent_between_0_and_100(papers, by_hand) -> None:
    found = mark(
        [content for content, _ in papers], {n: given for n, (_, given) in enumerate(papers)}, by_hand
    )

    assert 0 <= found.points <= found.out_of
    assert 0 <= found.percent <= 100
    assert found.out_of == sum(content.get("points", 1) for content, _ in papers)
    if found.points == found.out_of and papers:
        assert found.percent == 100


@given(correct=KEYED, chosen=st.sets(st.sampled_from(KEYS)), partial=st.booleans(), data=st.data())
def test_the_order_in_which_options_were_chosen_changes_nothing(correct, chosen, partial, data) -> None:
    content = choice("".join(correct), partial=partial)
    turned = data.draw(st.permutations(sorted(chosen)))

    assert worth(content, turned) == worth(content, sorted(chosen))


@given(
    correct=KEYED, chosen=st.sets(st.sampled_from(KEYS)), more=st.sampled_from(KEYS), partial=st.booleans()
)
def test_one_more_right_option_never_lowers_and_one_more_wrong_one_never_raises(
    correct, chosen, more, partial
) -> None:
    content = choice("".join(correct), partial=partial, points=7)
    before, after = worth(content, sorted(chosen)), worth(content, sorted(chosen | {more}))

    if more in correct:
        assert after >= before
    else:
        assert after <= before


@given(words=st.lists(st.sampled_from(["甲", "乙", "丙"]), min_size=1, max_size=5), data=st.data())
def test_one_more_right_blank_never_lowers(words, data) -> None:
    told = data.draw(st.lists(st.sampled_from(["甲", "乙", ""]), min_size=len(words), max_size=len(words)))
    place = data.draw(st.integers(0, len(words) - 1))
    content = blanks(*words, partial=True, points=10)

    assert worth(content, [*told[:place], words[place], *told[place + 1 :]]) >= worth(content, told)
    assert worth(content, words) == 10
