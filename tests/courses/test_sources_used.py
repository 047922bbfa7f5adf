"""What quotes a passage is listed once the passage changes, until somebody has looked at it again."""

from http import HTTPStatus

import pytest
from django.urls import reverse

from courses.sources_used import (
    changed_passages,
    lessons_with_changed_passages,
    questions_with_changed_passages,
)
from quizzes.bank import content_of, versions_in_use
from quizzes.models import Question
from quizzes.sources_used import look_at_passage
from sources.models import Passage
from sources.slots import uses_of
from tests.cast import add_lesson, add_module, moment
from tests.courses.lessons import add_lesson_of, live_edition, publish
from tests.quizzes.papers import add_question, add_quiz, take_into_use
from tests.sources.quoted import add_passage, reword

pytestmark = pytest.mark.django_db

NOON = moment("2026-03-10 12:00")


def add_resting_question(passage, reference="L1"):
    question = add_question(reference)
    question.passage = passage
    look_at_passage(question)
    return take_into_use(question)


def flagged():
    lessons = [
        (row.page.slug, [p.reference for p in row.passages]) for row in lessons_with_changed_passages()
    ]
    return lessons, [row.question.reference for row in questions_with_changed_passages()]


def test_a_changed_passage_flags_its_lesson_and_its_question_and_nothing_else() -> None:
    module = add_module()
    passage, other = add_passage(), add_passage("other", text="别的话。")
    add_lesson_of(module, ("locked_quotation", passage), slug="first")
    add_lesson_of(module, ("locked_quotation", other), slug="second")
    add_lesson(module, "third")
    add_resting_question(passage)
    add_resting_question(other, "L2")
    assert flagged() == ([], [])

    reword(passage, text="从群众中来，到群众中去")

    assert flagged() == ([("first", ["from-the-masses"])], ["L1"])


def test_another_edition_of_the_work_flags_all_that_quotes_it() -> None:
    passage = add_passage()
    add_lesson_of(add_module(), ("locked_quotation", passage))
    add_resting_question(passage)
    passage.work.edition = "1991年版"
    passage.work.save_revision().publish()

    assert flagged() == ([("first", ["from-the-masses"])], ["L1"])


def test_a_proposal_flags_nothing() -> None:
    passage = add_passage()
    add_lesson_of(add_module(), ("locked_quotation", passage))
    passage.text = "新的话"
    passage.save_revision()

    assert flagged() == ([], [])


@pytest.mark.parametrize(("field", "editions"), [("text", 2), ("text_en", 1)])
def test_publishing_the_lesson_again_clears_it_even_when_its_readers_see_no_difference(
    field, editions
) -> None:
    page = add_lesson_of(add_module(), ("locked_quotation", add_passage()))
    passage = reword(Passage.objects.select_related("work").get(), **{field: "Other words"})
    assert [p.reference for p in changed_passages(page)] == ["from-the-masses"]

    page = publish(page)

    assert flagged() == ([], [])
    assert changed_passages(page) == []
    assert live_edition(page).passages == {str(passage.key): passage.digest}
    assert page.editions.count() == editions


def test_saving_the_question_says_that_it_still_agrees(client, editor) -> None:
    passage = add_passage()
    question = add_resting_question(passage)
    first = versions_in_use(add_quiz(question))[0]
    passage = reword(passage, text="新的话")
    client.force_login(editor)
    address = reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk])
    shown = client.get(address)
    assert "新的话" in shown.text and "help-warning" in shown.text

    options = list(question.options.order_by("position"))
    data = {
        "kind": question.kind, "state": question.state, "difficulty": "1", "stem": question.stem,
        "stem_en": "", "explanation": "", "explanation_en": "", "source": "出处", "source_en": "",
        "passage": str(passage.pk), "points": "1", "tags": "", "category": "", "case": "",
        "options-TOTAL_FORMS": "4", "options-INITIAL_FORMS": "4",
        **{f"{part}-{count}_FORMS": "0" for part in ("blanks", "rubric") for count in ("TOTAL", "INITIAL")},
    }  # fmt: skip
    for place, option in enumerate(options):
        data |= {f"options-{place}-text": option.text, f"options-{place}-id": str(option.pk)}
        data |= {f"options-{place}-ORDER": str(place + 1)}
        data |= {f"options-{place}-is_correct": "on"} if option.is_correct else {}
    assert client.post(address, data).status_code == HTTPStatus.FOUND

    assert flagged() == ([], [])
    assert "help-warning" not in client.get(address).text
    # Members are asked the words that a reviewer approved, until the new ones are.
    assert versions_in_use(question.entries.get().quiz) == [first]
    question.refresh_from_db()
    assert (first.content["passage"]["text"], content_of(question)["passage"]["text"]) == (
        "从群众中来，到群众中去。",
        "新的话",
    )


def test_a_retired_question_is_not_listed() -> None:
    passage = add_passage()
    question = add_resting_question(passage)
    Question.objects.filter(pk=question.pk).update(state=Question.State.RETIRED)
    reword(passage, text="新的话")

    assert flagged() == ([], [])


def test_where_a_passage_is_quoted_published_as_a_draft_and_in_questions() -> None:
    module = add_module()
    passage = add_passage()
    add_lesson_of(module, ("locked_quotation", passage), ("locked_quotation", passage), slug="first")
    draft = add_lesson(module, "second", title="未发布的引用")
    draft.body = [("locked_quotation", passage)]
    draft.save_revision()
    add_resting_question(passage)
    passage = reword(passage, text="新的话")
    add_resting_question(passage, "L2")

    uses = [(use.title, use.url != "", use.changed) for use in uses_of([passage])[passage.pk]]
    assert sorted(uses) == sorted(
        [
            ("群众路线是怎样形成的", True, True),
            ("未发布的引用", True, False),
            ("L1 的题目", True, True),
            ("L2 的题目", True, False),
        ]
    )


def test_the_editors_page_of_the_lesson_says_so(client, editor) -> None:
    page = add_lesson_of(add_module(), ("locked_quotation", add_passage()))
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    client.force_login(editor)
    assert "help-warning" not in client.get(address).text
    reword(Passage.objects.select_related("work").get(), text="新的话")

    page = client.get(address).text
    assert "help-warning" in page and "新的话" in page


def test_the_lists_cost_the_same_for_many(django_assert_num_queries) -> None:
    module = add_module()
    for number in range(3):
        passage = add_passage(f"p{number}")
        add_lesson_of(module, ("locked_quotation", passage), slug=f"l{number}")
        add_resting_question(passage, f"L{number}")
        reword(passage, text="新的话")

    with django_assert_num_queries(2):
        assert len(lessons_with_changed_passages()) == 3
    with django_assert_num_queries(1):
        assert len(questions_with_changed_passages()) == 3
