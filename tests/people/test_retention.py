"""What is over goes at night, and what is not stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from hours.models import StudyRecord
from jobs.models import Job
from jobs.schedule import JOBS
from people import corrections, erasure
from people.models import AuditEntry, CorrectionAnswer, CorrectionRequest, Erasure
from people.retention import drop_what_is_over
from quizzes.models import Answer, Attempt, Mark, Quiz
from tests.cast import moment
from tests.hours.rows import add_record

pytestmark = pytest.mark.django_db

NIGHT = moment("2026-11-23 03:10")


def test_it_runs_at_night() -> None:
    assert JOBS["drop personal data whose time is over"].nightly


def test_an_answered_request_goes_after_five_years_and_an_open_one_never(member, secretary) -> None:
    def ask(at):
        return corrections.ask(member=member, matter="name", should_be="x", at=at)

    old, kept, waiting = ask(moment("2020-01-06 09:00")), ask(moment("2020-01-07 09:00")), None
    waiting = ask(moment("2020-01-08 09:00"))
    just_over, just_not = NIGHT - timedelta(days=1825, seconds=1), NIGHT - timedelta(days=1825)
    corrections.answer(old.key, outcome="done", words="", by=secretary, at=just_over)
    corrections.answer(kept.key, outcome="done", words="", by=secretary, at=just_not)

    dropped = drop_what_is_over(NIGHT)

    assert dropped["people.CorrectionRequest"] == 1
    assert set(CorrectionRequest.objects.values_list("pk", flat=True)) == {kept.pk, waiting.pk}
    assert CorrectionAnswer.objects.get().request == kept
    entry = AuditEntry.objects.get(action="retention.dropped")
    assert entry.actor is None
    assert entry.details == {"people.CorrectionRequest": 1, "people.CorrectionAnswer": 1}


def test_a_decided_erasure_goes_after_five_years(member, secretary) -> None:
    asked = erasure.ask(member=member, reason="own_request", by=member, at=moment("2020-01-06 09:00"))
    erasure.take_back(asked, by=member, at=moment("2020-01-07 09:00"))
    waiting = erasure.ask(member=secretary, reason="own_request", by=secretary, at=moment("2020-01-06 09:00"))

    drop_what_is_over(NIGHT)

    assert list(Erasure.objects.all()) == [waiting]


def test_saved_answers_go_two_years_after_handing_in_and_the_result_stays(member, settings) -> None:
    quiz = Quiz.objects.create(title="测验")

    def attempt(handed_in_at) -> Attempt:
        made = Attempt.objects.create(
            member=member,
            quiz=quiz,
            paper=[],
            pass_mark=80,
            begun_at=moment("2020-01-06 09:00"),
            handed_in_at=handed_in_at,
        )
        saved = moment("2020-01-06 09:01")
        Answer.objects.create(attempt=made, position=0, given_at=saved, saved_at=saved)
        return made

    old = attempt(NIGHT - timedelta(days=731))
    recent = attempt(NIGHT - timedelta(days=729))
    waiting = attempt(None)
    Mark.objects.create(
        attempt=old,
        points=1,
        out_of=1,
        percent=100,
        passed=True,
        detail=[],
        marking_version=1,
        marked_at=NIGHT,
    )

    drop_what_is_over(NIGHT)

    assert set(Answer.objects.values_list("attempt", flat=True)) == {recent.pk, waiting.pk}
    assert (Attempt.objects.count(), Mark.objects.get().percent) == (3, 100)


def test_a_job_goes_thirty_days_after_it_ended(member) -> None:
    def job(ended_at) -> Job:
        state = "done" if ended_at else "running"
        return Job.objects.create(
            kind="x", asked_by=member, state=state, asked_at=moment("2020-01-06 09:00"), ended_at=ended_at
        )

    job(NIGHT - timedelta(days=31))
    recent, running = job(NIGHT - timedelta(days=29)), job(None)

    drop_what_is_over(NIGHT)

    assert set(Job.objects.all()) == {recent, running}


def test_the_ledger_is_not_touched(member) -> None:
    add_record(member, at=moment("2020-03-10 10:00"), seconds=0)
    drop_what_is_over(NIGHT)

    assert StudyRecord.objects.count() == 1
    with pytest.raises(IntegrityError, match="only added"), transaction.atomic():
        StudyRecord.objects.all().delete()


def test_a_night_with_nothing_to_drop_leaves_no_trace(member) -> None:
    drop_what_is_over(NIGHT)

    assert not AuditEntry.objects.filter(action="retention.dropped").exists()
