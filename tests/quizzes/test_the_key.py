"""Before the end no response tells which option is right: not in words, keys, order or markup."""

import re

import pytest
from django.urls import reverse
from django.utils.timezone import now

from quizzes.models import Attempt, Question, QuestionOption
from quizzes.tokens import AttemptToken
from tests.quizzes.papers import right_options, wrong_option

LABEL = re.compile(r'<label class="choice">(.*?)</label>', re.DOTALL)


@pytest.fixture
def responses(client, member, quiz):
    """Every response of an attempt before it is handed in, with right answers and with wrong ones."""
    client.force_login(member)
    start = reverse("quizzes:start", args=[quiz.key])
    seen = [client.get(start), client.post(start)]
    attempt = Attempt.objects.get()
    token = AttemptToken(attempt.pk, member.pk, now()).sign()
    for number in (1, 2, 3):
        page = reverse("quizzes:question", args=[attempt.pk, number])
        address = reverse("api:save_answer", kwargs={"attempt_id": attempt.pk, "number": number})
        for chosen in ([wrong_option(attempt, number - 1)], right_options(attempt, number - 1)):
            choice = {"token": token, "chosen": [str(key) for key in chosen]}
            seen.append(client.get(page))
            seen.append(client.put(address, choice, content_type="application/json"))
            seen.append(client.post(page, choice))
    seen.append(client.get(reverse("quizzes:overview", args=[attempt.pk])))
    seen.append(client.get(start))
    return seen


def test_no_explanation_source_or_result_is_in_any_response(responses):
    told = [
        text
        for q in Question.objects.all()
        for text in (q.explanation, q.explanation_en, q.source, q.source_en)
    ]
    words = [*told, "correct", "is_right", "points", 'percent"', 'passed"']

    for response in responses:
        body = response.content.decode() + str(response.headers)
        assert [word for word in words if word in body] == []


def test_right_and_wrong_choices_are_answered_alike(responses):
    answers = [r for r in responses if r.headers["Content-Type"].startswith("application/json")]

    assert [r.json() for r in answers] == [{"saved": True}] * 6
    assert len({str(sorted(r.headers.items())) for r in answers}) == 1


def test_options_differ_in_key_and_words_only(client, member, attempt):
    client.force_login(member)
    for number in (1, 2, 3):
        page = client.get(reverse("quizzes:question", args=[attempt.pk, number])).text
        labels = LABEL.findall(page)
        bare = {re.sub(r'value="[^"]*"|<span>[^<]*</span>', "", label) for label in labels}

        assert len(labels) == len(attempt.paper[number - 1]["options"])
        assert len(bare) == 1


def test_each_key_of_an_option_is_in_a_page_once_whether_right_or_not(client, member, attempt):
    client.force_login(member)
    page = client.get(reverse("quizzes:question", args=[attempt.pk, 2])).text

    assert {page.count(key) for key in attempt.paper[1]["options"]} == {1}


def test_keys_are_random(quiz):
    assert {key.version for key in QuestionOption.objects.values_list("key", flat=True)} == {4}


def test_the_paper_kept_with_an_attempt_holds_no_key(attempt):
    assert [set(place) for place in attempt.paper] == [{"version", "kind", "options"}] * 3
