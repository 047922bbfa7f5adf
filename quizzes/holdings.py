"""
What this room holds of members: attempts, answers, marks. Never the key: right or wrong, not what is; and
while the quiz keeps its key back, not even which of the answers are right.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from people.keeping import LAW, Held, Keeping, OnErasure, years_of_learning_events
from people.models import Member
from people.slots import Column, Section
from quizzes.exchange.holdings import IMPORTED
from quizzes.explaining import key_from
from quizzes.models import (
    Answer,
    Attempt,
    Checked,
    GivenPoints,
    Mark,
    QuestionVersion,
    TimeExtension,
)

TESTING = _("so that you see what you know, and the branch what is done")
WHO = _("you; offices of your branch and above that see results")
RESULTS = Keeping(_("as long as the account"))
ANSWERS = Keeping(
    _("two years unless set otherwise; the result stays"),
    "attempt__handed_in_at",
    years_of_learning_events,
)

INVENTORY = (
    *IMPORTED,
    Held(
        "quizzes.Attempt",
        _("My attempts at quizzes"),
        (
            "member", "quiz", "edition", "paper", "pass_mark", "is_look_back", "begun_at", "ends_at",
            "handed_in_at", "ended_by",
        ),
        TESTING,
        LAW,
        RESULTS,
        WHO,
    ),
    Held(
        "quizzes.Answer",
        _("My answers as they were saved"),
        ("attempt", "position", "given", "device", "counter", "given_at", "saved_at", "is_late"),
        TESTING,
        LAW,
        ANSWERS,
        WHO,
        member="attempt__member",
    ),
    Held(
        "quizzes.Mark",
        _("My results"),
        (
            "attempt", "points", "out_of", "percent", "passed", "awaiting", "detail", "marking_version",
            "marker", "regrade", "reason", "marked_at",
        ),
        TESTING,
        LAW,
        RESULTS,
        WHO,
        member="attempt__member",
    ),
    Held(
        "quizzes.Checked",
        _("Questions whose key I looked up during an attempt"),
        ("attempt", "position", "checked_at"),
        TESTING,
        LAW,
        ANSWERS,
        WHO,
        member="attempt__member",
    ),
    Held(
        "quizzes.GivenPoints",
        _("Points that a person gave for my short answers"),
        ("attempt", "position", "given", "lines", "points", "comment", "marker", "given_at"),
        TESTING,
        LAW,
        ANSWERS,
        WHO,
        member="attempt__member",
    ),
    Held(
        "quizzes.TimeExtension",
        _("More time that I was given at quizzes"),
        ("quiz", "member", "minutes", "given_by", "given_at"),
        TESTING,
        LAW,
        RESULTS,
        WHO,
        on_erasure=OnErasure.DROP,
    ),
    Held(
        "quizzes.ItemResult",
        _("My answers once more, for the statistics of questions"),
        ("attempt", "position", "version", "given", "score", "rest", "seconds"),
        _("so that editors see which questions are broken"),
        LAW,
        ANSWERS,
        _("nobody; only sums over all members are shown"),
        member="attempt__member",
        why_not_shown=_("the same answers and results are listed under my answers and my results"),
    ),
)  # fmt: skip


def own_data(member: Member) -> list[Section]:
    """Attempts, every saved answer, and marks, in words. Seven queries."""
    at = now()
    attempts = list(Attempt.objects.of(member).select_related("quiz").order_by("-begun_at", "-pk"))
    answers = Answer.objects.filter(attempt__in=attempts).select_related("attempt").order_by("pk")
    marks = Mark.objects.filter(attempt__in=attempts).select_related("attempt__quiz").order_by("pk")
    told = {row.pk for row in attempts if key_from(row.quiz, at=at) is None}
    versions = QuestionVersion.objects.in_bulk({place["version"] for row in attempts for place in row.paper})
    return [
        Section(
            "quizzes.attempt", _("My attempts at quizzes"), _ATTEMPTS, [_attempt(row) for row in attempts]
        ),
        Section(
            "quizzes.answer",
            _("My answers as they were saved"),
            _ANSWERS,
            [_answer(row, versions) for row in answers],
        ),
        Section("quizzes.mark", _("My results"), _MARKS, [_mark(row, at) for row in marks]),
        Section(
            "quizzes.checked",
            _("Questions whose key I looked up during an attempt"),
            _CHECKED,
            [_checked(row) for row in Checked.objects.filter(attempt__in=attempts).order_by("pk")],
        ),
        Section(
            "quizzes.givenpoints",
            _("Points that a person gave for my short answers"),
            _GIVEN_POINTS,
            [
                _given_points(row, told)
                for row in GivenPoints.objects.filter(attempt__in=attempts).order_by("pk")
            ],
        ),
        Section(
            "quizzes.timeextension",
            _("More time that I was given at quizzes"),
            _EXTENSIONS,
            [_extension(row) for row in member.time_extensions.select_related("quiz").order_by("pk")],
        ),
    ]


_ATTEMPTS = (
    Column("id", _("number of the attempt")),
    Column("quiz", _("quiz")),
    Column("begun_at", _("began")),
    Column("handed_in_at", _("handed in")),
    Column("questions", _("questions")),
    Column("pass_mark", _("pass mark, per cent")),
)
_ANSWERS = (
    Column("attempt", _("number of the attempt")),
    Column("question", _("question")),
    Column("given", _("answer")),
    Column("saved_at", _("saved")),
)
_MARKS = (
    Column("attempt", _("number of the attempt")),
    Column("quiz", _("quiz")),
    Column("points", _("points")),
    Column("out_of", _("of")),
    Column("percent", _("per cent")),
    Column("passed", _("passed")),
    Column("right", _("answered right, by question")),
    Column("reason", _("reason")),
    Column("marked_at", _("marked")),
)
_CHECKED = (
    Column("attempt", _("number of the attempt")),
    Column("number", _("question")),
    Column("checked_at", _("looked up")),
)
_GIVEN_POINTS = (
    Column("attempt", _("number of the attempt")),
    Column("number", _("question")),
    Column("points", _("points")),
    Column("comment", _("comment")),
    Column("given_at", _("marked")),
)
_EXTENSIONS = (
    Column("quiz", _("quiz")),
    Column("minutes", _("minutes more")),
    Column("given_at", _("given")),
)


def _attempt(row: Attempt) -> tuple[Any, ...]:
    return (
        str(row.pk),
        row.quiz.local_title,
        row.begun_at,
        row.handed_in_at,
        len(row.paper),
        row.pass_mark,
    )


def _answer(row: Answer, versions: dict[int, QuestionVersion]) -> tuple[Any, ...]:
    version = versions[row.attempt.paper[row.position]["version"]]
    sides = [*version.content["options"], *version.content.get("matches", ())]
    texts = {side["key"]: side["text"] for side in sides}
    return (str(row.attempt_id), str(version), [texts.get(one, one) for one in row.given], row.saved_at)


def _mark(row: Mark, at: datetime) -> tuple[Any, ...]:
    is_told = key_from(row.attempt.quiz, at=at) is None
    right = [answer["right"] for answer in row.detail] if is_told else []
    return (
        str(row.attempt_id),
        row.attempt.quiz.local_title,
        row.points,
        row.out_of,
        row.percent,
        row.passed,
        right,
        row.reason,
        row.marked_at,
    )


def _checked(row: Checked) -> tuple[Any, ...]:
    return (str(row.attempt_id), row.position + 1, row.checked_at)


def _given_points(row: GivenPoints, told: set[UUID]) -> tuple[Any, ...]:
    """The points and the words only where the key may be told already."""
    said = (row.points, row.comment) if row.attempt_id in told else (None, "")
    return (str(row.attempt_id), row.position + 1, *said, row.given_at)


def _extension(row: TimeExtension) -> tuple[Any, ...]:
    return (row.quiz.local_title, row.minutes, row.given_at)


def forget_open_attempts(member: Member, at: datetime) -> None:
    """What was begun and not handed in goes; a page that is still open finds nothing to save to."""
    attempts = Attempt.objects.of(member).open()
    list(attempts.select_for_update().values_list("pk"))  # who saves meanwhile waits, and finds no attempt
    Answer.objects.filter(attempt__in=attempts).delete()
    Checked.objects.filter(attempt__in=attempts).delete()
    attempts.delete()
