"""Questions frozen as they were asked."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from quizzes.bank import digest_of, freeze, versions_in_use
from quizzes.models import Question, QuestionVersion, QuizEntry
from tests.cast import moment
from tests.quizzes.papers import WRITTEN, add_question, add_quiz

AT = moment("2026-03-10 10:00")


def test_a_version_holds_all_that_was_asked(quiz):
    options = {o.text: o for o in Question.objects.get(reference="L3").options.all()}

    version = versions_in_use(quiz)[2]

    assert version.content == {
        "kind": "true_false",
        "stem": "L3 的题目",
        "stem_en": "Stem of L3",
        "options": [
            {"key": str(options["L3 选项 0"].key), "text": "L3 选项 0", "text_en": "Option 0 of L3"},
            {"key": str(options["L3 选项 1"].key), "text": "L3 选项 1", "text_en": "Option 1 of L3"},
        ],
        "correct": [str(options["L3 选项 1"].key)],
        "explanation": "L3 的解析",
        "explanation_en": "Explanation of L3",
        "source": "L3 的出处",
        "source_en": "Source of L3",
    }
    assert version.digest == digest_of(version.content)
    assert version.frozen_at == WRITTEN


def test_versions_come_in_the_order_of_the_quiz(quiz):
    QuizEntry.objects.filter(quiz=quiz, question__reference="L1").update(sort_order=9)

    assert [v.content["stem_en"][-2:] for v in versions_in_use(quiz)] == ["L2", "L3", "L1"]


def test_the_same_words_are_frozen_once(quiz):
    first = versions_in_use(quiz)
    freeze(Question.objects.all(), at=AT)

    assert versions_in_use(quiz) == first
    assert QuestionVersion.objects.count() == 3


def test_new_words_are_asked_when_they_are_frozen_and_the_old_version_stays(quiz):
    old = versions_in_use(quiz)[0]
    Question.objects.filter(reference="L1").update(stem="新的题目")
    assert versions_in_use(quiz)[0] == old

    freeze(Question.objects.filter(reference="L1"), at=AT)
    new = versions_in_use(quiz)[0]

    assert new.content["stem"] == "新的题目"
    old.refresh_from_db()
    assert old.content["stem"] == "L1 的题目"
    assert QuestionVersion.objects.count() == 4


@pytest.mark.parametrize("state", ["draft", "retired"])
def test_a_question_that_is_not_in_use_is_not_asked(quiz, state):
    Question.objects.filter(reference="L2").update(state=state)

    assert [v.content["stem_en"][-2:] for v in versions_in_use(quiz)] == ["L1", "L3"]


def test_a_question_in_two_quizzes_is_frozen_once_and_in_its_own_place(quiz):
    other = add_quiz(add_question("L9"), Question.objects.get(reference="L1"))
    assert [v.content["stem_en"][-2:] for v in versions_in_use(other)] == ["L9", "L1"]
    assert QuestionVersion.objects.count() == 4


def test_freezing_costs_the_same_however_many_questions(standing, db, django_assert_num_queries):
    quiz = add_quiz(*(add_question(f"M{n}") for n in range(20)))

    with django_assert_num_queries(1):
        assert len(versions_in_use(quiz)) == 20
    with django_assert_num_queries(7):  # the words, four kinds of rows, versions twice, questions
        freeze(Question.objects.all(), at=AT)


@pytest.mark.parametrize(
    ("kind", "right", "total", "message"),
    [
        ("single_choice", 0, 4, "Mark exactly one option as right, or choose multiple choice above."),
        ("single_choice", 2, 4, "Mark exactly one option as right, or choose multiple choice above."),
        ("multiple_choice", 1, 4, "A multiple choice question needs at least two right options."),
        ("true_false", 2, 2, "Mark exactly one option as right, or choose multiple choice above."),
        ("true_false", 1, 3, "A true or false question has exactly two options."),
    ],
)
def test_a_key_that_does_not_fit_the_kind_is_refused(kind, right, total, message):
    with override("en"), pytest.raises(ValidationError) as refusal:
        Question.check_options(kind, right=right, total=total)

    with override("en"):
        assert refusal.value.messages == [message]


@pytest.mark.parametrize(
    ("kind", "right", "total"), [("single_choice", 1, 4), ("multiple_choice", 2, 5), ("true_false", 1, 2)]
)
def test_a_key_that_fits_is_taken(kind, right, total):
    assert Question.check_options(kind, right=right, total=total) is None
