"""The statistics of questions over a million answers, beside the shortest reading of the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

from django.db import connection
from django.utils.timezone import now

from config.progress import step
from quizzes.drawing import questions_for
from quizzes.models import ItemStatistic, QuestionVersion, Quiz
from quizzes.statistics import count_anew
from tests.bench.papers import KINDS, right_answer, stage_members, stage_quiz
from tests.bench.rows import Row

ANSWERS = 1_000_000
QUIZZES = 20
MEMBERS = 2_000
MOST_SECONDS = 2.0
TURNS = 3

_ATTEMPTS = """
    insert into quizzes_attempt (id, member_id, quiz_id, paper, pass_mark, is_look_back, begun_at,
            handed_in_at, ended_by)
        select gen_random_uuid(), (%(members)s::bigint[])[1 + n %% %(people)s],
                (%(quizzes)s::bigint[])[1 + n %% %(sets)s], '[]', 80, false, now() - interval '1 hour', now(),
                'member'
            from generate_series(1, %(number)s) n
"""

_ITEMS = """
    insert into quizzes_itemresult (attempt_id, position, version_id, given, score, rest, seconds)
        with learners as materialized (
            select id, quiz_id, random() as knows from quizzes_attempt where quiz_id = any(%(quizzes)s)),
        met as materialized (
            select l.id, l.knows, p.position, p.version,
                    case when random() < l.knows then 0 else 1 + floor(random() * 4)::int end as pick
                from learners l join bench_paper p on p.quiz = l.quiz_id)
        select id, m.position, m.version, g.given, (g.pick = 0)::int,
                round(least(1, greatest(0, knows + random() * 0.2 - 0.1)) * 19) / 19, 5 + (random() * 90)::int
            from met m join bench_given g on g.version = m.version and g.pick = m.pick
"""

_LEAST = "select version_id, given, count(*), avg(score) from quizzes_itemresult group by version_id, given"


def measure() -> list[Row]:
    """By turns with the limit; of each the quickest."""
    with step(f"{ANSWERS:,} answers"):
        quizzes = [stage_quiz() for _ in range(QUIZZES)]
        stage_items(quizzes, ANSWERS // len(KINDS))
    turns = [(_seconds(_read), _seconds(lambda: count_anew(now()))) for _ in range(TURNS)]
    least, figure = (min(times) for times in zip(*turns, strict=True))
    counted = ItemStatistic.objects.filter(version__question__entries__quiz__in=quizzes).count()
    if counted != QUIZZES * len(KINDS):
        raise LookupError(f"There are statistics of {counted} questions.")
    return [
        Row(
            "quizzes",
            f"statistics of {counted} questions over {ANSWERS:,} answers",
            figure,
            "s",
            least,
            target=f"≤ {MOST_SECONDS:.0f} s",
            met=figure <= MOST_SECONDS,
        )
    ]


def stage_items(quizzes: list[Quiz], attempts: int) -> None:
    """So many attempts by turns at these quizzes, each question met by learners who know more or less."""
    members = [member.pk for member in stage_members(MEMBERS)]
    keys = [quiz.pk for quiz in quizzes]
    papers, given = [], []
    for quiz in quizzes:
        for position, version in enumerate(questions_for(quiz, uuid4())):
            papers.append((quiz.pk, position, version.pk))
            given += [(version.pk, pick, answer) for pick, answer in enumerate(_answers(version))]
    with connection.cursor() as cursor:
        cursor.execute("create temp table bench_paper (quiz bigint, position int, version bigint)")
        cursor.executemany("insert into bench_paper values (%s, %s, %s)", papers)
        cursor.execute("create temp table bench_given (version bigint, pick int, given text[])")
        cursor.executemany("insert into bench_given values (%s, %s, %s)", given)
        told = {"members": members, "people": len(members), "quizzes": keys, "sets": len(keys)}
        cursor.execute(_ATTEMPTS, {**told, "number": attempts})
        cursor.execute(_ITEMS, told)
        cursor.execute("drop table bench_paper, bench_given")
        cursor.execute("vacuum (analyze) quizzes_attempt, quizzes_itemresult")


def _answers(version: QuestionVersion) -> list[list[str]]:
    """The right one first, then four that are not: nothing among them."""
    right = right_answer(version.content)
    keys = [row["key"] for row in version.content["options"]] or ["1920", "1922", "1949"]
    if len(right) > 2:
        wrong = [right[n:] + right[:n] for n in range(1, 4)]
    else:
        wrong = [[key, *right[1:]] for key in keys if key not in right]
    wrong = (wrong * 3)[:3]
    return [right, *wrong, []]


def _read() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LEAST)
        cursor.fetchall()


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
