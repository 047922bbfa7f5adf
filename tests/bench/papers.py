"""Quizzes of twenty questions, members at work on them, and what they give as answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils.timezone import now

from courses.models import ModulePage
from people.middleware import SEEN
from people.models import Member
from quizzes.bank import freeze
from quizzes.drawing import draw_paper, questions_for
from quizzes.models import Attempt, Question, QuestionBlank, QuestionOption, Quiz, QuizEntry
from quizzes.tokens import AttemptToken
from tests.bench.pages import Cookies
from tests.bench.stage import stage_readers

KINDS = (
    *["single_choice"] * 8,
    *["multiple_choice"] * 4,
    *["true_false"] * 2,
    *["fill_in"] * 2,
    *["ordering"] * 2,
    *["matching"] * 2,
)
"""Of a quiz of twenty questions that nobody has to mark by hand."""

RIGHT = {"single_choice": {2}, "multiple_choice": {0, 3}, "true_false": {1}}
OPTIONS = {"true_false": 2, "fill_in": 0, "short_answer": 0}


def stage_quiz(kinds: Sequence[str] = KINDS, **rules: object) -> Quiz:
    """A quiz that asks a question of each of these kinds, all in use."""
    name = uuid4().hex[:8]
    questions = Question.objects.bulk_create(
        Question(
            reference=f"{name}-{n}",
            kind=kind,
            stem=f"第{n + 1}题：下面的说法哪些符合党章的规定？" + ("____年____" if kind == "fill_in" else ""),
            explanation="党章第一章对此有明确的规定。" * 3,
            source="《中国共产党章程》",
        )
        for n, kind in enumerate(kinds)
    )
    QuestionOption.objects.bulk_create(row for question in questions for row in _options(question))
    QuestionBlank.objects.bulk_create(row for question in questions for row in _blanks(question))
    fresh = list(Question.objects.filter(pk__in=[question.pk for question in questions]).order_by("pk"))
    freeze(fresh, at=now())
    for question in fresh:
        question.state = Question.State.IN_USE
    Question.objects.bulk_update(fresh, ["state"])
    quiz = Quiz.objects.create(title=f"测验{name}", **rules)
    QuizEntry.objects.bulk_create(
        QuizEntry(quiz=quiz, question=question, sort_order=n) for n, question in enumerate(fresh)
    )
    return quiz


def _options(question: Question) -> list[QuestionOption]:
    right = RIGHT.get(question.kind, set())
    return [
        QuestionOption(
            question=question,
            position=n,
            text=f"选项{n}：坚持全心全意为人民服务",
            match=f"属于第{n}项的内容" if question.kind == "matching" else "",
            is_correct=n in right,
        )
        for n in range(OPTIONS.get(question.kind, 4))
    ]


def _blanks(question: Question) -> list[QuestionBlank]:
    if question.kind != "fill_in":
        return []
    year = QuestionBlank(question=question, position=0, kind="number", accepted=["1921"])
    return [year, QuestionBlank(question=question, position=1, accepted=["一大", "第一次全国代表大会"])]


def stand_in(quiz: Quiz, *, slug: str = "module-0") -> None:
    """Let a quiz stand in one of the modules that were staged, where all may take it."""
    changed = ModulePage.objects.filter(slug=slug).update(quiz=quiz)
    if not changed:
        raise LookupError(f"No module {slug} was staged.")


def right_answer(content: dict[str, Any]) -> list[str]:
    """What is right, in the shape of an answer (see `Answer`)."""
    if content["kind"] == "fill_in":
        return [blank["accepted"][0] for blank in content["blanks"]]
    if content["kind"] == "short_answer":
        return ["我的看法：要把群众的冷暖放在心上。"]
    key = list(content["correct"])
    return key if content["kind"] in ("ordering", "matching") else sorted(key)


def stage_members(number: int) -> list[Member]:
    """So many members of a branch founded for them, in the order of their keys."""
    return list(Member.objects.filter(key__in=stage_readers(number)).order_by("pk"))


def sign_in_all(members: Sequence[Member]) -> list[Cookies]:
    """Sessions as signing in makes them, in one statement."""
    store, at = SessionStore(), int(now().timestamp())
    rows = []
    for member in members:
        session = SessionStore(session_key=uuid4().hex)
        data = {
            SESSION_KEY: str(member.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: member.get_session_auth_hash(),
            SEEN: at,
        }
        rows.append(session.create_model_instance(data))
    store.model.objects.bulk_create(rows)
    return [{"session": row.session_key, "csrf": "x" * 32} for row in rows]


@dataclass(frozen=True)
class Work:
    """An attempt under way: when it began, its token, and the right answer at each position."""

    attempt: UUID
    begun_at: datetime
    member: int
    token: str
    right: list[list[str]]


class Staged:
    """A quiz, and members who are at work on it."""

    def __init__(self, quiz: Quiz) -> None:
        self.quiz = quiz

    @cached_property
    def right(self) -> list[list[str]]:
        """By position; the quiz shuffles no questions."""
        return [right_answer(version.content) for version in questions_for(self.quiz, uuid4())]

    def begin(self, number: int, *, before: timedelta = timedelta(minutes=5)) -> list[Work]:
        """So many new members, each with an attempt begun a while ago."""
        return self.begin_for(stage_members(number), begun_at=now() - before)

    def begin_for(self, members: Sequence[Member], *, begun_at: datetime) -> list[Work]:
        versions = questions_for(self.quiz, uuid4())
        rows = []
        for member in members:
            identity = uuid4()
            paper = draw_paper(identity, versions, quiz=self.quiz)
            rows.append(
                Attempt(
                    id=identity, member=member, quiz=self.quiz, paper=paper,
                    pass_mark=self.quiz.pass_mark, begun_at=begun_at,
                )
            )  # fmt: skip
        Attempt.objects.bulk_create(rows, batch_size=500)
        with connection.cursor() as cursor:
            cursor.execute("vacuum (analyze) quizzes_attempt, quizzes_answer, quizzes_mark")
        return [self._work(row, begun_at) for row in rows]

    def _work(self, row: Attempt, at: datetime) -> Work:
        token = AttemptToken(row.pk, row.member_id, at).sign()
        return Work(row.pk, at, row.member_id, token, self.right)
