"""Attempts at quizzes: mostly passed, some only at the second try; marked as every attempt is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from people.models import Member
from quizzes import marking
from quizzes.askable import Askable, askable
from quizzes.attempts import mark_of
from quizzes.drawing import draw_paper, questions_for
from quizzes.hand_marking import give_points, waiting_answers, waiting_questions
from quizzes.items import rebuild_items
from quizzes.models import Answer, Attempt, Mark, Question, QuestionVersion, Quiz
from quizzes.statistics import count_anew
from reports.demo.chance import dice, draw_key
from reports.demo.gatherings import Year
from reports.demo.reading import SLOT, Wish
from reports.demo.replies import DOUBTFUL, misled, reply, right, wrong
from reports.demo.roster import Person

MOST_TRIES = 3

SINCE = timedelta(days=35)
"""So long the quizzes have asked for short answers."""

LEFT_TO_MARK = 6
"""Short answers that wait on the marking desk."""


@dataclass
class Tries:
    """The rows of all attempts, to be written at once."""

    at: datetime
    attempts: list[Attempt] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def write(self) -> None:
        """Write them, mark most of the short answers by hand, and count how the questions do."""
        Attempt.objects.bulk_create(self.attempts)
        Answer.objects.bulk_create(self.answers, batch_size=2000)
        Mark.objects.bulk_create(self.marks)
        rebuild_items(attempt.pk for attempt in self.attempts)
        mark_short_answers(at=self.at)
        count_anew(self.at)


@dataclass(frozen=True)
class Asked:
    """A quiz, and what it may ask now."""

    quiz: Quiz
    may_ask: Askable

    def draw(self, identity: UUID, *, short_answers: bool) -> list[QuestionVersion]:
        found = questions_for(self.quiz, identity, self.may_ask)
        return [one for one in found if short_answers or one.content["kind"] != Question.Kind.SHORT_ANSWER]


def try_quizzes(year: Year, wishes: list[Wish]) -> Tries:
    """Let each member try what they came to; who has not yet passed tries again some days later."""
    quizzes = list(Quiz.objects.filter(key__in={wish.quiz for wish in wishes}))
    may_ask = askable(quizzes)
    asked = {quiz.key: Asked(quiz, may_ask[quiz.pk]) for quiz in quizzes}
    doubtful = set(Question.objects.filter(reference=DOUBTFUL).values_list("version", flat=True))
    tries = Tries(year.at)
    for wish in wishes:
        rng = wish.person.dice(f"quiz {wish.quiz}")
        certainty = 0.99 - 0.32 * wish.person.dice("certainty").random() ** 2
        at: datetime | None = wish.at
        for number in range(MOST_TRIES):
            if at is None or not asked[wish.quiz].may_ask.own:
                break
            short = at > year.at - SINCE
            _try(tries, rng, wish.person, asked[wish.quiz], certainty, at, doubtful, short_answers=short)
            if tries.marks[-1].passed:
                break
            certainty = min(0.98, certainty + 0.12)
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
    asked: Asked,
    certainty: float,
    at: datetime,
    doubtful: set[int],
    *,
    short_answers: bool,
) -> None:
    identity = draw_key(rng)
    versions = {one.pk: one for one in asked.draw(identity, short_answers=short_answers)}
    attempt = Attempt(
        id=identity,
        member=person.member,
        quiz=asked.quiz,
        paper=draw_paper(identity, versions.values(), quiz=asked.quiz),
        pass_mark=asked.quiz.pass_mark,
        begun_at=at,
    )
    contents = [versions[place["version"]].content for place in attempt.paper]
    misleading = {n for n, place in enumerate(attempt.paper) if place["version"] in doubtful}
    given = _given(rng, contents, certainty, misleading, one_slip=person.number == "member")
    ends = _write_answers(tries, rng, attempt, given, contents)
    attempt.handed_in_at = ends + timedelta(seconds=rng.randint(10, 40))
    attempt.ended_by = Attempt.EndedBy.MEMBER
    tries.attempts.append(attempt)
    tries.marks.append(mark_of(attempt, marking.mark(contents, given), given, at=attempt.handed_in_at))
    if person.number == "member":
        _answer_elsewhere(tries, attempt, given)


def _given(
    rng: Random, contents: list[dict[str, Any]], certainty: float, misleading: set[int], *, one_slip: bool
) -> dict[int, list[str]]:
    """What is given for each question; `one_slip`: all right but one."""
    if one_slip:
        slip = rng.randrange(len(contents))
        return {n: wrong(rng, one) if n == slip else right(one) for n, one in enumerate(contents)}
    return {
        n: misled(rng, one, certainty) if n in misleading else reply(rng, one, certainty)
        for n, one in enumerate(contents)
    }


def _write_answers(
    tries: Tries, rng: Random, attempt: Attempt, given: dict[int, list[str]], contents: list[dict[str, Any]]
) -> datetime:
    """Each question in turn, some thought over once more; return when the last was given."""
    now = attempt.begun_at
    device, counter = draw_key(rng), 0
    for position, answer in given.items():
        now += timedelta(seconds=rng.randint(12, 50) + 2 * len(contents[position]["stem"]) // 5)
        if rng.random() < 0.08 and contents[position]["options"]:
            counter += 1
            first = wrong(rng, contents[position])
            tries.answers.append(_answer(attempt, position, first, now, device, counter))
            now += timedelta(seconds=rng.randint(4, 20))
        counter += 1
        tries.answers.append(_answer(attempt, position, answer, now, device, counter))
    return now


def _answer_elsewhere(tries: Tries, attempt: Attempt, given: dict[int, list[str]]) -> None:
    """On another device, without a network: one answer came in time and is the older one, one came late."""
    device = draw_key(dice("another device", attempt.pk))
    singles = [n for n, place in enumerate(attempt.paper) if place["kind"] == Question.Kind.SINGLE_CHOICE]
    for counter, position in enumerate(singles[:2], start=1):
        others = [key for key in attempt.paper[position]["options"] if key not in given[position]]
        at = attempt.begun_at + timedelta(seconds=5 * counter)
        is_late = counter == 2
        came = attempt.handed_in_at + timedelta(minutes=4) if is_late else at + timedelta(minutes=1)
        row = _answer(attempt, position, others[:1], at, device, counter)
        row.saved_at, row.is_late = came, is_late
        tries.answers.append(row)


def _answer(
    attempt: Attempt, position: int, given: list[str], at: datetime, device: UUID, counter: int
) -> Answer:
    return Answer(
        attempt=attempt,
        position=position,
        given=given,
        device=device,
        counter=counter,
        given_at=at,
        saved_at=at + timedelta(seconds=1),
    )


def mark_short_answers(*, at: datetime) -> None:
    """The editor has marked all but the last few, line by line; these wait on the desk."""
    editor = Member.objects.get_by_natural_key("editor")
    for waiting in waiting_questions(editor):
        lines = waiting.version.rubric
        for one in waiting_answers(waiting.question, editor)[LEFT_TO_MARK:]:
            rng = dice("points", one.text, one.attempt)
            points = [line["points"] if rng.random() < 0.75 else 0 for line in lines]
            give_points(
                attempt=one.attempt, position=one.position, lines=points, comment="", by=editor, at=at
            )
