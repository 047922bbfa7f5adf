"""
Long work that somebody asked for: kinds are registered, `ask` starts one, `run` does it on the queue "long".

While it works it tells how far it is, about once a second, and hears then whether it is to stop.
It tells on a connection of its own, so that others see the signs while the work's transaction is still open.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import now
from django_tasks import task

from jobs.models import Job
from jobs.schedule import every_minute, nightly

log = logging.getLogger(__name__)

EVERY = 0.4
"""Seconds between two signs of progress, at the least. With the work between them it becomes about one."""

KEPT = timedelta(days=40)
"""How long it is kept that a job was done."""

SILENT = timedelta(minutes=10)
"""After this time without a sign a running job is taken to be dead: its process was ended."""


class Cancelled(Exception):
    """The one who asked for the work wants it to stop."""


class WorkFailed(Exception):
    """The work cannot be done, for a reason that has a name (`code`) and is no fault of the program."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


Function = Callable[["Running"], Mapping[str, Any]]


@dataclass(frozen=True)
class Kind:
    """Work that can be asked for: its name in the table, how people call it, and who does it."""

    code: str
    label: Any
    function: Function


KINDS: dict[str, Kind] = {}


def work(code: str, label: Any) -> Callable[[Function], Function]:
    """Register a function as the work of this kind. What it returns is kept as the job's result."""

    def keep(function: Function) -> Function:
        KINDS[code] = Kind(code, label, function)
        return function

    return keep


class Running:
    """A job at work: what was asked, and how to tell of progress."""

    def __init__(self, job: Job, asked: Mapping[str, Any]) -> None:
        self.job = job
        self.asked = asked
        # Within somebody's transaction (the tests, a task run at once) nobody else sees the row yet.
        self._own = None if connection.in_atomic_block else connection.copy()
        self._told = 0.0
        self.longest_silence = 0.0

    def tell(self, step: str, done: int = 0, total: int = 0) -> None:
        """
        Say how far the work is. Cheap: only now and then it is written down.

        :raises Cancelled: when the work is to stop.
        """
        moment = time.monotonic()
        if moment - self._told < EVERY:
            return
        if self._told:
            self.longest_silence = max(self.longest_silence, moment - self._told)
        self._told = moment
        sql = (
            "update jobs_job set step = %s, done = %s, total = %s, told_at = %s where id = %s"
            " returning cancel_asked_at"
        )
        with (self._own or connection).cursor() as cursor:
            cursor.execute(sql, [step, done, total, now(), self.job.pk])
            row = cursor.fetchone()
        if row and row[0] is not None:
            raise Cancelled

    def hush(self) -> None:
        """Close the connection of its own."""
        if self._own is not None:
            self._own.close()


@transaction.atomic
def ask(kind: str, *, by: Any, at: datetime, **asked: Any) -> Job:
    """Put work into the queue, in the transaction of the act that asks for it. `asked` is plain JSON."""
    job = Job.objects.create(kind=KINDS[kind].code, asked_by=by, asked_at=at)
    run.enqueue(job_key=str(job.key), asked=asked)
    return job


@task(queue_name="long")
def run(job_key: str, asked: dict[str, Any]) -> None:
    """Do a job's work and keep how it ended. A failure is kept with the job and does not stop the worker."""
    job = Job.objects.begin(UUID(job_key), at=now())
    if job is None:
        return
    running = Running(job, asked)
    try:
        result = KINDS[job.kind].function(running)
    except Cancelled:
        job.end(Job.State.CANCELLED, at=now())
    except WorkFailed as failure:
        job.end(Job.State.FAILED, at=now(), result={"failure": failure.code})
    except Exception as error:
        # A database error may quote a row, and in it a name: the log gets the place, not the words.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("job %s (%s) failed: %s\n%s", job.key, job.kind, type(error).__name__, where)
        job.end(Job.State.FAILED, at=now(), result={"failure": "unexpected"})
    else:
        job.end(Job.State.DONE, at=now(), result=dict(result))
    finally:
        running.hush()


def ask_to_stop(job: Job, *, at: datetime) -> None:
    """Ask a job to stop. It does at its next sign of progress; one that waits is never begun."""
    open_states = [Job.State.WAITING, Job.State.RUNNING]
    Job.objects.filter(pk=job.pk, state__in=open_states, cancel_asked_at=None).update(cancel_asked_at=at)
    Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(state=Job.State.CANCELLED, ended_at=at)


@every_minute("close jobs that went silent")
def close_silent_jobs(at: datetime) -> None:
    """A job whose process was killed says nothing any more; the database has rolled back its work."""
    silent = Job.objects.filter(state=Job.State.RUNNING, told_at__lt=at - SILENT)
    silent.update(state=Job.State.FAILED, ended_at=at, result={"failure": "silent"})


@nightly("remove old jobs")
def remove_old_jobs(at: datetime) -> None:
    Job.objects.filter(ended_at__lt=at - KEPT).delete()
