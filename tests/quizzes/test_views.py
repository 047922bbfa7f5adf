"""The pages of a quiz: who may look, what they say, what survives a lost session."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import override

from people.middleware import SIGNED_IN
from people.models import Office
from quizzes import attempts
from quizzes.attempts import answers_that_hold
from quizzes.models import Answer, Attempt, Mark, Question
from quizzes.tokens import AttemptToken
from tests.cast import give_office, make_member, moment
from tests.quizzes.papers import right_options, wrong_option

OK, FOUND, NOT_FOUND = HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND


def address(page, *args):
    with override("en"):
        return reverse(f"quizzes:{page}", args=args)


def sign_in_first(page):
    return f"/en/sign-in/?next={quote(page)}"


@pytest.fixture
def signed_in(client, member):
    client.force_login(member)
    return client


@pytest.fixture
def finished(attempt):
    """Handed in with the first question right and the second wrong."""
    facts = {"attempt_id": attempt.pk, "member_id": attempt.member_id, "at": moment("2026-03-10 10:10")}
    attempts.save_answer(position=0, given=right_options(attempt, 0), **facts)
    attempts.save_answer(position=1, given=[wrong_option(attempt, 1)], **facts)
    attempts.hand_in(**facts)
    attempt.refresh_from_db()
    return attempt


def form(attempt, chosen, *, age=timedelta(), **fields):
    token = AttemptToken(attempt.pk, attempt.member_id, now() - age).sign()
    return {"token": token, "given": [str(key) for key in chosen], **fields}


class TestWhoMayLook:
    CAST = ("member", "secretary", "deputy", "committee_member", "observer", "stranger", "nobody")

    @pytest.fixture
    def viewer(self, request, branch, client):
        if request.param in ("member", "secretary", "stranger"):
            client.force_login(request.getfixturevalue(request.param))
        elif request.param != "nobody":
            holder = make_member("holder", branch)
            give_office(holder, branch, Office.Kind(request.param))
            client.force_login(holder)
        return client

    @pytest.mark.parametrize(
        ("viewer", "status"),
        list(zip(CAST, [OK, OK, OK, NOT_FOUND, NOT_FOUND, NOT_FOUND, FOUND], strict=True)),
        indirect=["viewer"],
    )
    def test_the_result_is_for_its_member_and_for_offices_that_see_scores(self, viewer, status, finished):
        assert viewer.get(address("result", finished.pk)).status_code == status

    @pytest.mark.parametrize(
        ("viewer", "status"),
        list(zip(CAST, [OK, *[NOT_FOUND] * 5, FOUND], strict=True)),
        indirect=["viewer"],
    )
    def test_an_attempt_under_way_is_for_its_member_alone(self, viewer, status, attempt):
        for page in (address("question", attempt.pk, 1), address("overview", attempt.pk)):
            assert viewer.get(page).status_code == status
        assert viewer.get(address("result", attempt.pk)).status_code == (FOUND if status == OK else status)

    @pytest.mark.parametrize(
        ("viewer", "status"),
        list(zip(CAST, [OK, *[OK] * 5, FOUND], strict=True)),
        indirect=["viewer"],
    )
    def test_a_quiz_that_stands_somewhere_awaits_every_member(self, viewer, status, quiz):
        assert viewer.get(address("start", quiz.key)).status_code == status

    @pytest.mark.parametrize("viewer", ["secretary", "stranger"], indirect=True)
    def test_nobody_answers_or_hands_in_for_another(self, viewer, attempt):
        answer = viewer.post(address("question", attempt.pk, 1), form(attempt, right_options(attempt, 0)))
        end = viewer.post(address("hand_in", attempt.pk))

        assert (answer.status_code, end.status_code) == (NOT_FOUND, NOT_FOUND)
        assert not Answer.objects.exists()
        assert not Mark.objects.exists()

    def test_what_does_not_exist_is_not_found(self, signed_in, attempt):
        for page in (
            address("start", uuid4()),
            address("result", uuid4()),
            address("question", uuid4(), 1),
            address("question", attempt.pk, 0),
            address("question", attempt.pk, 4),
        ):
            assert signed_in.get(page).status_code == NOT_FOUND


class TestTheStart:
    def test_it_says_what_awaits(self, signed_in, quiz):
        page = signed_in.get(address("start", quiz.key))

        assert page.context["outlook"].questions == 3
        for text in ("3 questions, one on each page", "Passed with 80% or more", "No time limit", "Begin"):
            assert text in page.text
        assert 'href="/mass-line/one/first/"' in page.text

    def test_it_tells_the_best_result_and_the_number_of_attempts(self, signed_in, finished, quiz):
        page = signed_in.get(address("start", quiz.key))

        for text in ("33%, not yet passed", "1 attempt handed in", "Try again"):
            assert text in page.text

    def test_beginning_leads_to_the_first_question_and_twice_to_the_same(self, signed_in, quiz):
        first, second = (signed_in.post(address("start", quiz.key)) for _ in range(2))

        attempt = Attempt.objects.get()
        assert first.url == second.url == address("question", attempt.pk, 1)

    def test_continuing_leads_to_the_first_question_without_an_answer(self, signed_in, attempt, quiz):
        facts = {"attempt_id": attempt.pk, "member_id": attempt.member_id, "at": now()}
        attempts.save_answer(position=0, given=right_options(attempt, 0), **facts)
        assert signed_in.post(address("start", quiz.key)).url == address("question", attempt.pk, 2)

        for position in (1, 2):
            attempts.save_answer(position=position, given=right_options(attempt, position), **facts)
        assert signed_in.post(address("start", quiz.key)).url == address("overview", attempt.pk)

    def test_a_quiz_that_stands_nowhere_is_not_found(self, signed_in, quiz, standing):
        standing.clear()

        assert signed_in.get(address("start", quiz.key)).status_code == NOT_FOUND
        assert signed_in.post(address("start", quiz.key)).status_code == NOT_FOUND
        assert not Attempt.objects.exists()

    def test_a_quiz_without_questions_says_so(self, signed_in, quiz):
        Question.objects.update(state=Question.State.DRAFT)

        assert signed_in.post(address("start", quiz.key)).url == address("start", quiz.key)
        page = signed_in.get(address("start", quiz.key))
        assert "This quiz has no questions at present." in page.text
        assert "Begin" not in page.text
        assert not Attempt.objects.exists()


class TestUnpublishedMeanwhile:
    def test_what_was_begun_can_be_finished_and_seen(self, signed_in, attempt, quiz, standing):
        standing.clear()

        start = signed_in.get(address("start", quiz.key))
        assert "You can still finish the attempt you began." in start.text
        assert signed_in.post(address("start", quiz.key)).url == address("question", attempt.pk, 1)
        signed_in.post(address("question", attempt.pk, 1), form(attempt, right_options(attempt, 0)))
        result = signed_in.post(address("hand_in", attempt.pk), follow=True)

        assert "The lesson with this quiz is not published at present. Your result is kept." in result.text
        assert "Try again" not in result.text
        assert Mark.objects.get().percent == 33

    def test_a_new_attempt_waits(self, signed_in, finished, quiz, standing):
        standing.clear()

        page = signed_in.get(address("start", quiz.key))
        assert "33%" in page.text
        assert '<button class="btn"' not in page.text
        assert signed_in.post(address("start", quiz.key)).status_code == NOT_FOUND
        assert Attempt.objects.count() == 1


class TestAQuestion:
    def test_it_shows_what_was_chosen(self, signed_in, attempt):
        right = right_options(attempt, 0)[0]
        before = signed_in.get(address("question", attempt.pk, 1))
        signed_in.post(address("question", attempt.pk, 1), form(attempt, [right]))
        after = signed_in.get(address("question", attempt.pk, 1))

        assert "Not answered yet" in before.text
        assert '" checked' not in before.text
        assert f'value="{right}" checked' in after.text
        assert after.text.count('" checked') == 1

    @pytest.mark.parametrize(("number", "box"), [(1, "radio"), (2, "checkbox"), (3, "radio")])
    def test_one_or_several_can_be_chosen(self, signed_in, attempt, number, box):
        page = signed_in.get(address("question", attempt.pk, number)).text
        asked = page.split("<fieldset")[number]

        assert asked.count(f'type="{box}"') == len(attempt.paper[number - 1]["options"])

    @pytest.mark.parametrize(
        ("number", "go", "page"),
        [(1, "next", 2), (2, "previous", 1), (1, "previous", None), (3, "next", None), (1, "check", None)],
    )
    def test_saving_goes_on(self, signed_in, attempt, number, go, page):
        answer = right_options(attempt, number - 1)
        response = signed_in.post(address("question", attempt.pk, number), form(attempt, answer, go=go))

        onward = address("question", attempt.pk, page) if page else address("overview", attempt.pk)
        assert response.url == onward
        assert answers_that_hold(attempt) == {number - 1: sorted(answer)}

    def test_two_tabs_the_one_left_unchanged_keeps_the_other_s_answer(self, signed_in, attempt):
        right = right_options(attempt, 1)
        signed_in.post(address("question", attempt.pk, 2), form(attempt, right, shown=""))
        signed_in.post(address("question", attempt.pk, 2), form(attempt, [], shown=""))

        assert answers_that_hold(attempt) == {1: sorted(right)}

    @pytest.mark.parametrize("chosen", [["nonsense"], [uuid4()]])
    def test_what_is_not_on_the_paper_is_not_saved(self, signed_in, attempt, chosen):
        page = signed_in.post(address("question", attempt.pk, 1), form(attempt, chosen), follow=True)

        assert page.redirect_chain == [(address("question", attempt.pk, 1), 302)]
        assert "Your choice could not be saved. Please choose once more." in page.text
        assert not Answer.objects.exists()

    def test_a_form_that_is_not_ours_is_not_saved(self, member, attempt):
        client = Client(enforce_csrf_checks=True)
        client.force_login(member)

        response = client.post(
            address("question", attempt.pk, 1), {"given": right_options(attempt, 0), "token": "x"}
        )
        assert response.url == address("question", attempt.pk, 1)
        assert not Answer.objects.exists()

    def test_after_the_end_the_result_is_shown_and_what_came_is_kept_as_late(self, signed_in, finished):
        count = Answer.objects.count()
        page = signed_in.post(
            address("question", finished.pk, 3), form(finished, right_options(finished, 2)), follow=True
        )

        assert page.redirect_chain == [(address("result", finished.pk), 302)]
        assert "This attempt has already been handed in." in page.text
        assert Answer.objects.count() == count + 1
        assert Answer.objects.latest("pk").is_late
        assert signed_in.get(address("question", finished.pk, 1)).url == address("result", finished.pk)


class TestALostSession:
    def test_the_answer_is_saved_and_the_next_question_follows_signing_in(self, client, attempt):
        right = right_options(attempt, 0)
        response = client.post(address("question", attempt.pk, 1), form(attempt, right, go="next"))

        assert response.url == sign_in_first(address("question", attempt.pk, 2))
        assert answers_that_hold(attempt) == {0: right}

    def test_it_holds_for_a_session_that_ends_with_this_very_request(self, signed_in, attempt):
        session = signed_in.session
        session[SIGNED_IN] = int(now().timestamp()) - 13 * 3600
        session.save()
        right = right_options(attempt, 0)

        response = signed_in.post(address("question", attempt.pk, 1), form(attempt, right))

        assert response.url == sign_in_first(address("question", attempt.pk, 2))
        assert answers_that_hold(attempt) == {0: right}

    def test_a_form_from_before_signing_in_again_is_saved(self, member, attempt):
        """Signing in again in another tab changes the CSRF token; the answer in this tab is kept."""
        client = Client(enforce_csrf_checks=True)
        client.force_login(member)
        right = right_options(attempt, 0)

        client.post(address("question", attempt.pk, 1), form(attempt, right))

        assert answers_that_hold(attempt) == {0: right}

    def test_a_page_left_open_for_two_days_is_saved_for_who_is_signed_in(self, signed_in, attempt):
        right = right_options(attempt, 0)
        signed_in.post(address("question", attempt.pk, 1), form(attempt, right, age=timedelta(days=2)))

        assert answers_that_hold(attempt) == {0: right}

    def test_a_page_left_open_for_a_month_needs_signing_in(self, client, attempt):
        page = address("question", attempt.pk, 1)
        response = client.post(page, form(attempt, right_options(attempt, 0), age=timedelta(days=31)))

        assert response.url == page
        assert client.get(page).url == sign_in_first(page)
        assert not Answer.objects.exists()

    def test_handing_in_waits_for_signing_in(self, client, attempt):
        response = client.post(address("hand_in", attempt.pk))

        assert response.url == sign_in_first(address("overview", attempt.pk))
        attempt.refresh_from_db()
        assert attempt.handed_in_at is None
        assert not Mark.objects.exists()


class TestTheEnd:
    def test_the_list_says_what_has_an_answer(self, signed_in, attempt):
        signed_in.post(address("question", attempt.pk, 2), form(attempt, right_options(attempt, 1)))
        page = signed_in.get(address("overview", attempt.pk))

        assert [asked.is_answered for asked in page.context["questions"]] == [False, True, False]
        assert "2 questions have no answer yet." in page.text

    def test_handing_in_with_gaps_shows_the_result(self, signed_in, attempt):
        signed_in.post(address("question", attempt.pk, 1), form(attempt, right_options(attempt, 0)))
        page = signed_in.post(address("hand_in", attempt.pk), follow=True)

        assert page.redirect_chain == [(address("result", attempt.pk), 302)]
        for text in (
            "33%",
            "Not yet passed",
            "1 of 3 questions right.",
            "Explanation of L1",
            "Source: Source of L2",
        ):
            assert text in page.text

    def test_sending_it_twice_marks_once(self, signed_in, attempt):
        pages = [signed_in.post(address("hand_in", attempt.pk)) for _ in range(2)]

        assert [page.url for page in pages] == [address("result", attempt.pk)] * 2
        assert Mark.objects.count() == 1

    def test_there_is_nothing_to_see_at_the_address_of_the_act(self, signed_in, attempt):
        assert signed_in.get(address("hand_in", attempt.pk)).status_code == HTTPStatus.METHOD_NOT_ALLOWED
        assert not Mark.objects.exists()

    def test_the_list_of_a_finished_attempt_leads_to_its_result(self, signed_in, finished):
        assert signed_in.get(address("overview", finished.pk)).url == address("result", finished.pk)

    def test_the_result_tells_what_was_chosen_and_what_is_right(self, signed_in, finished):
        questions = signed_in.get(address("result", finished.pk)).context["result"].questions

        assert [question.is_right for question in questions] == [True, False, False]
        assert [question.is_answered for question in questions] == [True, True, False]
        assert [sum(o.is_right for o in question.options) for question in questions] == [1, 2, 1]
        assert [sum(o.is_chosen for o in question.options) for question in questions] == [1, 1, 0]

    def test_an_officer_reads_it_and_is_offered_nothing_to_do(self, client, secretary, finished):
        client.force_login(secretary)
        page = client.get(address("result", finished.pk))

        assert "Li Hui" in page.text
        assert "Try again" not in page.text

    def test_no_page_says_failed(self, signed_in, finished, quiz):
        for page in (address("result", finished.pk), address("start", quiz.key)):
            assert "fail" not in signed_in.get(page).text.lower()
