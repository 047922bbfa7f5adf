"""When scheduled jobs run: each minute or each night, a missed night made up, a fault stopping no other."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils.timezone import now

from courses.models import LessonEdition, LessonPage
from hours.models import StudyRecord
from hours.tokens import StudyToken
from jobs import schedule
from jobs.housekeeping import publish_scheduled
from jobs.management.commands.scheduler import run_due
from jobs.models import ScheduledRun
from jobs.schedule import JOBS, Job, every_minute, nightly
from tests.cast import CHINESE, PUBLISHABLE, add_module, moment
from tests.studying import study

NOON = moment("2026-03-10 12:00")


@pytest.mark.parametrize(
    ("case", "is_nightly", "last", "at", "due"),
    [
        ("never run, each minute", False, None, "2026-03-10 12:00", True),
        ("never run, nightly", True, None, "2026-03-10 12:00", True),
        ("a minute ago", False, "2026-03-10 11:59", "2026-03-10 12:00", True),
        ("54 seconds ago", False, "2026-03-10 11:59:06", "2026-03-10 12:00", False),
        ("55 seconds ago", False, "2026-03-10 11:59:05", "2026-03-10 12:00", True),
        ("an hour ago", False, "2026-03-10 11:00", "2026-03-10 12:00", True),
        ("last night, at noon", True, "2026-03-10 03:10", "2026-03-10 12:00", False),
        ("last night, before the next", True, "2026-03-10 03:10", "2026-03-11 03:09:59", False),
        ("last night, at the next", True, "2026-03-10 03:10", "2026-03-11 03:10", True),
        ("begun late last night", True, "2026-03-10 09:00", "2026-03-11 03:10", True),
        ("the night was missed", True, "2026-03-09 03:10", "2026-03-10 12:00", True),
        ("at one, last night is yesterday's", True, "2026-03-09 03:11", "2026-03-10 01:00", False),
        ("ten nights were missed", True, "2026-02-28 03:10", "2026-03-10 12:00", True),
    ],
)  # fmt: skip
def test_when_a_job_is_due(case, is_nightly, last, at, due) -> None:
    job = Job("a job", lambda at: None, is_nightly)

    assert job.is_due(at=moment(at), last=moment(last) if last else None) is due, case


@pytest.fixture
def jobs(monkeypatch, db) -> list[str]:
    """What the jobs of a test did; it registers its own."""
    monkeypatch.setattr(schedule, "JOBS", {})
    monkeypatch.setattr("jobs.management.commands.scheduler.JOBS", schedule.JOBS)
    return []


def add_job(done: list[str], name: str, *, each_night: bool = False, fault: Exception | None = None) -> None:
    @(nightly if each_night else every_minute)(name)
    def work(at: datetime) -> None:
        done.append(f"{name} {at:%H:%M}")
        if fault:
            raise fault


def test_what_is_due_runs_and_is_noted(jobs) -> None:
    add_job(jobs, "one")
    add_job(jobs, "two", each_night=True)

    assert run_due(at=NOON) == ["one", "two"]
    assert jobs == ["one 12:00", "two 12:00"]
    run = ScheduledRun.objects.get(name="one")
    assert (run.began_at, run.error, run.ended_at is not None) == (NOON, "", True)


def test_a_restart_repeats_nothing(jobs) -> None:
    add_job(jobs, "one")
    add_job(jobs, "two", each_night=True)
    run_due(at=NOON)

    assert run_due(at=NOON + timedelta(seconds=10)) == []
    assert run_due(at=NOON + timedelta(seconds=60)) == ["one"]
    assert jobs == ["one 12:00", "two 12:00", "one 12:01"]


def test_a_missed_night_is_made_up_once(jobs) -> None:
    add_job(jobs, "two", each_night=True)
    run_due(at=moment("2026-03-07 03:10"))

    assert run_due(at=NOON) == ["two"]
    assert run_due(at=NOON + timedelta(hours=1)) == []


def test_a_job_that_fails_stops_no_other_and_is_noted(jobs) -> None:
    add_job(jobs, "first")
    add_job(jobs, "broken", fault=ValueError("no such page"))
    add_job(jobs, "last")

    assert run_due(at=NOON) == ["first", "broken", "last"]
    assert jobs == ["first 12:00", "broken 12:00", "last 12:00"]
    errors = dict(ScheduledRun.objects.values_list("name", "error"))
    assert errors == {"first": "", "broken": "ValueError: no such page", "last": ""}


def test_a_job_that_failed_is_tried_again_and_its_error_is_cleared(jobs) -> None:
    add_job(jobs, "broken", fault=ValueError("no such page"))
    run_due(at=NOON)
    add_job(jobs, "broken")  # the same name: mended

    assert run_due(at=NOON + timedelta(minutes=1)) == ["broken"]
    assert ScheduledRun.objects.get().error == ""


def test_the_rooms_have_registered_their_jobs() -> None:
    assert {name: job.nightly for name, job in JOBS.items()} == {
        "forget what activities of mobile members were about": True,
        "publish scheduled pages": False,
        "complete the search index": True,
        "count how questions do": True,
        "add up old changes of the tree": True,
        "note where the words of lessons lead": True,
        "close study sittings that have ended": False,
        "hand in attempts whose time is over": False,
        "close jobs that went silent": False,
        "give back interrupted documents": False,
        "give back interrupted files of questions": False,
        "remove old files of questions": True,
        "remove old documents that were brought in": True,
        "give back interrupted workbooks": False,
        "seal the audit": False,
        "remove expired sessions": True,
        "remove finished tasks": True,
        "remove old jobs": True,
        "remove old workbooks of people": True,
        "remove old exports of people": True,
        "remove old files of study packs": True,
        "empty the words of old return slips": True,
        "forget sessions that ended": True,
        "forget failed sign-ins": True,
        "drop personal data whose time is over": True,
        "empty the words of old visits": True,
        "make room in the audit for the coming months": True,
        "drop the audit's oldest months": True,
        "verify the audit of this month and the last": True,
    }


@pytest.mark.django_db
def test_the_command_runs_what_is_due_once(settings) -> None:
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "long"]}
    }
    call_command("scheduler", once=True)

    runs = dict(ScheduledRun.objects.values_list("name", "error"))
    assert set(runs) == set(JOBS)
    assert {name: error for name, error in runs.items() if error} == {}


def plan_lesson(*, opens: datetime) -> LessonPage:
    """A lesson that an editor planned for a moment to come."""
    module = add_module()
    page = LessonPage(
        title="预定发布", slug="planned", locale=module.locale, live=False, go_live_at=opens,
        body=[("paragraph", f"<p>{CHINESE}</p>")], **PUBLISHABLE,
    )  # fmt: skip
    module.add_child(instance=page)
    page.save_revision().publish()
    return LessonPage.objects.get(pk=page.pk)


def let_the_moment_come(page: LessonPage) -> None:
    """What the passing of time does to a planned page: its moment now lies in the past."""
    past = now() - timedelta(minutes=1)
    revision = page.scheduled_revision
    revision.content["go_live_at"] = past.isoformat()
    revision.approved_go_live_at = past
    revision.save()


@pytest.mark.django_db
def test_a_planned_lesson_is_published_and_frozen_when_its_moment_comes() -> None:
    page = plan_lesson(opens=now() + timedelta(hours=1))
    publish_scheduled(now())
    assert not LessonPage.objects.get(pk=page.pk).live
    assert not LessonEdition.objects.exists()
    let_the_moment_come(page)
    publish_scheduled(now())

    assert LessonPage.objects.get(pk=page.pk).live
    edition = LessonEdition.objects.get()
    assert (edition.page_id, edition.is_live, edition.screens) == (page.pk, True, [37.5])


@pytest.mark.django_db
def test_a_lesson_whose_time_is_over_is_withdrawn(lesson) -> None:
    LessonPage.objects.filter(pk=lesson.page_id).update(expire_at=now() - timedelta(minutes=1))
    publish_scheduled(now())

    assert not LessonPage.objects.get(pk=lesson.page_id).live
    assert not LessonEdition.objects.get().is_live


def test_sittings_that_ended_are_written_to_the_ledger_by_the_scheduler(member, lesson) -> None:
    opened = moment("2026-03-10 10:00")
    token = StudyToken(member.key, lesson.translation_key, lesson.pk, opened)
    study(token, 30)
    run_due(at=opened + timedelta(minutes=10))
    assert not StudyRecord.objects.exists()
    run_due(at=opened + timedelta(minutes=11))

    assert StudyRecord.objects.get().seconds == 30
