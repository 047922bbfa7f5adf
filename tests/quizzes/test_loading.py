"""Questions from data files into the bank."""

import tomllib
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest

from quizzes.loading import BadQuestion, load_questions
from quizzes.models import Question, QuestionOption

CONTENT = Path(__file__).resolve().parents[2] / "courses" / "content"


@pytest.fixture
def rows():
    """As a file holds them."""
    return [
        {
            "id": "H03",
            "kind": "single_choice",
            "difficulty": 2,
            "stem_zh": "会议转移到哪里举行？",
            "stem_en": "Where was the last session held?",
            "explanation_zh": "最后一天改到嘉兴。",
            "explanation_en": "It moved to Jiaxing for its last day.",
            "source_zh": "《决议》，2021年11月11日",
            "source_en": "Resolution, 11 November 2021",
            "valid_as_of": date(2026, 11, 22),
            "review_by": date(2027, 11, 30),
            "options": [
                {"zh": "浙江杭州西湖", "en": "West Lake, Hangzhou", "correct": False},
                {"zh": "浙江嘉兴南湖", "en": "South Lake, Jiaxing", "correct": True},
                {"zh": "江苏无锡太湖", "en": "Lake Tai, Wuxi", "correct": False},
            ],
        }
    ]


def options_of(question):
    return list(
        QuestionOption.objects.filter(question=question)
        .order_by("position")
        .values_list("text", "text_en", "is_correct")
    )


def test_a_question_comes_into_use_with_all_its_words(db, rows):
    question = load_questions(rows)["H03"]

    question.refresh_from_db()
    assert (question.kind, question.state, question.difficulty) == ("single_choice", "in_use", 2)
    assert (question.stem, question.source_en) == ("会议转移到哪里举行？", "Resolution, 11 November 2021")
    assert (question.valid_as_of, question.review_by) == (date(2026, 11, 22), date(2027, 11, 30))
    assert options_of(question) == [
        ("浙江杭州西湖", "West Lake, Hangzhou", False),
        ("浙江嘉兴南湖", "South Lake, Jiaxing", True),
        ("江苏无锡太湖", "Lake Tai, Wuxi", False),
    ]


def test_a_fact_not_yet_confirmed_comes_as_a_draft_and_stays_one(db, rows):
    rows[0]["draft"] = True
    for _time in range(2):
        assert load_questions(rows)["H03"].state == Question.State.DRAFT
    del rows[0]["draft"]
    assert load_questions(rows)["H03"].state == Question.State.DRAFT


def test_loading_again_changes_nothing(db, rows, django_assert_num_queries):
    load_questions(rows)
    before = list(Question.objects.values()), list(QuestionOption.objects.order_by("pk").values())

    with django_assert_num_queries(7):  # questions, options, blanks, rubric, tags; begin and end
        load_questions(rows)
    assert (list(Question.objects.values()), list(QuestionOption.objects.order_by("pk").values())) == before


def test_a_question_nobody_changed_follows_the_file(db, rows):
    load_questions(rows)
    key = QuestionOption.objects.get(position=1).key
    rows[0]["stem_zh"] = "最后一天在哪里开会？"
    rows[0]["options"].pop(0)
    rows[0]["options"][1] |= {"zh": "湖北武汉东湖", "en": "East Lake, Wuhan"}

    question = load_questions(rows)["H03"]

    question.refresh_from_db()
    assert question.stem == "最后一天在哪里开会？"
    assert options_of(question) == [
        ("浙江嘉兴南湖", "South Lake, Jiaxing", True),
        ("湖北武汉东湖", "East Lake, Wuhan", False),
    ]
    assert QuestionOption.objects.get(position=1).key == key


@pytest.mark.parametrize("change", ["words", "option", "new option"])
def test_a_question_that_an_editor_changed_stays_as_the_editor_wants_it(db, rows, change):
    question = load_questions(rows)["H03"]
    if change == "words":
        Question.objects.update(explanation="编辑改过的解析")
    elif change == "option":
        QuestionOption.objects.filter(position=2).update(text="编辑改过的选项")
    else:
        QuestionOption.objects.create(question=question, position=3, text="编辑加的选项")
    kept = list(Question.objects.values()), options_of(question)
    rows[0]["stem_zh"] = "文件里的新题目"

    assert load_questions(rows) == {"H03": question}
    assert (list(Question.objects.values()), options_of(question)) == kept


def test_a_question_that_an_editor_wrote_under_the_same_reference_stays(db, rows):
    Question.objects.create(reference="H03", stem="编辑写的", source="编辑写的")

    assert load_questions(rows)["H03"].stem == "编辑写的"
    assert Question.objects.get().state == "draft"


def test_a_retired_question_stays_retired_though_its_words_follow(db, rows):
    load_questions(rows)
    Question.objects.update(state=Question.State.RETIRED)
    rows[0]["difficulty"] = 3

    load_questions(rows)
    question = Question.objects.get()
    assert (question.state, question.difficulty) == ("retired", 3)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda row: row.pop("source_zh"), "H03: source_zh is missing."),
        (lambda row: row["options"][0].pop("en"), "H03: en is missing."),
        (lambda row: row.update(kind="essay"), "H03: essay is no kind of question."),
        (lambda row: row.update(id="H01"), "H01: the same id stands more than once."),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(db, rows, spoil, message):
    good, bad = rows[0] | {"id": "H01"}, deepcopy(rows[0])
    spoil(bad)

    with pytest.raises(BadQuestion) as refusal:
        load_questions([good, bad])
    assert str(refusal.value) == message
    assert not Question.objects.exists()


def test_a_row_whose_key_does_not_fit_is_refused(db, rows):
    rows[0]["options"][0]["correct"] = True

    with pytest.raises(BadQuestion, match=r"^H03: "):
        load_questions(rows)
    assert not Question.objects.exists()


def test_every_question_of_our_courses_can_be_loaded(db):
    rows = [
        row
        for file in sorted(CONTENT.glob("*/questions.toml"))
        for row in tomllib.loads(file.read_text("utf-8"))["question"]
    ]

    assert set(load_questions(rows)) == {row["id"] for row in rows}
    assert Question.objects.in_use().count() == len(rows)
