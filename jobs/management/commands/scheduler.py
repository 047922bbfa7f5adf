"""Run scheduled jobs when they are due, until stopped."""

import logging
import signal
import threading
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection
from django.utils.timezone import now

from jobs.models import ScheduledRun
from jobs.schedule import JOBS, Job

logger = logging.getLogger(__name__)

ONE_SCHEDULER = 7_120_001
"""The advisory lock that keeps a second scheduler waiting."""


class Command(BaseCommand):
    help = "Runs scheduled jobs (publishing, closing of sittings, nightly work) when they are due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Run what is due now and stop.")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        if once:
            run_due(at=now())
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            with connection.cursor() as cursor:
                cursor.execute("select pg_try_advisory_lock(%s)", [ONE_SCHEDULER])
                (ours,) = cursor.fetchone()
            if ours:
                run_due(at=now())
            stop.wait(10)


def run_due(*, at: datetime) -> list[str]:
    """Run every job that is due at `at`; return their names. One that fails is noted and stops no other."""
    last = dict(ScheduledRun.objects.values_list("name", "began_at"))
    due = [job for job in JOBS.values() if job.is_due(at=at, last=last.get(job.name))]
    for job in due:
        _run(job, at=at)
    return [job.name for job in due]


def _run(job: Job, *, at: datetime) -> None:
    ScheduledRun.objects.update_or_create(name=job.name, defaults={"began_at": at, "ended_at": None})
    error = ""
    try:
        job.work(at)
    except Exception as fault:  # one job's fault must not stop the others; it is logged and kept
        logger.exception("The scheduled job %r failed", job.name)
        error = f"{type(fault).__name__}: {fault}"
    ScheduledRun.objects.filter(name=job.name).update(ended_at=now(), error=error)
