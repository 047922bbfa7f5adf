"""The question bank in the editor's menu: a question on one screen."""

from http import HTTPStatus

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from people.models import Office
from quizzes.models import Question, QuestionOption, Quiz
from tests.cast import give_office, make_member
from tests.quizzes.papers import add_question, add_quiz

ADD = "wagtailsnippets_quizzes_question:add"


@pytest.fixture
def desk(client, county):
    """An editor with every permission: which office has which is asked elsewhere."""
    chief = make_member("zhubian", is_superuser=True)
    give_office(chief, county, Office.Kind.EDITOR)
    client.force_login(chief)
    return client


def fields(*options, kind="single_choice", existing=0, **changes):
    """What the form sends; an option is (text, right) or (text, right, primary key)."""
    data = {
        "kind": kind,
        "state": "in_use",  # no field any more: nobody takes a question into use by its form
        "difficulty": "1",
        "points": "1",
        "stem": "党的一大在哪里开幕？",
        "stem_en": "",
        "explanation": "",
        "explanation_en": "",
        "source": "《决议》",
        "source_en": "",
        "options-TOTAL_FORMS": str(len(options)),
        "options-INITIAL_FORMS": str(existing),
        **{f"{part}-{count}_FORMS": "0" for part in ("blanks", "rubric") for count in ("TOTAL", "INITIAL")},
    }
    for place, (text, is_right, *pk) in enumerate(options):
        data |= {f"options-{place}-text": text, f"options-{place}-ORDER": str(place + 1)}
        data |= {f"options-{place}-is_correct": "on"} if is_right else {}
        data |= {f"options-{place}-id": str(pk[0])} if pk else {}
    return data | changes


def test_a_question_is_written_on_one_screen(desk):
    response = desk.post(reverse(ADD), fields(("上海", True), ("嘉兴", False)))

    assert response.status_code == HTTPStatus.FOUND
    question = Question.objects.get()
    assert (question.stem, question.state) == ("党的一大在哪里开幕？", "draft")
    rows = QuestionOption.objects.order_by("position").values_list("text", "is_correct")
    assert list(rows) == [("上海", True), ("嘉兴", False)]


@pytest.mark.parametrize(
    ("kind", "options", "problem"),
    [
        ("single_choice", [("上海", False), ("嘉兴", False)], (0, 2)),
        ("single_choice", [("上海", True), ("嘉兴", True)], (2, 2)),
        ("multiple_choice", [("上海", True), ("嘉兴", False)], (1, 2)),
        ("true_false", [("正确", True), ("错误", True)], (2, 2)),
    ],
)
def test_a_key_that_does_not_fit_is_explained_and_nothing_is_saved(desk, kind, options, problem):
    with pytest.raises(ValidationError) as expected:
        Question.check_options(kind, right=problem[0], total=problem[1])

    page = desk.post(reverse(ADD), fields(*options, kind=kind))

    assert page.status_code == HTTPStatus.OK
    assert expected.value.messages[0] in page.text
    assert not Question.objects.exists()


def test_options_are_found_again_in_the_order_given(desk):
    question = add_question("L1", of=3)
    first, second, third = question.options.all().order_by("position")
    edit = reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk])
    moved = fields(
        (third.text, False, third.pk),
        (first.text, True, first.pk),
        (second.text, False, second.pk),
        existing=3,
    )

    desk.post(edit, moved)

    assert [o.text for o in question.options.all().order_by("position")] == [
        third.text,
        first.text,
        second.text,
    ]
    page = desk.get(edit).text
    assert page.index(third.text) < page.index(first.text) < page.index(second.text)


def test_the_key_of_an_option_survives_editing(desk):
    question = add_question("L1", of=2)
    first, second = question.options.all().order_by("position")
    keys = first.key, second.key

    desk.post(
        reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk]),
        fields(("新的文字", True, first.pk), (second.text, False, second.pk), existing=2),
    )

    rows = question.options.all().order_by("position").values_list("text", "key")
    assert list(rows) == [("新的文字", keys[0]), (second.text, keys[1])]


def test_the_list_can_be_searched_and_filtered(desk):
    for name, state in (("L1", "in_use"), ("L2", "retired")):
        question = add_question(name)
        Question.objects.filter(pk=question.pk).update(state=state)
    everything = reverse("wagtailsnippets_quizzes_question:list")

    assert [q.reference for q in desk.get(everything).context["object_list"]] == ["L2", "L1"]
    assert [q.reference for q in desk.get(everything + "?state=in_use").context["object_list"]] == ["L1"]
    assert [q.reference for q in desk.get(everything + "?q=L2").context["object_list"]] == ["L2"]


def test_a_quiz_keeps_the_order_of_its_questions(desk):
    one, two = add_question("L1"), add_question("L2")
    data = {
        "title": "专题测验",
        "title_en": "",
        "pass_mark": "80",
        "counts": "best",
        "wait_hours": "0",
        "feedback": "after_attempt",
        "layout": "one",
        "pools-TOTAL_FORMS": "0",
        "pools-INITIAL_FORMS": "0",
        "entries-TOTAL_FORMS": "2",
        "entries-INITIAL_FORMS": "0",
        "entries-0-question": str(one.pk),
        "entries-0-ORDER": "2",
        "entries-1-question": str(two.pk),
        "entries-1-ORDER": "1",
    }

    assert desk.post(reverse("wagtailsnippets_quizzes_quiz:add"), data).status_code == HTTPStatus.FOUND
    entries = Quiz.objects.get().entries.all().order_by("sort_order")
    assert [entry.question for entry in entries] == [two, one]


def test_what_was_asked_is_not_deleted(desk, attempt, quiz):
    question = Question.objects.get(reference="L1")
    for name, thing in (("question", question), ("quiz", quiz)):
        edit = reverse(f"wagtailsnippets_quizzes_{name}:edit", args=[thing.pk])
        response = desk.post(reverse(f"wagtailsnippets_quizzes_{name}:delete", args=[thing.pk]))
        assert response.url == edit

    assert (Question.objects.count(), Quiz.objects.count()) == (3, 1)


def test_a_draft_that_was_never_approved_can_be_deleted(desk):
    question = Question.objects.create(reference="L1", stem="题目", source="《决议》")

    desk.post(reverse("wagtailsnippets_quizzes_question:delete", args=[question.pk]))
    assert not Question.objects.exists()


def test_a_quiz_never_tried_can_be_deleted_and_its_questions_stay(desk, db):
    quiz = add_quiz(add_question("L1"))

    desk.post(reverse("wagtailsnippets_quizzes_quiz:delete", args=[quiz.pk]))
    assert (Quiz.objects.count(), Question.objects.count()) == (0, 1)
