"""A member's pages for every kind of question and every rule; the plain way of a quiz is in test_views."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import override

from quizzes import attempts
from quizzes.attempts import answers_that_hold
from quizzes.models import Answer, Attempt, Checked, GivenPoints, Mark, Question, Quiz, Regrade
from quizzes.saving import Given, save
from quizzes.slots import Place
from quizzes.tokens import AttemptToken
from tests.cast import moment
from tests.quizzes.kinds import add_case, add_fill_in, add_matching, add_ordering, add_short_answer
from tests.quizzes.papers import add_question, add_quiz, right_options, wrong_option

OK, FOUND = HTTPStatus.OK, HTTPStatus.FOUND
PHONE, DESKTOP = UUID(int=1), UUID(int=2)
FILL, ORDER, MATCH, SHORT = range(4)


def address(page, *args):
    with override("en"):
        return reverse(f"quizzes:{page}", args=args)


@pytest.fixture
def signed_in(client, member):
    client.force_login(member)
    return client


def begun(quiz, member, standing, at=None):
    standing[quiz.key] = Place("群众路线是怎样形成的", "/mass-line/one/first/")
    return attempts.begin(member=member, quiz=quiz, at=at or now() - timedelta(minutes=5))


@pytest.fixture
def every(db, member, standing):
    """An attempt at a question of each kind that is not a choice."""
    return begun(
        add_quiz(add_fill_in(), add_ordering(), add_matching(), add_short_answer()), member, standing
    )


def post(client, attempt, position, given, **fields):
    token = AttemptToken(attempt.pk, attempt.member_id, now()).sign()
    page = address("question", attempt.pk, position + 1)
    return client.post(page, {"token": token, "given": given, "shown": "", **fields}, follow=True)


def put(attempt, position, given, device=PHONE, counter=1, ago=0, at=None):
    one = Given(attempt.pk, attempt.member_id, position, given, device, counter, ago)
    return save(one, at=at or now())


def ended(attempt, at=None):
    attempts.hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=at or now())
    return address("result", attempt.pk)


class TestWithoutAScript:
    """Each question is a page and a form; the forms say what the kind takes."""

    def test_one_page_holds_all_questions_and_shows_one(self, signed_in, every):
        page = signed_in.get(address("question", every.pk, 2)).text

        assert page.count("data-question=") == 4
        assert [f'data-question="{n}"' in page for n in range(1, 5)] == [True] * 4
        assert page.count("<h1") == 5  # of four questions and of the list, all but one hidden
        assert page.count("data-group hidden>") == 3

    def test_blanks_are_filled_and_shown_again(self, signed_in, every):
        post(signed_in, every, FILL, ["全心全意", "五"])
        page = signed_in.get(address("question", every.pk, 1)).text

        assert answers_that_hold(every) == {FILL: ["全心全意", "五"]}
        assert 'value="全心全意"' in page
        assert 'inputmode="decimal"' in page

    def test_rows_are_put_in_order_by_numbers(self, signed_in, every):
        rows = every.paper[ORDER]["options"]
        post(signed_in, every, ORDER, rows, place=["2", "1", "4", "3"])

        assert answers_that_hold(every) == {ORDER: [rows[1], rows[0], rows[3], rows[2]]}

    @pytest.mark.parametrize(
        "places", [["1", "1", "2", "3"], ["1", "2", "3", ""], ["0", "1", "2", "3"], ["x"] * 4]
    )
    def test_places_given_twice_or_left_out_are_told_and_nothing_is_saved(self, signed_in, every, places):
        page = post(signed_in, every, ORDER, every.paper[ORDER]["options"], place=places)

        assert "please give each row a place, and each place once" in page.text
        assert not Answer.objects.exists()

    def test_rows_without_any_number_are_no_answer(self, signed_in, every):
        post(signed_in, every, ORDER, every.paper[ORDER]["options"], place=[""] * 4)

        assert not Answer.objects.exists()

    def test_each_row_is_matched_by_a_list(self, signed_in, every):
        given = [every.paper[MATCH]["matches"][0], "", every.paper[MATCH]["matches"][2]]
        post(signed_in, every, MATCH, given)
        page = signed_in.get(address("question", every.pk, 3)).text

        assert answers_that_hold(every) == {MATCH: given}
        assert page.count(f'<option value="{given[0]}" selected>') == 1
        assert page.count("selected>") == 2

    def test_a_short_answer_is_kept_with_its_lines_and_a_longer_one_is_told(self, signed_in, every):
        post(signed_in, every, SHORT, ["先听\r\n再办"])
        page = post(signed_in, every, SHORT, ["长" * 4001])

        assert answers_that_hold(every) == {SHORT: ["先听\n再办"]}
        assert "This answer is too long" in page.text

    def test_questions_of_a_case_stand_under_its_text(self, signed_in, member, standing):
        case = add_case()
        quiz = add_quiz(
            add_short_answer("C1", case=case), add_question("L1"), add_short_answer("C2", case=case)
        )
        page = signed_in.get(address("question", begun(quiz, member, standing).pk, 2))

        assert [(bool(g.case), g.numbers) for g in page.context["groups"]] == [(True, [1, 2]), (False, [3])]
        assert page.text.count("Three meetings.") == 1

    def test_all_questions_on_one_page_are_shown_and_saving_stays_there(self, signed_in, every):
        Quiz.objects.update(layout=Quiz.Layout.ALL)
        page = signed_in.get(address("question", every.pk, 1)).text
        saved = post(signed_in, every, SHORT, ["先听"], go="stay")

        assert page.count("<h1") == 1
        assert "data-group hidden" not in page
        assert saved.redirect_chain == [(address("question", every.pk, 4) + "#q4", 302)]


class TestCheckedAtOnce:
    @pytest.fixture
    def attempt(self, member, standing):
        quiz = add_quiz(add_question("L1"), add_question("L2"))
        Quiz.objects.update(feedback=Quiz.Feedback.AT_ONCE)
        quiz.refresh_from_db()
        return begun(quiz, member, standing)

    def test_the_key_of_that_question_alone_is_shown_and_its_answer_stands(self, signed_in, attempt):
        wrong = wrong_option(attempt, 0)
        page = post(signed_in, attempt, 0, [wrong], go="look").text

        assert "Explanation of L1" in page
        assert "Explanation of L2" not in page
        assert page.count('<fieldset class="card choices" disabled>') == 1
        post(signed_in, attempt, 0, [wrong], shown=[wrong])
        assert Answer.objects.count() == 1

    def test_an_answer_after_it_is_kept_and_told_not_to_count(self, signed_in, attempt):
        wrong = wrong_option(attempt, 0)
        post(signed_in, attempt, 0, [wrong], go="look")
        page = post(signed_in, attempt, 0, right_options(attempt, 0))

        assert "your answer is kept and does not count" in page.text
        assert answers_that_hold(attempt) == {0: [wrong]}

    def test_without_an_answer_there_is_nothing_to_check(self, signed_in, attempt):
        page = post(signed_in, attempt, 0, [], go="look")

        assert "Please answer the question first." in page.text
        assert "Explanation of L1" not in page.text
        assert not Checked.objects.exists()


class TestTheResult:
    def test_before_the_quiz_closes_it_tells_the_score_and_no_key(self, signed_in, member, standing):
        quiz = add_quiz(add_question("L1"), add_fill_in(), add_ordering(), pass_mark=30)
        Quiz.objects.update(feedback=Quiz.Feedback.AFTER_CLOSING, closes_at=now() + timedelta(days=1))
        quiz.refresh_from_db()
        attempt = begun(quiz, member, standing)
        post(signed_in, attempt, 0, right_options(attempt, 0))
        before = signed_in.get(ended(attempt)).text
        Quiz.objects.update(closes_at=now() - timedelta(minutes=1))
        after = signed_in.get(address("result", attempt.pk)).text

        told = [
            "Explanation of L1",
            "Source of L1",
            "heart and soul",
            "right answer",
            "Not yet right",
            "The right",
        ]
        assert [text in before for text in told] == [False] * 6
        assert "33%" in before
        assert "Option 0 of L1" in before  # what the member chose
        assert all(key not in before for place in attempt.paper for key in place["options"])
        assert [text in after for text in told] == [True] * 6

    def test_it_tells_partial_points_and_what_a_person_has_still_to_read(self, signed_in, member, standing):
        quiz = add_quiz(add_fill_in(is_partial=True, points=2), add_short_answer())
        attempt = begun(quiz, member, standing)
        put(attempt, 0, ["全心全意", "4"])
        put(attempt, 1, ["先听"], counter=2)
        page = signed_in.get(ended(attempt)).text

        for text in (
            "20%",
            "1 of 5 points",
            "1 of 2 points",
            "Right in part",
            "1 short answer is still to be read",
        ):
            assert text in page
        assert "Not all is marked yet" in page
        assert "Not yet passed" not in page

    def test_what_a_person_gave_and_wrote_is_shown(self, signed_in, secretary, member, standing):
        attempt = begun(add_quiz(add_short_answer()), member, standing)
        put(attempt, 0, ["先听"])
        page = ended(attempt)
        GivenPoints.objects.create(
            attempt=attempt,
            position=0,
            lines=[2],
            points=2,
            comment="写得实",
            marker=secretary,
            given_at=now(),
        )
        mark = Mark.objects.get()
        row = {k: v for k, v in mark.detail[0].items() if k != "awaiting"} | {"points": 2.0}
        mark.pk, mark.reason, mark.detail, mark.awaiting, mark.points = None, "read", [row], 0, 2
        mark.save()
        text = signed_in.get(page).text

        assert "Who read it writes: 写得实" in text
        assert "2 of 3 points" in text

    def test_a_corrected_key_says_why_it_was_marked_anew(self, signed_in, secretary, member, standing):
        question = add_question("L1")
        attempt = begun(add_quiz(question), member, standing)
        page = ended(attempt)
        regrade = Regrade.objects.create(
            question=question, reason="第二项也对", decided_by=secretary, decided_at=now()
        )
        mark = Mark.objects.get()
        mark.pk, mark.reason, mark.regrade = None, regrade.reason, regrade
        mark.save()

        assert "after the key of a question was corrected: 第二项也对" in signed_in.get(page).text


class TestTwoDevices:
    def test_what_the_other_device_gave_is_shown_before_and_after_the_end(self, signed_in, every):
        at = now()
        put(every, SHORT, ["手机上写的"], device=PHONE, ago=60_000, at=at)
        put(every, SHORT, ["电脑上写的"], device=DESKTOP, at=at)

        for page in (lambda: address("question", every.pk, 4), lambda: ended(every)):
            text = signed_in.get(page()).text
            assert "On another device you answered: “手机上写的”" in text
            assert "It is kept and does not count." in text

    def test_what_came_after_the_end_is_shown_as_such(self, signed_in, every):
        rows = every.paper[ORDER]["options"]
        page = ended(every)
        saved = put(every, ORDER, rows)
        text = signed_in.get(page).text

        assert (saved.is_late, saved.holds) == (True, False)
        assert "It came after the end: “" in text
        assert " → " in text


class TestTheStart:
    def test_it_says_the_rules_in_sentences(self, signed_in, quiz):
        closes = now() + timedelta(days=2)
        Quiz.objects.update(
            attempts_allowed=2, wait_hours=3, counts="average", time_limit_minutes=20,
            is_limit_essential=True, closes_at=closes, feedback="after_closing", layout="all",
        )  # fmt: skip
        page = signed_in.get(address("start", quiz.key)).text

        for text in (
            "3 questions, all on one page", "It can be tried 2 times", "The average of all attempts counts",
            "Between two attempts lie at least 3 hours", "Time: 20 minutes from the beginning on",
            "It can be begun until", "What is right, and why, is shown from",
        ):  # fmt: skip
            assert text in page

    def test_who_reads_large_print_has_no_limit_that_is_not_essential(self, signed_in, member, quiz):
        Quiz.objects.update(time_limit_minutes=20)
        member.prefers_large_print = True
        member.save()

        page = signed_in.get(address("start", quiz.key)).text
        assert "No time limit" in page
        assert "20 minutes" not in page

    def test_when_the_rules_let_nobody_begin_it_says_why_and_begins_nothing(self, signed_in, quiz):
        Quiz.objects.update(opens_at=now() + timedelta(days=1))
        page = signed_in.get(address("start", quiz.key))
        tried = signed_in.post(address("start", quiz.key))

        assert "This quiz opens on" in page.text
        assert '<button class="btn" type="submit">Begin' not in page.text
        assert tried.url == address("start", quiz.key)
        assert not Attempt.objects.exists()

    def test_when_the_time_is_over_the_page_ends_the_attempt_and_says_so(self, signed_in, quiz, attempt):
        Attempt.objects.update(ends_at=now() - timedelta(minutes=1))
        page = signed_in.get(address("question", attempt.pk, 1), follow=True)

        assert page.redirect_chain == [(address("result", attempt.pk), 302)]
        assert "The time was over, so what you had answered was handed in." in page.text

    def test_the_time_that_is_left_is_told(self, signed_in, quiz, attempt):
        assert "data-time-left" not in signed_in.get(address("question", attempt.pk, 1)).text
        Attempt.objects.update(ends_at=now() + timedelta(minutes=10))
        page = signed_in.get(address("question", attempt.pk, 1))

        assert "Time until" in page.text
        assert 595 <= page.context["seconds_left"] <= 600


class TestMyQuizzes:
    @pytest.mark.parametrize(("who", "status"), [("member", OK), ("stranger", OK), (None, FOUND)])
    def test_everybody_has_their_own(self, request, client, attempt, who, status):
        ended(attempt)
        if who:
            client.force_login(request.getfixturevalue(who))
        page = client.get(address("mine"))

        assert page.status_code == status
        assert (str(attempt.pk) in page.content.decode()) is (who == "member")

    def test_what_is_open_can_be_gone_on_with_and_the_rest_is_newest_first(self, signed_in, quiz, member):
        at = moment("2026-03-10 10:00")
        for day in range(3):
            one = attempts.begin(member=member, quiz=quiz, at=at + timedelta(days=day))
            ended(one, at=at + timedelta(days=day, hours=1))
        begun = attempts.begin(member=member, quiz=quiz, at=at + timedelta(days=4))
        page = signed_in.get(address("mine"))

        assert [row.pk for row in page.context["open"]] == [begun.pk]
        assert [row.handed_in_at.day for row in page.context["page"]] == [12, 11, 10]
        assert "0%, not yet passed" in page.text

    def test_nothing_yet_says_what_will_be_here(self, signed_in):
        assert "Here will stand each quiz you hand in" in signed_in.get(address("mine")).text

    def test_it_costs_the_same_with_few_and_with_many(
        self, signed_in, quiz, member, django_assert_num_queries
    ):
        at = moment("2026-03-10 10:00")
        signed_in.get(address("mine"))
        for number in range(25):
            one = attempts.begin(member=member, quiz=quiz, at=at)
            ended(one, at=at + timedelta(minutes=number + 1))
            if number in (1, 24):
                # session, member, offices (navigation); open, what was missed, looks back begun,
                # number of attempts, attempts
                with django_assert_num_queries(8):
                    page = signed_in.get(address("mine"))
        assert len(page.context["page"]) == 20
        assert 'rel="next" href="?page=2"' in page.text


class TestLookingBack:
    @pytest.fixture
    def missed(self, member, quiz):
        """The second and third question were missed ten weeks ago."""
        Quiz.objects.update(look_back_weeks=4)
        at = now() - timedelta(weeks=10)
        attempt = attempts.begin(member=member, quiz=quiz, at=at)
        put(attempt, 0, right_options(attempt, 0), at=at)
        ended(attempt, at=at)
        return attempt

    def test_it_is_offered_and_asks_what_was_missed(self, signed_in, missed, quiz):
        offered = signed_in.get(address("mine")).text
        page = signed_in.post(address("look_back", quiz.key), follow=True)
        attempt = Attempt.objects.get(is_look_back=True)
        result = signed_in.get(ended(attempt)).text

        assert "2 questions" in offered
        assert page.redirect_chain == [(address("question", attempt.pk, 1), 302)]
        assert len(attempt.paper) == 2
        assert "Looking back counts for nothing and only you see it." in result
        assert "Try again" not in result
        assert "Look back, 0%" in signed_in.get(address("mine")).text

    def test_nobody_else_sees_it(self, client, secretary, signed_in, missed, quiz):
        signed_in.post(address("look_back", quiz.key))
        page = ended(Attempt.objects.get(is_look_back=True))
        client.force_login(secretary)

        assert client.get(page).status_code == HTTPStatus.NOT_FOUND

    @pytest.mark.parametrize("key", ["quiz", "unknown"])
    def test_where_there_is_nothing_it_says_so(self, signed_in, quiz, key):
        asked = signed_in.post(address("look_back", quiz.key if key == "quiz" else uuid4()))

        assert asked.status_code == (FOUND if key == "quiz" else HTTPStatus.NOT_FOUND)
        assert not Attempt.objects.exists()

    def test_a_question_taken_out_of_use_is_not_asked_again(self, signed_in, missed, quiz):
        Question.objects.update(state=Question.State.RETIRED)

        assert "Look back" not in signed_in.get(address("mine")).text
