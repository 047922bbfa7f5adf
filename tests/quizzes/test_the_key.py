"""Before the rule of the quiz lets it, no response tells what is right: not in words, keys, order, markup."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from hours.totals import year_of
from people.models import Member
from quizzes.attempts import hand_in
from quizzes.models import QuestionOption, Quiz
from quizzes.on_paper import draw_on_paper, questions_drawn
from quizzes.tokens import AttemptToken
from tests.quizzes.key_worlds import (
    ATTEMPT,
    KINDS,
    World,
    differing,
    marks_in,
    right_answer,
    some_answer,
    told,
    without_moments,
)

EVERY = {name for name, _kind in KINDS}
LATER = now() + timedelta(days=30)
RULES = [
    {"feedback": "at_once"},
    {"feedback": "after_closing", "closes_at": LATER, "layout": "all", "shuffles_options": False},
]


def signed_in(member) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(member)
    return client


class Walk:
    """Goes through everything that a member can ask for, and keeps what each response told."""

    def __init__(self, world, member, secretary) -> None:
        self.world, self.member = world, member
        self.of_member, self.of_secretary = signed_in(member), signed_in(secretary)
        self.seen: list[tuple[str, str]] = []

    def get(self, name, address, client=None, **data):
        response = (client or self.of_member).get(address, data, headers={"Accept-Language": "zh-hans"})
        return self.keep(name, response)

    def keep(self, name, response):
        self.seen.append((name, without_moments(told(response))))
        return response

    def whole(self, answer):
        """An attempt from the page before it to the end of its questions; then the rest of the site."""
        key = self.world.quiz.key
        start = reverse("quizzes:start", args=[key])
        self.get("before", start)
        attempt = self.world.attempt_of(self.member)
        self.keep("begin", self.of_member.post(start))
        for number in range(1, len(KINDS) + 1):
            language = "/en" if number % 2 else ""
            self.get(f"question {number}", f"{language}/attempt/{ATTEMPT}/{number}/")
        self.answer(attempt, [answer(attempt, position) for position in range(len(KINDS))])
        self.around(attempt)
        return attempt

    def answer(self, attempt, answers):
        """Each question by its page's script, in a list, and by its form."""
        token = AttemptToken(attempt.pk, self.member.pk, now()).sign()
        device = "00000000-0000-4000-8000-00000000000d"
        listed = []
        for number, given in enumerate(answers, start=1):
            body = {"token": token, "given": given, "device": device, "counter": number, "ago": 5}
            address = f"/api/v1/attempts/{attempt.pk}/answers/{number}"
            self.keep(f"save {number}", self.of_member.put(address, body, content_type="application/json"))
            listed.append({**body, "attempt": str(attempt.pk), "number": number})
        list_address = "/api/v1/attempts/answers"
        self.keep(
            "save all",
            self.of_member.post(list_address, {"answers": listed}, content_type="application/json"),
        )
        page = reverse("quizzes:question", args=[attempt.pk, 1])
        self.keep("form", self.of_member.post(page, {"token": token, "given": answers[0]}))
        self.get("saved", page)

    def around(self, attempt):
        """Pages and answers of the whole site that may have to do with the quiz."""
        quiz, lesson = self.world.quiz, self.world.lesson
        translation.activate("zh-hans")  # an English page leaves its language behind it
        for name, address in {
            "overview": reverse("quizzes:overview", args=[attempt.pk]),
            "result": reverse("quizzes:result", args=[attempt.pk]),
            "hand in by GET": reverse("quizzes:hand_in", args=[attempt.pk]),
            "start again": reverse("quizzes:start", args=[quiz.key]),
            "mine": reverse("quizzes:mine"),
            "lesson": lesson.url,
            "module": lesson.get_parent().url,
            "course": lesson.get_parent().get_parent().url,
            "home": "/",
            "my data": reverse("people:my_data"),
            "my data, printed": reverse("people:my_data_print"),
            "my data, taken": reverse("people:my_data_download"),
            "own page": reverse("reports:member", args=[self.member.key]),
            "interface": "/api/v1/openapi.json",
            "lesson for programs": f"/api/v1/lessons/{lesson.translation_key}",
            "courses for programs": "/api/v1/courses",
            "an attempt that is none": f"/attempt/{quiz.key}/1/",
        }.items():
            self.get(name, address)
        for words in ("暗记", "SECRET", "小测"):
            for name in ("/search/", "/api/v1/search/suggestions"):
                self.get(f"search {words}", name, q=words)
        for name in ("", "quizzes/", "reports/", "quizzes/question/", "quizzes/quiz/", "pages/"):
            self.get(f"admin {name}", f"/admin/{name}")

    def elsewhere(self, attempt, branch):
        """What others see of it meanwhile."""
        quiz = self.world.quiz
        year = year_of(now())
        for name, address in {
            "attempt of another": reverse("quizzes:question", args=[attempt.pk, 1]),
            "result of another": reverse("quizzes:result", args=[attempt.pk]),
            "the branch": reverse("reports:overview", args=[branch.key]),
            "the member": reverse("reports:member", args=[self.member.key]),
            "scores": f"/overview/{branch.key}/quizzes/?year={year}",
            "scores at the quiz": f"/overview/{branch.key}/quizzes/{quiz.key}/",
            "start of another": reverse("quizzes:start", args=[quiz.key]),
        }.items():
            self.get(name, address, self.of_secretary)

    def marks(self, *, but=()):
        return {name: marks_in(text) for name, text in self.seen if name not in but and marks_in(text)}


@pytest.fixture
def walk(member, secretary):
    def walk(key=0, **rules):
        return Walk(World(key, **rules), member, secretary)

    return walk


@pytest.mark.parametrize("rules", RULES, ids=["at once", "after closing"])
def test_nothing_before_the_end_differs_by_the_key(walk, branch, rules):
    """Two worlds with other keys: what is asked and answered alike is told alike, to the last letter."""
    seen = []
    for key in (0, 1):
        with transaction.atomic():
            through = walk(key, **rules)
            attempt = through.whole(some_answer)
            through.elsewhere(attempt, branch)
            seen.append(through.seen)
            transaction.set_rollback(True)

    assert differing(*seen) == []
    assert len(seen[0]) > 50


def right_or_own(attempt, position):
    """What is right; where words are written, others than those of the key."""
    written = attempt.paper[position]["kind"] in ("fill_in", "short_answer")
    return (some_answer if written else right_answer)(attempt, position)


def test_no_word_of_the_key_stands_in_any_response_before_the_end(walk, branch):
    through = walk()
    attempt = through.whole(right_or_own)
    through.elsewhere(attempt, branch)

    assert through.marks() == {}
    admin = {text[:3] for name, text in through.seen if name.startswith("admin")}
    assert admin <= {"302", "403", "404"}


def test_after_the_end_the_result_tells_everything_and_nothing_else_tells_anything(walk, branch):
    through = walk()
    attempt = through.whole(right_or_own)
    token = AttemptToken(attempt.pk, through.member.pk, now()).sign()
    address = f"/api/v1/attempts/{attempt.pk}/hand-in"
    through.keep(
        "hand in", through.of_member.post(address, {"token": token}, content_type="application/json")
    )
    through.around(attempt)
    through.elsewhere(attempt, branch)

    assert through.marks() == {"result": EVERY, "result of another": EVERY}


def test_where_the_key_is_shown_at_once_each_question_tells_of_itself_alone(walk, branch):
    through = walk(feedback="at_once")
    attempt = through.world.attempt_of(through.member)
    through.answer(attempt, [right_or_own(attempt, position) for position in range(len(KINDS) - 1)])
    token = AttemptToken(attempt.pk, through.member.pk, now()).sign()

    def check(number):
        address = f"/api/v1/attempts/{attempt.pk}/checks/{number}"
        sent = through.of_member.post(address, {"token": token}, content_type="application/json")
        return through.keep(f"check {number}", sent)

    assert check(9).json()["code"] == "nothing_given"
    assert through.marks() == {}
    assert check(4).status_code == 200
    through.get("question 4", f"/attempt/{attempt.pk}/4/")
    through.get("question 8", f"/attempt/{attempt.pk}/8/")
    through.around(attempt)
    through.elsewhere(attempt, branch)
    found = through.marks()
    assert found.pop("check 4") == {"q4"}
    # All questions stand in one page, of which one is shown at a time.
    assert found == {name: {"q4"} for name in ("question 4", "question 8", "overview")}


def right_ones(through):
    """Which of the answers were right, as the member's own data tells it, by attempt."""
    data = through.of_member.get(reverse("people:my_data_download")).json()
    (marks,) = [section for section in data["sections"] if section["key"] == "quizzes.mark"]
    return [row["right"] for row in marks["rows"]]


def test_where_the_key_is_shown_after_closing_handing_in_tells_points_only(walk, branch):
    through = walk(feedback="after_closing", closes_at=LATER)
    attempt = through.whole(right_or_own)
    hand_in(attempt_id=attempt.pk, member_id=through.member.pk, at=now())
    through.around(attempt)
    through.elsewhere(attempt, branch)

    assert through.marks() == {}
    assert right_ones(through) == [[]]
    Quiz.objects.update(closes_at=now() - timedelta(minutes=1))
    through.get("closed", reverse("quizzes:result", args=[attempt.pk]))
    assert through.marks() == {"closed": EVERY}
    assert right_ones(through) == [[True] * 3 + [False] + [True] * 2 + [False] + [True] * 2]


def test_a_paper_that_is_printed_or_read_aloud_tells_no_more(walk):
    drawn = []
    for key in (0, 1):
        with transaction.atomic():
            quiz = walk(key).world.quiz
            paper = draw_on_paper(quiz, ATTEMPT)
            drawn.append([{**place, "version": None} for place in paper["paper"]])
            told_of = [asdict(asked) for asked in questions_drawn(paper)]
            drawn[-1].append(told_of)
            assert marks_in(str(told_of)) == set()
            transaction.set_rollback(True)

    assert drawn[0] == drawn[1]


def test_a_paper_names_the_keys_of_what_is_shown_and_no_other(walk):
    attempt = walk().world.attempt_of(Member.objects.get(number="lihui"))

    assert {name for place in attempt.paper for name in place} == {
        *("version", "kind", "options", "matches", "blanks"),
    }
    assert marks_in(str(attempt.paper)) == set()


def test_keys_are_random(quiz):
    options = QuestionOption.objects.values_list("key", "match_key")
    assert {key.version for pair in options for key in pair} == {4}
    assert len({key for pair in options for key in pair}) == 2 * len(options)
