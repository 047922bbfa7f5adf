"""A key is put right: what it would change, what it changes, and what stays whoever decides."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hours.models import Rule, StudyRecord
from people.audit import AuditEntry
from people.models import Member, Office
from quizzes import attempts
from quizzes.keys import NotAKey, alike, contents_of, for_version, key_of
from quizzes.models import (
    Attempt,
    ItemResult,
    KeyCorrection,
    Mark,
    Question,
    QuestionOption,
    QuestionVersion,
    Quiz,
    Regrade,
    ReviewStep,
)
from quizzes.regrading import (
    KeyChangedMeanwhile,
    KeyIsSo,
    NewKey,
    OwnKey,
    ReviewersDecide,
    SayWhyCorrected,
    apply,
    last_correction,
    preview,
)
from quizzes.results import best_results
from quizzes.slots import Place
from tests.cast import give_office, make_member, moment
from tests.courses.desk import reviewer, signed_in
from tests.quizzes.papers import add_question, add_quiz, take_into_use

AT = moment("2026-03-10 10:00")
LATER = moment("2026-04-01 09:00")

__all__ = ["reviewer"]


@pytest.fixture
def doubted(db: None, standing: dict[Any, Place]) -> Quiz:
    """Two questions of which one has to be right; the key of the first names option 0, and 1 is right."""
    quiz = add_quiz(add_question("K1"), add_question("K2"), pass_mark=50)
    standing[quiz.key] = Place("课", "/one/")
    return quiz


def first_question(quiz: Quiz) -> Question:
    return quiz.entries.order_by("sort_order").first().question


def options(question: Question) -> list[str]:
    return [row["key"] for row in question.version.content["options"]]


def take(quiz: Quiz, member: Member, *chosen: int | None, at: Any = AT) -> Attempt:
    """Choose the options with these numbers, question by question, and hand in."""
    attempt = attempts.begin(member=member, quiz=quiz, at=at)
    for position, number in enumerate(chosen):
        version = QuestionVersion.objects.get(pk=attempt.paper[position]["version"])
        if number is not None:
            attempts.save_answer(
                attempt_id=attempt.pk,
                member_id=member.pk,
                position=position,
                given=[version.content["options"][number]["key"]],
                at=at,
            )
    attempts.hand_in(attempt_id=attempt.pk, member_id=member.pk, at=at)
    return attempt


def to_option(question: Question, *numbers: int) -> NewKey:
    (group,) = alike(question)
    keys = options(question)
    return NewKey(question, group, {"correct": [keys[number] for number in numbers]})


def decide(question: Question, by: Member, *numbers: int, **more: Any) -> Regrade:
    new = to_option(question, *numbers)
    facts = {"reason": "第二项才对", "at": LATER, "seen": last_correction(new.versions)}
    return apply(new, by=by, **facts | more)


def last_mark(attempt: Attempt) -> Mark:
    return attempt.marks.order_by("-pk").first()


def test_a_preview_says_who_would_pass_and_who_would_fall_and_changes_nothing(
    doubted, member, secretary, stranger, reviewer
) -> None:
    question = first_question(doubted)
    take(doubted, member, 1, None)
    take(doubted, secretary, 0, None)
    take(doubted, stranger, None, 0)

    found = preview(to_option(question, 1), viewer=secretary, on=LATER.date())
    assert (found.attempts, found.changed, found.more, found.less) == (3, 2, 1, 1)
    assert (found.before, round(found.after, 1)) == (pytest.approx(100 / 3), 33.3)
    assert [(one.member, one.before, one.after) for one in found.gain.named] == [(member, 0, 50)]
    assert [(one.member, one.before, one.after) for one in found.fall.named] == [(secretary, 50, 0)]
    blind = preview(to_option(question, 1), viewer=reviewer, on=LATER.date())
    assert (blind.gain.count, blind.gain.named, blind.gain.others) == (1, [], 1)
    assert (blind.fall.count, blind.fall.named) == (1, [])
    assert not Regrade.objects.exists()
    assert Mark.objects.count() == 3


def test_a_corrected_key_makes_new_marks_and_takes_no_pass_away(
    doubted, member, secretary, stranger, reviewer
) -> None:
    question = first_question(doubted)
    gains, keeps, same = take(doubted, member, 1), take(doubted, secretary, 0), take(doubted, stranger, 2, 0)

    regrade = decide(question, reviewer, 1)

    assert regrade.counts == {"attempts": 2, "gained": 1, "kept": 1, "lost": 0}
    mark = last_mark(gains)
    assert (mark.points, mark.percent, mark.passed) == (1, 50, True)
    assert (mark.reason, mark.marker, mark.regrade, mark.marking_version) == (
        "第二项才对",
        reviewer,
        regrade,
        3,
    )
    assert gains.marks.count() == 2
    kept = last_mark(keeps)
    assert (kept.points, kept.percent, kept.passed) == (0, 0, True)
    assert [row.get("pass_kept") for row in kept.detail] == [True, None]
    assert same.marks.count() == 1
    assert contents_of(gains.paper)[0]["correct"] == [options(question)[1]]
    question.refresh_from_db()
    assert question.version.content["correct"] == [options(question)[0]]
    item = ItemResult.objects.get(attempt=gains, position=0)
    assert (item.score, item.rest) == (1.0, 0.0)
    told = AuditEntry.objects.filter(action="attempt.regraded").order_by("pk")
    assert {row.subject for row in told} == {member.key, secretary.key}
    assert AuditEntry.objects.get(action="question.key_corrected").details["gained"] == 1


def test_a_pass_falls_only_when_the_person_says_so(doubted, member, reviewer) -> None:
    attempt = take(doubted, member, 0)
    regrade = decide(first_question(doubted), reviewer, 1, lets_passes_fall=True)

    assert regrade.counts == {"attempts": 1, "gained": 0, "kept": 0, "lost": 1}
    assert (last_mark(attempt).passed, attempt.marks.order_by("pk").first().passed) == (False, True)


def test_an_average_that_had_passed_stays_passed_unless_the_person_says_otherwise(
    doubted, member, reviewer
) -> None:
    Quiz.objects.update(counts="average")
    take(doubted, member, 0)
    take(doubted, member, 0, at=AT + timedelta(days=1))

    def held() -> tuple[int, bool]:
        result = best_results([member.pk])[member.pk, doubted.key]
        return result.percent, result.passed

    assert held() == (50, True)
    decide(first_question(doubted), reviewer, 1)
    assert held() == (0, True)
    decide(first_question(doubted), reviewer, 0)
    decide(first_question(doubted), reviewer, 1, lets_passes_fall=True)
    assert held() == (0, False)


def test_a_pass_gained_has_its_study_time_of_the_day_it_was_handed_in(doubted, member, reviewer) -> None:
    Rule.objects.create(name="quiz_award_minutes", value=10, valid_from=date(2026, 1, 1), source="县委通知")
    Rule.objects.create(name="quiz_award_minutes", value=0, valid_from=date(2026, 4, 1), source="县委通知")
    take(doubted, member, 1, at=AT)
    take(doubted, member, 1, at=AT + timedelta(days=1))
    assert not StudyRecord.objects.exists()

    decide(first_question(doubted), reviewer, 1)
    record = StudyRecord.objects.get()
    assert (record.member, record.award, record.started_at) == (member, 600, AT)
    decide(first_question(doubted), reviewer, 0, lets_passes_fall=True)
    decide(first_question(doubted), reviewer, 1)
    assert StudyRecord.objects.get() == record


def test_what_is_handed_in_afterwards_is_marked_by_the_new_key(doubted, member, reviewer) -> None:
    attempt = attempts.begin(member=member, quiz=doubted, at=AT)
    question = first_question(doubted)
    attempts.save_answer(
        attempt_id=attempt.pk, member_id=member.pk, position=0, given=[options(question)[1]], at=AT
    )
    assert decide(question, reviewer, 1).counts["attempts"] == 0

    mark = attempts.hand_in(attempt_id=attempt.pk, member_id=member.pk, at=LATER)
    assert (mark.points, mark.passed, mark.reason) == (1, True, "")


def test_look_backs_are_marked_and_count_nothing(doubted, member, reviewer) -> None:
    attempt = take(doubted, member, 1)
    Attempt.objects.update(is_look_back=True)
    Rule.objects.create(name="quiz_award_minutes", value=9, valid_from=date(2026, 1, 1), source="通知")

    found = preview(to_option(first_question(doubted), 1), viewer=member, on=LATER.date())
    assert (found.attempts, found.look_backs, found.gain.count) == (0, 1, 0)
    assert decide(first_question(doubted), reviewer, 1).counts["gained"] == 0
    assert last_mark(attempt).passed
    assert not StudyRecord.objects.exists()


def test_several_accepted_options_are_each_right(doubted, member, secretary, reviewer) -> None:
    first, second = take(doubted, member, 1), take(doubted, secretary, 0)
    decide(first_question(doubted), reviewer, 0, 1)

    assert [last_mark(one).points for one in (first, second)] == [1, 1]


def test_who_may_decide_and_what_is_refused_changes_nothing(doubted, member, editor, reviewer) -> None:
    question = first_question(doubted)
    take(doubted, member, 1)
    for by in (member, editor):
        with pytest.raises(ReviewersDecide):
            decide(question, by, 1)
    with pytest.raises(SayWhyCorrected):
        decide(question, reviewer, 1, reason="  ")
    with pytest.raises(SayWhyCorrected):
        decide(question, reviewer, 1, reason="长" * 201)
    with pytest.raises(KeyIsSo):
        decide(question, reviewer, 0)
    with pytest.raises(NotAKey):
        decide(question, reviewer)
    with pytest.raises(KeyChangedMeanwhile):
        decide(question, reviewer, 1, seen=7)
    QuestionVersion.objects.filter(question=question).update(written_by=reviewer)
    with pytest.raises(OwnKey):
        decide(question, reviewer, 1)
    QuestionVersion.objects.filter(question=question).update(written_by=editor)
    step = ReviewStep.objects.create(question=question, kind="written", digest="x", by=reviewer, at=AT)
    with pytest.raises(OwnKey):
        decide(question, reviewer, 1)
    step.delete()

    assert not Regrade.objects.exists()
    assert not KeyCorrection.objects.exists()
    assert Mark.objects.count() == 1


def test_of_two_who_saw_the_same_page_the_second_looks_again(doubted, member, reviewer) -> None:
    question = first_question(doubted)
    attempt = take(doubted, member, 1)
    decide(question, reviewer, 1)
    with pytest.raises(KeyChangedMeanwhile):
        decide(question, reviewer, 2, seen=0)

    assert attempt.marks.count() == 2


def test_a_key_is_for_the_versions_with_the_same_options(doubted, member, reviewer) -> None:
    question = first_question(doubted)
    take(doubted, member, 1)
    question.stem = "改了一个字的题目"
    take_into_use(question)
    take(doubted, member, 1, at=AT + timedelta(days=1))
    assert [len(group) for group in alike(question)] == [2]
    assert decide(question, reviewer, 1).counts["attempts"] == 2

    QuestionOption.objects.filter(question=question, is_correct=False).last().delete()
    take_into_use(Question.objects.get(pk=question.pk))
    assert [len(group) for group in alike(question)] == [1, 2]


def test_rows_to_match_that_stand_otherwise_have_the_same_partners() -> None:
    def rows(*keys: str, correct: str) -> dict[str, Any]:
        return {"kind": "matching", "options": [{"key": key} for key in keys], "correct": list(correct)}

    like, other = rows("a", "b", correct="pq"), rows("b", "a", correct="qp")
    assert for_version({"correct": ["q", "p"]}, other, like) == {"correct": ["p", "q"]}
    assert key_of(like) == {"partial": False, "correct": ["p", "q"]}


def test_the_statements_do_not_grow_with_the_attempts(doubted, branch, reviewer) -> None:
    question = first_question(doubted)
    counts = []
    assert reviewer.held_offices(LATER.date()) and options(question)  # both are remembered
    for batch in range(2):
        for number in range(1 + 5 * batch):
            take(doubted, make_member(f"m{batch}{number}", branch), 1)
        with CaptureQueriesContext(connection) as seen:
            preview(to_option(question, 1), viewer=reviewer, on=LATER.date())
        with CaptureQueriesContext(connection) as acted, transaction.atomic():
            decide(question, reviewer, 1)
            transaction.set_rollback(True)
        counts.append((len(seen), len(acted)))

    assert counts[0] == counts[1]
    assert counts[0][0] <= 8
    assert counts[0][1] <= 32


PAGE_TABLE = [("editor", 200), ("reviewer", 200), ("secretary", 404), ("member", 404), ("nobody", 404)]


@pytest.mark.parametrize(("who", "status"), PAGE_TABLE)
def test_who_may_open_the_page_of_a_key(
    who, status, doubted, editor, reviewer, secretary, member, client
) -> None:
    people = {"editor": editor, "reviewer": reviewer, "secretary": secretary, "member": member}
    if who in people:
        client.force_login(people[who])
    found = client.get(reverse("correct_key", args=[first_question(doubted).pk]))

    assert found.status_code in ({302, 404} if status == 404 else {status})


def test_a_reviewer_looks_and_then_decides_on_the_page(doubted, member, editor, reviewer, branch) -> None:
    question = first_question(doubted)
    attempt = take(doubted, member, 1)
    give_office(reviewer, branch, Office.Kind.SECRETARY)
    page = reverse("correct_key", args=[question.pk])
    filled = {"right": [options(question)[1]]}

    looked = signed_in(editor).post(page, filled | {"preview": "1"}).content.decode()
    assert "Correct the key and mark anew" not in looked
    assert member.name not in looked
    refused = signed_in(editor).post(page, filled | {"confirm": "1", "reason": "x", "seen": "0"})
    assert refused.status_code == 200
    assert not Regrade.objects.exists()

    client = signed_in(reviewer)
    looked = client.post(page, filled | {"preview": "1"}).content.decode()
    assert member.name in looked
    assert AuditEntry.objects.get(action="question.key_previewed").subject == member.key
    no_reason = client.post(page, filled | {"confirm": "1", "seen": "0"})
    assert no_reason.status_code == 200
    assert not Regrade.objects.exists()
    done = client.post(page, filled | {"confirm": "1", "seen": "0", "reason": "第二项才对"})
    assert (done.status_code, done.url) == (302, reverse("marking"))
    assert Regrade.objects.get().counts["gained"] == 1
    assert last_mark(attempt).passed
    assert "第二项才对" in client.get(reverse("marking")).content.decode()
