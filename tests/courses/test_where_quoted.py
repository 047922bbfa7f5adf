"""From a result back to the passage: the first lesson that quotes it and that its reader may read."""

import pytest
from django.urls import reverse
from wagtail.models import PageViewRestriction

from courses.places import quoting
from quizzes.attempts import begin, hand_in
from quizzes.slots import where_quoted
from tests.cast import add_module, moment
from tests.courses.lessons import add_lesson_of, live_edition
from tests.quizzes.papers import add_question, add_quiz, take_into_use
from tests.sources.quoted import add_passage

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 10:00")


def test_the_first_lesson_that_quotes_a_passage_and_is_open_is_named_with_the_place(
    member, django_assert_num_queries
) -> None:
    module, passage, other = add_module(), add_passage(), add_passage("other", text="别的话。")
    closed = add_lesson_of(module, ("locked_quotation", passage), slug="closed")
    PageViewRestriction.objects.create(
        page=closed, restriction_type=PageViewRestriction.PASSWORD, password="x"
    )
    first = add_lesson_of(module, ("locked_quotation", passage), slug="first")
    add_lesson_of(module, ("locked_quotation", passage), slug="second")

    with django_assert_num_queries(1):
        found = where_quoted([passage.key, other.key], member=member, language="zh-hans")

    place = found.pop(passage.key)
    assert found == {}
    assert place.url == f"{first.url}#passage-{passage.key}"
    assert (place.title, place.edition) == (first.title, live_edition(first).key)
    assert quoting([passage.key], member, "en") == {}


def test_the_result_leads_to_the_passage_its_question_rested_on(client, member) -> None:
    module, passage = add_module(), add_passage()
    lesson = add_lesson_of(module, ("locked_quotation", passage))
    question = add_question("L1")
    question.passage = passage
    module.quiz = add_quiz(take_into_use(question), add_question("L2"))
    module.save_revision().publish()
    attempt = begin(member=member, quiz=module.quiz, at=AT)
    hand_in(attempt_id=attempt.pk, member_id=member.pk, at=AT)
    client.force_login(member)

    page = client.get(reverse("quizzes:result", args=[attempt.pk])).text

    assert page.count(f'href="{lesson.url}#passage-{passage.key}"') == 1
