"""How often, when and how long a quiz may be tried; what is asked; and how an attempt ends by itself."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from taggit.models import Tag

from people.arrangements import HomeStudy
from people.audit import AuditEntry
from people.leading import NotForYourself, NotYourBranch
from quizzes import ending, slots
from quizzes.attempts import begin, hand_in, save_answer
from quizzes.beginning import Closed, NoMoreAttempts, NoPlace, NoQuestions, NotOpenYet, TooSoon
from quizzes.drawing import questions_for
from quizzes.ending import end_overdue
from quizzes.models import (
    Answer,
    Attempt,
    Checked,
    ItemResult,
    Mark,
    QuestionTag,
    Quiz,
    QuizPool,
    TimeExtension,
)
from quizzes.outlook import outlook
from quizzes.saving import Given, Saved, TooMany, save
from quizzes.slots import Place
from quizzes.time_limits import (
    GRACE,
    NoTimeLimit,
    NotSoManyMinutes,
    extend_time,
    keep_to_closing,
    minutes_for,
)
from tests.cast import moment
from tests.quizzes.papers import add_question, add_quiz, right_options

TEN = moment("2026-03-10 10:00")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DEVICE = uuid4()


def set_rules(quiz: Quiz, **rules: object) -> Quiz:
    Quiz.objects.filter(pk=quiz.pk).update(**rules)
    return Quiz.objects.get(pk=quiz.pk)


def try_once(member, quiz, at):
    attempt = begin(member=member, quiz=quiz, at=at)
    return hand_in(attempt_id=attempt.pk, member_id=member.pk, at=at)


@pytest.mark.parametrize(
    ("rules", "at", "refusal"),
    [
        ({"opens_at": TEN}, TEN - MINUTE, NotOpenYet),
        ({"closes_at": TEN}, TEN, Closed),
        ({"opens_at": TEN, "closes_at": TEN + HOUR}, TEN, None),
        ({"closes_at": TEN}, TEN - MINUTE, None),
    ],
)
def test_a_quiz_is_begun_between_opening_and_closing(quiz, member, rules, at, refusal):
    quiz = set_rules(quiz, **rules)
    seen = outlook(quiz, member, language="zh-hans", at=at)

    assert (seen.can_begin, type(seen.refusal)) == (refusal is None, refusal or type(None))
    if refusal is None:
        assert begin(member=member, quiz=quiz, at=at).begun_at == at
        return
    with pytest.raises(refusal) as refused:
        begin(member=member, quiz=quiz, at=at)
    assert "2026" in str(refused.value)
    assert not Attempt.objects.exists()


def test_as_many_attempts_as_are_allowed_and_no_more(quiz, member, secretary):
    quiz = set_rules(quiz, attempts_allowed=2)
    for n in range(2):
        assert outlook(quiz, member, language="zh-hans", at=TEN).attempts_left == 2 - n
        try_once(member, quiz, TEN + n * HOUR)
    with pytest.raises(NoMoreAttempts):
        begin(member=member, quiz=quiz, at=TEN + 3 * HOUR)

    assert outlook(quiz, member, language="zh-hans", at=TEN + 3 * HOUR).attempts_left == 0
    assert Attempt.objects.count() == 2
    assert begin(member=secretary, quiz=quiz, at=TEN).member == secretary


def test_between_two_attempts_so_many_hours_pass(quiz, member):
    quiz = set_rules(quiz, wait_hours=24)
    try_once(member, quiz, TEN)
    with pytest.raises(TooSoon) as refused:
        begin(member=member, quiz=quiz, at=TEN + 24 * HOUR - MINUTE)

    assert refused.value.opens_at == TEN + 24 * HOUR
    assert begin(member=member, quiz=quiz, at=TEN + 24 * HOUR).handed_in_at is None


def test_what_was_begun_may_be_continued_whatever_the_rules_say_meanwhile(quiz, member, standing):
    attempt = begin(member=member, quiz=quiz, at=TEN)
    standing.clear()
    quiz = set_rules(quiz, closes_at=TEN + HOUR, attempts_allowed=1)

    assert begin(member=member, quiz=quiz, at=TEN + 2 * HOUR) == attempt
    with pytest.raises(NoPlace):
        begin(member=member, quiz=add_quiz(), at=TEN)


# What is asked


@pytest.fixture
def bank(db, standing, monkeypatch):
    """Twelve questions: six with the tag 党章, of difficulty 1 to 3; four in the quiz of a module."""
    tag = Tag.objects.create(name="党章")
    questions = [add_question(f"B{n}") for n in range(12)]
    for n, question in enumerate(questions):
        type(question).objects.filter(pk=question.pk).update(difficulty=n % 3 + 1)
        if n < 6:
            QuestionTag.objects.create(tag=tag, content_object=question)
    module, own = uuid4(), add_quiz(*questions[2:6])
    monkeypatch.setattr(slots, "_modules", [(lambda language: [], lambda keys: {module: {own.key}})])
    return questions, tag, module


def references(versions) -> list[str]:
    return [version.question.reference for version in versions]


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"tag"}, {"B0", "B1", "B2", "B3", "B4", "B5"}),
        ({"tag", "difficulty"}, {"B1", "B4"}),
        ({"module"}, {"B2", "B3", "B4", "B5"}),
        ({"module", "difficulty"}, {"B4"}),
        ({"difficulty"}, {"B1", "B4", "B7", "B10"}),
    ],
)
def test_a_pool_draws_from_what_meets_all_its_conditions(bank, conditions, found):
    _questions, tag, module = bank
    values = {"tag": tag, "module": module, "difficulty": 2}
    quiz = add_quiz()
    QuizPool.objects.create(quiz=quiz, number=200, **{name: values[name] for name in conditions})

    assert set(references(questions_for(quiz, uuid4()))) == found


def test_a_pool_draws_for_each_identity_and_for_one_the_same(bank):
    questions, tag, _module = bank
    quiz = add_quiz(questions[0], questions[11])
    QuizPool.objects.create(quiz=quiz, number=2, tag=tag, sort_order=0)
    QuizPool.objects.create(quiz=quiz, number=2, difficulty=1, sort_order=1)
    drawn = {}
    for identity in [uuid4() for _ in range(12)]:
        drawn[identity] = references(questions_for(quiz, identity))
        assert references(questions_for(quiz, identity)) == drawn[identity]

    assert all(len(set(paper)) == len(paper) == 6 for paper in drawn.values())
    assert all(paper[:2] == ["B0", "B11"] for paper in drawn.values())
    assert len({tuple(paper) for paper in drawn.values()}) > 1


def test_what_is_not_in_use_is_not_drawn(bank, member, standing):
    questions, _tag, _module = bank
    quiz = add_quiz()
    standing[quiz.key] = Place("课", "/one/")
    QuizPool.objects.create(quiz=quiz, number=2, difficulty=3)
    type(questions[0]).objects.filter(difficulty=3).update(state="retired")
    with pytest.raises(NoQuestions):
        begin(member=member, quiz=quiz, at=TEN)

    assert outlook(quiz, member, language="zh-hans", at=TEN).questions == 0
    assert not Attempt.objects.exists()


# Time


@pytest.mark.parametrize(
    ("who", "essential", "more", "minutes"),
    [
        ("anybody", False, "nothing", 30),
        ("elder", False, "nothing", None),
        ("elder", True, "nothing", 30),
        ("at home", False, "nothing", None),
        ("at home", True, "nothing", 30),
        ("anybody", False, 15, 45),
        ("elder", True, 15, 45),
        ("anybody", True, None, None),
    ],
)
def test_whom_a_time_limit_binds_and_for_how_long(quiz, member, secretary, who, essential, more, minutes):
    quiz = set_rules(quiz, time_limit_minutes=30, is_limit_essential=essential)
    member.prefers_large_print = who == "elder"
    if who == "at home":
        HomeStudy.objects.create(member=member, since=date(2026, 1, 1), review_on=date(2026, 6, 1))
    if more != "nothing":
        extend_time(quiz, member, 5, by=secretary, at=TEN - HOUR)
        extend_time(quiz, member, more, by=secretary, at=TEN - HOUR)
    attempt = begin(member=member, quiz=quiz, at=TEN)

    assert minutes_for(quiz, member, at=TEN) == minutes
    assert attempt.ends_at == (TEN + minutes * MINUTE if minutes else None)


@pytest.mark.parametrize(
    ("feedback", "limit", "ends"),
    [
        ("after_attempt", None, None),
        ("after_attempt", 30, TEN + 30 * MINUTE),
        ("after_closing", None, TEN + 10 * MINUTE),
        ("after_closing", 30, TEN + 10 * MINUTE),
        ("after_closing", 5, TEN + 5 * MINUTE),
    ],
)
def test_who_begins_before_the_closing_may_go_on_unless_the_key_is_shown_then(
    quiz, member, feedback, limit, ends
):
    closes = TEN + 10 * MINUTE
    quiz = set_rules(quiz, closes_at=closes, feedback=feedback, time_limit_minutes=limit)

    assert begin(member=member, quiz=quiz, at=TEN).ends_at == ends


@pytest.mark.parametrize(
    ("rules", "ends"),
    [
        ({"feedback": "after_closing", "closes_at": TEN + HOUR}, TEN + HOUR),
        ({"feedback": "after_closing", "closes_at": TEN - HOUR}, TEN + MINUTE),
        ({"feedback": "after_attempt", "closes_at": TEN + HOUR}, None),
    ],
)
def test_a_closing_said_during_an_attempt_ends_it_where_the_key_is_shown_then(quiz, member, rules, ends):
    attempt = begin(member=member, quiz=quiz, at=TEN)
    quiz = set_rules(quiz, **rules)

    assert keep_to_closing(quiz, at=TEN + MINUTE) == (ends is not None)

    attempt.refresh_from_db()
    assert attempt.ends_at == ends
    assert keep_to_closing(quiz, at=TEN + MINUTE) == 0


@pytest.fixture
def timed(quiz, member):
    """Begun at ten, over at half past."""
    return begin(member=member, quiz=set_rules(quiz, time_limit_minutes=30), at=TEN)


@pytest.mark.parametrize(
    ("device", "given", "arrives", "late"),
    [
        (DEVICE, 1799, 1800, False),
        (DEVICE, 1799, 1830, False),
        (DEVICE, 1800, 1830, False),
        (DEVICE, 1799, 1831, True),
        (DEVICE, 1801, 1801, True),
        (None, 1830, 1830, False),
        (None, 1831, 1831, True),
    ],
)
def test_an_answer_given_in_time_counts_when_it_arrives_within_the_grace(timed, device, given, arrives, late):
    at = TEN + timedelta(seconds=arrives)
    one = Given(timed.pk, timed.member_id, 0, right_options(timed, 0), device, 1, (arrives - given) * 1000)

    assert save(one, at=at) == Saved(is_late=late, holds=not late)
    mark = hand_in(attempt_id=timed.pk, member_id=timed.member_id, at=at)
    assert mark.detail[0]["right"] is not late


def test_a_device_cannot_give_before_the_attempt_began_nor_after_it_arrived(timed):
    one = Given(timed.pk, timed.member_id, 0, right_options(timed, 0), DEVICE, 1, ago=10**9)
    save(one, at=TEN + MINUTE)

    assert Answer.objects.get().given_at == TEN


def test_what_nobody_handed_in_is_handed_in_when_the_time_is_over(timed, quiz, secretary):
    facts = {"attempt_id": timed.pk, "member_id": timed.member_id}
    save_answer(position=0, given=right_options(timed, 0), at=TEN + MINUTE, **facts)
    untimed = begin(member=secretary, quiz=set_rules(quiz, time_limit_minutes=None), at=TEN)
    over = timed.ends_at + GRACE

    assert (end_overdue(over), end_overdue(over + MINUTE), end_overdue(over + MINUTE)) == (0, 1, 0)
    timed.refresh_from_db()
    untimed.refresh_from_db()
    assert (timed.handed_in_at, timed.ended_by, untimed.handed_in_at) == (timed.ends_at, "time", None)
    assert Mark.objects.get().points == 1
    assert ItemResult.objects.count() == 3


def test_one_that_cannot_be_marked_stops_no_other(timed, quiz, secretary, monkeypatch):
    second = begin(member=secretary, quiz=timed.quiz, at=TEN + MINUTE)
    marked = ending.mark_handed_in

    def mark(attempt, *, at):
        if attempt.pk == timed.pk:
            raise ValueError("broken")
        return marked(attempt, at=at)

    monkeypatch.setattr(ending, "mark_handed_in", mark)
    with pytest.raises(ExceptionGroup, match="not all attempts"):
        end_overdue(TEN + HOUR)

    assert list(Attempt.objects.handed_in()) == [second]


def test_whoever_touches_it_after_its_time_finds_it_handed_in(timed, member):
    late = timed.ends_at + GRACE + MINUTE
    seen = outlook(timed.quiz, member, language="zh-hans", at=late)
    again = begin(member=member, quiz=timed.quiz, at=late)

    assert (seen.open_attempt, seen.best.attempts) == (None, 1)
    assert again != timed
    assert again.ends_at == late + 30 * MINUTE


def test_handed_in_within_the_grace_it_is_handed_in_by_the_member(timed):
    at = timed.ends_at + GRACE
    ended = hand_in(attempt_id=timed.pk, member_id=timed.member_id, at=at).attempt

    assert (ended.handed_in_at, ended.ended_by) == (at, "member")


# More time


def test_more_time_reaches_the_attempt_that_is_open_and_never_takes_any(timed, member, secretary):
    for minutes, ends in [(30, TEN + HOUR), (10, TEN + HOUR), (None, None)]:
        extend_time(timed.quiz, member, minutes, by=secretary, at=TEN + MINUTE)
        timed.refresh_from_db()
        assert timed.ends_at == ends

    noted = AuditEntry.objects.filter(action="quiz.extended")
    assert [(row.actor, row.subject) for row in noted] == [(secretary.key, member.key)] * 3
    assert {tuple(row.details) for row in noted} == {("quiz",)}


@pytest.mark.parametrize(
    ("by", "limit", "minutes", "refusal"),
    [
        ("member", 30, 10, NotForYourself),
        ("stranger", 30, 10, NotYourBranch),
        ("editor", 30, 10, NotYourBranch),
        ("secretary", None, 10, NoTimeLimit),
        ("secretary", 30, 0, NotSoManyMinutes),
        ("secretary", 30, 601, NotSoManyMinutes),
    ],
)
def test_who_may_give_more_time(quiz, member, request, by, limit, minutes, refusal):
    quiz = set_rules(quiz, time_limit_minutes=limit)
    with pytest.raises(refusal):
        extend_time(quiz, member, minutes, by=request.getfixturevalue(by), at=TEN)

    assert not TimeExtension.objects.exists()
    assert not AuditEntry.objects.filter(action="quiz.extended").exists()


def test_an_attempt_takes_only_so_many_answers(attempt, monkeypatch):
    monkeypatch.setattr("quizzes.saving.MOST_ROWS", 2)
    monkeypatch.setattr("quizzes.saving.MOST_ROWS_A_QUESTION", 0)
    options = attempt.paper[0]["options"]
    tell = [Given(attempt.pk, attempt.member_id, 0, [options[n]], DEVICE, n) for n in range(3)]
    save(tell[0], at=TEN)
    save(tell[1], at=TEN)
    with pytest.raises(TooMany):
        save(tell[2], at=TEN)

    assert save(tell[1], at=TEN) == Saved(is_late=False, holds=True)
    assert (Answer.objects.count(), Checked.objects.count()) == (2, 0)
