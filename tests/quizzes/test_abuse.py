"""What nobody should send: refused with a clear answer, or passed over, and nothing is changed or lost."""

import json
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from quizzes import attempts, saving
from quizzes.models import Answer, Attempt, Checked, Mark, Question, QuizEntry
from quizzes.tokens import LIFETIME, AttemptToken
from tests.quizzes.kinds import add_fill_in, add_matching, add_ordering, add_short_answer
from tests.quizzes.papers import add_question, right_options, take_into_use, wrong_option

DEVICE = "00000000-0000-4000-8000-00000000000d"
KEPT = {"saved": True, "late": False, "holds": True}
FORGED = (
    409,
    "forged",
    "This page cannot be recognised. Please load it again; what was saved before is kept.",
)
UNKNOWN = (404, "unknown", "There is no such attempt here.")
NOT_ON_THE_PAPER = (
    409,
    "not_on_the_paper",
    "This choice does not belong to the question, so it was not saved.",
)
MALFORMED = (422, "malformed", "What this page sent could not be read, so it was not saved.")
TOO_LARGE = (413, "too_large", "This is larger than an answer can be, so it was not saved.")
TOO_LONG = (409, "too_long", "This answer is too long, so it was not saved. Please shorten it.")
TOO_MANY = (409, "too_many", "This attempt holds so many answers that it takes no more.")

SINGLE, SEVERAL, FILL_IN, ORDERING, MATCHING, SHORT = 1, 2, 4, 5, 6, 7


@pytest.fixture
def attempt(quiz, member):
    """Single, multiple, true or false, fill in, order, match, short answer; the first one is answered."""
    added = (add_fill_in(), add_ordering(), add_matching(), add_short_answer())
    for place, question in enumerate(added, start=3):
        QuizEntry.objects.create(quiz=quiz, question=question, sort_order=place)
    attempt = attempts.begin(member=member, quiz=quiz, at=now() - timedelta(minutes=10))
    attempts.save_answer(
        attempt_id=attempt.pk,
        member_id=member.pk,
        position=0,
        given=right_options(attempt, 0),
        at=now() - timedelta(minutes=5),
    )
    return attempt


@pytest.fixture
def token(attempt):
    return AttemptToken(attempt.pk, attempt.member_id, now()).sign()


@pytest.fixture
def send(client, attempt, token):
    """Send something to an address of the attempt; what is not said is as a page says it."""

    def send(rest, body, *, method="PUT", to=None, content_type="application/json"):
        text = body if isinstance(body, (bytes, str)) else json.dumps({"token": token, **body})
        return client.generic(
            method,
            f"/api/v1/attempts/{to or attempt.pk}/{rest}",
            text,
            content_type=content_type,
            headers={"Accept-Language": "en"},
        )

    return send


def everything():
    """All that is kept of attempts, to the last column."""
    return [list(model.objects.order_by("pk").values()) for model in (Attempt, Answer, Mark, Checked)]


@contextmanager
def nothing_changes():
    before = everything()
    yield
    assert everything() == before


def refused(response):
    """Status, code and message; nothing else is said."""
    told = response.json()
    assert told.keys() <= {"code", "message", "counter"}
    return response.status_code, told["code"], told["message"]


def a_key(number=SINGLE):
    return lambda attempt: [attempt.paper[number - 1]["options"][0]]


def keys(number, count):
    return lambda attempt: attempt.paper[number - 1]["options"][:count]


class TestWhose:
    def test_an_answer_for_anothers_attempt(self, send, attempt, quiz, secretary, standing):
        """With a token of one's own attempt at the same quiz."""
        others = attempts.begin(member=secretary, quiz=quiz, at=now())
        own = AttemptToken(others.pk, secretary.pk, now()).sign()

        with nothing_changes():
            assert refused(send("answers/1", {"given": a_key()(attempt), "token": own})) == UNKNOWN
            assert refused(send("hand-in", {"token": own}, method="POST")) == UNKNOWN
            assert refused(send("checks/1", {"token": own}, method="POST")) == UNKNOWN

    def test_a_token_that_names_another_member_than_the_attempt(self, send, attempt, secretary):
        mixed = AttemptToken(attempt.pk, secretary.pk, now()).sign()

        with nothing_changes():
            assert refused(send("answers/1", {"given": a_key()(attempt), "token": mixed})) == UNKNOWN
            assert refused(send("hand-in", {"token": mixed}, method="POST")) == UNKNOWN

    def test_forged_tokens(self, send, attempt, token):
        body = [attempt.pk.hex, attempt.member_id, int(now().timestamp())]
        forgeries = [
            "", "x", "..", token[:-1], token.swapcase(), token + "A", f"{token}:{token}",
            "\0" * 40, "🔑", "\ud800:a:b",
            Signer(salt="people.somewhere").sign_object(body),
            Signer(key="not-the-key", salt="quizzes.attempt").sign_object(body),
        ]  # fmt: skip

        with nothing_changes():
            for forged in forgeries:
                for rest, method in (("answers/1", "PUT"), ("hand-in", "POST"), ("checks/1", "POST")):
                    response = send(rest, {"given": a_key()(attempt), "token": forged}, method=method)
                    assert refused(response) == FORGED, forged

    def test_what_is_no_token_at_all(self, send, attempt):
        with nothing_changes():
            for strange in (None, 5, ["x"], {"a": 1}, True, "x" * 301):
                assert refused(send("answers/1", {"given": [], "token": strange})) == MALFORMED, strange
                assert refused(send("hand-in", {"token": strange}, method="POST")) == MALFORMED, strange

    def test_an_expired_token_hands_nothing_in(self, send, attempt):
        old = AttemptToken(attempt.pk, attempt.member_id, now() - LIFETIME - timedelta(hours=1)).sign()

        with nothing_changes():
            for rest, method in (("answers/1", "PUT"), ("hand-in", "POST")):
                response = send(rest, {"given": [], "token": old}, method=method)
                assert (response.status_code, response.json()["code"]) == (409, "old")

    def test_an_attempt_that_does_not_exist(self, send, attempt):
        with nothing_changes():
            for name in (str(UUID(int=0)), "1", "x" * 36, "%00", "null", "é"):
                assert refused(send("answers/1", {"given": []}, to=name)) == UNKNOWN, name
                assert refused(send("hand-in", {}, to=name, method="POST")) == UNKNOWN, name

    def test_pages_of_anothers_attempt_show_and_change_nothing(self, client, attempt, secretary, token):
        client.force_login(secretary)
        page = reverse("quizzes:question", args=[attempt.pk, 1])

        with nothing_changes():
            assert client.get(page).status_code == 404
            assert client.get(reverse("quizzes:overview", args=[attempt.pk])).status_code == 404
            assert client.get(reverse("quizzes:result", args=[attempt.pk])).status_code == 404
            assert client.post(reverse("quizzes:hand_in", args=[attempt.pk])).status_code == 404
            given = {"given": a_key()(attempt), "token": token}
            assert client.post(page, given).status_code == 404

    def test_a_form_from_another_site_hands_nothing_in(self, attempt):
        stranger = Client(enforce_csrf_checks=True)
        stranger.force_login(attempt.member)

        with nothing_changes():
            address = reverse("quizzes:hand_in", args=[attempt.pk])
            assert stranger.post(address).status_code == 403
            assert stranger.get(address).status_code == 405


class TestWhat:
    def test_a_question_that_is_not_on_the_paper(self, send, attempt):
        with nothing_changes():
            for number in ("8", "99", "1000"):
                assert refused(send(f"answers/{number}", {"given": a_key()(attempt)})) == NOT_ON_THE_PAPER
            for number in ("0", "-1", "1001", "x", "1e1", "１", "1.0", "00001", "9" * 5000):
                assert refused(send(f"answers/{number}", {"given": a_key()(attempt)})) == MALFORMED, number

    def test_options_that_are_not_there_or_too_many(self, send, attempt):
        (first, *_), second = (keys(number, 2)(attempt) for number in (SINGLE, SEVERAL))
        order, sides = keys(ORDERING, 4)(attempt), attempt.paper[MATCHING - 1]["matches"]
        strange = [
            (SINGLE, [str(uuid4())]),
            (SINGLE, ["' or 1=1 --"]),
            (SINGLE, second[:1]),
            (SINGLE, keys(SINGLE, 2)(attempt)),
            (SINGLE, [first.upper() + " "]),
            (SEVERAL, [*second, "x"]),
            (3, keys(3, 2)(attempt)),
            (FILL_IN, ["one"]),
            (FILL_IN, ["one", "two", "three"]),
            (ORDERING, order[:3]),
            (ORDERING, order[:1] * 4),
            (ORDERING, [*order, str(uuid4())]),
            (MATCHING, sides[:2]),
            (MATCHING, keys(MATCHING, 3)(attempt)),
            (SHORT, ["one", "two"]),
        ]

        with nothing_changes():
            for number, given in strange:
                assert refused(send(f"answers/{number}", {"given": given})) == NOT_ON_THE_PAPER, given

    def test_what_is_no_answer(self, send, attempt):
        with nothing_changes():
            for given in (
                "text",
                {"a": "b"},
                None,
                5,
                [5],
                [None],
                [["x"]],
                [{"a": "b"}],
                [True],
                ["x"] * 201,
            ):
                assert refused(send("answers/7", {"given": given})) == MALFORMED, given

    def test_a_megabyte_of_text(self, send, attempt):
        with nothing_changes():
            assert refused(send("answers/7", {"given": ["长" * 350_000]})) == TOO_LARGE
            assert refused(send("answers/7", {"given": ["x" * 5001]})) == MALFORMED
            assert refused(send("answers/7", {"given": ["x" * 4001]})) == TOO_LONG
            assert refused(send("answers/4", {"given": ["x" * 201, "5"]})) == TOO_LONG

    def test_as_much_as_fits_is_kept_whole(self, send, attempt):
        """Four thousand characters, each of them four bytes."""
        longest = "𠮷" * 4000

        assert send("answers/7", {"given": [longest]}).json() == KEPT
        assert Answer.objects.get(position=6).given == [longest]

    def test_half_a_character_becomes_the_sign_for_one_that_cannot_be_read(self, send, attempt):
        """A browser that cuts a text in the middle of a smiley can send it, and PostgreSQL cannot keep it."""
        assert send("answers/7", {"given": ["好\ud83d"]}).json() == KEPT
        assert send("answers/4", {"given": ["\udfffb", "\ud83d\ude42"]}).json() == KEPT

        assert Answer.objects.get(position=6).given == ["好\ufffd"]
        assert Answer.objects.get(position=3).given == ["\ufffdb", "🙂"]

    def test_a_nul_is_taken_out(self, send, attempt):
        assert send("answers/7", {"given": ["a\0b"]}).json() == KEPT
        assert Answer.objects.get(position=6).given == ["ab"]

    def test_signs_that_mean_something_elsewhere_are_kept_as_they_are(self, send, attempt):
        texts = ['"},{"', "\\", "{a,b}", "NULL", '\\"', "a\tb\nc", "%s", "🙂"]
        for count, text in enumerate(texts):
            body = {"given": [text], "device": DEVICE, "counter": count}
            assert send("answers/7", body).json() == KEPT, text

        kept = Answer.objects.filter(position=6).order_by("pk").values_list("given", flat=True)
        assert list(kept) == [[text] for text in texts]

    def test_what_cannot_be_read(self, send, attempt):
        strange = (
            b"", b"null", b"[]", b"5", b'"x"', b"{", b"\xff\xfe\x00", b"[" * 60_000, b'{"a":' * 10_000,
            b'{"token": ' + b"9" * 60_000 + b"}", b"given=a&token=b",
        )  # fmt: skip

        with nothing_changes():
            for body in strange:
                assert refused(send("answers/1", body)) == MALFORMED, body[:20]
                assert refused(send("hand-in", body, method="POST")) == MALFORMED, body[:20]

    def test_what_is_larger_than_an_answer_can_be(self, send, attempt):
        with nothing_changes():
            assert refused(send("answers/1", b"[" * 1_000_000)) == TOO_LARGE
            assert refused(send("hand-in", b"[" * 1_000_000, method="POST")) == TOO_LARGE


class TestCounting:
    def test_counts_times_and_devices_that_are_none(self, send, attempt):
        whole = {"given": a_key(SEVERAL)(attempt), "device": DEVICE, "counter": 1, "ago": 0}
        numbers = (-1, 2**63, 10**400, 1.5, True, "1", None, [1], float("nan"))
        strange = [(name, number) for name in ("counter", "ago") for number in numbers]
        strange += [("device", name) for name in ("x", 5, str(uuid4())[:-1], "x" * 36, ["a"], "")]

        with nothing_changes():
            for name, value in strange:
                assert refused(send("answers/2", {**whole, name: value})) == MALFORMED, (name, value)

    def test_the_largest_count_is_taken_and_still_one_can_go_on(self, send, attempt):
        first, second = keys(SEVERAL, 2)(attempt)
        assert send("answers/2", {"given": [first], "device": DEVICE, "counter": 2**63 - 1}).json() == KEPT
        told = send("answers/2", {"given": [second], "device": DEVICE, "counter": 5}).json()
        assert told == {"saved": True, "late": False, "holds": False}
        other = {"given": [second], "device": str(uuid4()), "counter": 0}
        assert send("answers/2", other).json() == KEPT

    def test_the_same_count_with_other_content_changes_nothing(self, send, attempt):
        first, second = keys(SEVERAL, 2)(attempt)
        body = {"given": [first], "device": DEVICE, "counter": 7}
        assert send("answers/2", body).json() == KEPT

        with nothing_changes():
            assert send("answers/2", body).json() == KEPT
            for other in ({"given": [second]}, {"given": []}):
                response = send("answers/2", {**body, **other})
                assert refused(response) == (
                    409,
                    "counted_twice",
                    "This device has sent another answer under the same number already.",
                )
                assert response.json()["counter"] == 7
            assert refused(send("answers/1", {**body, "given": a_key()(attempt)}))[1] == "counted_twice"

    def test_a_device_cannot_tell_that_an_answer_was_given_before_the_beginning_or_later_than_now(
        self, send, attempt
    ):
        body = {"given": a_key(SEVERAL)(attempt), "device": DEVICE, "counter": 1, "ago": 399 * 86_400_000}
        assert send("answers/2", body).json() == KEPT

        row = Answer.objects.get(position=1)
        assert row.given_at == attempt.begun_at
        assert row.given_at < row.saved_at <= now()

    def test_an_attempt_takes_no_more_than_anybody_gives(self, send, client, attempt, token, monkeypatch):
        monkeypatch.setattr(saving, "MOST_ROWS", 0)
        monkeypatch.setattr(saving, "MOST_ROWS_A_QUESTION", 0)

        with nothing_changes():
            body = {"given": a_key(SEVERAL)(attempt), "device": DEVICE, "counter": 1}
            assert refused(send("answers/2", body)) == TOO_MANY
            client.force_login(attempt.member)
            page = reverse("quizzes:question", args=[attempt.pk, 2])
            response = client.post(page, {"token": token, "given": a_key(SEVERAL)(attempt)})
            assert response.status_code == 302


class TestForgedFields:
    FORGED = {
        "score": 9999, "points": 9999, "percent": 100, "passed": True, "right": True, "late": False,
        "is_late": False, "given_at": "2020-01-01T00:00:00Z", "saved_at": "2020-01-01T00:00:00Z",
        "handed_in_at": "2020-01-01T00:00:00Z", "ends_at": None, "member": 1, "position": 1, "holds": True,
    }  # fmt: skip

    def test_scores_and_times_in_an_answer_are_passed_over(self, send, attempt):
        before = now()
        wrong = wrong_option(attempt, 0)
        assert send("answers/1", {**self.FORGED, "given": [wrong]}).json() == KEPT

        row = Answer.objects.order_by("pk").last()
        assert (row.position, row.given, row.is_late, row.device) == (0, [wrong], False, None)
        assert before <= row.given_at <= row.saved_at <= now()

    def test_scores_and_times_at_the_hand_in_are_passed_over(self, send, attempt):
        before = now()
        told = send("hand-in", self.FORGED, method="POST").json()

        assert told == {"handed_in": True, "late_by": 0, "result": f"/en/attempt/{attempt.pk}/"}
        mark = Mark.objects.get()
        assert (mark.points, mark.out_of, mark.percent, mark.passed) == (1, 9, 11, False)
        assert before <= Attempt.objects.get().handed_in_at <= now()


class TestTheEnd:
    def test_handing_in_again_and_again_is_once(self, send, client, attempt):
        first = send("hand-in", {}, method="POST").json()

        with nothing_changes():
            for _turn in range(3):
                assert send("hand-in", {}, method="POST").json() == first
            client.force_login(attempt.member)
            response = client.post(reverse("quizzes:hand_in", args=[attempt.pk]))
            assert (response.status_code, response.url) == (302, f"/attempt/{attempt.pk}/")

    def test_an_answer_after_the_end_is_kept_and_changes_no_mark(self, send, attempt):
        send("hand-in", {}, method="POST")
        before = everything()
        right = right_options(attempt, 1)
        body = {"given": right, "device": DEVICE, "counter": 1, "ago": 400_000}

        for _turn in range(2):
            told = send("answers/2", body).json()
            assert told == {"saved": True, "late": True, "holds": False}
        assert send("answers/2", {"given": right}).json() == {"saved": True, "late": True, "holds": False}
        assert everything()[0] == before[0]
        assert everything()[2:] == before[2:]
        assert (
            list(Answer.objects.filter(position=1).values_list("given", "is_late"))
            == [(sorted(right), True)] * 2
        )

    def test_what_is_right_is_not_shown_where_the_quiz_shows_it_later(self, send, attempt):
        with nothing_changes():
            response = send("checks/1", {}, method="POST")
            assert refused(response) == (
                409,
                "not_at_once",
                "In this quiz what is right is shown after the end.",
            )

    def test_where_it_is_shown_at_once_a_question_has_to_be_answered_first(self, send, attempt, quiz):
        type(quiz).objects.update(feedback="at_once")

        with nothing_changes():
            response = send("checks/2", {}, method="POST")
            assert refused(response) == (409, "nothing_given", "Please answer the question first.")
            assert refused(send("checks/8", {}, method="POST")) == NOT_ON_THE_PAPER
        send("hand-in", {}, method="POST")
        with nothing_changes():
            assert send("checks/1", {}, method="POST").json()["code"] == "ended"

    def test_who_has_seen_what_is_right_cannot_answer_it_any_more(self, send, attempt, quiz):
        type(quiz).objects.update(feedback="at_once")
        wrong = {"given": [wrong_option(attempt, 0)], "device": DEVICE, "counter": 1}
        assert send("answers/1", wrong).json() == KEPT
        assert send("checks/1", {}, method="POST").json()["right"] is False

        right = {"given": right_options(attempt, 0), "device": DEVICE, "counter": 2}
        assert send("answers/1", right).json() == {"saved": True, "late": True, "holds": False}
        send("hand-in", {}, method="POST")
        assert Mark.objects.get().points == 0


class TestTheBankMeanwhile:
    def test_a_question_retired_during_the_attempt_is_answered_and_marked(self, send, attempt):
        Question.objects.update(state=Question.State.RETIRED)

        for number in (2, 3):
            body = {"given": right_options(attempt, number - 1)}
            assert send(f"answers/{number}", body).json() == KEPT
        send("hand-in", {}, method="POST")
        assert Mark.objects.get().points == 3

    def test_a_quiz_edited_during_the_attempt_asks_and_marks_as_it_was(self, send, attempt, quiz):
        """Its first question gets another key, its second is another one, and more is asked to pass."""
        first = Question.objects.get(reference="L1")
        for option in first.options.all():
            option.is_correct = option.position == 3
            option.save()
        take_into_use(first)
        quiz.entries.filter(question__reference="L2").delete()
        QuizEntry.objects.create(quiz=quiz, question=add_question("L9"), sort_order=1)
        type(quiz).objects.update(pass_mark=100, feedback="at_once", attempts_allowed=1)

        assert send("answers/2", {"given": right_options(attempt, 1)}).json() == KEPT
        send("hand-in", {}, method="POST")
        mark = Mark.objects.get()
        assert [row["version"] for row in mark.detail] == [place["version"] for place in attempt.paper]
        assert [row["right"] for row in mark.detail][:2] == [True, True]
        attempt.refresh_from_db()
        assert attempt.pass_mark == 80


class TestManyTogether:
    @pytest.fixture
    def listed(self, attempt, token):
        """An answer of a list, as a page sends it."""

        def listed(number, given, counter, **changes):
            told = {"attempt": str(attempt.pk), "number": number, "token": token, "given": given}
            return {**told, "device": DEVICE, "counter": counter, "ago": 0, **changes}

        return listed

    @pytest.fixture
    def together(self, client):
        def together(*answers):
            return client.post(
                "/api/v1/attempts/answers",
                {"answers": list(answers)},
                content_type="application/json",
                headers={"Accept-Language": "en"},
            )

        return together

    def test_what_is_amiss_stops_nothing_else(self, together, listed, attempt, secretary, quiz):
        others = attempts.begin(member=secretary, quiz=quiz, at=now())
        foreign = AttemptToken(others.pk, secretary.pk, now()).sign()
        good = listed(2, right_options(attempt, 1), 1)

        response = together(
            listed(1, [str(uuid4())], 2),
            listed(9, [], 3),
            listed(2, ["x"], 4, token="forged"),
            listed(2, right_options(attempt, 1), 5, token=foreign),
            listed(2, right_options(attempt, 1), 6, attempt=str(others.pk)),
            listed(7, ["长" * 4001], 7),
            good,
            good,
            listed(3, right_options(attempt, 2), 1),
        )
        assert response.status_code == 200
        results = response.json()["results"]
        assert [one.get("code", one.get("saved")) for one in results] == [
            "not_on_the_paper", "not_on_the_paper", "forged", "unknown", "unknown", "too_long",
            True, True, "counted_twice",
        ]  # fmt: skip
        assert list(
            Answer.objects.filter(attempt=attempt).order_by("pk").values_list("position", "counter")
        ) == [
            (0, 0),
            (1, 1),
        ]
        assert not Answer.objects.filter(attempt=others).exists()

    def test_lists_that_cannot_be_read(self, together, listed):
        one = listed(1, [], 1)
        changes = ({"device": None}, {"number": 0}, {"number": True}, {"number": "1"}, {"counter": -1})

        with nothing_changes():
            for strange in ([], ["x"], [{}], *([{**one, **changed}] for changed in changes)):
                assert refused(together(*strange)) == MALFORMED, strange
            assert refused(together(*[one] * 201)) == TOO_LARGE
            assert refused(together(listed(7, ["长" * 5000] * 200, 1))) == TOO_LARGE


class TestTheWay:
    def test_other_methods_change_nothing(self, send, attempt):
        with nothing_changes():
            for method in ("GET", "POST", "PATCH", "DELETE", "OPTIONS"):
                body = {"given": right_options(attempt, 1)}
                assert send("answers/2", body, method=method).status_code == 405, method
            for method in ("GET", "PUT", "PATCH", "DELETE"):
                assert send("hand-in", {}, method=method).status_code == 405, method
                assert send("checks/1", {}, method=method).status_code == 405, method

    def test_what_it_is_called_makes_no_difference_when_it_can_be_read(self, send, attempt):
        """A page that closes can send plain text only; the token proves where it comes from."""
        right = {"given": right_options(attempt, 1)}
        for content_type in ("text/plain", "", "application/octet-stream"):
            assert send("answers/2", right, content_type=content_type).json() == KEPT, content_type

    def test_a_form_is_no_answer(self, send, attempt, token):
        with nothing_changes():
            for content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
                response = send("answers/2", f"token={token}&given=x", content_type=content_type)
                assert refused(response) == MALFORMED
