"""Attempts at quizzes: mostly passed, some only at the second try; marked as every attempt is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from quizzes import marking
from quizzes.attempts import mark_of
from quizzes.bank import versions_in_use
from quizzes.drawing import draw_paper
from quizzes.models import Answer, Attempt, Mark, Question, QuestionVersion, Quiz
from reports.demo.chance import draw_key
from reports.demo.gatherings import Year
from reports.demo.reading import SLOT, Wish
from reports.demo.roster import Person

MOST_TRIES = 3


@dataclass
class Tries:
    """The rows of all attempts, to be written at once."""

    attempts: list[Attempt] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def write(self) -> None:
        Attempt.objects.bulk_create(self.attempts)
        Answer.objects.bulk_create(self.answers, batch_size=2000)
        Mark.objects.bulk_create(self.marks)


def try_quizzes(year: Year, wishes: list[Wish]) -> Tries:
    """Let each member try what they came to; who has not yet passed tries again some days later."""
    keys = {wish.quiz for wish in wishes}
    quizzes = {quiz.key: quiz for quiz in Quiz.objects.filter(key__in=keys)}
    papers = {key: versions_in_use(quiz) for key, quiz in quizzes.items()}
    tries = Tries()
    for wish in wishes:
        rng = wish.person.dice(f"quiz {wish.quiz}")
        certainty = wish.person.dice("certainty").uniform(0.8, 0.99)
        at: datetime | None = wish.at
        for number in range(MOST_TRIES):
            if at is None or not papers[wish.quiz]:
                break
            _try(tries, rng, wish.person, quizzes[wish.quiz], papers[wish.quiz], certainty, at)
            if tries.marks[-1].passed:
                break
            certainty = min(0.98, certainty + 0.07)
            at = _another_day(year, rng, wish.person, at, number)
    return tries


def _another_day(year: Year, rng: Random, person: Person, at: datetime, number: int) -> datetime | None:
    first = at.date() + timedelta(days=1)
    if first > year.last or rng.random() < 0.15 * number:
        return None
    last = min(year.last, first + timedelta(days=5))
    return year.diaries[person.number].draw_free(rng, first, last, SLOT)


def _try(
    tries: Tries,
    rng: Random,
    person: Person,
    quiz: Quiz,
    versions: list[QuestionVersion],
    certainty: float,
    at: datetime,
) -> None:
    identity = draw_key(rng)
    contents = [version.content for version in versions]
    chosen = _choices(rng, contents, certainty, one_slip=person.number == "member")
    now = at
    attempt = Attempt(
        id=identity,
        member=person.member,
        quiz=quiz,
        paper=draw_paper(identity, versions),
        pass_mark=quiz.pass_mark,
        begun_at=at,
    )
    for position, keys in chosen.items():
        now += timedelta(seconds=rng.randint(12, 50))
        if rng.random() < 0.08:
            first = attempt.paper[position]["options"][:1]
            tries.answers.append(_answer(attempt, position, first, now))
            now += timedelta(seconds=rng.randint(4, 20))
        tries.answers.append(_answer(attempt, position, keys, now))
    attempt.handed_in_at = now + timedelta(seconds=rng.randint(10, 40))
    tries.attempts.append(attempt)
    attempt.ended_by = Attempt.EndedBy.MEMBER
    result = marking.mark(contents, chosen)
    tries.marks.append(mark_of(attempt, result, chosen, at=attempt.handed_in_at))


def _choices(
    rng: Random, contents: list[dict[str, Any]], certainty: float, *, one_slip: bool
) -> dict[int, list[str]]:
    """What is chosen for each question; `one_slip`: all right but one."""
    slip = rng.randrange(len(contents)) if one_slip else None
    return {
        position: _wrong(rng, content)
        if (position == slip if one_slip else rng.random() > certainty)
        else sorted(content["correct"])
        for position, content in enumerate(contents)
    }


def _wrong(rng: Random, content: dict[str, Any]) -> list[str]:
    right = content["correct"]
    if content["kind"] == Question.Kind.MULTIPLE_CHOICE:
        return sorted(right)[: len(right) - 1]
    return [rng.choice([option["key"] for option in content["options"] if option["key"] not in right])]


def _answer(attempt: Attempt, position: int, given: list[str], at: datetime) -> Answer:
    return Answer(attempt=attempt, position=position, given=given, given_at=at, saved_at=at)
